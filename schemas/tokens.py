"""The one tokenizer: what search finds, an alert matches, because both read words through this page.

A token is a run of letters and digits, without accents, in lower case; each Chinese or Japanese character stands alone.
"""

import re
import unicodedata
from collections.abc import Iterator

GAP = "¦"
"""Stands between values (and lines), so that no phrase runs from one into the next. Never a token itself."""

_RUN = re.compile(r"[㐀-鿿豈-﫿぀-ヿ]|(?:(?![㐀-鿿豈-﫿぀-ヿ])[^\W_][\u0300-\u036f]*)+")
_ASCII = re.compile(r"[a-z0-9]+\Z")
_ASCII_RUN = re.compile(r"[a-z0-9]+")


def tokens(text: str) -> list[str]:
    """Return the tokens of a text in order."""
    if text.isascii():  # most texts, and six times as fast
        return _ASCII_RUN.findall(text.lower())
    return [token for token, _ in token_spans(text)]


def token_spans(text: str) -> Iterator[tuple[str, tuple[int, int]]]:
    """Yield each token with the half-open span of the text that it was made from."""
    for found in _RUN.finditer(text):
        token = _fold(found[0])
        if token:
            yield token, found.span()


def _fold(run: str) -> str:
    low = run.lower()
    if _ASCII.match(low):
        return low
    split = unicodedata.normalize("NFKD", run.casefold())
    return "".join(char for char in split if char.isalnum()).casefold()


def token_line(values: tuple[str, ...]) -> str:
    """Return values as one line of tokens with gaps between them: the form in which a full-text index keeps them."""
    lines = (" ".join(tokens(line)) for value in values for line in value.split("\n"))
    return f" {GAP} ".join(line for line in lines if line)
