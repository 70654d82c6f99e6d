"""Dead letters in SQLite: messages that could not be worked on, kept whole."""

import sqlite3
from datetime import datetime

import msgspec
from msgspec.structs import replace

from schemas.events import DeadLetter
from streamer.stores.sqlite_database import Database

_letter = msgspec.json.Decoder(DeadLetter)

_LIST = """
    SELECT letter FROM dead_letters WHERE (?1 IS NULL OR stage = ?1) AND (replayed = 0 OR NOT ?2)
    ORDER BY failed_at DESC, id LIMIT ?3
"""


class DeadLetters:
    """The part of the store that keeps dead letters."""

    _database: Database

    def put_dead_letter(self, letter: DeadLetter) -> None:
        with self._database.writing() as connection:
            known = _read(connection, letter.id)
            if known is None:
                _write(connection, letter)
            elif letter.failed_at > known.failed_at:
                _write(connection, replace(letter, attempts=known.attempts + letter.attempts))

    def dead_letters(self, *, stage: str | None = None, waiting: bool = True, limit: int = 100) -> list[DeadLetter]:
        return [_letter.decode(letter) for (letter,) in self._database.rows(_LIST, (stage, waiting, limit))]

    def dead_letter(self, letter_id: str) -> DeadLetter | None:
        with self._database.reading() as connection:
            return _read(connection, letter_id)

    def mark_replayed(self, letter_id: str, at: datetime) -> None:
        with self._database.writing() as connection:
            letter = _read(connection, letter_id)
            if letter is not None and letter.failed_at <= at:
                _write(connection, replace(letter, replayed_at=at))


def _read(connection: sqlite3.Connection, letter_id: str) -> DeadLetter | None:
    row = connection.execute("SELECT letter FROM dead_letters WHERE id = ?", (letter_id,)).fetchone()
    return _letter.decode(row[0]) if row else None


def _write(connection: sqlite3.Connection, letter: DeadLetter) -> None:
    replayed = letter.replayed_at is not None
    connection.execute(
        "INSERT OR REPLACE INTO dead_letters VALUES (?, ?, ?, ?, ?)",
        (letter.id, letter.stage, letter.failed_at.timestamp(), replayed, msgspec.json.encode(letter)),
    )
