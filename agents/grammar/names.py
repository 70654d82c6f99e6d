"""Runs of capitalised words: the raw material of persons, organisations and services."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import lru_cache
from typing import NamedTuple

from agents.grammar.gazetteer import common_words
from agents.lexicon import cue_words

_UPPER = "A-ZÀ-ÖØ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁŃŅŇŌŐŘŚŞŠŤŪŮŰŹŻŽȘȚ"
_CAPITALISED = re.compile(rf"[{_UPPER}][\w’'$+-]{{0,60}}(?:\.[A-Za-z][\w-]{{0,60}}){{0,8}}\.?")
_HEAD = re.compile(r"(?<!\w)(?:[a-z]{1,2}|\d{1,4})$")
"""What may stand before the first capital of an odd name: "iSpoof", "eBay", "123Movies"."""
_GAP = re.compile(
    r" (?:of the|of|and|for the|for|de la|de|van der|van den|van de|van|von|der|den|al|el|bin|ibn|da|dos|del|la|le|di|"
    r"du|&|ter|ten|y|des|zu|af) "
)
_PERSON_JOINER = re.compile(r"de|de la|van|van de[nr]?|der|den|von|al|el|bin|ibn|da|dos|del|la|le|di|du|ter|ten")
_POSSESSIVE = ("'s ", "’s ", "' ", "’ ")
_OWNERS = ("Attorney", "Prosecutor", "Prosecutors", "General", "People", "Commissioner", "Inspector", "Sheriff")
"""Words after which a possessive goes on with the name: "Attorney's Office", "People's Court"."""
_OWNED = ("Association", "Guild", "Union", "Federation", "Society", "Procuracy", "Procuratorate")
"""Words that a possessive goes before: "Publishers' Association"."""
_ABBREVIATION = re.compile(
    r"(?:[A-Z]\.)+|(?:Mr|Mrs|Ms|Dr|Prof|St|Jr|Sr|Inc|Ltd|Corp|Co|Bros|No|Gen|Lt|Sgt|Capt|Rep|Sen|Gov)\."
)
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n\u2022>*•#-][”\"’')\]]*\s*[“\"‘(\[]*)$")
_HEADLINE = re.compile(r"^#+ .*$", re.MULTILINE)


class Word(NamedTuple):
    """A capitalised word, without possessive."""

    start: int
    end: int
    text: str
    joiner: str
    """The small word that ties it to the word before ("of", "van"); empty for a plain blank or the first word."""


class Run(NamedTuple):
    """Capitalised words in a row."""

    words: tuple[Word, ...]
    sentence_start: bool

    @property
    def start(self) -> int:
        return self.words[0].start

    @property
    def end(self) -> int:
        return self.words[-1].end


def capitalised_runs(text: str) -> Iterator[Run]:
    """Yield the runs of capitalised words; words tied by "of", "van", "&" and the like stay together.

    In a headline, where every word has its capital, common words end a run.
    """
    current: list[Word] = []
    for start, end, headline in _capitalised(text):
        word = _word(text[start:end])
        if headline and is_common(word):
            if current:
                yield _run(text, current)
            current = []
            continue
        joiner = _joiner(text, current[-1], start, word) if current else None
        if current and (joiner is None or (headline and joiner)):
            yield _run(text, current)
            current = []
        current.append(Word(start, start + len(word), word, joiner or "" if current else ""))
    if current:
        yield _run(text, current)


def _capitalised(text: str) -> Iterator[tuple[int, int, bool]]:
    headlines = [found.span() for found in _HEADLINE.finditer(text)]
    i = 0
    for found in _CAPITALISED.finditer(text):
        start, end = found.span()
        while i < len(headlines) and headlines[i][1] <= start:
            i += 1
        if start and (text[start - 1].isalnum() or text[start - 1] in "_@/"):
            head = _HEAD.search(text, max(0, start - 5), start)
            if head is None or (head.start() and text[head.start() - 1] in "@/_.#$€£"):
                continue
            start = head.start()
        yield start, end, i < len(headlines) and headlines[i][0] <= start


def _word(written: str) -> str:
    """Return the word without possessive and without the full stop that ends its sentence."""
    word = written
    if word[-1].isalnum() and "’" not in word and "'" not in word:
        return word
    if word.endswith(".") and not _ABBREVIATION.fullmatch(word):
        word = word[:-1]
    for ending in ("'s", "’s", "'", "’", "-"):
        if word.endswith(ending):
            return word[: -len(ending)]
    return word


def _joiner(text: str, before: Word, start: int, word: str) -> str | None:
    end = before.end
    if start == end + 1 and text[end] == " ":
        return ""
    if start - end > 10:
        return None
    gap = text[end:start]
    if gap in _POSSESSIVE:
        return "'s" if before.text in _OWNERS or word in _OWNED else None
    return gap.strip() if _GAP.fullmatch(gap) else None


def _run(text: str, words: list[Word]) -> Run:
    return Run(tuple(words), _opens_sentence(text, words[0].start))


def _opens_sentence(text: str, start: int) -> bool:
    if start > 1 and text[start - 1] == " " and (text[start - 2].isalnum() or text[start - 2] == ","):
        return False
    return _SENTENCE_END.search(text, max(0, start - 6), start) is not None


@lru_cache(maxsize=1 << 15)
def is_common(word: str) -> bool:
    """Say whether a capitalised word is an ordinary English word."""
    return word.lower().removesuffix(".") in common_words()


@lru_cache(maxsize=1 << 15)
def is_adjective(word: str) -> bool:
    """Say whether a word only describes a name: "Kodi-powered", "US-based"."""
    head, hyphen, tail = word.rpartition("-")
    return bool(head and hyphen) and (tail in cue_words("adjective_tail") or (tail.islower() and tail.endswith("ed")))


def and_parts(run: Run, inside: Callable[[Sequence[Word], int], bool]) -> list[Run]:
    """Cut a run at each "and" that joins two names; `inside` says which "and" belongs to a name."""
    cuts = [i for i, word in enumerate(run.words) if word.joiner == "and" and not inside(run.words, i)]
    if not cuts:
        return [run]
    parts = zip([0, *cuts], [*cuts, len(run.words)], strict=True)
    return [Run(run.words[a:b], run.sentence_start and a == 0) for a, b in parts]


def ties_person(joiner: str) -> bool:
    """Say whether a small word may stand inside a person's name."""
    return joiner == "" or _PERSON_JOINER.fullmatch(joiner) is not None


def word_before(text: str, start: int) -> str:
    """Return the word before `start` on its line, without the quotation mark between."""
    window = text[max(0, start - 24) : start]
    if "\n" in window:
        window = window[window.rindex("\n") + 1 :]
    window = window.rstrip(" “\"‘'(,")
    return window[window.rfind(" ") + 1 :].lstrip("“\"‘'(")
