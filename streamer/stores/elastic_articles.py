"""Articles in Elasticsearch, and the keys under which articles and cases find each other."""

import hashlib
import heapq
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice
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
        """Yield the stored version of each article in the order in which they were seen."""
        order = ("seen_at", "published_at", "name", "part", "article_id")
        fields = ["article_id", "version", "seen_at"]
        after: list[Any] | None = None
        while True:
            answer = self._elastic.search(
                "articles", sort=[{name: "asc"} for name in order], size=_PAGE, search_after=after, source=fields
            )
            hits = answer["hits"]["hits"]
            yield from (_arrival(hit["_source"]) for hit in hits)
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
        found = self._elastic.mget(("keys", _key_id(name)) for name in names)
        by_id = {id_: _key(one.source) for (_, id_), one in found.items()}
        return {name: by_id[_key_id(name)] for name in names if _key_id(name) in by_id}

    def add_keys(self, names: Iterable[str], owner: str) -> None:
        """Put `owner` first under each name. A key that another writer changed meanwhile is read and changed again."""
        left = {_key_id(name) for name in names}
        while left:
            found = self._elastic.mget(("keys", id_) for id_ in left)
            writes = []
            for id_ in left:
                old = found.get(("keys", id_))
                key = _key(old.source) if old else Key()
                if owner not in key.ids:
                    longer = {"ids": [owner, *key.ids][:KEY_LIMIT], "total": key.total + 1}
                    writes.append(Write("keys", id_, longer, found=old))
            done = self._elastic.write(writes)
            left = {write.id for write, went in zip(writes, done, strict=True) if not went}


def _arrival(source: Source) -> Arrival:
    return Arrival(
        article_id=source["article_id"],
        article_version=source["version"],
        seen_at=datetime.fromisoformat(source["seen_at"]),
    )


def _key(source: Source) -> Key:
    return Key(ids=tuple(source["ids"]), total=source["total"])


def _key_id(name: str) -> str:
    data = name.encode()
    return name if len(data) <= _LONGEST_ID else hashlib.sha256(data).hexdigest()
