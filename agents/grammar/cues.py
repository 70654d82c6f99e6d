"""Find the words that speak for a status or a time role."""

import functools
import re
from importlib import resources
from typing import NamedTuple

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


@functools.cache
def lexicon() -> tuple[_Row, ...]:
    """Return the cues of both lexicon files. Read once."""
    folder = resources.files("agents.lexicon")
    lines = [line for name in FILES for line in folder.joinpath(name).read_text("utf-8").splitlines()]
    parts = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(_Row(label, name, re.compile(pattern)) for label, name, pattern in parts)


def find_cues(text: str, start: int, end: int) -> list[Cue]:
    """Return the cues in `text[start:end]`: every place of each."""
    lowered = same_length_lower(text[start:end])
    return [
        Cue(start + match.start(), start + match.end(), row.label, row.name)
        for row in lexicon()
        for match in row.regex.finditer(lowered)
    ]
