"""Subscriptions and the outbox in SQLite: what subscribers are told, and what became of it."""

import sqlite3
from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from schemas.events import Notice, Subscription
from schemas.taxonomy import ChangeKind
from streamer.contracts import Attempt, ChannelState, OutboxEntry
from streamer.stores.sqlite_database import Database, as_list

_entry = msgspec.json.Decoder(OutboxEntry)
_channel = msgspec.json.Decoder(ChannelState)
_subscription = msgspec.json.Decoder(Subscription)

_DUE = """
    SELECT id, entry FROM notices
    WHERE state = 'waiting' AND due_at <= ?1 AND held_until <= ?1 ORDER BY due_at, id LIMIT ?2
"""
_HOLD = "UPDATE notices SET held_by = ?, held_until = ? WHERE id = ?"
_PUT = """
    INSERT OR IGNORE INTO notices
        (id, state, due_at, created_at, entry, subscription_id, change_id, case_id, planned_at, opened_by)
    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
"""
_SUBSCRIBE = """
    INSERT OR REPLACE INTO subscriptions (id, record, version)
    VALUES (?, ?, (SELECT coalesce(max(version), 0) + 1 FROM subscriptions))
"""
_LIST = """
    SELECT entry FROM notices WHERE (?1 IS NULL OR state = ?1) AND (?2 IS NULL OR subscription_id = ?2)
    ORDER BY created_at DESC, id LIMIT ?3
"""
_TOLD = "SELECT DISTINCT subscription_id FROM notices WHERE change_id IN (SELECT value FROM json_each(?))"
_PLANNED = "SELECT count(*) FROM notices WHERE subscription_id = ? AND planned_at >= ? AND planned_at < ?"
_OPENED = "SELECT count(DISTINCT case_id) FROM notices WHERE opened_by = ? AND created_at >= ?"
_UPDATE = "UPDATE notices SET state = ?, due_at = ?, held_by = '', held_until = 0, entry = ? WHERE id = ?"


class Outbox:
    """The part of the store that keeps subscriptions and notices."""

    _database: Database

    def save_subscription(self, subscription: Subscription) -> None:
        with self._database.writing() as connection:
            connection.execute(_SUBSCRIBE, (subscription.id, msgspec.json.encode(subscription)))

    def subscriptions(self) -> list[Subscription]:
        rows = self._database.rows("SELECT record FROM subscriptions ORDER BY id")
        return [_subscription.decode(record) for (record,) in rows]

    def subscriptions_since(self, mark: str) -> tuple[list[Subscription], str]:
        rows = self._database.rows(
            "SELECT record, version FROM subscriptions WHERE version > ? ORDER BY version", (int(mark or -1),)
        )
        return [_subscription.decode(record) for record, _ in rows], str(rows[-1][1]) if rows else mark

    def put_notice(self, notice: Notice, state: str = "waiting") -> bool:
        with self._database.writing() as connection:
            return connection.execute(_PUT, _row(notice, state)).rowcount > 0

    def told(self, change_ids: Sequence[str]) -> set[str]:
        return {one for (one,) in self._database.rows(_TOLD, (as_list(change_ids),))}

    def planned(self, subscription_id: str, since: datetime, until: datetime) -> int:
        return int(self._database.rows(_PLANNED, (subscription_id, since.timestamp(), until.timestamp()))[0][0])

    def opened_cases(self, source: str, since: datetime) -> int:
        return int(self._database.rows(_OPENED, (source, since.timestamp()))[0][0])

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

    def requeue(self, notice_id: str, due_at: datetime) -> bool:
        with self._database.writing() as connection:
            entry = _read(connection, notice_id)
            if entry:
                _write(connection, replace(entry, state="waiting", due_at=due_at, sent_at=None))
            return entry is not None

    def outbox(
        self, *, limit: int = 50, state: str | None = None, subscription_id: str | None = None
    ) -> list[OutboxEntry]:
        return [_entry.decode(entry) for (entry,) in self._database.rows(_LIST, (state, subscription_id, limit))]

    def outbox_entry(self, notice_id: str) -> OutboxEntry | None:
        with self._database.reading() as connection:
            return _read(connection, notice_id)

    def save_channel(self, state: ChannelState) -> None:
        with self._database.writing() as connection:
            values = (state.subscription_id, msgspec.json.encode(state))
            connection.execute("INSERT OR REPLACE INTO channels VALUES (?, ?)", values)

    def channels(self) -> dict[str, ChannelState]:
        rows = self._database.rows("SELECT subscription_id, state FROM channels")
        return {subscription_id: _channel.decode(state) for subscription_id, state in rows}


def _row(notice: Notice, state: str) -> tuple[object, ...]:
    entry = OutboxEntry(notice=notice, state=state, due_at=notice.due_at)
    due, made = notice.due_at.timestamp(), notice.created_at.timestamp()
    opened_by = notice.source if notice.source and notice.change is ChangeKind.OPENED else None
    about = (notice.subscription_id, notice.change_id, notice.case_id, None if notice.digest else due, opened_by)
    return (notice.id, state, due, made, msgspec.json.encode(entry), *about)


def _read(connection: sqlite3.Connection, notice_id: str) -> OutboxEntry | None:
    row = connection.execute("SELECT entry FROM notices WHERE id = ?", (notice_id,)).fetchone()
    return _entry.decode(row[0]) if row else None


def _write(connection: sqlite3.Connection, entry: OutboxEntry) -> None:
    values = (entry.state, entry.due_at.timestamp(), msgspec.json.encode(entry), entry.notice.id)
    connection.execute(_UPDATE, values)
