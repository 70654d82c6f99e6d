"""The tree of a query and its canonical spelling.

Nodes are built with `every`, `either` and `other_than`, which keep trees flat: two spellings of one query become one
tree, and the canonical spelling of a tree reads back as the same tree.
"""

import re
from collections.abc import Iterable, Iterator

from schemas.events import Record


class Match(Record, frozen=True, kw_only=True, tag="match"):
    """The words of `text` stand side by side in the field; in a keyword field, the value is `text`."""

    field: str = "text"
    text: str


class Prefix(Record, frozen=True, kw_only=True, tag="prefix"):
    """As Match, but the last word may go on."""

    field: str = "text"
    text: str


class Exists(Record, frozen=True, kw_only=True, tag="exists"):
    """The field has a value."""

    field: str


class Range(Record, frozen=True, kw_only=True, tag="range"):
    """A number or a time lies between two bounds; a document without a value lies in no range.

    Bounds are as written (`now-7d`, `2024-05`), so that a saved query moves with time. A bound that names a month
    means its first instant as a lower bound that is included, its last as an upper one.
    """

    field: str
    low: str | None = None
    high: str | None = None
    low_open: bool = False
    high_open: bool = False


class Everything(Record, frozen=True, kw_only=True, tag="everything"):
    """Every document."""


class And(Record, frozen=True, kw_only=True, tag="and"):
    parts: tuple["Node", ...]


class Or(Record, frozen=True, kw_only=True, tag="or"):
    parts: tuple["Node", ...]


class Not(Record, frozen=True, kw_only=True, tag="not"):
    part: "Node"


Node = Match | Prefix | Exists | Range | Everything | And | Or | Not


class Query(Record, frozen=True, kw_only=True):
    """A parsed query."""

    tree: Node
    text: str
    """The canonical spelling: saved with a subscription, and pasted into Kibana."""


def every(parts: Iterable[Node]) -> Node:
    """Return the node that demands all parts."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, And) else (part,))]
    return flat[0] if len(flat) == 1 else And(parts=tuple(flat))


def either(parts: Iterable[Node]) -> Node:
    """Return the node that demands at least one part."""
    flat = [inner for part in parts for inner in (part.parts if isinstance(part, Or) else (part,))]
    return flat[0] if len(flat) == 1 else Or(parts=tuple(flat))


def other_than(part: Node) -> Node:
    """Return the node that excludes a part; excluding it twice is demanding it."""
    return part.part if isinstance(part, Not) else Not(part=part)


def query_of(tree: Node) -> Query:
    return Query(tree=tree, text=spelling(tree))


def leaves(node: Node) -> Iterator[Match | Prefix | Exists | Range]:
    """Yield what a tree asks for; not what it excludes."""
    match node:
        case And() | Or():
            for part in node.parts:
                yield from leaves(part)
        case Match() | Prefix() | Exists() | Range():
            yield node


def effective(query: Query) -> Node:
    """Return the tree as it is carried out: a query without a word about `withdrawn` finds only what counts."""
    return query.tree if "withdrawn:" in query.text else every([query.tree, Match(field="withdrawn", text="false")])


# --- spelling ---------------------------------------------------------------------------------------------------------

_BARE = re.compile(r"[^\W_](?:[\w.\-&'@]*\w)?")
_OPERATORS = {"and", "or", "not", "to"}


def spelling(node: Node) -> str:  # noqa: PLR0911 (one line per kind of node)
    """Return the canonical spelling of a tree, in the common part of Lucene's syntax and Kibana's."""
    match node:
        case Everything():
            return "*"
        case Match():
            return _field(node.field) + quoted(node.text)
        case Prefix():
            return _field(node.field) + _escaped(node.text) + "*"
        case Exists():
            return f"{node.field}:*"
        case Range():
            return f"{node.field}:{_bounds(node)}"
        case Not():
            return f"NOT {_wrapped(node.part)}"
        case And():
            return " AND ".join(_wrapped(part) for part in node.parts)
        case Or():
            return " OR ".join(_wrapped(part) for part in node.parts)


def quoted(text: str) -> str:
    """Return a value bare where it may stand so, else in quotes."""
    if _BARE.fullmatch(text) and text.lower() not in _OPERATORS:
        return text
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return f'"{escaped}"'


def _escaped(text: str) -> str:
    return re.sub(r"([^\w.\-&'@]|^-)", r"\\\1", text)


def _field(name: str) -> str:
    return "" if name == "text" else f"{name}:"


def _bounds(node: Range) -> str:
    if node.low is not None and node.low == node.high and not (node.low_open or node.high_open):
        return node.low
    if node.high is None and node.low is not None:
        return f">{'' if node.low_open else '='}{node.low}"
    if node.low is None and node.high is not None:
        return f"<{'' if node.high_open else '='}{node.high}"
    left, right = "{" if node.low_open else "[", "}" if node.high_open else "]"
    return f"{left}{node.low or '*'} TO {node.high or '*'}{right}"


def _wrapped(node: Node) -> str:
    return f"({spelling(node)})" if isinstance(node, And | Or) else spelling(node)
