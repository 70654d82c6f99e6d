"""Subscriptions and the outbox in Elasticsearch: what subscribers are told, and what became of it."""

from collections.abc import Callable
from datetime import UTC, datetime

from msgspec.structs import replace

from schemas.events import Notice, Subscription
from streamer.contracts import Attempt, OutboxEntry
from streamer.stores.elastic_client import Elastic, Found, Source, Write, hit_found
from streamer.stores.elastic_record import pack, stamp, unpack

_FREE = datetime(1970, 1, 1, tzinfo=UTC)


class Outbox:
    """The part of the store that keeps subscriptions and notices."""

    _elastic: Elastic

    def save_subscription(self, subscription: Subscription) -> None:
        document = {"kind": "subscription", "name": subscription.id, "record": pack(subscription)}
        self._elastic.change("state", f"subscription:{subscription.id}", lambda _old: document)

    def subscriptions(self) -> list[Subscription]:
        found = self._elastic.all("state", "name", query={"term": {"kind": "subscription"}})
        return [unpack(one, Subscription) for one in found]

    def put_notice(self, notice: Notice) -> bool:
        entry = OutboxEntry(notice=notice, state="waiting", due_at=notice.due_at)
        return self._elastic.write([Write("notices", notice.id, _document(entry))])[0]

    def claim_due(self, now: datetime, owner: str, until: datetime, limit: int = 100) -> list[Notice]:
        due = [
            {"term": {"state": "waiting"}},
            {"range": {"due_at": {"lte": stamp(now)}}},
            {"range": {"held_until": {"lte": stamp(now)}}},
        ]
        answer = self._elastic.search(
            "notices",
            query={"bool": {"filter": due}},
            sort=[{"due_at": "asc"}, {"notice_id": "asc"}],
            size=limit,
            seq_no_primary_term=True,
        )
        found = [hit_found(hit) for hit in answer["hits"]["hits"]]
        held = {"held_by": owner, "held_until": stamp(until)}
        claims = [Write("notices", one.id, one.source | held, found=one) for one in found]
        mine = self._elastic.write(claims)
        return [_notice(one) for one, got in zip(found, mine, strict=True) if got]

    def mark_sent(self, notice_id: str, attempt: Attempt) -> None:
        def sent(entry: OutboxEntry) -> OutboxEntry | None:
            if entry.state == "sent":
                return None
            return replace(entry, state="sent", sent_at=attempt.at, attempts=(*entry.attempts, attempt))

        self._change(notice_id, sent)

    def mark_failed(self, notice_id: str, attempt: Attempt, next_at: datetime | None) -> None:
        def failed(entry: OutboxEntry) -> OutboxEntry | None:
            if entry.state == "sent" or attempt in entry.attempts:
                return None
            state = "waiting" if next_at else "failed"
            return replace(entry, state=state, due_at=next_at or entry.due_at, attempts=(*entry.attempts, attempt))

        self._change(notice_id, failed)

    def outbox(self, *, limit: int = 50, state: str | None = None) -> list[OutboxEntry]:
        query = {"term": {"state": state}} if state else {"match_all": {}}
        sort = [{"created_at": "desc"}, {"notice_id": "asc"}]
        answer = self._elastic.search("notices", query=query, sort=sort, size=limit)
        return [unpack(hit["_source"], OutboxEntry) for hit in answer["hits"]["hits"]]

    def outbox_entry(self, notice_id: str) -> OutboxEntry | None:
        found = self._elastic.get("notices", notice_id)
        return unpack(found.source, OutboxEntry) if found else None

    def _change(self, notice_id: str, change: Callable[[OutboxEntry], OutboxEntry | None]) -> None:
        def document(old: Source | None) -> Source | None:
            entry = change(unpack(old, OutboxEntry)) if old else None
            return _document(entry) if entry else None

        self._elastic.change("notices", notice_id, document)


def _notice(found: Found) -> Notice:
    return unpack(found.source, OutboxEntry).notice


def _document(entry: OutboxEntry) -> Source:
    notice = entry.notice
    return {
        "notice_id": notice.id,
        "subscription_id": notice.subscription_id,
        "case_id": notice.case_id,
        "change": notice.change.value,
        "channel": notice.channel,
        "state": entry.state,
        "created_at": stamp(notice.created_at),
        "@timestamp": stamp(notice.created_at),
        "due_at": stamp(entry.due_at),
        "sent_at": stamp(entry.sent_at),
        "held_until": stamp(_FREE),
        "attempts": len(entry.attempts),
        "record": pack(entry),
    }
