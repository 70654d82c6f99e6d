"""Runs of capitalised words: the raw material of persons, organisations and services."""

import re
from collections.abc import Iterator
from typing import NamedTuple

from agents.grammar.gazetteer import common_words

_CAPITALISED = re.compile(
    r"(?:[A-ZÀ-ÞĀĂĄĆČĎĐĒĘĚĞĢĪİĶŁŃŅŇŌŐŘŚŞŠŤŪŮŰŹŻŽ]|(?:[a-z]{1,2}(?=[A-Z][a-z]))|\d+(?=[A-Z]))[\w’'$+-]*(?:\.(?=[\w])[\w-]+)*(?:(?<=\b[A-Z])\.)?"
)
_JOINERS = frozenset(
    (
        "of",
        "the",
        "and",
        "for",
        "de",
        "van",
        "der",
        "den",
        "von",
        "al",
        "el",
        "bin",
        "ibn",
        "da",
        "dos",
        "del",
        "la",
        "le",
        "di",
        "du",
        "&",
        "ter",
        "ten",
        "y",
        "des",
        "zu",
        "af",
    )
)
_GAP = re.compile(
    r" (?:(?:of the|of|and|for the|for|de la|de|van der|van den|van de|van|von|der|den|al|el|bin|ibn|da|dos|del|la|le|di|du|&|ter|ten|y|des|zu|af|the) )?"
)
_PERSON_JOINERS = frozenset(
    (
        "de",
        "van",
        "der",
        "den",
        "von",
        "al",
        "el",
        "bin",
        "ibn",
        "da",
        "dos",
        "del",
        "la",
        "le",
        "di",
        "du",
        "ter",
        "ten",
        "van der",
        "van den",
        "van de",
        "de la",
    )
)
_SENTENCE_END = re.compile(r"(?:^|[.!?:;\n\u2022>*•][”\"’')\]]*\s*[“\"‘(\[]*)$")


class Word(NamedTuple):
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
    """Yield the runs of capitalised words; words tied by "of", "van", "&" and the like stay together."""
    current: list[Word] = []
    for found in _CAPITALISED.finditer(text):
        start, end = found.span()
        if start and (text[start - 1].isalnum() or text[start - 1] in "_@/"):
            continue
        word = re.sub(r"(?:['’]s|['’])$", "", found[0])
        joiner = _joiner(text, current[-1], start) if current else None
        if current and (joiner is None):
            yield _run(text, current)
            current = []
        current.append(Word(start, start + len(word), word, joiner or ""))
    if current:
        yield _run(text, current)


def _joiner(text: str, before: Word, start: int) -> str | None:
    gap = text[before.end : start]
    if gap == " ":
        return ""
    if len(gap) > 10 or gap[:1] in "'’":
        return None
    found = _GAP.fullmatch(gap)
    return gap.strip() if found else None


def _run(text: str, words: list[Word]) -> Run:
    start = words[0].start
    return Run(tuple(words), _SENTENCE_END.search(text, max(0, start - 8), start) is not None)


def is_common(word: str) -> bool:
    """Say whether a capitalised word is an ordinary English word."""
    return word.lower().removesuffix(".") in common_words()


def person_joiner(joiner: str) -> bool:
    return joiner == "" or joiner in _PERSON_JOINERS
