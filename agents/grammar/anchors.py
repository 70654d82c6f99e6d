"""Where to look closer: fast search for the few words that can begin or end a value.

A pattern that begins with a set of characters is searched about six times as fast as one that ignores case or begins
with a word boundary, so the words are looked for behind the blank or bracket that stands before them.
"""

import re
from collections.abc import Iterable, Iterator

_BEFORE = r"[\s“”\"‘’'(\[\u2013\u2014/-]"


def anchor(words: Iterable[str]) -> re.Pattern[str]:
    """Return a pattern for `anchored`: any of the words (regular expressions), first letter in either case."""
    either = "|".join(f"[{word[0].upper()}{word[0]}]{word[1:]}" if word[0].isalpha() else word for word in words)
    return re.compile(rf"{_BEFORE}(?P<word>(?:{either}))(?!\w)")


def anchored(pattern: re.Pattern[str], text: str) -> Iterator[tuple[int, int]]:
    """Yield the spans at which the words of an `anchor` stand in `text`."""
    for found in pattern.finditer(f" {text}"):
        start, end = found.span("word")
        yield start - 1, end - 1
