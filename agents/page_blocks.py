"""A page as a list of blocks, read from Markdown or from plain text."""

import re
from collections.abc import Iterator
from itertools import pairwise
from typing import NamedTuple

from agents.page_dates import is_byline
from agents.page_markup import CLOSE, OPEN, literal, readable, without_hidden


class Block(NamedTuple):
    """A heading, paragraph, list item, quote or rule of a page, its text on one line."""

    kind: str
    """`heading`, `paragraph`, `item`, `quote` or `rule`."""
    text: str
    level: int = 0
    """Of a heading, 1 to 6."""
    linked: float = 0.0
    """Share of the text that is link text, 0 to 1."""
    links: tuple[str, ...] = ()
    """Addresses that its links lead to, as written."""


Lines = tuple[str, int, list[str]]
"""Kind, level, and the lines of a block that is being read."""

_WORD = re.compile(r"\w")
_FENCE = re.compile(r"\s{0,3}(?:```|~~~)")
_HEADING = re.compile(rf"\s{{0,3}}(?:[*+-]\s{{1,3}})?({OPEN}?)(#{{1,6}})\s+(.*)")
_ITEM = re.compile(r"\s*(?:[*+•·\uf0b7-]|\d{1,3}[.)])\s+(.*)")
_RULE = re.compile(r"\s{0,3}([-*_])\s*(?:\1\s*){2,80}$")
_TABLE_RULE = re.compile(r"\s*\|[\s:|-]+$")
_LINKED = re.compile(f"{OPEN}([^{OPEN}{CLOSE}]*){CLOSE}")
_LABEL = re.compile(r"[“‘\"'(\[]{0,2}[A-Z0-9].*[^.!?,;:][”’\"')\]]{0,2}\Z(?<![.!?,;:])(?<![.!?,;:][”’\"'])")
_WRAP = (50, 180)
"""Usual length of a line of wrapped text, in characters."""


def make_block(kind: str, text: str, level: int = 0) -> Block:
    """Return a block from text in which link texts stand between marks, each with its hidden address."""
    text, links = without_hidden(" ".join(text.split()))
    linked = sum(len(match[1].strip()) for match in _LINKED.finditer(text))
    plain = " ".join(literal(text.replace(OPEN, "").replace(CLOSE, "")).split())
    return Block(kind, plain, level, min(1.0, linked / len(plain)) if plain else 0.0, links)


def markdown_blocks(text: str) -> list[Block]:
    """Return the blocks of a page that was archived as Markdown."""
    made = (make_block(kind, " ".join(lines), level) for kind, level, lines in _groups(readable(text).split("\n")))
    return [block for block in made if _WORD.search(block.text) or block.kind == "rule"]


def _groups(lines: list[str]) -> Iterator[Lines]:
    """Yield the lines of each block. Inside a code fence only blank lines part blocks."""
    current: Lines | None = None
    fenced = False
    for line in lines:
        if _FENCE.match(line):
            fenced, started = not fenced, None
        elif not line.strip():
            started = None
        elif current and not _starts(line, current, fenced=fenced):
            current[2].append(line.lstrip("> ") if current[0] == "quote" else line)
            continue
        else:
            started = ("paragraph", 0, [line]) if fenced else _started(line)
        if current:
            yield current
        current = started
    if current:
        yield current


def _starts(line: str, current: Lines, *, fenced: bool) -> bool:
    """Return whether a line that follows another begins a block of its own."""
    if fenced:
        return False
    kind = _started(line)[0]
    return current[0] in ("heading", "rule") or (kind != "paragraph" and not kind == current[0] == "quote")


def _started(line: str) -> Lines:
    if _RULE.match(line) or _TABLE_RULE.match(line):
        return ("rule", 0, [])
    if heading := _HEADING.match(line):
        return ("heading", len(heading[2]), [heading[1] + heading[3].rstrip(" #")])
    if line.lstrip().startswith(">"):
        return ("quote", 0, [line.lstrip("> ")])
    if item := _ITEM.match(line):
        return ("item", 0, [item[1]])
    if line.lstrip().startswith("|"):
        return ("paragraph", 0, [" | ".join(cell.strip() for cell in line.strip(" |").split("|"))])
    return ("paragraph", 0, [line])


def text_blocks(text: str) -> list[Block]:
    """Return the blocks of plain text.

    Blank lines part paragraphs; where there are none, or lines are not wrapped, each line is a paragraph. A short line
    without a full stop, or one above a byline, is a heading; so is a short first line.
    """
    lines = [" ".join(line.split()) for line in text.replace("\r\n", "\n").split("\n")]
    wrapped = _is_wrapped(lines)
    blocks: list[Block] = []
    chunk: list[str] = []
    for line, following in zip(lines, [*lines[1:], ""], strict=True):
        if line:
            chunk.append(line)
        alone = not wrapped or is_byline(line) or is_byline(following)
        if chunk and (alone or not line or _ITEM.match(following)):
            blocks.append(_text_block(" ".join(chunk), first=not blocks, above_byline=is_byline(following)))
            chunk = []
    return blocks


def _is_wrapped(lines: list[str]) -> bool:
    """Return whether the lines that another follows directly are mostly as long as lines of wrapped text are."""
    inner = sorted(len(line) for line, below in pairwise(lines) if line and below and not _ITEM.match(below))
    return "" in lines[:-1] and bool(inner) and _WRAP[0] <= inner[len(inner) // 2] <= _WRAP[1]


def _text_block(text: str, *, first: bool, above_byline: bool) -> Block:
    item = _ITEM.match(text)
    if item:
        return Block("item", item[1])
    short = len(text) <= (200 if first else 90)
    looks = short and _LABEL.match(text) is not None and not is_byline(text) and text[:3].lower() != "by "
    return Block("heading", text, 1 if first else 2) if looks or above_byline else Block("paragraph", text)
