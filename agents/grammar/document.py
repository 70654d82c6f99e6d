"""Read the structure of an article's text: title, headings, paragraphs, list items, quotations, sentences.

The text is that of `Article.text`: a `# ` title line, `## ` headings, `- ` items, `> ` quotations, and paragraphs
between blank lines. Every part is kept as a span of that text, so what is found in it can be quoted.
"""

import re
from collections.abc import Iterator
from typing import NamedTuple

from agents.grammar.sentences import sentence_spans
from schemas.events import Span

_BLOCK = re.compile(r"\S[^\n]*(?:\n(?![ \t]*\n|[ \t]*(?:[-*+>#]|\d+[.)])[ \t])[^\n]*\S[^\n]*)*")
_MARK = re.compile(r"(#{1,6}|[-*+]|\d{1,3}[.)]|>)[ \t]+")
_KINDS = {"#": "heading", "-": "item", "*": "item", "+": "item", ">": "quote"}


class Sentence(NamedTuple):
    """A sentence and where it stands."""

    start: int
    end: int
    kind: str
    """`title`, `heading`, `item`, `quote` or `text`."""
    number: int
    """Its place among all sentences."""
    paragraph: int
    section: int
    """0 before the first heading, then one more after each."""


class Document(NamedTuple):
    """An article's text and its parts."""

    text: str
    title: str
    sentences: tuple[Sentence, ...]
    headings: tuple[Span, ...]


class _Block(NamedTuple):
    start: int
    end: int
    kind: str


def read_document(text: str, title: str = "") -> Document:
    """Return the parts of `text`; `title` is used where the text does not begin with one."""
    blocks = list(_blocks(text))
    headings = tuple((b.start, b.end) for b in blocks if b.kind == "heading")
    shown = next((text[b.start : b.end] for b in blocks if b.kind == "title"), title)
    return Document(text, shown or title, tuple(_sentences(text, blocks)), headings)


def _blocks(text: str) -> Iterator[_Block]:
    first = True
    for match in _BLOCK.finditer(text):
        mark = _MARK.match(text, match.start(), match.end())
        kind = _KINDS.get(mark.group(1)[0], "item") if mark else "text"
        if first and mark and mark.group(1) == "#":
            kind = "title"
        first = False
        yield _Block(mark.end() if mark else match.start(), match.end(), kind)


def _sentences(text: str, blocks: list[_Block]) -> Iterator[Sentence]:
    index = section = 0
    for paragraph, block in enumerate(blocks):
        section += block.kind == "heading"
        for start, end in sentence_spans(text, block.start, block.end):
            yield Sentence(start, end, block.kind, index, paragraph, section)
            index += 1
