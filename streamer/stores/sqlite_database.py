"""One SQLite file, opened: a connection per thread, writers in line, errors in our words."""

import contextlib
import os
import re
import sqlite3
import threading
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import msgspec

from agents.errors import Unavailable
from streamer.config import ConfigError
from streamer.stores import sqlite_documents, sqlite_schema
from streamer.stores.sqlite_documents import Migration

PARTS: Mapping[str, Sequence[Migration]] = {
    "store": sqlite_schema.MIGRATIONS,
    "search": sqlite_documents.MIGRATIONS,
}
"""The migrations of each part of the file, in the order in which they are applied: SQL, or a function that fills it."""

BUSY_SECONDS = 30.0
_PASSING = {
    sqlite3.SQLITE_BUSY,
    sqlite3.SQLITE_LOCKED,
    sqlite3.SQLITE_READONLY,
    sqlite3.SQLITE_IOERR,
    sqlite3.SQLITE_FULL,
    sqlite3.SQLITE_CANTOPEN,
}
"""Troubles of the machine (a full disk, a long lock) that a person can end while we wait."""

_writers: dict[str, threading.RLock] = {}
_writers_guard = threading.Lock()

Row = tuple[Any, ...]


class Database:
    """A SQLite file with all tables of this version.

    Raises ConfigError if the file is no database or was made by a newer version, Unavailable if it cannot be opened.
    """

    def __init__(self, path: Path | str) -> None:
        self.path = Path(path)
        self._local = threading.local()
        self._open: list[sqlite3.Connection] = []
        self._line = _line_of(self.path)
        try:
            with self.writing() as connection:
                _migrate(connection, self.path)
        except sqlite3.DatabaseError as error:
            raise ConfigError(f"{self.path}: cannot be used as database: {error}") from error

    @contextlib.contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection. Raises Unavailable if the file cannot be read now."""
        try:
            yield self._connection()
        except sqlite3.OperationalError as error:
            raise _in_our_words(error, self.path) from error

    @contextlib.contextmanager
    def writing(self) -> Iterator[sqlite3.Connection]:
        """Give this thread's connection inside a transaction: all is written, or nothing if the block raises.

        Writers of this process wait in line for each other, because SQLite's own waiting sleeps in growing steps.
        """
        with self._line, self.reading() as connection:
            connection.execute("BEGIN IMMEDIATE")
            try:
                yield connection
                connection.execute("COMMIT")
            except BaseException:
                if connection.in_transaction:
                    connection.execute("ROLLBACK")
                raise

    def rows(self, sql: str, values: Sequence[Any] = ()) -> list[Row]:
        with self.reading() as connection:
            return connection.execute(sql, values).fetchall()

    def row(self, sql: str, values: Sequence[Any] = ()) -> Row | None:
        with self.reading() as connection:
            found: Row | None = connection.execute(sql, values).fetchone()
            return found

    def close(self) -> None:
        """Close the connections of all threads."""
        while self._open:
            self._open.pop().close()

    def _connection(self) -> sqlite3.Connection:
        connection: sqlite3.Connection | None = getattr(self._local, "connection", None)
        if connection is None:
            connection = self._local.connection = _connect(self.path)
            self._open.append(connection)
        return connection


def as_list(values: Iterable[str]) -> str:
    """Return strings as one value for `IN (SELECT value FROM json_each(?))`: any number of them in a constant query."""
    return msgspec.json.encode(list(values)).decode()


def _connect(path: Path) -> sqlite3.Connection:
    # Made in one thread and closed in another: never used in two at once.
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _turn_on_wal(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
        connection.execute("PRAGMA foreign_keys = ON")
        connection.execute("PRAGMA cache_size = -16000")
    except BaseException:
        connection.close()
        raise
    return connection


def _turn_on_wal(connection: sqlite3.Connection) -> None:
    """The first switch needs the file for itself, and SQLite does not always wait for that."""
    for last in (False,) * 50 + (True,):
        try:
            connection.execute("PRAGMA journal_mode = WAL")
        except sqlite3.OperationalError as error:
            if last or error.sqlite_errorcode != sqlite3.SQLITE_BUSY:
                raise
            time.sleep(0.02)
        else:
            return


def _migrate(connection: sqlite3.Connection, path: Path) -> None:
    connection.execute(
        "CREATE TABLE IF NOT EXISTS migrations (part TEXT, number INTEGER, at TEXT DEFAULT CURRENT_TIMESTAMP,"
        " PRIMARY KEY (part, number))"
    )
    for part, migrations in PARTS.items():
        done = connection.execute("SELECT count(*) FROM migrations WHERE part = ?", (part,)).fetchone()[0]
        if done > len(migrations):
            raise ConfigError(f"{path}: was written by a newer version of crackdown: install that one")
        for number, migration in enumerate(migrations[done:], start=done + 1):
            _apply(migration, connection)
            connection.execute("INSERT INTO migrations (part, number) VALUES (?, ?)", (part, number))


def _apply(migration: Migration, connection: sqlite3.Connection) -> None:
    if callable(migration):
        migration(connection)
        return
    for statement in _statements(migration):
        connection.execute(statement)


def _statements(script: str) -> Iterator[str]:
    """Split a script, because running it as a whole would end the transaction around it."""
    statement = ""
    for piece in re.split(r"(?<=;)", script):
        statement += piece
        if sqlite3.complete_statement(statement):
            yield statement
            statement = ""


def _in_our_words(error: sqlite3.OperationalError, path: Path) -> Exception:
    if error.sqlite_errorcode & 0xFF in _PASSING:
        return Unavailable(f"{path}: {error}")
    return error


def _line_of(path: Path) -> threading.RLock:
    with _writers_guard:
        return _writers.setdefault(os.path.realpath(path), threading.RLock())
