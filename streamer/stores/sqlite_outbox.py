"""Subscriptions and the outbox in SQLite: what subscribers are told, and what became of it."""

import sqlite3
from datetime import datetime

import msgspec
from msgspec.structs import replace

from schemas.events import Notice, Subscription
from streamer.contracts import Attempt, OutboxEntry
from streamer.stores.sqlite_database import Database

_entry = msgspec.json.Decoder(OutboxEntry)
_subscription = msgspec.json.Decoder(Subscription)

_DUE = """
    SELECT id, entry FROM notices
    WHERE state = 'waiting' AND due_at <= ?1 AND held_until <= ?1 ORDER BY due_at, id LIMIT ?2
"""
_HOLD = "UPDATE notices SET held_by = ?, held_until = ? WHERE id = ?"
_UPDATE = "UPDATE notices SET state = ?, due_at = ?, held_by = '', held_until = 0, entry = ? WHERE id = ?"


class Outbox:
    """The part of the store that keeps subscriptions and notices."""

    _database: Database

    def save_subscription(self, subscription: Subscription) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO subscriptions VALUES (?, ?)",
                (subscription.id, msgspec.json.encode(subscription)),
            )

    def subscriptions(self) -> list[Subscription]:
        rows = self._database.rows("SELECT record FROM subscriptions ORDER BY id")
        return [_subscription.decode(record) for (record,) in rows]

    def put_notice(self, notice: Notice) -> bool:
        entry = OutboxEntry(notice=notice, state="waiting", due_at=notice.due_at)
        values = (notice.id, notice.due_at.timestamp(), notice.created_at.timestamp(), msgspec.json.encode(entry))
        with self._database.writing() as connection:
            put = connection.execute(
                "INSERT OR IGNORE INTO notices (id, state, due_at, created_at, entry) VALUES (?, 'waiting', ?, ?, ?)",
                values,
            )
            return put.rowcount > 0

    def claim_due(self, now: datetime, owner: str, until: datetime, limit: int = 100) -> list[Notice]:
        with self._database.writing() as connection:
            rows = connection.execute(_DUE, (now.timestamp(), limit)).fetchall()
            connection.executemany(_HOLD, [(owner, until.timestamp(), notice_id) for notice_id, _ in rows])
        return [_entry.decode(entry).notice for _, entry in rows]

    def mark_sent(self, notice_id: str, attempt: Attempt) -> None:
        with self._database.writing() as connection:
            entry = _read(connection, notice_id)
            if entry and entry.state != "sent":
                attempts = (*entry.attempts, attempt)
                _write(connection, replace(entry, state="sent", sent_at=attempt.at, attempts=attempts))

    def mark_failed(self, notice_id: str, attempt: Attempt, next_at: datetime | None) -> None:
        with self._database.writing() as connection:
            entry = _read(connection, notice_id)
            if entry and entry.state != "sent" and attempt not in entry.attempts:
                state = "waiting" if next_at else "failed"
                attempts = (*entry.attempts, attempt)
                _write(connection, replace(entry, state=state, due_at=next_at or entry.due_at, attempts=attempts))

    def outbox(self, *, limit: int = 50, state: str | None = None) -> list[OutboxEntry]:
        rows = self._database.rows(
            "SELECT entry FROM notices WHERE ?1 IS NULL OR state = ?1 ORDER BY created_at DESC, id LIMIT ?2",
            (state, limit),
        )
        return [_entry.decode(entry) for (entry,) in rows]

    def outbox_entry(self, notice_id: str) -> OutboxEntry | None:
        with self._database.reading() as connection:
            return _read(connection, notice_id)


def _read(connection: sqlite3.Connection, notice_id: str) -> OutboxEntry | None:
    row = connection.execute("SELECT entry FROM notices WHERE id = ?", (notice_id,)).fetchone()
    return _entry.decode(row[0]) if row else None


def _write(connection: sqlite3.Connection, entry: OutboxEntry) -> None:
    values = (entry.state, entry.due_at.timestamp(), msgspec.json.encode(entry), entry.notice.id)
    connection.execute(_UPDATE, values)
