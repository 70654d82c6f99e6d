"""Numbers in words and digits: "1,234", "5.6 million", "thirty-three", "half a dozen"."""

import re
from functools import cache
from heapq import merge
from typing import NamedTuple

from agents.grammar.anchors import TENS, UNITS, Anchors, find_anchors
from agents.lexicon import rows

SMALL: dict[str, int] = {word: n for n, word in enumerate(UNITS)} | {
    word: 10 * n for n, word in enumerate(TENS, start=2)
}
"""Number words below a hundred that are one word."""

SCALES: dict[str, float] = {
    "dozen": 12,
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "million": 1e6,
    "mln": 1e6,
    "mn": 1e6,
    "mil": 1e6,
    "m": 1e6,
    "crore": 1e7,
    "cr": 1e7,
    "billion": 1e9,
    "bln": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}
"""What multiplies the number before it. Lakh and crore are the Indian hundred thousand and ten million."""

_BLANK = "\u2009\u202f\u00a0"
_DIGITS = re.compile(
    rf"\d{{1,3}}(?:[,{_BLANK}]\d{{3}})+(?:\.\d{{1,2}})?(?!\d)"
    rf"|\d{{1,3}}(?:,\d{{2}})*,\d{{3}}(?!\d)"
    r"|\d{1,3}(?:\.\d{3}){2,4}(?!\d)"
    r"|\d{1,15}(?:\.\d{1,3}(?!\d))?"
)
"""Thousands may be split by comma, thin blank or (twice) point, and in the Indian way (10,00,000)."""

_WORD = "|".join(sorted(SMALL, key=len, reverse=True))
_UNIT_WORD = "|".join(UNITS[1:10])
_WORDS = re.compile(
    rf"half a dozen|a dozen|(?:a|{_WORD}) hundred(?:(?: and)?[ -](?:{_WORD})(?:[ -](?:{_UNIT_WORD}))?)?"
    rf"|(?:{_WORD})(?:-(?:{_UNIT_WORD}))?",
    re.IGNORECASE,
)
_SCALE = re.compile(
    rf"[ {_BLANK}-]?(?:(?P<word>dozen|hundred|thousand|lakh|million|crore|billion|trillion|mln|bln|mil|mn|bn|tn|cr)s?"
    r"|(?P<letter>[kKmMbB]))(?![\w])(?!\.\d)",
    re.IGNORECASE,
)


@cache
def _codes() -> re.Pattern[str]:
    """Return the letters of money that a number may follow at once: "RM45,000", "EUR5m"."""
    marks = (row["mark"] for row in rows("currencies.tsv") if row["place"] == "before" and row["mark"].isalpha())
    return re.compile(rf"(?<!\w)(?:{'|'.join(sorted(marks))})$")


_FIGURES = re.compile(r"[0-9][\d,.\u2009\u202f\u00a0]*")


class Number(NamedTuple):
    """A number in the text: `text[start:end]`, scale included, is worth `value`."""

    start: int
    end: int
    value: float
    scaled: bool
    """True if a scale word or letter belongs to it."""


def find_numbers(text: str, anchors: Anchors | None = None) -> list[Number]:
    """Return the numbers in `text`, in order. "Dozens" and "hundreds" are no numbers.

    `anchors` are those of the text, where they are known already.
    """
    anchors = find_anchors(text) if anchors is None else anchors
    found: list[Number] = []
    starts = [m.start() for m in _FIGURES.finditer(text)]
    taken = -1
    for start in merge(starts, anchors["number"]):
        if start < taken or (
            start and text[start - 1].isalnum() and not _codes().search(text, max(0, start - 4), start)
        ):
            continue
        number = number_at(text, start)
        if number is not None:
            found.append(number)
            taken = number.end
    return found


def number_at(text: str, position: int) -> Number | None:
    """Return the number that begins at `position`, or None."""
    found = _DIGITS.match(text, position) or _WORDS.match(text, position)
    if found is None:
        return None
    value, end, scaled = value_of(found[0]), found.end(), False
    while scale := _SCALE.match(text, end):
        factor = SCALES[(scale["word"] or scale["letter"]).lower()]
        if scale["letter"] and (scaled or not found[0][0].isdigit()):
            break
        value, end, scaled = value * factor, scale.end(), True
    return Number(position, end, round(value, 4), scaled)


def value_of(number: str) -> float:
    """Return the value of a number in digits or words, without scale. Raises ValueError for anything else."""
    text = number.strip().lower()
    if text[:1].isdigit():
        plain = re.sub(rf"[,{_BLANK}]", "", text)
        return float(plain.replace(".", "") if plain.count(".") > 1 else plain)
    if text in ("half a dozen", "a dozen"):
        return 6.0 if text.startswith("half") else 12.0
    return float(_words(text))


def _words(text: str) -> int:
    total = 0
    for word in re.split(r"[- ]+", text):
        if word == "hundred":
            total = max(total, 1) * 100
        elif word not in ("and", "a"):
            if word not in SMALL:
                raise ValueError(f"no number: {text!r}")
            total += SMALL[word]
    return total
