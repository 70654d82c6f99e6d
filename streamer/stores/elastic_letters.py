"""Dead letters in Elasticsearch: messages that could not be worked on, kept whole."""

from datetime import datetime
from typing import Any

from msgspec.structs import replace

from schemas.events import DeadLetter
from streamer.stores.elastic_client import Elastic, Source
from streamer.stores.elastic_record import pack, stamp, unpack


class DeadLetters:
    """The part of the store that keeps dead letters."""

    _elastic: Elastic

    def put_dead_letter(self, letter: DeadLetter) -> None:
        def document(old: Source | None) -> Source | None:
            if old is None:
                return _document(letter)
            known = unpack(old, DeadLetter)
            if letter.failed_at <= known.failed_at:
                return None
            return _document(replace(letter, attempts=known.attempts + letter.attempts))

        self._elastic.change("dead-letters", letter.id, document)

    def dead_letters(self, *, stage: str | None = None, waiting: bool = True, limit: int = 100) -> list[DeadLetter]:
        wanted: list[dict[str, Any]] = [{"term": {"replayed": False}}] if waiting else []
        wanted += [{"term": {"stage": stage}}] if stage else []
        sort = [{"failed_at": "desc"}, {"letter_id": "asc"}]
        answer = self._elastic.search("dead-letters", query={"bool": {"filter": wanted}}, sort=sort, size=limit)
        return [unpack(hit["_source"], DeadLetter) for hit in answer["hits"]["hits"]]

    def dead_letter(self, letter_id: str) -> DeadLetter | None:
        found = self._elastic.get("dead-letters", letter_id)
        return unpack(found.source, DeadLetter) if found else None

    def mark_replayed(self, letter_id: str, at: datetime) -> None:
        def document(old: Source | None) -> Source | None:
            known = unpack(old, DeadLetter) if old else None
            return _document(replace(known, replayed_at=at)) if known and known.failed_at <= at else None

        self._elastic.change("dead-letters", letter_id, document)


def _document(letter: DeadLetter) -> Source:
    return {
        "letter_id": letter.id,
        "stage": letter.stage,
        "topic": letter.topic,
        "kind": letter.kind,
        "error": letter.error,
        "item_id": letter.item_id,
        "attempts": letter.attempts,
        "failed_at": stamp(letter.failed_at),
        "@timestamp": stamp(letter.failed_at),
        "replayed": letter.replayed_at is not None,
        "replayed_at": stamp(letter.replayed_at),
        "record": pack(letter),
    }
