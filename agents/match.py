"""A query against one document, in this process: what search would find, exactly.

Used for alerts, for the matched words that a notice names, and for marking them in search results.
"""

import re
from collections.abc import Callable, Iterable
from datetime import datetime
from functools import lru_cache
from typing import TypeVar

from schemas.documents import Document
from schemas.query_fields import FIELDS, Kind, instants, keywords, moment, number, texts
from schemas.query_tree import (
    And,
    Everything,
    Exists,
    Match,
    Node,
    Not,
    Or,
    Prefix,
    Query,
    Range,
    effective,
    leaves,
    spelling,
)
from schemas.tokens import token_line, token_spans, tokens

_T = TypeVar("_T", float, datetime)

MARKS = ("⟦", "⟧")
"""Around matched words in highlights."""


class View:
    """A document with its fields' tokens, made once for all the queries that are tried on it.

    `former_ids` are ids that its case had before: who follows one of them follows the case.
    """

    def __init__(self, document: Document, former_ids: tuple[str, ...] = ()) -> None:
        self.document = document
        self.former_ids = former_ids
        self._lines: dict[str, str] = {}

    def line(self, name: str) -> str:
        """Return a text field as one line of tokens with a blank at both ends."""
        if name not in self._lines:
            self._lines[name] = f" {token_line(texts(self.document, name))} "
        return self._lines[name]

    def keywords(self, name: str) -> tuple[str, ...]:
        """Return the values of a keyword or boolean field."""
        found = keywords(self.document, name)
        return (*found, *self.former_ids) if name == "case_id" else found


Test = Callable[[View], bool]


def matches(query: Query, document: Document | View, *, now: datetime) -> bool:
    """Return whether the document is one that the query finds. Relative dates count from `now` (aware).

    Who tries many queries on one document hands over its View.
    """
    view = document if isinstance(document, View) else View(document)
    return condition(effective(query), now)(view)


def condition(node: Node, now: datetime) -> Test:
    """Return the test that a tree makes of a document."""
    match node:
        case And():
            parts = [condition(part, now) for part in node.parts]
            return lambda view: all(part(view) for part in parts)
        case Or():
            parts = [condition(part, now) for part in node.parts]
            return lambda view: any(part(view) for part in parts)
        case Not():
            inner = condition(node.part, now)
            return lambda view: not inner(view)
        case Everything():
            return lambda _: True
    return _leaf(node, now)


def _leaf(node: Match | Prefix | Exists | Range, now: datetime) -> Test:
    if isinstance(node, Exists):
        return lambda view: exists(view.document, node.field)
    if isinstance(node, Range):
        return _range(node, now)
    if FIELDS[node.field].kind is Kind.TEXT:
        words = f" {' '.join(tokens(node.text))}{' ' if isinstance(node, Match) else ''}"
        return lambda view: words in view.line(node.field)
    if isinstance(node, Prefix):
        return lambda view: any(one.startswith(node.text) for one in view.keywords(node.field))
    return lambda view: node.text in view.keywords(node.field)


def exists(document: Document, name: str) -> bool:
    """Return whether a field has a value; a text without a single word is none."""
    kind = FIELDS[name].kind
    if kind is Kind.TEXT:
        return bool(token_line(texts(document, name)))
    if kind is Kind.NUMBER:
        return number(document, name) is not None
    if kind is Kind.DATE:
        return moment(document, name) is not None
    return bool(keywords(document, name))


def _range(node: Range, now: datetime) -> Test:
    if FIELDS[node.field].kind is Kind.NUMBER:
        low, high = (None if bound is None else float(bound) for bound in (node.low, node.high))
        return lambda view: _between(number(view.document, node.field), low, high, node.low_open, node.high_open)
    limits = date_limits(node, now)
    return lambda view: _between(moment(view.document, node.field), *limits)


Limits = tuple[datetime | None, datetime | None, bool, bool]


@lru_cache(maxsize=1024)
def date_limits(node: Range, now: datetime) -> Limits:
    """Return the bounds of a date range as instants, and for each whether it lies outside itself."""
    low = instants(node.low, now) if node.low is not None else None
    high = instants(node.high, now) if node.high is not None else None
    first = low and low[node.low_open]
    last = high and high[not node.high_open]
    low_open = node.low_open and low is not None and low[0] == low[1]
    high_open = node.high_open or (high is not None and high[0] != high[1])
    return first, last, low_open, high_open


def _between(value: _T | None, low: _T | None, high: _T | None, low_open: bool, high_open: bool) -> bool:
    if value is None:
        return False
    if low is not None and (value < low or (low_open and value == low)):
        return False
    return high is None or value < high or (value == high and not high_open)


# --- what matched -----------------------------------------------------------------------------------------------------


def matched_terms(query: Query, document: Document, *, now: datetime) -> list[str]:
    """Return the parts of the query that the document fulfils, as they are spelled."""
    return terms_in(query, View(document), now=now)


def terms_in(query: Query, view: View, *, now: datetime) -> list[str]:
    """Return the parts of the query that the document of a view fulfils, as they are spelled."""
    return list(dict.fromkeys(spelling(leaf) for leaf in leaves(query.tree) if _leaf(leaf, now)(view)))


def highlight(query: Query, text: str, field_names: Iterable[str] = ("text",)) -> str:
    """Return the text with the words that the query looks for in these fields between marks."""
    found = list(token_spans(text))
    line = [token for token, _ in found]
    marked: set[int] = set()
    for leaf in leaves(query.tree):
        if isinstance(leaf, Match | Prefix) and leaf.field in field_names:
            marked |= _places(line, tokens(leaf.text), whole=isinstance(leaf, Match))
    pieces, place = [], 0
    for number_, (_, (start, end)) in enumerate(found):
        if number_ in marked:
            pieces += [text[place:start], MARKS[0], text[start:end], MARKS[1]]
            place = end
    joined = "".join([*pieces, text[place:]])
    return re.sub(rf"{MARKS[1]}([ \-]){MARKS[0]}", r"\1", joined)


def _places(line: list[str], words: list[str], *, whole: bool) -> set[int]:
    """Return the places of the tokens that a phrase covers, the last word as a prefix unless `whole`."""
    found: set[int] = set()
    for start in range(len(line) - len(words) + 1):
        window = line[start : start + len(words)]
        same_last = window[-1] == words[-1] if whole else window[-1].startswith(words[-1])
        if window[:-1] == words[:-1] and same_last:
            found.update(range(start, start + len(words)))
    return found
