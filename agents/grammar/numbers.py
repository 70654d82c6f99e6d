"""Numbers in words and digits: "1,234", "5.6 million", "thirty-three", "half a dozen"."""

import re

_UNITS = ["zero", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve", "thirteen", "fourteen", "fifteen", "sixteen", "seventeen", "eighteen", "nineteen"]
_TENS = ["twenty", "thirty", "forty", "fifty", "sixty", "seventy", "eighty", "ninety"]

SMALL: dict[str, int] = {word: n for n, word in enumerate(_UNITS)} | {
    word: 10 * n for n, word in enumerate(_TENS, start=2)
}
"""Number words below a hundred that are one word."""

SCALES: dict[str, float] = {
    "hundred": 1e2,
    "thousand": 1e3,
    "k": 1e3,
    "lakh": 1e5,
    "lakhs": 1e5,
    "million": 1e6,
    "mln": 1e6,
    "mn": 1e6,
    "m": 1e6,
    "crore": 1e7,
    "crores": 1e7,
    "cr": 1e7,
    "billion": 1e9,
    "bln": 1e9,
    "bn": 1e9,
    "b": 1e9,
    "trillion": 1e12,
    "tn": 1e12,
}
"""What multiplies the number before it. Lakh and crore are the Indian hundred thousand and ten million."""

DIGITS = (
    r"\d{1,3}(?:[,\u2009\u202f\u00a0]\d{3})+(?:\.\d{1,2})?(?!\d)|\d{1,3}(?:\.\d{3}){2,4}(?!\d)|\d{1,15}(?:\.\d{1,3})?"
)
"""Regular expression of a number in digits; the thousands may be split by comma, thin space or (twice) point."""

_SMALL = "|".join(sorted(SMALL, key=len, reverse=True))
WORDS = (
    rf"half a dozen|a dozen|(?:a|{_SMALL})(?:[- ](?:{_SMALL}))? hundred(?: and)?(?:[- ](?:{_SMALL})){{1,2}}"
    rf"|(?:a|{_SMALL}) hundred|(?:{_SMALL})(?:-(?:{'|'.join(_UNITS[1:10])}))?"
)
"""Regular expression of a number up to 999 in words. "Dozens" and "hundreds" are no numbers."""

SCALE = r"(?:hundred|thousand|lakhs?|million|mln|mn|crores?|cr|billion|bln|bn|trillion|tn|[kKmMbB])\b"
"""Regular expression of a scale word or letter."""

_NUMBER = re.compile(rf"(?P<digits>{DIGITS})|(?P<words>(?:{WORDS})\b)", re.IGNORECASE)
_SCALE_WORD = re.compile(r"[ \u00a0-](hundred|thousand|lakhs?|million|crores?|billion|trillion)\b", re.IGNORECASE)


def value_of(number: str) -> float:
    """Return the value of a number in digits or words. Raises ValueError for anything else."""
    text = number.strip().lower()
    if text[:1].isdigit():
        return _digits(text)
    if text == "half a dozen":
        return 6.0
    return 12.0 if text == "a dozen" else float(_words(text))


def _digits(text: str) -> float:
    plain = re.sub(r"[,\u2009\u202f\u00a0]", "", text)
    if plain.count(".") > 1:
        plain = plain.replace(".", "")
    return float(plain)


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


def number_at(text: str, position: int) -> tuple[float, int] | None:
    """Return the value of the number that begins at `position` and where it ends, its scale word included."""
    found = _NUMBER.match(text, position)
    if found is None:
        return None
    value, end = value_of(found[0]), found.end()
    while scale := _SCALE_WORD.match(text, end):
        value, end = value * SCALES[scale[1].lower()], scale.end()
    return value, end
