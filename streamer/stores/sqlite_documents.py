"""The tables of search in SQLite, and how documents get there.

The full-text columns hold lines of our own tokens, which FTS5 splits at blanks only: search, alerts and Elasticsearch
agree on what a word is.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import count
from typing import Any, NamedTuple

import msgspec

from schemas.documents import Document, article_document
from schemas.events import Article
from schemas.query_fields import FIELDS, Kind, keywords, moment, number, texts
from schemas.tokens import token_line
from streamer.stores import sqlite_bits
from streamer.stores.sqlite_query import micros

Row = dict[str, Any]
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
_TEXTS = tuple(name for name, one in FIELDS.items() if one.kind is Kind.TEXT)
_SINGLE = (*sqlite_bits.KEYWORDS, *sqlite_bits.IDS)
_NUMBERS = tuple(name for name, one in FIELDS.items() if one.kind is Kind.NUMBER)
_DATES = tuple(name for name, one in FIELDS.items() if one.kind is Kind.DATE)
LISTED = ("authority", "court", "complainant", "defendant", "target", "domain", "operation", "outlet", "case")
"""Fields that may have several values, or values of any spelling."""
_INDEXES = "\n".join(
    [
        *(f"CREATE INDEX documents_by_{n} ON documents ({n} DESC, id) WHERE {n} IS NOT NULL;" for n in _NUMBERS),
        *(f"CREATE INDEX documents_by_{n} ON documents ({n}) WHERE {n} IS NOT NULL;" for n in _DATES),
        *(f"CREATE INDEX texts_by_{n} ON texts ({n}) WHERE {n} IS NOT NULL;" for n in _DATES),
        "CREATE INDEX documents_by_article ON documents (article_id);",
    ]
)


def fill_bits(connection: sqlite3.Connection) -> None:
    """Give all documents their bits."""
    for rows in ("documents", "texts"):
        cursor = connection.execute(f"SELECT * FROM {rows} ORDER BY number")  # noqa: S608
        names = [column[0] for column in cursor.description]
        while some := cursor.fetchmany(sqlite_bits.BLOCK):
            changes = sqlite_bits.Changes()
            for values in some:
                row = dict(zip(names, values, strict=True))
                changes.replace(row["number"], set(), sqlite_bits.marks(row))
            changes.write(connection, rows)


Migration = str | Callable[[sqlite3.Connection], None]
MIGRATIONS: Sequence[Migration] = [
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
    f"""
    ALTER TABLE documents ADD COLUMN outlet TEXT;
    ALTER TABLE texts ADD COLUMN outlet TEXT;
    UPDATE documents SET outlet = (
        SELECT json_extract(listed, '$.outlet') FROM documents_records r WHERE r.number = documents.number
    );
    UPDATE texts SET outlet = (
        SELECT json_extract(listed, '$.outlet') FROM texts_records r WHERE r.number = texts.number
    );
    {sqlite_bits.tables("documents")}
    {sqlite_bits.tables("texts")}
    {_INDEXES}
    """,  # noqa: S608
    fill_bits,
]
"""Migrations are never changed once released: a new field of the language gets a migration of its own."""


# --- writing ----------------------------------------------------------------------------------------------------------


def put_documents(connection: sqlite3.Connection, documents: Sequence[Document]) -> None:
    """Index documents by event id; one of a lower case revision than the stored never wins."""
    _put(connection, "documents", [(document.event_id, document) for document in documents])


def put_article(connection: sqlite3.Connection, article: Article) -> None:
    """Index the text of an article, in place of an older version."""
    _put(connection, "texts", [(article.id, article_document(article, datetime.now(UTC)))])


class _Made(NamedTuple):
    """A document to be written, the row that it replaces, its lines of tokens, its id and number."""

    old: Row | None
    document: Document
    lines: dict[str, str]
    keys: Row


def _put(connection: sqlite3.Connection, rows: str, keyed: Sequence[tuple[str, Document]]) -> None:
    newest: dict[str, Document] = {}
    for key, document in keyed:
        if key not in newest or newest[key].case_revision <= document.case_revision:
            newest[key] = document
    made = list(_numbered(connection, rows, newest))
    _remove(connection, rows, [(one.old["number"],) for one in made if one.old])
    _write(connection, rows, made)


def _numbered(connection: sqlite3.Connection, rows: str, newest: Mapping[str, Document]) -> Iterator[_Made]:
    """Yield the documents that are to be written, each with the number of the row that it replaces or a new one."""
    stored = _stored(connection, rows, newest)
    following = count(connection.execute(f"SELECT coalesce(max(number), 0) + 1 FROM {rows}").fetchone()[0])  # noqa: S608
    for key, document in newest.items():
        old = stored.get(key)
        if old is None or old["revision"] <= document.case_revision:
            keys = {"id": key, "number": old["number"] if old else next(following)}
            yield _Made(old, document, _lines(document), keys)


def _stored(connection: sqlite3.Connection, rows: str, keys: Iterable[str]) -> dict[str, Row]:
    """Return the rows of the documents that are there, by key."""
    wanted = msgspec.json.encode(list(keys)).decode()
    cursor = connection.execute(f"SELECT * FROM {rows} WHERE id IN (SELECT value FROM json_each(?))", (wanted,))  # noqa: S608
    names = [column[0] for column in cursor.description]
    found = [dict(zip(names, values, strict=True)) for values in cursor]
    return {row["id"]: row for row in found}


def _remove(connection: sqlite3.Connection, rows: str, numbers: Sequence[tuple[int]]) -> None:
    for table in (rows, f"{rows}_records", f"{rows}_domains"):
        connection.executemany(f"DELETE FROM {table} WHERE number = ?", numbers)  # noqa: S608
    connection.executemany(f"DELETE FROM {rows}_words WHERE rowid = ?", numbers)  # noqa: S608


def _write(connection: sqlite3.Connection, rows: str, made: Sequence[_Made]) -> None:
    new = [_row(one.document, one.lines) | one.keys for one in made]
    changes = sqlite_bits.Changes()
    for one, row in zip(made, new, strict=True):
        changes.replace(row["number"], sqlite_bits.marks(one.old) if one.old else set(), sqlite_bits.marks(row))
    changes.write(connection, rows)
    _insert(connection, rows, new)
    _insert(connection, f"{rows}_records", [_kept(one.document) | {"number": one.keys["number"]} for one in made])
    _insert(connection, f"{rows}_words", [one.lines | {"rowid": one.keys["number"]} for one in made])
    domains = [(name, one.keys["number"]) for one in made for name in dict.fromkeys(one.document.domain)]
    connection.executemany(f"INSERT INTO {rows}_domains VALUES (?, ?)", domains)  # noqa: S608


def _insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row]) -> None:
    if rows:
        names = ", ".join(f'"{name}"' for name in rows[0])
        marks = ", ".join("?" * len(rows[0]))
        connection.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks})", [tuple(r.values()) for r in rows])  # noqa: S608


def _row(document: Document, lines: Mapping[str, str]) -> Row:
    moments = {name: moment(document, name) for name in _DATES}
    at = moments["event_date"] or document.published_at or document.seen_at
    held = [name for name, line in lines.items() if line] + ["domain"] * bool(document.domain)
    return {
        **{name: next(iter(keywords(document, name)), None) for name in _SINGLE},
        **{name: number(document, name) for name in _NUMBERS},
        **{name: None if value is None else micros(value) for name, value in moments.items()},
        "outlet": document.outlet,
        "revision": document.case_revision,
        "at": micros(at),
        "holds": f" {' '.join(held)} ",
    }


def _kept(document: Document) -> Row:
    listed = {name: getattr(document, name) for name in LISTED}
    return {"listed": msgspec.json.encode(listed).decode(), "record": msgspec.json.encode(document)}


def _lines(document: Document) -> dict[str, str]:
    return {name: token_line(texts(document, name)) for name in _TEXTS}
