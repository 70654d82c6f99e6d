"""Persons: known first names, titles and roles before a name, an age after it, surnames that come back."""

import re
from collections.abc import Callable, Iterator, Sequence
from functools import cache, lru_cache

from agents.grammar.gazetteer import demonyms
from agents.grammar.mention import Mention, NameValue
from agents.grammar.names import Run, Word, is_common, ties_person, word_before
from agents.lexicon import cue_words, words

_AGE_AFTER = re.compile(
    r",? \(?(?:aged? )?(?:1[2-9]|[2-8]\d)(?:\)|,| and |\.?$)|, (?:an? )?(?:1[2-9]|[2-8]\d)-year-old"
)
_AGE_BEFORE = re.compile(r"\d\d[- ]years?[- ]olds?,?(?: [\w,-]+){0,5} $")
_ALIAS_AFTER = re.compile(
    r",? \(?(?:a/?k/?a|aka|a\.k\.a\.|also known as|known (?:online )?as|better known as|alias|nicknamed|who goes by)\b",
    re.IGNORECASE,
)
_DESCRIBED_AFTER = re.compile(
    r", (?:an? |the )?(?:(?!(?:of|by|for|from|run|owned|led|at|in|and|that|which)\b)[\w’'-]+ ){0,3}?(?:national|"
    r"citizen|m[ae]n|wom[ae]n|resident|native|hacker|student|teenager|developer|programmer|engineer|lawyer|"
    r"fugitive|cybercriminal)\b"
)
OF_THE_BAR = frozenset(("KC", "QC", "SC", "SAN", "BL"))
"""Letters behind the name of counsel."""
_AFTER_SURNAME = OF_THE_BAR | {"Jr", "Sr", "II", "III", "IV"}
_INITIALS = re.compile(r"(?:[A-Z]\.){1,3}")
_NICKNAME = re.compile(r" [“\"‘'(][\w .-]{2,24}[”\"’')] $")
_QUOTES = tuple("“\"‘'(")
_ODD = re.compile(r"\d|[$+]|\w\.\w")


@cache
def first_names() -> frozenset[str]:
    """Return the known first names."""
    return words("first_names.txt")


@lru_cache(maxsize=1 << 15)
def _ends_person(word: str) -> bool:
    """Say whether no person's name holds this word."""
    if (
        word in demonyms()
        or word in cue_words("generic")
        or word in cue_words("not_person")
        or word in cue_words("agency")
        or word in cue_words("organisation")
    ):
        return True
    return _ODD.search(word) is not None or (len(word) > 3 and word.isupper() and "-" not in word)


@cache
def _heralds() -> frozenset[str]:
    return cue_words("title") | cue_words("role")


@lru_cache(maxsize=1 << 15)
def _is_herald(word: str) -> bool:
    """Say whether a person may follow: "Judge", "Arizona-resident", "Dad-of-three"."""
    if word in first_names():
        return False
    return word in _heralds() or "-of-" in word or word.rsplit("-", 1)[-1] in cue_words("role")


def find_persons(text: str, runs: Sequence[Run]) -> list[Mention]:
    """Return the persons named in `text`; a surname alone carries the full name as `canonical`."""
    full = [mention for run in runs for piece in _pieces(run) for mention in _person(text, run, piece)]
    nicknamed = list(_nicknamed(text, runs))
    named = [m.value.canonical for m in (*nicknamed, *reversed(full)) if " " in m.value.name]
    surnames = {_surname(name): name for name in named}
    taken = {m.start for m in full}
    again = [m for run in runs for m in _surnames(run, surnames, taken)]
    settled = [_with_full_name(m, surnames) for m in full]
    return sorted([*settled, *again, *nicknamed], key=lambda m: m.start)


def _surname(name: str) -> str:
    """ "Daniel Roe Jr." is a Roe."""
    words = [word.rstrip(".,") for word in name.split()]
    while len(words) > 1 and words[-1] in _AFTER_SURNAME:
        words.pop()
    return words[-1]


