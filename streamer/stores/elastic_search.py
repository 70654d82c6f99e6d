"""Search in Elasticsearch: events, and the texts of articles."""

import base64
import binascii
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any

import msgspec

from agents.match import highlight
from schemas.documents import Document, article_document
from schemas.events import Article, Record
from schemas.query_fields import FIELDS, Kind, texts
from schemas.query_tree import Query, effective
from schemas.tokens import token_line
from streamer.contracts import Hit, Page
from streamer.stores.elastic_client import Elastic, Source, Write
from streamer.stores.elastic_query import clause, scoring
from streamer.stores.elastic_record import pack, unpack

FACETS = (
    *(name for name, field in FIELDS.items() if field.kind in (Kind.KEYWORD, Kind.BOOLEAN)),
    *("authority", "court", "complainant", "defendant", "target", "operation", "outlet", "case"),
)
FACET_SIZE = 20
_TEXTS = tuple(name for name, field in FIELDS.items() if field.kind is Kind.TEXT)
_SORTS: dict[str, dict[str, Any]] = {
    "relevance": {"_score": "desc"},
    "newest": {"@timestamp": "desc"},
    "oldest": {"@timestamp": "asc"},
    "amount": {"amount_usd": {"order": "desc", "missing": -1}},
}
_IDENTITY = {"events": "event_id", "articles": "article_id"}
_EXCERPT = 320
"""Characters of an article around the first match."""


class _Cursor(Record, frozen=True, kw_only=True):
    """Where a page ended, and what `now` was on the first one."""

    now: datetime
    after: list[Any]
    sort: str
    query: str


class Search:
    """The part of the store that finds events and articles."""

    _elastic: Elastic
    _now: Callable[[], datetime]

    def put_documents(self, documents: Sequence[Document]) -> None:
        """Raises Rejected, after the others were written, for a document that the index cannot take."""
        self._elastic.write_together(
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
        """Return a page of events. Raises ValueError on an unknown sort or facet and on a cursor of another query."""
        unknown = [name for name in facets if name not in FACETS]
        if unknown:
            raise ValueError(f"no facet {unknown[0]}; known are {', '.join(FACETS)}")
        aggregations = {name: {"terms": {"field": name, "size": FACET_SIZE}} for name in facets}
        return self._page("events", query, event_hit, sort=sort, limit=limit, cursor=cursor, aggregations=aggregations)

    def search_articles(self, query: Query, *, limit: int = 20, cursor: str | None = None) -> Page:
        """Return a page of articles whose text the query finds."""
        return self._page("articles", query, article_hit, sort="relevance", limit=limit, cursor=cursor, aggregations={})

    def _page(
        self,
        index: str,
        query: Query,
        hit_of: Callable[[Query, Source], Hit],
        *,
        sort: str,
        limit: int,
        cursor: str | None,
        aggregations: dict[str, Any],
    ) -> Page:
        if sort not in _SORTS:
            raise ValueError(f"no such sort: {sort}; known are {', '.join(_SORTS)}")
        place = _read_cursor(cursor, query, sort)
        now = place.now if place else self._now()
        words = scoring(query.tree)
        answer = self._elastic.search(
            index,
            fresh=False,
            query={"bool": {"filter": [clause(effective(query), now)], "should": words}},
            sort=[
                _SORTS[sort if words or sort != "relevance" else "newest"],
                {_IDENTITY[index]: "asc"},
            ],
            size=limit + 1,
            search_after=place.after if place else None,
            track_total_hits=True,
            aggs=aggregations,
        )
        hits = answer["hits"]["hits"]
        last = hits[limit - 1] if len(hits) > limit else None
        return Page(
            hits=tuple(hit_of(query, hit["_source"]) for hit in hits[:limit]),
            total=answer["hits"]["total"]["value"],
            cursor=_spelled(_Cursor(now=now, after=last["sort"], sort=sort, query=query.text)) if last else None,
            facets={name: _counts(answer["aggregations"][name]) for name in aggregations},
        )


# --- what the index keeps ---------------------------------------------------------------------------------------------


def event_source(document: Document) -> Source:
    """Return what the index keeps of an event: the document, the tokens of its texts, the time Kibana goes by."""
    lines = {f"{name}_tokens": line for name in _TEXTS if (line := token_line(texts(document, name)))}
    values = {name: pack(value) for name, value in msgspec.structs.asdict(document).items()}
    return values | lines | {"@timestamp": document.event_date or pack(document.published_at or document.seen_at)}


def article_source(article: Article, indexed_at: datetime) -> Source:
    """Return what the index keeps of an article: it can be searched as events are, and the record is whole."""
    source = event_source(article_document(article, indexed_at))
    return {name: value for name, value in source.items() if name not in ("text", "evidence")} | {
        "name": article.path or article.url or article.id,
        "part": article.part,
        "version": article.version,
        "text_status": article.text_status,
        "record": pack(article),
    }


# --- what is found ----------------------------------------------------------------------------------------------------


def event_hit(query: Query, source: Source) -> Hit:
    document = msgspec.convert(source, Document)
    return Hit(document=document, highlight=highlight(query, document.evidence, ("text", "evidence")))


def article_hit(query: Query, source: Source) -> Hit:
    """The hit shows the text around the first match, not the whole."""
    document = article_document(unpack(source, Article), datetime.fromisoformat(source["indexed_at"]))
    marked = highlight(query, document.text, ("text",))
    start = max(0, marked.find("⟦") - 120)
    excerpt = " ".join(marked[start : start + _EXCERPT].split())
    return Hit(document=msgspec.structs.replace(document, text=""), highlight=excerpt)


def _counts(facet: Mapping[str, Any]) -> dict[str, int]:
    return {bucket.get("key_as_string", bucket["key"]): bucket["doc_count"] for bucket in facet["buckets"]}


def _spelled(cursor: _Cursor) -> str:
    return base64.urlsafe_b64encode(msgspec.json.encode(cursor)).decode()


def _read_cursor(cursor: str | None, query: Query, sort: str) -> _Cursor | None:
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=_Cursor)
    except (binascii.Error, msgspec.DecodeError, UnicodeError) as error:
        raise ValueError(f"not a cursor: {cursor[:40]}") from error
    if (place.query, place.sort) != (query.text, sort):
        raise ValueError("this cursor belongs to another query or sort")
    return place
