"""What a query tree finds, as a set of document numbers (see `sqlite_bits`).

Keywords have bits; the words of a query go to FTS5 as quoted tokens of letters and digits only; numbers and times are
read from indexes. Every value is a bound parameter.
"""

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import and_, or_
from typing import Any

from agents.match import date_limits
from schemas.query_fields import FIELDS, Kind
from schemas.query_tree import And, Everything, Exists, Match, Node, Not, Or, Prefix, Range, leaves
from schemas.tokens import tokens
from streamer.stores.sqlite_bits import ALL, KEYWORDS, STEPS, between, of_numbers, step, with_mark

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = "\U0010ffff"
Words = Match | Prefix


@dataclass(frozen=True)
class Finder:
    """Looks for documents in the tables whose names begin with `rows`; relative dates count from `now`."""

    connection: sqlite3.Connection
    rows: str
    now: datetime

    def found(self, node: Node) -> int:
        """Return the set of documents that a tree finds."""
        match node:
            case Everything():
                return self._marked(*ALL)
            case Not():
                return self._marked(*ALL) & ~self.found(node.part)
            case And() | Or():
                return self._joined(node)
            case Exists():
                return self._existing(node.field)
            case Range():
                return self._range(node)
        return self._in_words(words(node)) if is_words(node) else self._keyword(node)

    def _joined(self, node: And | Or) -> int:
        """Join the parts; those that are words go to FTS5 as one expression."""
        worded = [words(part) for part in node.parts if is_words(part)]
        sets = [self.found(part) for part in node.parts if not is_words(part)]
        together, operator = (and_, " AND ") if isinstance(node, And) else (or_, " OR ")
        if worded and (not sets or together is or_ or reduce(and_, sets)):
            sets.append(self._in_words(operator.join(worded)))
        return reduce(together, sets)

    def _in_words(self, expression: str) -> int:
        table = f"{self.rows}_words"
        return self._listed("rowid", f"{table} WHERE {table} MATCH ?", (expression,))

    def _keyword(self, node: Words) -> int:
        name, text = node.field, node.text
        if name in KEYWORDS:
            return self._marked(name, text) if isinstance(node, Match) else self._marked_from(name, text)
        last = text if isinstance(node, Match) else text + _LAST
        table = f"{self.rows}_domains" if name == "domain" else self.rows
        return self._listed("number", f'{table} WHERE "{name}" BETWEEN ? AND ?', (text, last))

    def _existing(self, name: str) -> int:
        return self._marked_from(name, "") if name in KEYWORDS else self._marked("holds", name)

    def _marked(self, name: str, value: str | int) -> int:
        return with_mark(self.connection, self.rows, (name, value))

    def _marked_from(self, name: str, start: str) -> int:
        return self._marked(name, start) | between(self.connection, self.rows, name, start, start + _LAST)

    def _listed(self, number: str, source: str, values: Sequence[Any]) -> int:
        """Return the numbers that a piece of SQL tells: a table and a condition."""
        found = self.connection.execute(f"SELECT json_group_array({number}) FROM {source}", values)  # noqa: S608
        return of_numbers(found.fetchone()[0])

    # --- numbers and times --------------------------------------------------------------------------------------------

    def _range(self, node: Range) -> int:
        low, high = _limits(node, self.now)
        if node.field not in STEPS:
            return self._marked("holds", node.field) and self._between(node.field, low, high)
        first, last = (None if bound is None else step(node.field, bound[1]) for bound in (low, high))
        if first is not None and last is not None and last - first <= 1:
            return self._between(node.field, low, high)
        inside = (_LOWEST if first is None else first, _HIGHEST if last is None else last)
        return (
            between(self.connection, self.rows, node.field, *inside)
            | self._on_step(node.field, low)
            | self._on_step(node.field, high)
        )

    def _on_step(self, name: str, bound: "Bound | None") -> int:
        """Return what lies on the step of a bound, on the bound's side."""
        if bound is None:
            return 0
        sign, value = bound
        near = ("<=", value + 2 * STEPS[name]) if sign.startswith(">") else (">=", value - 2 * STEPS[name])
        return self._between(name, bound, near) & self._marked(name, step(name, value))

    def _between(self, name: str, *bounds: "Bound | None") -> int:
        tests = "".join(f' AND "{name}" {bound[0]} ?' for bound in bounds if bound)
        values = [bound[1] for bound in bounds if bound]
        return self._listed("number", f'{self.rows} WHERE "{name}" IS NOT NULL{tests}', values)


_LOWEST, _HIGHEST = -(2**62), 2**62
Bound = tuple[str, float]
"""A comparison and what is compared with."""


def _limits(node: Range, now: datetime) -> tuple[Bound | None, Bound | None]:
    """Return the lower and the upper bound of a range as columns hold them."""
    low: float | None
    high: float | None
    if FIELDS[node.field].kind is Kind.DATE:
        first, last, low_open, high_open = date_limits(node, now)
        low, high = (None if bound is None else micros(bound) for bound in (first, last))
    else:
        low, high = (None if bound is None else float(bound) for bound in (node.low, node.high))
        low_open, high_open = node.low_open, node.high_open
    return (
        None if low is None else (">" if low_open else ">=", low),
        None if high is None else ("<" if high_open else "<=", high),
    )


# --- words ------------------------------------------------------------------------------------------------------------


def is_words(node: Node) -> bool:
    return isinstance(node, Words) and FIELDS[node.field].kind is Kind.TEXT


def words(node: Node) -> str:
    """Return the FTS5 expression of a leaf: a column and one phrase of quoted tokens."""
    assert isinstance(node, Words)
    star = " *" if isinstance(node, Prefix) else ""
    return f'"{node.field}" : "{" ".join(tokens(node.text))}"{star}'


def scoring(node: Node) -> str | None:
    """Return the FTS5 expression that ranks what a tree finds: any of the words it asks for, if any."""
    asked = dict.fromkeys(words(leaf) for leaf in leaves(node) if is_words(leaf))
    return " OR ".join(asked) or None


def micros(moment: datetime) -> int:
    """Return a time as whole microseconds since 1970."""
    return (moment - _EPOCH) // timedelta(microseconds=1)
