"""Search in SQLite: documents in a table with their full text beside it, filters and facets in SQL.

The full-text columns hold lines of our own tokens, which FTS5 splits at blanks only: search, alerts and Elasticsearch
agree on what a word is.
"""

import base64
import sqlite3
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec

from agents.match import highlight
from schemas.documents import Document, article_document
from schemas.events import Article, Record
from schemas.query_fields import FIELDS, Kind, keywords, moment, number, texts
from schemas.query_tree import Query, effective
from schemas.tokens import token_line
from streamer.contracts import Hit, Page
from streamer.stores.sqlite_query import Sql, condition, micros, scoring

_COLUMNS = """
        number INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, revision INTEGER NOT NULL,
        type TEXT, status TEXT, time_role TEXT, country TEXT, language TEXT, amount_currency TEXT, amount_kind TEXT,
        event_date_precision TEXT, case_id TEXT, event_id TEXT, article_id TEXT,
        aggregate TEXT, suspended TEXT, withdrawn TEXT,
        amount REAL, amount_usd REAL, prison_months REAL, confidence REAL, people REAL, sites REAL, domains REAL,
        servers REAL, devices REAL, premises REAL, items REAL, cases REAL, accounts REAL,
        event_date INTEGER, published_at INTEGER, seen_at INTEGER, indexed_at INTEGER,
        at INTEGER NOT NULL, holds TEXT NOT NULL
"""
_RECORD = "number INTEGER PRIMARY KEY, listed TEXT NOT NULL, record BLOB NOT NULL"
"""Beside the columns that are filtered by, so that a look through all rows reads few pages."""
_WORDS = """
        "text", title, evidence, "case", authority, court, complainant, defendant, target, operation, docket, outlet,
        tokenize = 'ascii', prefix = '3 4'
"""
MIGRATIONS = [
    f"""
    CREATE TABLE documents ({_COLUMNS});
    CREATE TABLE documents_records ({_RECORD});
    CREATE INDEX documents_by_time ON documents (at DESC, id);
    CREATE INDEX documents_by_case ON documents (case_id);
    CREATE TABLE documents_domains (domain TEXT, number INTEGER, PRIMARY KEY (domain, number)) WITHOUT ROWID;
    CREATE INDEX documents_domains_of ON documents_domains (number);
    CREATE VIRTUAL TABLE documents_words USING fts5 ({_WORDS});
    CREATE TABLE texts ({_COLUMNS});
    CREATE TABLE texts_records ({_RECORD});
    CREATE INDEX texts_by_time ON texts (at DESC, id);
    CREATE TABLE texts_domains (domain TEXT, number INTEGER, PRIMARY KEY (domain, number)) WITHOUT ROWID;
    CREATE INDEX texts_domains_of ON texts_domains (number);
    CREATE VIRTUAL TABLE texts_words USING fts5 ({_WORDS});
    """,
]
"""Migrations are never changed once released: a new field of the language gets a migration of its own."""

_TEXTS = tuple(name for name, one in FIELDS.items() if one.kind is Kind.TEXT)
_SINGLE = tuple(n for n, one in FIELDS.items() if one.kind in (Kind.KEYWORD, Kind.BOOLEAN) and n != "domain")
_NUMBERS = tuple(name for name, one in FIELDS.items() if one.kind is Kind.NUMBER)
_DATES = tuple(name for name, one in FIELDS.items() if one.kind is Kind.DATE)
_LISTED = ("authority", "court", "complainant", "defendant", "target", "domain", "operation", "outlet", "case")
"""Facets of fields that may have several values, or values of any spelling."""
_ORDERS = {
    "relevance": "-coalesce(r.score, 0)",
    "newest": "-d.at",
    "oldest": "d.at",
    "amount": "-coalesce(d.amount_usd, -1)",
}
"""By name of the sort: what is smallest comes first; the id decides among equals."""
_FACET_SIZE = 20
_document = msgspec.json.Decoder(Document)


# --- writing ------------------------------------------------------------------------------------------------------


