"""Articles in Elasticsearch, and the keys under which articles and cases find each other."""

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import groupby, islice
from typing import Any

from agents.link_main import Told, main_case
from schemas.events import Article, Case, LinkedEvent
from streamer.contracts import KEY_LIMIT, Arrival, Key
from streamer.stores.elastic_client import Elastic, Source, Write
from streamer.stores.elastic_record import unpack
from streamer.stores.elastic_search import article_source

_LONGEST_ID = 500
"""Bytes; Elasticsearch takes 512."""
_PAGE = 500
_NEVER = "9999-12-31T00:00:00+00:00"


class Articles:
    """The part of the store that keeps articles and keys."""

    _elastic: Elastic
    _now: Callable[[], datetime]
    cases: Callable[[Sequence[str]], dict[str, Case]]

    def save_article(self, article: Article) -> bool:
        def document(old: Source | None) -> Source | None:
            if old:
                known = unpack(old, Article)
                if known.version == article.version or known.seen_at > article.seen_at:
                    return None
            return article_source(article, self._now())

        return self._elastic.change("articles", article.id, document)

    def article(self, article_id: str) -> Article | None:
        found = self._elastic.get("articles", article_id)
        return unpack(found.source, Article) if found else None

    def articles(self, after: str = "", limit: int = 500) -> list[Article]:
        query = {"range": {"article_id": {"gt": after}}}
        answer = self._elastic.search("articles", query=query, sort=[{"article_id": "asc"}], size=limit)
        return [unpack(hit["_source"], Article) for hit in answer["hits"]["hits"]]

    def arrivals(self) -> Iterator[Arrival]:
        newest = {one.article_id: one.article_version for one in self._newest()}
        events = self._elastic.all("timeline", "event_id", query={"exists": {"field": "event_id"}}, source=["record"])
        versions = {unpack(event, Arrival) for event in events}
        older = [one for one in versions if newest.get(one.article_id) != one.article_version]
        older.sort(key=lambda one: (one.seen_at, one.article_id))
        return heapq.merge(older, self._newest(), key=lambda one: one.seen_at)

    def _newest(self) -> Iterator[Arrival]:
        """Yield the stored version of each article in the order in which they were seen, to the microsecond."""
        for _, those in groupby(self._by_millisecond(), key=lambda hit: hit["sort"][0]):
            yield from (_arrival(hit["_source"]) for hit in sorted(those, key=_seen_then_published))

    def _by_millisecond(self) -> Iterator[dict[str, Any]]:
        """Yield articles in the order in which they were seen, as far as the index can tell them apart."""
        fields = ["article_id", "version", "name", "part", "seen_at", "published_at"]
        after: list[Any] | None = None
        while True:
            answer = self._elastic.search(
                "articles", sort=["seen_at", "article_id"], size=_PAGE, search_after=after, source=fields
            )
            hits = answer["hits"]["hits"]
            yield from hits
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def main_cases(self) -> Iterator[tuple[str, str | None]]:
        first_stories = {"term": {"part": 0}}
        stories = self._elastic.all("articles", "name", query=first_stories, source=["name", "article_id"])
        while page := list(islice(stories, _PAGE)):
            told = self._told([story["article_id"] for story in page])
            for story in page:
                yield story["name"], main_case(told.get(story["article_id"], ()), self.cases)

    def _told(self, article_ids: Sequence[str]) -> dict[str, list[Told]]:
        """Return the events of each article that count, in the order of its text."""
        wanted = [{"terms": {"article_id": article_ids}}, {"term": {"withdrawn": False}}]
        fields = ["article_id", "case_id", "start", "event_id", "record"]
        events = list(self._elastic.all("timeline", "event_id", query={"bool": {"filter": wanted}}, source=fields))
        found: dict[str, list[Told]] = {}
        for event in sorted(events, key=lambda one: (one["start"], one["event_id"])):
            found.setdefault(event["article_id"], []).append((event["case_id"], unpack(event, LinkedEvent)))
        return found

    def keys(self, names: Sequence[str]) -> dict[str, Key]:
        places = {name: _place(name) for name in names}
        found = self._elastic.mget(places.values())
        return {name: _key(found[place].source) for name, place in places.items() if place in found}

    def add_keys(self, names: Iterable[str], owner: str) -> None:
        """Put `owner` first under each name. A key that another writer changed meanwhile is read and changed again."""
        left = {_place(name) for name in names}
        while left:
            found = self._elastic.mget(left)
            writes = []
            for place in left:
                old = found.get(place)
                key = _key(old.source) if old else Key()
                if owner not in key.ids:
                    longer = Key(ids=(owner, *key.ids)[:KEY_LIMIT], total=key.total + 1)
                    writes.append(Write(*place, key_document(longer), found=old))
            done = self._elastic.write(writes)
            left = {(write.index, write.id) for write, went in zip(writes, done, strict=True) if not went}


def _seen_then_published(hit: Mapping[str, Any]) -> tuple[Any, ...]:
    source = hit["_source"]
    seen, published = (datetime.fromisoformat(source.get(name) or _NEVER) for name in ("seen_at", "published_at"))
    return seen, published, source["name"], source["part"], source["article_id"]


def _arrival(source: Source) -> Arrival:
    return Arrival(
        article_id=source["article_id"],
        article_version=source["version"],
        seen_at=datetime.fromisoformat(source["seen_at"]),
    )


def _key(source: Source) -> Key:
    return Key(ids=tuple(source["ids"]), total=source["total"])


def key_document(key: Key) -> Source:
    return {"ids": list(key.ids), "total": key.total}


def _place(name: str) -> tuple[str, str]:
    """Return the index and the id of a key. Those of articles' copies are not made by link: a replay leaves them."""
    return "copies" if is_copy_key(name) else "keys", key_id(name)


def is_copy_key(name: str) -> bool:
    return name.startswith("copy-")


def key_id(name: str) -> str:
    """Return the id under which a key is kept."""
    data = name.encode()
    return name if len(data) <= _LONGEST_ID else hashlib.sha256(data).hexdigest()
