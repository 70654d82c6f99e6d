"""The tables of a replay, in a file of their own, take the place of those in use: in one transaction, so at once or not
at all, also for processes that have the file open."""

import contextlib
import os
import sqlite3
from collections.abc import Iterator, Sequence
from pathlib import Path

import msgspec

from schemas.codec import decode
from schemas.events import CaseUpdate
from streamer.contracts import Key
from streamer.replayed import Outcome, Replayed
from streamer.stores.sqlite import SqliteStore
from streamer.stores.sqlite_database import Database, as_list

DERIVED = ("events", "cases", "edits", "documents_domains", "documents_records", "documents_bits", "documents")
"""The tables that are replaced whole; those that refer to others first."""
_HEAD = "coalesce((SELECT head FROM main.heads WHERE topic = new.topic), 0)"
_LOG = f"""
    INSERT INTO main.log SELECT topic, position + {_HEAD}, key, payload, headers, at FROM replayed.log AS new
"""  # noqa: S608 (no value in it)
"""Messages that the replay left go to the ends of their topics."""
_HEADS = f"INSERT OR REPLACE INTO main.heads SELECT topic, head + {_HEAD} FROM replayed.heads AS new"  # noqa: S608
_KEYS_AND_MORE = (
    # Keys by which copies of articles are found are not made by linking: they stay.
    "DELETE FROM main.keys WHERE name NOT GLOB 'copy-*'",
    "INSERT INTO main.keys SELECT * FROM replayed.keys",
    "INSERT OR REPLACE INTO main.dead_letters SELECT * FROM replayed.dead_letters",
    _LOG,
    _HEADS,
)
_LEDGER = """
    UPDATE main.items SET outcome = new.outcome, reason = new.reason FROM replayed.items AS new
    WHERE new.id = items.id AND (items.outcome = 'stored' OR items.id IN (SELECT value FROM json_each(?)))
"""
_SUFFIXES = ("", "-wal", "-shm", "-journal")


@contextlib.contextmanager
def replay_file(path: Path) -> Iterator[Path]:
    """Give the path of a file for new tables beside the database at `path`; nothing is there, and nothing stays."""
    new = path.with_name(path.name + ".replay")
    _remove(new)
    try:
        yield new
    finally:
        _remove(new)


@contextlib.contextmanager
def replayed(path: Path, *, ledger: bool, revived: Sequence[str] = ()) -> Iterator[Replayed]:
    """Give what a replay left in the file at `path`, with `ledger` the outcomes of the items that it read too."""
    with contextlib.closing(SqliteStore(path)) as store, contextlib.closing(Database(path)) as file:
        yield Replayed(store, _keys(file), _told(file), _outcomes(file) if ledger else (), frozenset(revived))


def _keys(file: Database) -> Iterator[tuple[str, Key]]:
    with file.reading() as connection:
        for name, key in connection.execute("SELECT name, key FROM keys"):
            yield name, msgspec.json.decode(key, type=Key)


def _told(file: Database) -> Iterator[CaseUpdate]:
    with file.reading() as connection:
        for (payload,) in connection.execute("SELECT payload FROM log WHERE topic = 'cases' ORDER BY position"):
            update = decode(payload)
            assert isinstance(update, CaseUpdate)
            yield update


def _outcomes(file: Database) -> Iterator[Outcome]:
    with file.reading() as connection:
        for row in connection.execute("SELECT id, source, outcome, reason FROM items"):
            yield Outcome(**dict(zip(Outcome.__struct_fields__, row, strict=True)))


def back_up(path: Path, target: Path) -> None:
    """Copy the database to `target`, which is whole or not there."""
    part = target.with_name(target.name + ".part")
    _remove(part)
    with contextlib.closing(sqlite3.connect(path)) as source, contextlib.closing(sqlite3.connect(part)) as copy:
        source.backup(copy)
    with part.open("rb") as file:
        os.fsync(file.fileno())
    part.replace(target)


def swap_in(path: Path, new: Path, *, ledger: bool, revived: Sequence[str] = ()) -> None:
    """Replace what is derived in the database at `path` by what is in `new`, a store that nobody has open.

    Feeds, subscriptions, articles, the log and what was sent stay; messages in the log of `new` are added. With
    `ledger` the outcomes of stored items are taken over too, and those of `revived` ones that were dead.
    """
    database = Database(path)
    try:
        with database.reading() as connection:
            connection.execute("ATTACH ? AS replayed", (str(new),))
        with database.writing() as connection:
            _replace(connection)
            if ledger:
                connection.execute(_LEDGER, (as_list(revived),))
        with database.reading() as connection:
            connection.execute("PRAGMA wal_checkpoint (TRUNCATE)").fetchall()
    finally:
        database.close()


def _replace(connection: sqlite3.Connection) -> None:
    for table in DERIVED:
        connection.execute(f"DELETE FROM main.{table}")  # noqa: S608 (names of ours)
    for table in reversed(DERIVED):
        connection.execute(f"INSERT INTO main.{table} SELECT * FROM replayed.{table}")  # noqa: S608
    _replace_words(connection)
    for statement in _KEYS_AND_MORE:
        connection.execute(statement)


def _replace_words(connection: sqlite3.Connection) -> None:
    """Make the full-text table anew: to delete its rows one by one would take longer than to fill it."""
    sql = connection.execute("SELECT sql FROM main.sqlite_master WHERE name = 'documents_words'").fetchone()[0]
    connection.execute("DROP TABLE main.documents_words")
    connection.execute(sql)
    names = [row[1] for row in connection.execute("PRAGMA main.table_info (documents_words)")]
    columns = ", ".join(f'"{name}"' for name in ("rowid", *names))
    fill = f"INSERT INTO main.documents_words ({columns}) SELECT {columns} FROM replayed.documents_words"  # noqa: S608
    connection.execute(fill)


def _remove(path: Path) -> None:
    for suffix in _SUFFIXES:
        path.with_name(path.name + suffix).unlink(missing_ok=True)
