"""Propose events: where a sentence holds a word that may announce one. High recall; the models decide.

The gate is one pass of an Aho-Corasick automaton over the stems of `lexicon/triggers.tsv`; only the patterns whose stem
stands in a sentence are tried on it.
"""

import bisect
import functools
import re
from collections import defaultdict
from importlib import resources
from typing import NamedTuple

import ahocorasick

from agents.grammar.document import Document
from agents.grammar.words import same_length_lower
from schemas.taxonomy import EventType


class Pattern(NamedTuple):
    """A row of the lexicon."""

    type: EventType
    stem: str
    strong: bool
    regex: re.Pattern[str]

    @property
    def rule(self) -> str:
        """Its id, as shown by `explain`."""
        return f"{self.type}:{self.stem}"


class Trigger(NamedTuple):
    """A place where a pattern matched."""

    start: int
    end: int
    type: EventType
    rule: str
    strong: bool


class _Lexicon(NamedTuple):
    automaton: ahocorasick.Automaton
    patterns: tuple[Pattern, ...]


@functools.cache
def lexicon() -> _Lexicon:
    """Return the patterns and the automaton that finds their stems. Read once."""
    rows = resources.files("agents.lexicon").joinpath("triggers.tsv").read_text("utf-8").splitlines()
    patterns = tuple(_pattern(row) for row in rows if row and not row.startswith("#"))
    by_stem: dict[str, list[int]] = defaultdict(list)
    for number, pattern in enumerate(patterns):
        by_stem[pattern.stem].append(number)
    automaton = ahocorasick.Automaton()
    for stem, numbers in by_stem.items():
        automaton.add_word(stem, tuple(numbers))
    automaton.make_automaton()
    return _Lexicon(automaton, patterns)


def _pattern(row: str) -> Pattern:
    kind, stem, strength, pattern = row.split("\t")
    regex = re.compile(pattern or rf"\b{re.escape(stem)}\w*", re.IGNORECASE)
    return Pattern(EventType(kind), stem, strength == "2", regex)


def find_triggers(document: Document) -> dict[int, list[Trigger]]:
    """Return the triggers by the index of their sentence, in the order of the text."""
    found: dict[int, list[Trigger]] = {}
    for index, numbers in _gate(document).items():
        triggers = list(_matches(document, index, numbers))
        if triggers:
            found[index] = sorted(set(triggers))
    return found


def _gate(document: Document) -> dict[int, set[int]]:
    """Return, by sentence, the patterns whose stem stands in it."""
    starts = [sentence.start for sentence in document.sentences]
    hits: dict[int, set[int]] = defaultdict(set)
    lowered = same_length_lower(document.text)
    for end, numbers in lexicon().automaton.iter(lowered) if starts else ():
        index = bisect.bisect_right(starts, end) - 1
        if index >= 0:
            hits[index].update(numbers)
    return hits


def _matches(document: Document, index: int, numbers: set[int]) -> list[Trigger]:
    sentence = document.sentences[index]
    patterns = lexicon().patterns
    return [
        Trigger(match.start(), match.end(), patterns[n].type, patterns[n].rule, patterns[n].strong)
        for n in sorted(numbers)
        for match in patterns[n].regex.finditer(document.text, sentence.start, sentence.end)
    ]
