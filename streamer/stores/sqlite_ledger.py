"""The ledger in SQLite: the fate of every item, and the items whose page must be tried again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import datetime

import msgspec

from schemas.events import FeedItem
from streamer.contracts import LedgerRow
from streamer.stores.sqlite_database import Database, as_list

_item = msgspec.json.Decoder(FeedItem)

_HASHES = "SELECT id, content_hash FROM items WHERE id IN (SELECT value FROM json_each(?))"
_SEE = """
    INSERT INTO items (id, source, outcome, content_hash) VALUES (?, ?, 'waiting', ?)
    ON CONFLICT (id) DO UPDATE SET outcome = 'waiting', reason = '', content_hash = excluded.content_hash
    WHERE content_hash != excluded.content_hash
"""
_RECORD = """
    INSERT INTO items (id, source, outcome, reason, content_hash) VALUES (?1, ?2, ?3, ?4, coalesce(?5, ''))
    ON CONFLICT (id) DO UPDATE
    SET outcome = excluded.outcome, reason = excluded.reason, content_hash = coalesce(?5, content_hash)
    WHERE NOT (excluded.outcome = 'stored' AND outcome = 'dead')
"""


class Ledger:
    """The part of the store that knows each item's outcome."""

    _database: Database

    def unseen(self, items: Sequence[FeedItem]) -> list[FeedItem]:
        first = {item.id: item for item in reversed(items)}
        known: dict[str, str] = dict(self._database.rows(_HASHES, (as_list(first),)))
        return [item for item in reversed(first.values()) if known.get(item.id) != item.content_hash]

    def see(self, items: Iterable[FeedItem]) -> None:
        with self._database.writing() as connection:
            connection.executemany(_SEE, [(item.id, item.source, item.content_hash) for item in items])

    def record(
        self, item_id: str, source: str, outcome: str, reason: str = "", content_hash: str | None = None
    ) -> None:
        with self._database.writing() as connection:
            connection.execute(_RECORD, (item_id, source, outcome, reason, content_hash))

    def ledger(self) -> list[LedgerRow]:
        outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        reasons: dict[str, Counter[str]] = defaultdict(Counter)
        for source, outcome, reason, n in self._database.rows(
            "SELECT source, outcome, reason, count(*) FROM items GROUP BY source, outcome, reason"
        ):
            outcomes[source][outcome] += n
            if reason:
                reasons[source][reason] += n
        return [
            LedgerRow(source=source, seen=sums.total(), reasons=dict(reasons[source]), **sums)
            for source, sums in sorted(outcomes.items())
        ]

    def postpone(self, item: FeedItem, due_at: datetime) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO postponed VALUES (?, ?, ?)",
                (item.id, due_at.timestamp(), msgspec.json.encode(item)),
            )

    def due_items(self, now: datetime, limit: int = 100) -> list[FeedItem]:
        rows = self._database.rows(
            "SELECT item FROM postponed WHERE due_at <= ? ORDER BY due_at, id LIMIT ?", (now.timestamp(), limit)
        )
        return [_item.decode(item) for (item,) in rows]

    def forget_postponed(self, item_ids: Sequence[str]) -> None:
        with self._database.writing() as connection:
            connection.executemany("DELETE FROM postponed WHERE id = ?", [(item_id,) for item_id in item_ids])
