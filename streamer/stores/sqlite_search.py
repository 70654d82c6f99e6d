"""Search in SQLite: pages of what a query finds, in order, with counts by value."""

import base64
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime

import msgspec

from agents.match import highlight
from schemas.documents import Document
from schemas.events import Record
from schemas.query_tree import Query, effective
from streamer.contracts import Hit, Page
from streamer.stores.sqlite_facets import facet
from streamer.stores.sqlite_order import ORDERS, START, Place, Placed, ordered, ranked
from streamer.stores.sqlite_query import Finder, scoring

SORTS = ("relevance", *ORDERS)
RANKED = 4_000
"""Words that more documents have say little about each: what they find is told newest first, not ranked."""
_document = msgspec.json.Decoder(Document)


class Cursor(Record, frozen=True, kw_only=True):
    """Where a page ended, what `now` was on the first one, and in which order it stood."""

    now: datetime
    value: float
    id: str
    sort: str
    query: str
    order: str


def search(
    connection: sqlite3.Connection,
    query: Query,
    *,
    sort: str = "relevance",
    limit: int = 20,
    cursor: str | None = None,
    facets: Sequence[str] = (),
) -> Page:
    """Return a page of events. Raises ValueError on an unknown sort or facet and on a cursor of another query."""
    return _search(connection, "documents", query, sort=sort, limit=limit, cursor=cursor, facets=facets)


def search_articles(
    connection: sqlite3.Connection, query: Query, *, limit: int = 20, cursor: str | None = None
) -> Page:
    """Return a page of articles whose text the query finds."""
    return _search(connection, "texts", query, sort="relevance", limit=limit, cursor=cursor, facets=())


def _search(
    connection: sqlite3.Connection,
    rows: str,
    query: Query,
    *,
    sort: str,
    limit: int,
    cursor: str | None,
    facets: Sequence[str],
) -> Page:
    if sort not in SORTS:
        raise ValueError(f"no such sort: {sort}; known are {', '.join(SORTS)}")
    place = _read_cursor(cursor, query, sort)
    now = place.now if place else datetime.now(UTC)
    found = Finder(connection, rows, now).found(effective(query))
    order = place.order if place else _order(query, sort, found)
    after = Place(place.value, place.id) if place else START
    shown = _in_order(connection, rows, query, found, order=order, after=after, limit=limit + 1)
    last = shown[limit - 1] if len(shown) > limit else None
    following = last and Cursor(now=now, value=last.order, id=last.id, sort=sort, query=query.text, order=order)
    return Page(
        hits=tuple(_hit(query, one) for one in _records(connection, rows, shown[:limit])),
        total=found.bit_count(),
        cursor=base64.urlsafe_b64encode(msgspec.json.encode(following)).decode() if following else None,
        facets={name: facet(connection, rows, name, found) for name in facets},
    )


def _order(query: Query, sort: str, found: int) -> str:
    """Return the order in which a set is told."""
    if sort != "relevance":
        return sort
    return sort if scoring(query.tree) and found.bit_count() <= RANKED else "newest"


def _in_order(
    connection: sqlite3.Connection, rows: str, query: Query, found: int, *, order: str, after: Place, limit: int
) -> list[Placed]:
    expression = scoring(query.tree)
    if order == "relevance" and expression:
        return ranked(connection, rows, found, expression, after=after, limit=limit)
    return ordered(connection, rows, found, order, after=after, limit=limit)


def _records(connection: sqlite3.Connection, rows: str, placed: Sequence[Placed]) -> list[Document]:
    sql = f"SELECT record FROM {rows}_records WHERE number = ?"  # noqa: S608
    return [_document.decode(connection.execute(sql, (one.number,)).fetchone()[0]) for one in placed]


def _read_cursor(cursor: str | None, query: Query, sort: str) -> Cursor | None:
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        raise ValueError(f"not a cursor: {cursor[:40]}") from error
    if (place.query, place.sort) != (query.text, sort):
        raise ValueError("this cursor belongs to another query or sort")
    return place


def _hit(query: Query, document: Document) -> Hit:
    if document.event_id:
        return Hit(document=document, highlight=highlight(query, document.evidence, ("text", "evidence")))
    marked = highlight(query, document.text, ("text",))
    start = max(0, marked.find("⟦") - 120)
    excerpt = " ".join(marked[start : start + 320].split())
    return Hit(document=msgspec.structs.replace(document, text=""), highlight=excerpt)
