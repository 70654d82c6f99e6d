"""Where to look closer: fast search for the few words that can begin or end a value.

A pattern that begins with a set of characters is searched about six times as fast as one that ignores case or begins
with a word boundary, so the words are looked for behind the blank or bracket that stands before them.
"""

import re
from collections.abc import Iterable, Iterator

_BEFORE = r"[\s“”\"‘’'(\[\u2013\u2014/-]"


def anchor(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for `anchored`: any of the words, first letter in either case; longer words go first."""
    by_letter: dict[str, list[str]] = {}
    for word in sorted(words, key=len, reverse=True):
        by_letter.setdefault(word[0], []).append(word[1:])
    letters = (f"[{letter.upper()}{letter}](?:{'|'.join(rests)})" for letter, rests in by_letter.items())
    return re.compile(rf"{_BEFORE}(?P<word>(?:{'|'.join(letters)}))(?!\w)")


def anchored(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans at which the words of an `anchor` stand in `text`."""
    for found in pattern.finditer(f" {text}"):
        start, end = found.span("word")
        yield start - 1, end - 1