def _nicknamed(text: str, runs: Sequence[Run]) -> Iterator[Mention]:
    """Yield persons with a nickname in quotes between first name and surname."""
    for i, first in enumerate(runs):
        if text[first.end + 1 : first.end + 2] not in _QUOTES or first.words[-1].text not in first_names():
            continue
        for last in runs[i + 1 : i + 3]:
            if _NICKNAME.fullmatch(text, first.end, last.start):
                name = text[first.words[-1].start : last.words[0].end]
                value = NameValue(name=name, canonical=name)
                yield Mention(first.words[-1].start, last.words[0].end, "person", value, "person.nickname")


def _pieces(run: Run) -> Iterator[list[Word]]:
    """Cut the run at words that belong to no person."""
    piece: list[Word] = []
    for word in run.words:
        title = word.text in cue_words("title")
        ends = _ends_person(word.text) and not title
        if piece and (ends or title or not ties_person(word.joiner)):
            yield piece
            piece = []
        if not ends:
            piece.append(word)
    if piece:
        yield piece


def _person(text: str, run: Run, piece: list[Word]) -> Iterator[Mention]:
    title = role = False
    while piece and _is_herald(piece[0].text):
        title, role = title or piece[0].text in cue_words("title"), True
        piece = piece[1:]
    for i in range(len(piece) - 2, 0, -1):  # "Qoruvat President Jane Roe"
        if _is_herald(piece[i].text):
            piece, role = piece[i + 1 :], True
            break
    if run.sentence_start and piece and piece[0] is run.words[0]:
        while len(piece) > 1 and is_common(piece[0].text) and piece[0].text not in first_names():
            piece = piece[1:]
    if not piece or len(piece) > 6 or len(piece[-1].text) < 2:
        return
    rule = _rule(text, piece, title=title, role=role)
    if rule is not None:
        start, end = piece[0].start, piece[-1].end
        yield Mention(start, end, "person", NameValue(name=text[start:end], canonical=text[start:end]), rule)


def _rule(text: str, piece: list[Word], *, title: bool, role: bool) -> str | None:
    """Return which rule makes a person of the piece, None if none does."""
    start, end = piece[0].start, piece[-1].end
    aged = _AGE_AFTER.match(text, end) is not None
    if is_common(piece[-1].text):
        return "person.age" if aged and len(piece) > 1 else None
    if title or aged:
        return "person.title" if title else "person.age"
    tests: tuple[tuple[str, Callable[[], bool]], ...] = (
        ("person.first_name", lambda: piece[0].text in first_names()),
        ("person.role", lambda: role or word_before(text, start) in cue_words("role")),
        ("person.age_before", lambda: _AGE_BEFORE.search(text, max(0, start - 50), start) is not None),
        ("person.alias", lambda: _ALIAS_AFTER.match(text, end) is not None),
        ("person.described", lambda: _DESCRIBED_AFTER.match(text, end) is not None),
        ("person.initial", lambda: _has_initial(piece)),
        ("person.bar", lambda: len(piece) > 2 and piece[-1].text in OF_THE_BAR),
    )
    return next((rule for rule, holds in tests if holds()), None) if len(piece) > 1 else None


def _has_initial(piece: list[Word]) -> bool:
    """ "J. Roe", "Jane K Roe", but not "A Ukrainian"."""
    inner = [word.text for word in piece[1:-1]]
    return _INITIALS.fullmatch(piece[0].text) is not None or any(len(word.rstrip(".")) == 1 for word in inner)


def _surnames(run: Run, surnames: dict[str, str], taken: set[int]) -> Iterator[Mention]:
    for word in run.words:
        full = surnames.get(word.text)
        if full and word.start not in taken and all(_fits_beside(w, word, surnames) for w in run.words):
            yield Mention(word.start, word.end, "person", NameValue(name=word.text, canonical=full), "person.surname")


def _fits_beside(other: Word, surname: Word, surnames: dict[str, str]) -> bool:
    """ "Judge Roe", "Roe and Doe"."""
    if other is surname or is_common(other.text) or other.text in _heralds() or _ends_person(other.text):
        return True
    return other.text in surnames and "and" in (other.joiner, surname.joiner)


def _with_full_name(mention: Mention, surnames: dict[str, str]) -> Mention:
    """ "Judge Zilly" is the Thomas S. Zilly of the same text."""
    value = mention.value
    full = surnames.get(value.name)
    return mention if full is None else mention._replace(value=NameValue(name=value.name, canonical=full))
