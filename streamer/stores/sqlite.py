"""The store of the embedded mode: everything in one SQLite file."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

from schemas.documents import Document
from schemas.query import Query
from streamer.contracts import FeedState, Page
from streamer.stores import sqlite_documents, sqlite_search
from streamer.stores.sqlite_articles import Articles
from streamer.stores.sqlite_cases import Cases
from streamer.stores.sqlite_database import Database
from streamer.stores.sqlite_ledger import Ledger
from streamer.stores.sqlite_letters import DeadLetters
from streamer.stores.sqlite_outbox import Outbox

_state = msgspec.json.Decoder(FeedState)

_TAKE = """
    INSERT INTO leases VALUES (?1, ?2, ?3)
    ON CONFLICT (name) DO UPDATE SET owner = excluded.owner, until = excluded.until
    WHERE owner = excluded.owner OR until <= ?4
"""
_STATISTICS = """
    SELECT (SELECT count(*) FROM articles) AS articles, (SELECT count(*) FROM events) AS events,
        (SELECT count(*) FROM cases WHERE merged_into IS NULL) AS cases,
        (SELECT count(*) FROM subscriptions) AS subscriptions
"""


class SqliteStore(Ledger, Articles, Cases, Outbox, DeadLetters):
    """A store in one file, made if need be. Several threads and processes may have it open at once.

    Raises ConfigError if the file is no database or was made by a newer version.
    """

    def __init__(self, path: Path | str) -> None:
        self._database = Database(path)

    def put_documents(self, documents: Sequence[Document]) -> None:
        with self._database.writing() as connection:
            sqlite_documents.put_documents(connection, documents)

    def search(
        self,
        query: Query,
        *,
        sort: str = "relevance",
        limit: int = 20,
        cursor: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page:
        with self._database.reading() as connection:
            return sqlite_search.search(connection, query, sort=sort, limit=limit, cursor=cursor, facets=facets)

    def search_articles(self, query: Query, *, limit: int = 20, cursor: str | None = None) -> Page:
        with self._database.reading() as connection:
            return sqlite_search.search_articles(connection, query, limit=limit, cursor=cursor)

    def feed_states(self) -> dict[str, FeedState]:
        return {url: _state.decode(state) for url, state in self._database.rows("SELECT url, state FROM feeds")}

    def save_feed_state(self, state: FeedState) -> None:
        with self._database.writing() as connection:
            connection.execute("INSERT OR REPLACE INTO feeds VALUES (?, ?)", (state.url, msgspec.json.encode(state)))

    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        at = now.timestamp()
        with self._database.writing() as connection:
            return connection.execute(_TAKE, (name, owner, at + seconds, at)).rowcount > 0

    def statistics(self) -> Mapping[str, Any]:
        names = ("articles", "events", "cases", "subscriptions")
        counts = dict(zip(names, self._database.rows(_STATISTICS)[0], strict=True))
        path = self._database.path
        files = (path, path.with_name(path.name + "-wal"))
        return counts | {"bytes": sum(file.stat().st_size for file in files if file.exists())}

    def close(self) -> None:
        self._database.close()
