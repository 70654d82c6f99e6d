"""How much of a text is read: what keeps the cost of any input, however strange, within two seconds.

The cost of mentions grows with the signs of names and numbers in a text, not with its length. Prose has about 29 of
them in a kilobyte (measured on 200 news articles), so a megabyte of prose is read whole; of a megabyte of "$1 $1 $1"
only the beginning is.
"""

import re

MAX_SIGNS = 32_000
"""Capitalised words and numbers that are looked at in one text."""
MAX_ANCHORS = 20_000
"""Words of time and number ("years", "last", "seven") that are looked at in one text."""
MAX_KNOWN = 15_000
"""Known names and places that are taken from one text."""
MAX_DOTS = 8_000
"""Dots inside words, each the possible dot of a domain, that are looked at in one text."""

_SIGN = re.compile(r"[A-ZÀ-ÞĀ-Ž0-9][^\W_]*")


def readable(text: str) -> str:
    """Return `text` up to the sign at which the budget is spent: nearly always all of it."""
    if len(text) < 2 * MAX_SIGNS:
        return text
    for n, sign in enumerate(_SIGN.finditer(text)):
        if n == MAX_SIGNS:
            return text[: sign.start()]
    return text
