"""Articles in SQLite, and the keys under which articles and cases find each other."""

import heapq
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import UTC, datetime, timedelta

import msgspec

from agents.link_main import Told, main_case
from schemas.events import Article, Case, LinkedEvent
from streamer.contracts import KEY_LIMIT, Arrival, Key
from streamer.stores.sqlite_database import Database, as_list
from streamer.stores.sqlite_documents import put_article

_article = msgspec.json.Decoder(Article)
_arrival = msgspec.json.Decoder(Arrival)
_linked = msgspec.json.Decoder(LinkedEvent)
_key = msgspec.json.Decoder(Key)

_SAVE = """
    INSERT INTO articles (id, version, name, part, seen_at, article) VALUES (?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET version = excluded.version, name = excluded.name, seen_at = excluded.seen_at, article = excluded.article
    WHERE version != excluded.version AND seen_at <= excluded.seen_at
"""
_KEYS = "SELECT name, key FROM keys WHERE name IN (SELECT value FROM json_each(?))"
_PAGES = "SELECT name, id FROM articles WHERE part = 0 AND name > ? ORDER BY name LIMIT 500"
_TOLD = """
    SELECT article_id, case_id, record FROM events
    WHERE article_id IN (SELECT value FROM json_each(?)) AND withdrawn = 0 ORDER BY start, id
"""
_NEWEST = """
    SELECT articles.id, version, texts.seen_at FROM articles JOIN texts ON texts.id = articles.id
    ORDER BY texts.seen_at, published_at IS NULL, published_at, name, part, articles.id
"""
_OLDER = """
    SELECT record FROM events LEFT JOIN articles ON articles.id = article_id
    WHERE version IS NOT json_extract(CAST(record AS TEXT), '$.article_version')
"""
_START = datetime(1970, 1, 1, tzinfo=UTC)


class Articles:
    """The part of the store that keeps articles and keys."""

    _database: Database
    cases: Callable[[Sequence[str]], dict[str, Case]]

    def save_article(self, article: Article) -> bool:
        name = article.path or article.url or article.id
        row = (article.id, article.version, name, article.part, article.seen_at.timestamp())
        with self._database.writing() as connection:
            is_new = connection.execute(_SAVE, (*row, msgspec.json.encode(article))).rowcount > 0
            if is_new:
                put_article(connection, article)
        return is_new

    def article(self, article_id: str) -> Article | None:
        row = self._database.row("SELECT article FROM articles WHERE id = ?", (article_id,))
        return _article.decode(row[0]) if row else None

    def articles(self, after: str = "", limit: int = 500) -> list[Article]:
        rows = self._database.rows("SELECT article FROM articles WHERE id > ? ORDER BY id LIMIT ?", (after, limit))
        return [_article.decode(article) for (article,) in rows]

    def arrivals(self) -> Iterator[Arrival]:
        with self._database.reading() as connection:
            older = {_arrival.decode(record) for (record,) in connection.execute(_OLDER)}
            rows = connection.execute(_NEWEST)
            newest = (
                Arrival(article_id=id_, article_version=version, seen_at=_START + timedelta(microseconds=seen_at))
                for id_, version, seen_at in rows
            )
            yield from heapq.merge(sorted(older, key=_seen), newest, key=lambda one: one.seen_at)

    def main_cases(self) -> Iterator[tuple[str, str | None]]:
        after = ""
        while rows := self._database.rows(_PAGES, (after,)):
            told: dict[str, list[Told]] = {}
            for article_id, case_id, record in self._database.rows(_TOLD, (as_list([id_ for _, id_ in rows]),)):
                told.setdefault(article_id, []).append((case_id, _linked.decode(record)))
            yield from ((name, main_case(told.get(id_, ()), self.cases)) for name, id_ in rows)
            after = rows[-1][0]

    def keys(self, names: Sequence[str]) -> dict[str, Key]:
        rows = self._database.rows(_KEYS, (as_list(names),))
        return {name: _key.decode(key) for name, key in rows}

    def add_keys(self, names: Iterable[str], owner: str) -> None:
        with self._database.writing() as connection:
            add_keys(connection, names, owner)


def _seen(arrival: Arrival) -> tuple[datetime, str]:
    return arrival.seen_at, arrival.article_id


def add_keys(connection: sqlite3.Connection, names: Iterable[str], owner: str) -> None:
    """Put `owner` first under each name, unless it is there already."""
    wanted = list(dict.fromkeys(names))
    known = dict(connection.execute(_KEYS, (as_list(wanted),)))
    longer = ((name, _with(owner, known.get(name))) for name in wanted)
    connection.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", [(name, key) for name, key in longer if key])


def _with(owner: str, stored: bytes | None) -> bytes | None:
    """Return a stored key with its owner put first, None if it stands there."""
    key = _key.decode(stored) if stored else Key()
    if owner in key.ids:
        return None
    return msgspec.json.encode(Key(ids=(owner, *key.ids)[:KEY_LIMIT], total=key.total + 1))
