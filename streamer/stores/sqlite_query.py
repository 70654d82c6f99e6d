"""A query tree as SQL over a table of documents (`d`) and its full-text table.

Every value is a bound parameter. The words of a query reach FTS5 as quoted tokens of letters and digits only.
"""

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from agents.match import date_limits
from schemas.query_fields import FIELDS, Kind
from schemas.query_tree import And, Everything, Exists, Match, Node, Not, Or, Prefix, Range, leaves
from schemas.tokens import tokens

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LAST = "\U0010ffff"
Words = Match | Prefix


@dataclass(frozen=True)
class Sql:
    """A piece of SQL with its parameters."""

    text: str
    values: tuple[Any, ...] = ()


def condition(node: Node, rows: str, now: datetime) -> Sql:
    """Return the condition that is true for the rows `d` which the tree finds, else false, and never NULL."""
    match node:
        case Everything():
            return Sql("1")
        case Not():
            inner = condition(node.part, rows, now)
            return Sql(f"NOT {inner.text}", inner.values)
        case And() | Or():
            return _joined(node, rows, now)
        case Match() | Prefix() if FIELDS[node.field].kind is Kind.TEXT:
            return _in_words(words(node), rows)
    return _leaf(node, rows, now)


def _joined(node: And | Or, rows: str, now: datetime) -> Sql:
    """Join the parts; those that are words go to FTS5 as one expression."""
    operator = "AND" if isinstance(node, And) else "OR"
    worded = [words(part) for part in node.parts if is_words(part)]
    pieces = [condition(part, rows, now) for part in node.parts if not is_words(part)]
    if worded:
        pieces.insert(0, _in_words(f" {operator} ".join(worded), rows))
    joined = f" {operator} ".join(piece.text for piece in pieces)
    return Sql(f"({joined})", tuple(value for piece in pieces for value in piece.values))


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


def _in_words(expression: str, rows: str) -> Sql:
    return Sql(f"d.number IN (SELECT rowid FROM {rows}_words WHERE {rows}_words MATCH ?)", (expression,))  # noqa: S608


def _leaf(node: Words | Exists | Range, rows: str, now: datetime) -> Sql:
    kind = FIELDS[node.field].kind
    if isinstance(node, Exists):
        if kind is Kind.TEXT or node.field == "domain":
            return Sql("instr(d.holds, ?) > 0", (f" {node.field} ",))
        return Sql(f'd."{node.field}" IS NOT NULL')
    if isinstance(node, Range):
        return _range(node, kind, now)
    if node.field == "domain":
        test = _keyword("domain", node)
        return Sql(f"d.number IN (SELECT number FROM {rows}_domains WHERE {test.text})", test.values)  # noqa: S608
    return _keyword(f'd."{node.field}"', node)


def _keyword(column: str, node: Words) -> Sql:
    if isinstance(node, Match):
        return Sql(f"{column} IS ?", (node.text,))
    return Sql(f"({column} IS NOT NULL AND {column} >= ? AND {column} < ?)", (node.text, node.text + _LAST))


def _range(node: Range, kind: Kind, now: datetime) -> Sql:
    low: float | None
    high: float | None
    if kind is Kind.DATE:
        first, last, low_open, high_open = date_limits(node, now)
        low, high = (None if bound is None else micros(bound) for bound in (first, last))
    else:
        low, high = (None if bound is None else float(bound) for bound in (node.low, node.high))
        low_open, high_open = node.low_open, node.high_open
    column, tests, values = f'd."{node.field}"', [], []
    for bound, operator in ((low, ">" if low_open else ">="), (high, "<" if high_open else "<=")):
        if bound is not None:
            tests.append(f"{column} {operator} ?")
            values.append(bound)
    return Sql(f"({column} IS NOT NULL AND {' AND '.join(tests)})", tuple(values))
