"""The documents of a set in order, page by page, without sorting what no page shows.

A small set is read and sorted. A large one is met along an index, until the page is full: the newest month first, or
the largest amount. What is smallest by (order, id) comes first.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import NamedTuple

import msgspec

from streamer.stores.sqlite_bits import STEPS, as_bytes, numbers_in, step, with_mark

ORDERS = {"newest": "-at", "oldest": "at", "amount": "-coalesce(amount_usd, -1)"}
"""By name of the sort; what is ranked by words has an order of its own."""
SMALL = 20_000
"""So many documents are sorted faster than they are met along an index."""


class Place(NamedTuple):
    """Where a document stands in the order."""

    order: float
    id: str


class Placed(NamedTuple):
    order: float
    id: str
    number: int


START = Place(float("-inf"), "")


def ranked(
    connection: sqlite3.Connection, rows: str, found: int, expression: str, *, after: Place, limit: int
) -> list[Placed]:
    """Return documents of a set by how well they fit an expression of FTS5; those that do not fit it come last."""
    numbers = _listed(found)
    scored = connection.execute(
        f"SELECT rowid, bm25({rows}_words, 1, 5) FROM {rows}_words"  # noqa: S608
        f" WHERE {rows}_words MATCH ? AND +rowid IN (SELECT value FROM json_each(?))",
        (expression, numbers),
    )
    scores = dict(scored)
    ids = f"SELECT id, number FROM {rows} WHERE number IN (SELECT value FROM json_each(?))"  # noqa: S608
    placed = sorted(Placed(scores.get(number, 0.0), id_, number) for id_, number in connection.execute(ids, (numbers,)))
    return [one for one in placed if one[:2] > after][:limit]


def ordered(
    connection: sqlite3.Connection, rows: str, found: int, sort: str, *, after: Place, limit: int
) -> list[Placed]:
    """Return up to `limit` documents of a set that come after a place."""
    if found.bit_count() <= SMALL:
        return _sorted(connection, rows, found, ORDERS[sort], after=after, limit=limit)
    along = _by_amount if sort == "amount" else _by_time
    return list(islice(along(connection, rows, found, sort, after), limit))


def _sorted(
    connection: sqlite3.Connection, rows: str, found: int, order: str, *, after: Place, limit: int
) -> list[Placed]:
    sql = f"""
        SELECT {order} AS o, id, number FROM {rows} WHERE number IN (SELECT value FROM json_each(?))
        AND ({order}, id) > (?, ?) ORDER BY 1, 2 LIMIT ?
    """  # noqa: S608
    return [Placed(*row) for row in connection.execute(sql, (_listed(found), *after, limit))]


def _by_time(connection: sqlite3.Connection, rows: str, found: int, sort: str, after: Place) -> Iterator[Placed]:
    way = "DESC" if sort == "newest" else "ASC"
    sql = f"""
        SELECT {ORDERS[sort]}, id, number FROM {rows} WHERE at >= ? AND at < ? AND ({ORDERS[sort]}, id) > (?, ?)
        ORDER BY at {way}, id
    """  # noqa: S608
    for month in _months(connection, rows, sort, after):
        here = found & with_mark(connection, rows, ("at", month))
        if here:
            span = (month * STEPS["at"], (month + 1) * STEPS["at"])
            yield from _met(connection.execute(sql, (*span, *after)), here)


def _months(connection: sqlite3.Connection, rows: str, sort: str, after: Place) -> Iterator[int]:
    """Return the months that have documents, from the place on."""
    newest = sort == "newest"
    sql = f"SELECT DISTINCT value FROM {rows}_bits WHERE field = 'at' ORDER BY value {'DESC' if newest else ''}"  # noqa: S608
    for (month,) in connection.execute(sql).fetchall():
        bound = after.order if after != START else None
        if bound is None or (month <= step("at", -bound) if newest else month >= step("at", bound)):
            yield month


def _by_amount(connection: sqlite3.Connection, rows: str, found: int, _sort: str, after: Place) -> Iterator[Placed]:
    """Yield those with an amount, then the others by id."""
    known = with_mark(connection, rows, ("holds", "amount_usd"))
    if after.order <= 0:
        sql = f"""
            SELECT -amount_usd, id, number FROM {rows}
            WHERE amount_usd IS NOT NULL AND amount_usd <= ? AND (-amount_usd, id) > (?, ?)
            ORDER BY amount_usd DESC, id
        """  # noqa: S608
        yield from _met(connection.execute(sql, (-after.order, *after)), found & known)
    sql = f"SELECT 1.0, id, number FROM {rows} WHERE id > ? ORDER BY id"  # noqa: S608
    yield from _met(connection.execute(sql, (after.id if after.order > 0 else "",)), found & ~known)


def _met(rows: Iterable[tuple[float, str, int]], found: int) -> Iterator[Placed]:
    """Yield the rows that are in a set."""
    bits = as_bytes(found)
    end = len(bits) * 8
    for order, id_, number in rows:
        if number < end and bits[number >> 3] >> (number & 7) & 1:
            yield Placed(order, id_, number)


def _listed(found: int) -> str:
    return msgspec.json.encode(numbers_in(found)).decode()
