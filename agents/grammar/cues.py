"""Find the words that speak for a status or a time role."""

import functools
import re
from collections.abc import Iterator
from importlib import resources
from typing import NamedTuple

from agents.grammar.openings import LENGTH, openings
from agents.grammar.words import same_length_lower

FILES = ("status_cues.tsv", "recap_cues.tsv")


class Cue(NamedTuple):
    """A place where a cue stands. `label` is a status, `background` or `news`."""

    start: int
    end: int
    label: str
    name: str


class _Row(NamedTuple):
    label: str
    name: str
    regex: re.Pattern[str]


_OPENING = re.compile(rf"\b\w{{1,{LENGTH}}}")


@functools.cache
def lexicon() -> tuple[_Row, ...]:
    """Return the cues of both lexicon files. Read once."""
    folder = resources.files("agents.lexicon")
    lines = [line for name in FILES for line in folder.joinpath(name).read_text("utf-8").splitlines()]
    parts = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(_Row(label, name, re.compile(pattern)) for label, name, pattern in parts)


@functools.cache
def _openings() -> tuple[frozenset[str], ...]:
    return tuple(openings(row.regex.pattern) for row in lexicon())


@functools.lru_cache(maxsize=1 << 14)
def _rows_at(letters: str) -> tuple[int, ...]:
    """Return the rows that may match at a word with these first letters."""
    begins = {letters[:length] for length in range(1, len(letters) + 1)}
    return tuple(n for n, own in enumerate(_openings()) if own & begins)


@functools.cache
def _rows_anywhere() -> tuple[int, ...]:
    """Return the rows of which it is not known where they may match."""
    return tuple(n for n, own in enumerate(_openings()) if not own)


def find_cues(text: str, start: int, end: int) -> list[Cue]:
    """Return the cues in `text[start:end]`: every place of each."""
    lowered = same_length_lower(text[start:end])
    rows = lexicon()
    return [Cue(start + a, start + b, rows[n].label, rows[n].name) for n, a, b in sorted(_matches(lowered))]


def _matches(lowered: str) -> Iterator[tuple[int, int, int]]:
    """Yield row, start and end of each match, as `finditer` of each row would find them."""
    rows = lexicon()
    for n in _rows_anywhere():
        yield from ((n, match.start(), match.end()) for match in rows[n].regex.finditer(lowered))
    ends: dict[int, int] = {}
    for opening in _OPENING.finditer(lowered):
        at = opening.start()
        for n in _rows_at(opening.group()):
            match = rows[n].regex.match(lowered, at) if ends.get(n, 0) <= at else None
            if match:
                ends[n] = match.end()
                yield n, at, match.end()
