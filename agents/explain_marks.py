"""The text of an explained article, cut where marks begin and end: quotes, values and triggers, line by line."""

import itertools
import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from typing import Any, NamedTuple

from agents.explained import Considered, Explanation, Step, Value
from schemas.events import Span

_PREFIX = re.compile(r"(#{1,6}|[-*+]|>)[ \t]+")
_KINDS = {"#": "heading", ">": "quote"}


class Piece(NamedTuple):
    """A stretch of text under the same marks."""

    text: str
    quotes: tuple[Considered, ...]
    """Those told whose quote it belongs to."""
    values: tuple[tuple[Considered, Value], ...]
    """The values of those told that were read from it."""
    triggers: tuple[Considered, ...]
    """Those, told or not, that it announced."""


class Run(NamedTuple):
    """Pieces of the same quotes, or of none."""

    quotes: tuple[Considered, ...]
    pieces: tuple[Piece, ...]


class Line(NamedTuple):
    """A line of the text: `title`, `heading`, `item`, `quote` or `text`."""

    kind: str
    runs: tuple[Run, ...]


def told_of(explanation: Explanation) -> list[Considered]:
    """Return the candidates that are events, in the order of the text."""
    return [one for one in explanation.considered if one.step is Step.TOLD]


def lines_of(explanation: Explanation) -> list[Line]:
    """Return the lines of the text that are not blank, with their marks."""
    pieces = _pieces(explanation.text, list(_marks(explanation)))
    by_line = [list(some) for is_break, some in itertools.groupby(pieces, lambda p: p.text == "\n") if not is_break]
    return [_line(some, first=n == 0) for n, some in enumerate(by_line) if any(p.text.strip() for p in some)]


def _marks(explanation: Explanation) -> Iterator[tuple[Span, str, Any]]:
    for one in explanation.considered:
        yield from ((trigger.span, "trigger", one) for trigger in one.triggers)
        if one.step is Step.TOLD:
            yield one.span, "quote", one
            yield from ((value.span, "value", (one, value)) for value in one.values if not value.why_not)


def _pieces(text: str, marks: Sequence[tuple[Span, str, Any]]) -> Iterator[Piece]:
    """Yield the pieces of a text in order; a line break is a piece of its own."""
    opening: dict[int, list[int]] = defaultdict(list)
    closing: dict[int, list[int]] = defaultdict(list)
    for n, ((start, end), _, _) in enumerate(marks):
        opening[start].append(n)
        closing[end].append(n)
    breaks = [place for match in re.finditer("\n", text) for place in match.span()]
    active: dict[int, None] = {}
    for start, end in itertools.pairwise(sorted({0, len(text), *breaks, *opening, *closing})):
        for n in closing[start]:
            active.pop(n, None)
        active.update(dict.fromkeys(opening[start]))
        under: dict[str, list[Any]] = defaultdict(list)
        for n in active:
            under[marks[n][1]].append(marks[n][2])
        yield Piece(text[start:end], _each(under["quote"]), tuple(under["value"]), _each(under["trigger"]))


def _each(some: Iterable[Considered]) -> tuple[Considered, ...]:
    return tuple({one.label: one for one in some}.values())


def _line(pieces: list[Piece], *, first: bool) -> Line:
    mark = _PREFIX.match(pieces[0].text)
    kind = _KINDS.get(mark.group(1)[0], "item") if mark else "text"
    if mark:
        pieces[0] = pieces[0]._replace(text=pieces[0].text[mark.end() :])
    shown = [piece for piece in pieces if piece.text]
    runs = tuple(Run(quotes, tuple(some)) for quotes, some in itertools.groupby(shown, lambda piece: piece.quotes))
    return Line("title" if first and kind == "heading" else kind, runs)
