"""Which documents have which value, as bits: so that counting among half a million documents takes a moment.

For each (field, value) there is a row of bits with one bit for each document, by its number, kept in blocks. A set of
documents is a Python integer: sets are joined by `&`, `|` and `^`, and counted by `bit_count`.
"""

import sqlite3
from bisect import insort
from collections.abc import Iterable, Mapping
from itertools import chain
from typing import Any

import numpy as np

from schemas.query_fields import FIELDS, Kind

BLOCK = 30_000
"""Documents of one block: with their names, their bits fill a page of the file, which is written anew as a whole."""
_BYTES = BLOCK // 8
IDS = ("case_id", "event_id", "article_id")
KEYWORDS = tuple(
    name for name, one in FIELDS.items() if one.kind in (Kind.KEYWORD, Kind.BOOLEAN) and name not in ("domain", *IDS)
)
"""Fields with few values: each value has bits."""
_MONTH = 30 * 86_400 * 1_000_000
STEPS: dict[str, float] = {
    "at": _MONTH,
    **{name: _MONTH for name, one in FIELDS.items() if one.kind is Kind.DATE},
    "confidence": 0.05,
}
"""Numbers that nearly all documents have, and the steps that have bits: a wide range need not be read whole."""

Value = str | int
Mark = tuple[str, Value]
ALL: Mark = ("all", "")


def tables(rows: str) -> str:
    """Return the script that makes the table of bits beside a table of documents."""
    return f"""
    CREATE TABLE {rows}_bits (
        field TEXT NOT NULL, value NOT NULL, block INTEGER NOT NULL, number INTEGER NOT NULL, bits BLOB NOT NULL
    );
    CREATE INDEX {rows}_bits_of ON {rows}_bits (field, value, block, number);
    """


def step(name: str, value: float) -> int:
    """Return the step of a number; a larger number is never on a lower step."""
    return int(value // STEPS[name])


def marks(row: Mapping[str, Any]) -> set[Mark]:
    """Return which bits a document has, by its row: for keywords, outlet, what it holds, steps of numbers."""
    known = {name: value for name, value in row.items() if value is not None}
    found = {(name, known[name]) for name in (*KEYWORDS, "outlet") if name in known}
    found |= {("holds", name) for name in (*known["holds"].split(), *(name for name in known if name in FIELDS))}
    return found | {(name, step(name, known[name])) for name in STEPS if name in known} | {ALL}


# --- writing ----------------------------------------------------------------------------------------------------------


class Changes:
    """Bits to be set and cleared, gathered for one write."""

    def __init__(self) -> None:
        self._set: dict[tuple[str, Value, int], int] = {}
        self._cleared: dict[tuple[str, Value, int], int] = {}

    def replace(self, number: int, old: set[Mark], new: set[Mark]) -> None:
        """Note that document `number` has the marks `new` in place of `old`."""
        block, place = divmod(number, BLOCK)
        bit = 1 << place
        for before, after, one in chain(
            ((self._cleared, self._set, m) for m in new - old), ((self._set, self._cleared, m) for m in old - new)
        ):
            key = (*one, block)
            before[key] = before.get(key, 0) & ~bit
            after[key] = after.get(key, 0) | bit

    def write(self, connection: sqlite3.Connection, rows: str) -> None:
        """Write what was gathered."""
        read = f"SELECT bits, rowid FROM {rows}_bits WHERE field = ? AND value = ? AND block = ?"  # noqa: S608
        for key in self._set.keys() | self._cleared.keys():
            stored, place = connection.execute(read, key).fetchone() or (b"", None)
            bits = int.from_bytes(stored, "little") & ~self._cleared.get(key, 0) | self._set.get(key, 0)
            row = (*key, bits.bit_count(), as_bytes(bits))
            if place is None:
                connection.execute(f"INSERT INTO {rows}_bits VALUES (?, ?, ?, ?, ?)", row)  # noqa: S608
            else:
                update = f"UPDATE {rows}_bits SET number = ?, bits = ? WHERE rowid = ?"  # noqa: S608
                connection.execute(update, (*row[3:], place))


# --- reading ----------------------------------------------------------------------------------------------------------


def with_mark(connection: sqlite3.Connection, rows: str, mark: Mark) -> int:
    """Return the documents that have a mark."""
    return _joined(
        connection.execute(f"SELECT block, bits FROM {rows}_bits WHERE field = ? AND value = ? ORDER BY block", mark)  # noqa: S608
    )


def between(connection: sqlite3.Connection, rows: str, field: str, low: Value, high: Value) -> int:
    """Return the documents with a mark of the field whose value lies between two, both excluded."""
    sql = f"SELECT block, bits FROM {rows}_bits WHERE field = ? AND value > ? AND value < ? ORDER BY value, block"  # noqa: S608
    return _joined(connection.execute(sql, (field, low, high)))


def commonest(connection: sqlite3.Connection, rows: str, field: str, found: int, limit: int) -> dict[str, int]:
    """Return the commonest values of a field among the documents `found`, with their numbers, and the first by name.

    Values are looked at from the commonest of all documents on, until no other can be among the first.
    """
    sql = f"SELECT value, sum(number) FROM {rows}_bits WHERE field = ? GROUP BY value ORDER BY 2 DESC"  # noqa: S608
    counted: list[tuple[int, str]] = []
    for value, most in connection.execute(sql, (field,)).fetchall():
        if len(counted) >= limit and most < -counted[limit - 1][0]:
            break
        if number := (found & with_mark(connection, rows, (field, value))).bit_count():
            insort(counted, (-number, value))
    return {value: -number for number, value in counted[:limit]}


def _joined(parts: Iterable[tuple[int, bytes]]) -> int:
    """Return one set of the parts of sets, each by its block."""
    whole, found = bytearray(), 0
    for block, bits in parts:
        start = block * _BYTES
        if start < len(whole):
            found |= int.from_bytes(whole, "little")
            whole.clear()
        whole.extend(bytes(start - len(whole)))
        whole.extend(bits)
    return found | int.from_bytes(whole, "little")


def of_numbers(listed: str) -> int:
    """Return the set of documents with these numbers, given as a list in JSON: SQLite hands over no form faster."""
    if listed == "[]":
        return 0
    numbers = np.fromstring(listed[1:-1], dtype=np.int64, sep=",")
    flags = np.zeros(numbers.max() + 1, dtype=np.bool_)
    flags[numbers] = True
    return int.from_bytes(np.packbits(flags, bitorder="little").tobytes(), "little")


def numbers_in(found: int) -> list[int]:
    """Return the numbers of a set's documents, in order."""
    flags = np.unpackbits(np.frombuffer(as_bytes(found), dtype=np.uint8), bitorder="little")
    numbers: list[int] = np.flatnonzero(flags).tolist()
    return numbers


def as_bytes(found: int) -> bytes:
    """Return a set as bytes: document `n` is in it if `bits[n >> 3] >> (n & 7) & 1`, where `n >> 3` is inside."""
    return found.to_bytes((found.bit_length() + 7) // 8, "little")
