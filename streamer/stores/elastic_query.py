"""A query's tree as Elasticsearch reads it. Gives the same answers as the matcher and SQLite.

Text fields are searched in their `_tokens` twin, which holds the tokens of our own tokenizer; the analyzer only splits
at spaces. So accents, scripts and phrases mean the same in every mode.
"""

from datetime import datetime
from decimal import Decimal
from typing import Any

from agents.match import date_limits
from schemas.query_fields import FIELDS, Kind
from schemas.query_tree import And, Everything, Exists, Match, Node, Not, Or, Prefix, Range, leaves
from schemas.taxonomy import CountUnit
from schemas.tokens import tokens

Clause = dict[str, Any]

_COUNTS = {unit.value: f"counts.{unit.value}" for unit in CountUnit}
_TITLE_WEIGHT = 5
_EXPANSIONS = 10_000
"""Words that a prefix at the end of a phrase may stand for."""


def clause(node: Node, now: datetime) -> Clause:  # noqa: PLR0911 (one line per kind of node)
    """Return the query DSL of a tree; `now` is what relative dates count from."""
    match node:
        case Everything():
            return {"match_all": {}}
        case Match() | Prefix():
            return _leaf(node)
        case Exists():
            return {"exists": {"field": searched(node.field)}}
        case Range():
            return _range(node, now)
        case Not():
            return {"bool": {"must_not": [clause(node.part, now)]}}
        case And():
            return {"bool": {"must": [clause(part, now) for part in node.parts]}}
        case Or():
            return {"bool": {"should": [clause(part, now) for part in node.parts], "minimum_should_match": 1}}


def scoring(node: Node) -> list[Clause]:
    """Return the clauses that rank what a tree finds: the words it asks for, those in titles five times as much."""
    words = [leaf for leaf in leaves(node) if isinstance(leaf, Match | Prefix) and FIELDS[leaf.field].kind is Kind.TEXT]
    return [
        {"bool": {"must": [_leaf(leaf)], "boost": _TITLE_WEIGHT if leaf.field == "title" else 1}}
        for leaf in dict.fromkeys(words)
    ]


def searched(name: str) -> str:
    """Return the field of the index that holds a field of the language."""
    if FIELDS[name].kind is Kind.TEXT:
        return f"{name}_tokens"
    if name == "amount":
        return "amount_minor"
    return _COUNTS.get(name, name)


def _leaf(node: Match | Prefix) -> Clause:
    return _match(node.field, node.text) if isinstance(node, Match) else _prefix(node.field, node.text)


def _match(name: str, text: str) -> Clause:
    field = searched(name)
    if FIELDS[name].kind is Kind.TEXT:
        words = tokens(text)
        return {"match_phrase": {field: " ".join(words)}} if len(words) > 1 else {"term": {field: words[0]}}
    return {"term": {field: text}}


def _prefix(name: str, text: str) -> Clause:
    field = searched(name)
    if FIELDS[name].kind is not Kind.TEXT:
        return {"prefix": {field: text}}
    words = tokens(text)
    if len(words) == 1:
        return {"prefix": {field: words[0]}}
    return {"match_phrase_prefix": {field: {"query": " ".join(words), "max_expansions": _EXPANSIONS}}}


def _range(node: Range, now: datetime) -> Clause:
    bounds = _moments(node, now) if FIELDS[node.field].kind is Kind.DATE else _numbers(node)
    return {"range": {searched(node.field): bounds}}


def _numbers(node: Range) -> Clause:
    scale = 100 if node.field == "amount" else 1
    bounds: Clause = {}
    if node.low is not None:
        bounds["gt" if node.low_open else "gte"] = float(Decimal(node.low) * scale)
    if node.high is not None:
        bounds["lt" if node.high_open else "lte"] = float(Decimal(node.high) * scale)
    return bounds


def _moments(node: Range, now: datetime) -> Clause:
    first, last, low_open, high_open = date_limits(node, now)
    bounds: Clause = {"format": "strict_date_optional_time"}
    if first is not None:
        bounds["gt" if low_open else "gte"] = first.isoformat()
    if last is not None:
        bounds["lt" if high_open else "lte"] = last.isoformat()
    return bounds
