"""The ledger in Elasticsearch: the fate of every item, and the items whose page must be tried again."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from schemas.events import FeedItem
from streamer.contracts import LedgerRow
from streamer.stores.elastic_client import Elastic, Source, Write
from streamer.stores.elastic_record import pack, stamp, unpack

_SUMS: dict[str, Any] = {
    "composite": {
        "size": 1000,
        "sources": [
            {"source": {"terms": {"field": "source"}}},
            {"outcome": {"terms": {"field": "outcome"}}},
            {"reason": {"terms": {"field": "reason", "missing_bucket": True}}},
        ],
    }
}


class Ledger:
    """The part of the store that knows each item's outcome."""

    _elastic: Elastic

    def unseen(self, items: Sequence[FeedItem]) -> list[FeedItem]:
        first = {item.id: item for item in reversed(items)}
        known = self._elastic.mget(("items", item_id) for item_id in first)
        hashes = {item_id: found.source["content_hash"] for (_, item_id), found in known.items()}
        return [item for item in reversed(first.values()) if hashes.get(item.id) != item.content_hash]

    def see(self, items: Iterable[FeedItem]) -> None:
        new = {item.id: item for item in items}
        while new:
            known = self._elastic.mget(("items", item_id) for item_id in new)
            writes = []
            for item_id, item in new.items():
                found = known.get(("items", item_id))
                if found is None or found.source["content_hash"] != item.content_hash:
                    row = _row(item_id, item.source, "waiting", "", item.content_hash)
                    writes.append(Write("items", item_id, row, found=found))
            done = self._elastic.write(writes)
            new = {write.id: new[write.id] for write, went in zip(writes, done, strict=True) if not went}

    def record(
        self, item_id: str, source: str, outcome: str, reason: str = "", content_hash: str | None = None
    ) -> None:
        def row(old: Source | None) -> Source | None:
            if old and old["outcome"] == "dead" and outcome == "stored":
                return None
            kept = content_hash if content_hash is not None else (old or {}).get("content_hash", "")
            new = _row(item_id, old["source"] if old else source, outcome, reason, kept)
            return None if old and _same(old, new) else new

        self._elastic.change("items", item_id, row)

    def ledger(self) -> list[LedgerRow]:
        outcomes: dict[str, Counter[str]] = defaultdict(Counter)
        reasons: dict[str, Counter[str]] = defaultdict(Counter)
        for source, outcome, reason, n in self._sums():
            outcomes[source][outcome] += n
            if reason:
                reasons[source][reason] += n
        return [
            LedgerRow(source=source, seen=sums.total(), reasons=dict(reasons[source]), **sums)
            for source, sums in sorted(outcomes.items())
        ]

    def postpone(self, item: FeedItem, due_at: datetime) -> None:
        record = {"kind": "postponed", "due_at": stamp(due_at), "name": item.id, "record": pack(item)}
        self._elastic.change("state", _postponed(item.id), lambda _old: record)

    def due_items(self, now: datetime, limit: int = 100) -> list[FeedItem]:
        due = [{"term": {"kind": "postponed"}}, {"range": {"due_at": {"lte": stamp(now)}}}]
        sort = [{"due_at": "asc"}, {"name": "asc"}]
        answer = self._elastic.search("state", query={"bool": {"filter": due}}, sort=sort, size=limit)
        return [unpack(hit["_source"], FeedItem) for hit in answer["hits"]["hits"]]

    def forget_postponed(self, item_ids: Sequence[str]) -> None:
        known = self._elastic.mget(("state", _postponed(item_id)) for item_id in item_ids)
        self._elastic.write(Write("state", found.id, None, found=found) for found in known.values())

    def _sums(self) -> Iterable[tuple[str, str, str, int]]:
        after: dict[str, Any] | None = None
        fresh = True
        while True:
            composite = _SUMS["composite"] | ({"after": after} if after else {})
            answer = self._elastic.search("items", fresh=fresh, size=0, aggs={"sums": {"composite": composite}})
            sums = answer["aggregations"]["sums"]
            for bucket in sums["buckets"]:
                key = bucket["key"]
                yield key["source"], key["outcome"], key["reason"] or "", bucket["doc_count"]
            after, fresh = sums.get("after_key"), False
            if after is None:
                return


def _row(item_id: str, source: str, outcome: str, reason: str, content_hash: str) -> Source:
    row: Source = {"item_id": item_id, "source": source, "outcome": outcome, "content_hash": content_hash}
    return row | ({"reason": reason[:1000]} if reason else {}) | {"@timestamp": stamp(datetime.now(UTC))}


def _same(old: Source, new: Source) -> bool:
    return {**old, "@timestamp": ""} == {**new, "@timestamp": ""}


def _postponed(item_id: str) -> str:
    return f"postponed:{item_id}"