def put_documents(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    """Index documents by event id; one of a lower case revision than the stored never wins."""
    for document in documents:
        _put(connection, "documents", document.event_id, document)


def put_article(connection: sqlite3.Connection, article: Article) -> None:
    """Index the text of an article, in place of an older version."""
    _put(connection, "texts", article.id, article_document(article, datetime.now(UTC)))


def _put(connection: sqlite3.Connection, rows: str, key: str, document: Document) -> None:
    row = connection.execute(f"SELECT number, revision FROM {rows} WHERE id = ?", (key,)).fetchone()  # noqa: S608
    if row and row[1] > document.case_revision:
        return
    number_ = row[0] if row else None
    if row:
        for table in (rows, f"{rows}_records", f"{rows}_domains"):
            connection.execute(f"DELETE FROM {table} WHERE number = ?", (number_,))  # noqa: S608
        connection.execute(f"DELETE FROM {rows}_words WHERE rowid = ?", (number_,))  # noqa: S608
    values = _row(document) | {"number": number_, "id": key}
    number_ = _insert(connection, rows, values)
    _insert(connection, f"{rows}_records", {"number": number_, **_kept(document)})
    _insert(
        connection, f"{rows}_words", {name: token_line(texts(document, name)) for name in _TEXTS} | {"rowid": number_}
    )
    for domain in dict.fromkeys(document.domain):
        _insert(connection, f"{rows}_domains", {"domain": domain, "number": number_})


def _insert(connection: sqlite3.Connection, table: str, values: dict[str, Any]) -> int | None:
    names = ", ".join(f'"{name}"' for name in values)
    marks = ", ".join("?" * len(values))
    return connection.execute(f"INSERT INTO {table} ({names}) VALUES ({marks})", tuple(values.values())).lastrowid  # noqa: S608


def _row(document: Document) -> dict[str, Any]:
    moments = {name: moment(document, name) for name in _DATES}
    at = moments["event_date"] or document.published_at or document.seen_at
    held = [name for name in _TEXTS if token_line(texts(document, name))] + ["domain"] * bool(document.domain)
    return {
        **{name: next(iter(keywords(document, name)), None) for name in _SINGLE},
        **{name: number(document, name) for name in _NUMBERS},
        **{name: None if value is None else micros(value) for name, value in moments.items()},
        "revision": document.case_revision,
        "at": micros(at),
        "holds": f" {' '.join(held)} ",
    }


def _kept(document: Document) -> dict[str, Any]:
    listed = {name: getattr(document, name) for name in _LISTED}
    return {"listed": msgspec.json.encode(listed).decode(), "record": msgspec.json.encode(document)}


# --- reading ------------------------------------------------------------------------------------------------------


class Cursor(Record, frozen=True, kw_only=True):
    """Where a page ended, and what `now` was on the first one."""

    now: datetime
    value: float
    id: str
    sort: str
    query: str


def search(
    connection: sqlite3.Connection,
    query: Query,
    *,
    sort: str = "relevance",
    limit: int = 20,
    cursor: str | None = None,
    facets: Sequence[str] = (),
) -> Page:
    """Return a page of events. Raises ValueError on an unknown sort or facet and on a cursor of another query."""
    return _search(connection, "documents", query, sort=sort, limit=limit, cursor=cursor, facets=facets)


def search_articles(
    connection: sqlite3.Connection, query: Query, *, limit: int = 20, cursor: str | None = None
) -> Page:
    """Return a page of articles whose text the query finds."""
    return _search(connection, "texts", query, sort="relevance", limit=limit, cursor=cursor, facets=())


def _search(
    connection: sqlite3.Connection,
    rows: str,
    query: Query,
    *,
    sort: str,
    limit: int,
    cursor: str | None,
    facets: Sequence[str],
) -> Page:
    if sort not in _ORDERS:
        raise ValueError(f"no such sort: {sort}; known are {', '.join(_ORDERS)}")
    place = _read_cursor(cursor, query, sort)
    now = place.now if place else datetime.now(UTC)
    where = condition(effective(query), rows, now)
    found = _hits(connection, rows, query, sort=sort, where=where, place=place, limit=limit)
    last = found[limit - 1] if len(found) > limit else None
    following = Cursor(now=now, value=last[0], id=last[1], sort=sort, query=query.text) if last else None
    return Page(
        hits=tuple(_hit(query, _document.decode(record)) for _, _, record in found[:limit]),
        total=connection.execute(f"SELECT count(*) FROM {rows} d WHERE {where.text}", where.values).fetchone()[0],  # noqa: S608
        cursor=base64.urlsafe_b64encode(msgspec.json.encode(following)).decode() if following else None,
        facets={name: _facet(connection, rows, name, where) for name in facets},
    )


def _hits(
    connection: sqlite3.Connection,
    rows: str,
    query: Query,
    *,
    sort: str,
    where: Sql,
    place: Cursor | None,
    limit: int,
) -> list[tuple[float, str, bytes]]:
    """Return up to one more than `limit` rows (order value, id, record), those after `place`."""
    ranking = scoring(query.tree) if sort == "relevance" else None
    ranked = f"SELECT rowid AS number, -bm25({rows}_words, 1, 5) AS score FROM {rows}_words WHERE {rows}_words MATCH ?"  # noqa: S608
    joined = Sql(f" LEFT JOIN ({ranked}) r ON r.number = d.number", (ranking,)) if ranking else Sql("")
    order = _ORDERS[sort] if ranking or sort != "relevance" else _ORDERS["newest"]
    after = Sql(f" AND ({order}, d.id) > (?, ?)", (place.value, place.id)) if place else Sql("")
    sql = f"SELECT {order} AS o, d.id, d.number FROM {rows} d{joined.text} WHERE {where.text}{after.text}"  # noqa: S608
    values = (*joined.values, *where.values, *after.values, limit + 1)
    record = f"(SELECT record FROM {rows}_records x WHERE x.number = h.number)"  # noqa: S608
    page = f"SELECT h.o, h.id, {record} FROM ({sql} ORDER BY 1, 2 LIMIT ?) h ORDER BY 1, 2"  # noqa: S608
    return connection.execute(page, values).fetchall()


def _read_cursor(cursor: str | None, query: Query, sort: str) -> Cursor | None:
    if cursor is None:
        return None
    try:
        place = msgspec.json.decode(base64.urlsafe_b64decode(cursor), type=Cursor)
    except (ValueError, msgspec.DecodeError) as error:
        raise ValueError(f"not a cursor: {cursor[:40]}") from error
    if (place.query, place.sort) != (query.text, sort):
        raise ValueError("this cursor belongs to another query or sort")
    return place


def _hit(query: Query, document: Document) -> Hit:
    if document.event_id:
        return Hit(document=document, highlight=highlight(query, document.evidence, ("text", "evidence")))
    marked = highlight(query, document.text, ("text",))
    start = max(0, marked.find("⟦") - 120)
    excerpt = " ".join(marked[start : start + 320].split())
    return Hit(document=msgspec.structs.replace(document, text=""), highlight=excerpt)


def _facet(connection: sqlite3.Connection, rows: str, name: str, where: Sql) -> dict[str, int]:
    """Return the commonest values of a field among all that is found, with their numbers."""
    if name in _LISTED:
        values = (
            f"{rows}_records x, json_each(x.listed, '$.{name}') v WHERE x.number = d.number AND v.value IS NOT NULL"
        )
        sql = f"SELECT v.value, count(*) FROM {rows} d, {values} AND {where.text}"  # noqa: S608
    elif name in _SINGLE:
        sql = f'SELECT d."{name}", count(*) FROM {rows} d WHERE d."{name}" IS NOT NULL AND {where.text}'  # noqa: S608
    else:
        raise ValueError(f"no facet {name}; known are {', '.join((*_SINGLE, *_LISTED))}")
    return dict(connection.execute(f"{sql} GROUP BY 1 ORDER BY 2 DESC, 1 LIMIT {_FACET_SIZE}", where.values))
