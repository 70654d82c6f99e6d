"""Words of a sentence, with their places and short stems, for the models' features."""

import re
from functools import lru_cache
from typing import NamedTuple

_WORD = re.compile(r"[^\W_]+(?:[’'.-][^\W_]+)*|[$€£¥%]")
_SUFFIX = re.compile(r"(?:[’']s|ing|ed|es|s|ly)\Z")


class Word(NamedTuple):
    start: int
    end: int
    text: str
    """Lower case."""
    stem: str
    capital: bool


def words(text: str, start: int, end: int) -> list[Word]:
    """Return the words of `text[start:end]`."""
    return [_word(match.start(), match.end(), match.group()) for match in _WORD.finditer(text, start, end)]


def _word(start: int, end: int, raw: str) -> Word:
    lowered, root = _forms(raw)
    return Word(start, end, lowered, root, raw[0].isupper())


@lru_cache(maxsize=1 << 15)
def _forms(raw: str) -> tuple[str, str]:
    """Return a word in lower case, and its stem; kept, as few words make up most of all texts."""
    lowered = raw.lower()
    return lowered, stem(lowered)


def stem(word: str) -> str:
    """Return a crude stem: numbers become their shape, common endings go."""
    if word[0].isdigit():
        return _shape(word)
    cut = _SUFFIX.sub("", word) if len(word) > 4 else word.removesuffix("’s").removesuffix("'s")
    return cut if len(cut) > 2 else word


def _shape(word: str) -> str:
    if len(word) == 4 and word.isdigit() and word[:2] in ("19", "20"):
        return "<year>"
    return "<number>" if word.replace(".", "").replace(",", "").isdigit() else "<mixed>"


def same_length_lower(text: str) -> str:
    """Lower the case without moving an offset (a few letters grow when lowered)."""
    lowered = text.lower()
    return lowered if len(lowered) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
