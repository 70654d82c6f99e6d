"""Subscriptions and the outbox in Elasticsearch: what subscribers are told, and what became of it."""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime

from msgspec.structs import replace

from schemas.events import Notice, Subscription
from schemas.taxonomy import ChangeKind
from streamer.contracts import Attempt, ChannelState, OutboxEntry
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

    def subscriptions_since(self, mark: str) -> tuple[list[Subscription], str]:
        """The mark is the name of the index (a rebuilt one counts anew) and the last sequence number in it."""
        found: dict[str, Subscription] = {}
        while True:
            index, _, seen = mark.rpartition(":")
            hits = self._saved_since(int(seen or -1))
            if not hits:
                return list(found.values()), mark
            if index and hits[0]["_index"] != index:
                mark = ""
                continue
            found |= {hit["_id"]: unpack(hit["_source"], Subscription) for hit in hits}
            mark = f"{hits[0]['_index']}:{hits[-1]['_seq_no']}"

    def _saved_since(self, number: int) -> list[Source]:
        filters = [{"term": {"kind": "subscription"}}, {"range": {"_seq_no": {"gt": number}}}]
        answer = self._elastic.search(
            "state",
            query={"bool": {"filter": filters}},
            sort=[{"_seq_no": "asc"}],
            size=1000,
            seq_no_primary_term=True,
        )
        hits: list[Source] = answer["hits"]["hits"]
        return hits

    def put_notice(self, notice: Notice, state: str = "waiting") -> bool:
        entry = OutboxEntry(notice=notice, state=state, due_at=notice.due_at)
        return self._elastic.write([Write("notices", notice.id, _document(entry))])[0]

    def told(self, change_ids: Sequence[str]) -> set[str]:
        query = {"terms": {"change_id": list(change_ids)}}
        found = self._elastic.all("notices", "notice_id", query=query, source=["subscription_id"])
        return {one["subscription_id"] for one in found}

    def planned(self, subscription_id: str, since: datetime, until: datetime) -> int:
        span = {"range": {"planned_at": {"gte": stamp(since), "lt": stamp(until)}}}
        query = {"bool": {"filter": [{"term": {"subscription_id": subscription_id}}, span]}}
        answer = self._elastic.search("notices", query=query, size=0, track_total_hits=True)
        return int(answer["hits"]["total"]["value"])

    def opened_cases(self, source: str, since: datetime) -> int:
        span = {"range": {"created_at": {"gte": stamp(since)}}}
        answer = self._elastic.search(
            "notices",
            query={"bool": {"filter": [{"term": {"opened_by": source}}, span]}},
            size=0,
            aggs={"cases": {"cardinality": {"field": "case_id", "precision_threshold": 1000}}},
        )
        return int(answer["aggregations"]["cases"]["value"])

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

    def requeue(self, notice_id: str, due_at: datetime) -> bool:
        return self._change(notice_id, lambda entry: replace(entry, state="waiting", due_at=due_at, sent_at=None))

    def outbox(
        self, *, limit: int = 50, state: str | None = None, subscription_id: str | None = None
    ) -> list[OutboxEntry]:
        wanted = {"state": state, "subscription_id": subscription_id}
        query = {"bool": {"filter": [{"term": {name: value}} for name, value in wanted.items() if value]}}
        sort = [{"created_at": "desc"}, {"notice_id": "asc"}]
        answer = self._elastic.search("notices", query=query, sort=sort, size=limit)
        return [unpack(hit["_source"], OutboxEntry) for hit in answer["hits"]["hits"]]

    def outbox_entry(self, notice_id: str) -> OutboxEntry | None:
        found = self._elastic.get("notices", notice_id)
        return unpack(found.source, OutboxEntry) if found else None

    def save_channel(self, state: ChannelState) -> None:
        document = {"kind": "channel", "name": state.subscription_id, "record": pack(state)}
        self._elastic.change("state", f"channel:{state.subscription_id}", lambda _old: document)

    def channels(self) -> dict[str, ChannelState]:
        found = self._elastic.all("state", "name", query={"term": {"kind": "channel"}})
        return {state.subscription_id: state for state in (unpack(one, ChannelState) for one in found)}

    def _change(self, notice_id: str, change: Callable[[OutboxEntry], OutboxEntry | None]) -> bool:
        def document(old: Source | None) -> Source | None:
            entry = change(unpack(old, OutboxEntry)) if old else None
            return _document(entry) if entry else None

        return self._elastic.change("notices", notice_id, document)


def _notice(found: Found) -> Notice:
    return unpack(found.source, OutboxEntry).notice


def _document(entry: OutboxEntry) -> Source:
    notice = entry.notice
    return {
        "notice_id": notice.id,
        "subscription_id": notice.subscription_id,
        "case_id": notice.case_id,
        "change_id": notice.change_id,
        "change": notice.change,
        "opened_by": notice.source if notice.source and notice.change is ChangeKind.OPENED else None,
        "planned_at": None if notice.digest else stamp(notice.due_at),
        "channel": notice.channel,
        "state": entry.state,
        "created_at": stamp(notice.created_at),
        "@timestamp": stamp(notice.created_at),
        "due_at": stamp(entry.due_at),
        "sent_at": stamp(entry.sent_at),
        "seconds_to_send": (entry.sent_at - notice.created_at).total_seconds() if entry.sent_at else None,
        "held_until": stamp(_FREE),
        "attempts": len(entry.attempts),
        "record": pack(entry),
    }
