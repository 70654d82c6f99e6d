"""Search in Elasticsearch: events, and the texts of articles."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from agents.match import highlight
from schemas.documents import Document
from schemas.query import Query
from schemas.query_fields import FIELDS, Kind, texts
from schemas.tokens import token_line
from streamer.contracts import Hit, Page
from streamer.stores.elastic_client import Elastic, Source, Write
from streamer.stores.elastic_query import clause
from streamer.stores.elastic_record import pack

TEXT_FIELDS = tuple(field.name for field in FIELDS.values() if field.kind is Kind.TEXT)
FACET_SIZE = 100
SORTS: dict[str, list[dict[str, Any]]] = {
    "relevance": [{"_score": "desc"}],
    "newest": [{"@timestamp": "desc"}],
    "oldest": [{"@timestamp": "asc"}],
    "amount": [{"amount_usd": {"order": "desc", "missing": "_last"}}],
}


class Search:
    """The part of the store that finds events and articles."""

    _elastic: Elastic
    _now: Callable[[], datetime]

    def put_documents(self, documents: Sequence[Document]) -> None:
        self._elastic.write(
            Write("events", one.event_id, event_source(one), version=one.case_revision, or_same=True)
            for one in documents
        )

    def search(
        self,
        query: Query,
        *,
        sort: str = "relevance",
        limit: int = 20,
        cursor: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page:
        answer = self._elastic.search(
            "events",
            fresh=False,
            query=clause(query.tree, self._now()),
            sort=[*SORTS[sort], {"event_id": "asc"}],
            size=limit,
            search_after=_place(cursor),
            track_total_hits=True,
            aggs={name: {"terms": {"field": name, "size": FACET_SIZE}} for name in facets},
        )
        hits = tuple(_hit(query, hit["_source"]) for hit in answer["hits"]["hits"])
        return Page(
            hits=hits,
            total=answer["hits"]["total"]["value"],
            cursor=_cursor(answer["hits"]["hits"], limit),
            facets={name: _buckets(answer["aggregations"][name]) for name in facets},
        )


def event_source(document: Document) -> Source:
    """Return what the index keeps of an event: the document, the tokens of its texts, the time Kibana goes by."""
    time = document.event_date or pack(document.published_at or document.seen_at)
    lines = {f"{name}_tokens": line for name in TEXT_FIELDS if (line := token_line(texts(document, name)))}
    return {**pack(document), **lines, "@timestamp": time}


def document_of(source: Mapping[str, Any]) -> Document:
    """Return the document that was made into `source`."""
    return msgspec.convert(source, Document)


def _hit(query: Query, source: Source) -> Hit:
    document = document_of(source)
    marked = highlight(query, document.evidence, ("text", "evidence"))
    return Hit(document=document, highlight=marked)


def _buckets(facet: Mapping[str, Any]) -> dict[str, int]:
    return {bucket.get("key_as_string", bucket["key"]): bucket["doc_count"] for bucket in facet["buckets"]}


def _cursor(hits: Sequence[Mapping[str, Any]], limit: int) -> str | None:
    if len(hits) < limit:
        return None
    return base64.urlsafe_b64encode(msgspec.json.encode(hits[-1]["sort"])).decode().rstrip("=")


def _place(cursor: str | None) -> list[Any] | None:
    """Return the sort values after which a page begins. Raises ValueError on what is no cursor."""
    if cursor is None:
        return None
    try:
        return msgspec.json.decode(base64.urlsafe_b64decode(cursor + "=" * (-len(cursor) % 4)), type=list[Any])
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise ValueError(f"not a cursor of this search: {cursor[:40]!r}") from error
