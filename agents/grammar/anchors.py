"""Where to look closer: the words that can begin or end a date, a term or a number, found in one pass over the text."""

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import islice

import ahocorasick

from agents.grammar.budget import MAX_ANCHORS
from agents.grammar.gazetteer import lowered

UNITS = [
    "zero",
    "one",
    "two",
    "three",
    "four",
    "five",
    "six",
    "seven",
    "eight",
    "nine",
    "ten",
    "eleven",
    "twelve",
    "thirteen",
    "fourteen",
    "fifteen",
    "sixteen",
    "seventeen",
    "eighteen",
    "nineteen",
]
TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]
MONTHS = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
]
SHORT_MONTHS = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
WEEKDAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]

_DISTANCE = ["yesterday", "today", "tonight", "last", "this", "next", "previous", "early", "late", "earlier", "later"]
_DISTANCE += ["mid", "past", "the past", "the previous", "the end of", "over the weekend"]
_DISTANCE += ["at the weekend", "at the end of"]
_GROUPS: Mapping[str, Iterable[str]] = {
    "month": [*MONTHS, *SHORT_MONTHS, "Sept"],
    "weekday": WEEKDAYS,
    "distance": _DISTANCE,
    "ago": ["ago"],
    "length": ["year", "years", "month", "months", "weeks", "days", "life"],
    "number": [*UNITS, *TENS, "half a dozen", "a dozen", "a hundred"],
}

Anchors = Mapping[str, list[int]]
"""For each group of words (`month`, `weekday`, `distance`, `ago`, `length`, `number`) where in the text they begin."""


@cache
def _automaton() -> ahocorasick.Automaton:
    groups: dict[str, list[str]] = {}
    for group, words in _GROUPS.items():
        for word in words:
            groups.setdefault(word.lower(), []).append(group)
    automaton = ahocorasick.Automaton()
    for word, names in groups.items():
        automaton.add_word(word, (len(word) - 1, tuple(dict.fromkeys(names))))
    automaton.make_automaton()
    return automaton


def find_anchors(text: str) -> Anchors:
    """Return where the words of each group begin, in order; case is ignored, parts of longer words are left out."""
    found: dict[str, list[int]] = {group: [] for group in _GROUPS}
    size = len(text)
    for last, (before, groups) in islice(_automaton().iter(lowered(text)), MAX_ANCHORS):
        start, end = last - before, last + 1
        if (end < size and (text[end].isalnum() or text[end] == "_")) or (start and text[start - 1].isalnum()):
            continue
        for group in groups:
            found[group].append(start)
    for starts in found.values():
        starts.sort()  # the automaton goes by the ends of words
    return found
