"""Search in SQLite: the same answers as the matcher, and pages, orders, facets, marks."""

import random
import re
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make import make_article
from queries import NOW, documents, trees
from test_match import document

from agents.match import matches
from schemas.documents import Document
from schemas.events import Article
from schemas.query import parse
from schemas.query_tree import Node, effective, query_of
from streamer.stores import sqlite_bits, sqlite_documents, sqlite_facets, sqlite_order, sqlite_search
from streamer.stores.sqlite import SqliteStore
from streamer.stores.sqlite_bits import numbers_in
from streamer.stores.sqlite_query import Finder


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(opened()) as made:
        yield made


def opened() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    for migration in sqlite_documents.MIGRATIONS:
        migration(made) if callable(migration) else made.executescript(migration)
    return made


@pytest.mark.slow
@given(documents(), st.lists(trees(), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_search_finds_what_the_matcher_finds(stored: list[Document], queries: list[Node]) -> None:
    with closing(opened()) as made:
        sqlite_documents.put_documents(made, stored)
        for tree in queries:
            query = query_of(tree)
            found = numbers_in(Finder(made, "documents", NOW).found(effective(query)))
            rows = made.execute("SELECT number, id FROM documents ORDER BY id")
            assert [id_ for number, id_ in rows if number in found] == [
                one.event_id for one in stored if matches(query, one, now=NOW)
            ]


def fill(connection: sqlite3.Connection, number: int, **fields: Any) -> None:
    sqlite_documents.put_documents(
        connection,
        [
            document(
                event_id=f"event-{place:02}",
                event_date=None,
                published_at=NOW - timedelta(hours=place // 2),
                amount_usd=float(place % 3) or None,
                **fields,
            )
            for place in range(number)
        ],
    )


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "amount"])
@pytest.mark.parametrize("query", ["police", "type:raid"])
def test_pages_follow_each_other_without_gap_or_repeat(connection: sqlite3.Connection, sort: str, query: str) -> None:
    fill(connection, 23)
    whole = sqlite_search.search(connection, parse(query), sort=sort, limit=50)
    assert (whole.total, whole.cursor) == (23, None)
    pages, cursor = [], None
    while True:
        page = sqlite_search.search(connection, parse(query), sort=sort, limit=5, cursor=cursor)
        pages.append(page)
        cursor = page.cursor
        if cursor is None:
            break
    assert [hit for page in pages for hit in page.hits] == list(whole.hits)
    assert [len(page.hits) for page in pages] == [5, 5, 5, 5, 3]


@pytest.mark.parametrize("query", ["*", "-country:*", "police"])
@pytest.mark.parametrize("sort", ["newest", "oldest", "amount"])
def test_a_large_set_is_told_in_the_order_of_a_small_one(
    connection: sqlite3.Connection, sort: str, query: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(3)
    sqlite_documents.put_documents(
        connection,
        [
            document(
                event_id=f"event-{place:03}",
                event_date=f"20{chance.randrange(20, 26)}-0{chance.randrange(1, 4)}-10" if place % 3 else None,
                published_at=NOW - timedelta(days=chance.randrange(900)),
                amount_usd=chance.choice((None, 0.0, 2.5, 100.0)),
                country=chance.choice((None, "SE")),
            )
            for place in range(150)
        ],
    )
    asked = parse(query)
    sorted_ = sqlite_search.search(connection, asked, sort=sort, limit=200).hits
    monkeypatch.setattr(sqlite_order, "SMALL", 0)
    met, cursor = [], None
    while not met or cursor:
        page = sqlite_search.search(connection, asked, sort=sort, limit=7, cursor=cursor)
        met, cursor = [*met, *page.hits], page.cursor
    assert [hit.document.event_id for hit in met] == [hit.document.event_id for hit in sorted_]


def test_what_words_find_everywhere_is_told_newest_first(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(connection, 9)
    monkeypatch.setattr(sqlite_search, "RANKED", 8)
    newest = sqlite_search.search(connection, parse("police"), sort="newest")
    assert sqlite_search.search(connection, parse("police")).hits == newest.hits
    first = sqlite_search.search(connection, parse("police"), limit=4)
    monkeypatch.setattr(sqlite_search, "RANKED", 100)
    second = sqlite_search.search(connection, parse("police"), limit=9, cursor=first.cursor)
    assert first.hits + second.hits == newest.hits, "a page is told in the order of the page before"


def test_more_documents_than_a_block_holds_are_counted_and_found(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sqlite_bits, "BLOCK", 16)
    monkeypatch.setattr(sqlite_bits, "_BYTES", 2)
    for country, number in (("SE", 40), ("JP", 5), ("SE", 30)):
        stored = connection.execute("SELECT count(*) FROM documents").fetchone()[0]
        sqlite_documents.put_documents(
            connection, [document(event_id=f"event-{stored + n}", country=country) for n in range(number)]
        )
    page = sqlite_search.search(connection, parse("country:*"), facets=("country", "type"))
    assert (page.total, page.facets) == (75, {"country": {"SE": 70, "JP": 5}, "type": {"raid": 75}})
    assert sqlite_search.search(connection, parse("NOT country:SE")).total == 5


def test_facets_of_many_documents_are_those_of_few(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    chance = random.Random(5)
    some = [
        document(
            event_id=f"event-{place}",
            country=f"{chance.choice('ABCDEFGH')}{chance.choice('XYZUVW')}" if place % 5 else None,
            outlet=f"Outlet {int(chance.expovariate(0.2))}",
            type=chance.choice(("raid", "arrest")),
        )
        for place in range(400)
    ]
    sqlite_documents.put_documents(connection, some)
    names, queries = (
        ("type", "country", "outlet", "suspended", "amount_kind"),
        ("*", "type:raid", "country:AX", "court:*"),
    )
    few = [sqlite_search.search(connection, parse(query), facets=names).facets for query in queries]
    assert [len(facets["country"]) for facets in few] == [20, 20, 1, 0]
    monkeypatch.setattr(sqlite_facets, "FEW", 0)
    many = [sqlite_search.search(connection, parse(query), facets=names).facets for query in queries]
    assert [{name: list(facet.items()) for name, facet in facets.items()} for facets in many] == [
        {name: list(facet.items()) for name, facet in facets.items()} for facets in few
    ]


def test_a_changed_document_is_no_longer_counted_where_it_was(connection: sqlite3.Connection) -> None:
    for type_ in ("raid", "arrest"):
        sqlite_documents.put_documents(connection, [document(type=type_), document(event_id="other")])
    page = sqlite_search.search(connection, parse("*"), facets=("type",))
    assert page.facets == {"type": {"arrest": 1, "raid": 1}}
    assert sqlite_search.search(connection, parse("type:raid")).total == 1


@pytest.mark.parametrize("sort", ["newest", "amount"])
def test_a_file_of_before_answers_as_a_new_one(tmp_path: Path, sort: str) -> None:
    path = tmp_path / "crackdown.sqlite"
    queries = ("*", "police", "country:SE date:>=2024", "confidence:>=0.4", "domain:*", "amount:10000.5")
    with closing(SqliteStore(path)) as store:
        store.put_documents([document(event_id=f"event-{n}", outlet=f"Outlet {n % 2}") for n in range(5)])
        store.save_article(make_article())
        before = [store.search(parse(query), sort=sort, facets=("type", "outlet")) for query in queries]
        articles = store.search_articles(parse("outlet:*"))
    assert [page.total for page in before] == [5] * 6
    _make_old(path)
    with closing(SqliteStore(path)) as store:
        assert [store.search(parse(query), sort=sort, facets=("type", "outlet")) for query in queries] == before
        assert store.search_articles(parse("outlet:*")) == articles


def _make_old(path: Path) -> None:
    """Take away what came with the second migration of search."""
    with closing(sqlite3.connect(path)) as connection:
        for (name,) in connection.execute("SELECT name FROM sqlite_master WHERE type = 'index'").fetchall():
            if re.match(r"(documents|texts)_by_(?!time|case$)", name):
                connection.execute(f"DROP INDEX {name}")
        for rows in ("documents", "texts"):
            connection.execute(f"DROP TABLE {rows}_bits")
            connection.execute(f"ALTER TABLE {rows} DROP COLUMN outlet")
        connection.execute("DELETE FROM migrations WHERE part = 'search' AND number > 1")
        connection.commit()


def test_sorts(connection: sqlite3.Connection) -> None:
    fill(connection, 6)
    ids = {
        sort: [hit.document.event_id for hit in sqlite_search.search(connection, parse("*"), sort=sort).hits]
        for sort in ("newest", "oldest", "amount")
    }
    assert ids["newest"][0] == "event-00"
    assert ids["oldest"][0] == "event-04"
    assert ids["amount"] == [f"event-0{place}" for place in (2, 5, 1, 4, 0, 3)]


def test_the_better_match_comes_first(connection: sqlite3.Connection) -> None:
    weak = document(event_id="event-a", text="a harbour " + "word " * 200, title="Other news")
    strong = document(event_id="event-b", text="harbour", title="harbour")
    sqlite_documents.put_documents(connection, [weak, strong])
    page = sqlite_search.search(connection, parse("harbour"))
    assert [hit.document.event_id for hit in page.hits] == ["event-b", "event-a"]


def test_facets_count_all_that_is_found(connection: sqlite3.Connection) -> None:
    fill(connection, 3)
    sqlite_documents.put_documents(connection, [document(event_id="other", type="arrest", defendant=(), country=None)])
    page = sqlite_search.search(
        connection, parse("police"), limit=1, facets=("type", "country", "defendant", "operation")
    )
    assert page.facets == {
        "type": {"raid": 3, "arrest": 1},
        "country": {"SE": 3},
        "defendant": {"Acme Hosting": 3, "Mara Lindqvist": 3},
        "operation": {},
    }


def test_an_older_revision_never_wins(connection: sqlite3.Connection) -> None:
    for revision, title in ((2, "second"), (1, "first"), (2, "again")):
        sqlite_documents.put_documents(connection, [document(case=title, case_revision=revision)])
    (hit,) = sqlite_search.search(connection, parse("*")).hits
    assert hit.document.case == "again"
    assert sqlite_search.search(connection, parse("case:second")).total == 0


def test_marks_the_words_of_the_quote(connection: sqlite3.Connection) -> None:
    sqlite_documents.put_documents(connection, [document()])
    (hit,) = sqlite_search.search(connection, parse("harbour")).hits
    assert hit.highlight == "Officers searched the ⟦harbour⟧ office."


def test_finds_articles_by_their_text(connection: sqlite3.Connection) -> None:
    article = Article(
        id="article-1",
        item_id="item-1",
        source="Gazette",
        version="v1",
        title="A quiet day",
        text="Nothing happened. " * 20 + "Later the lantern fell.",
        language="en",
        seen_at=NOW,
    )
    sqlite_documents.put_article(connection, article)
    sqlite_documents.put_article(
        connection, msgspec.structs.replace(article, text=article.text + " Twice.", version="v2")
    )
    page = sqlite_search.search_articles(connection, parse("lantern twice"))
    assert (page.total, page.hits[0].document.article_id) == (1, "article-1")
    assert "the ⟦lantern⟧ fell. ⟦Twice⟧." in page.hits[0].highlight
    assert sqlite_search.search_articles(connection, parse("outlet:gazette -type:*")).total == 0


@pytest.mark.parametrize("cursor", ["", "x", "e30=", "é"])
def test_refuses_what_is_no_cursor(connection: sqlite3.Connection, cursor: str) -> None:
    with pytest.raises(ValueError, match="not a cursor"):
        sqlite_search.search(connection, parse("*"), cursor=cursor)


def test_refuses_the_cursor_of_another_query(connection: sqlite3.Connection) -> None:
    fill(connection, 3)
    cursor = sqlite_search.search(connection, parse("*"), limit=1).cursor
    with pytest.raises(ValueError, match="another query"):
        sqlite_search.search(connection, parse("police"), cursor=cursor)


def test_refuses_unknown_sorts_and_facets(connection: sqlite3.Connection) -> None:
    with pytest.raises(ValueError, match="no such sort"):
        sqlite_search.search(connection, parse("*"), sort="size")
    with pytest.raises(ValueError, match="no facet"):
        sqlite_search.search(connection, parse("*"), facets=("record",))


def test_relative_dates_count_from_the_first_page(connection: sqlite3.Connection) -> None:
    now = datetime.now(UTC)
    recent = [document(event_id=f"event-{n}", event_date=None, published_at=now - timedelta(hours=n)) for n in range(4)]
    sqlite_documents.put_documents(connection, recent)
    first = sqlite_search.search(connection, parse("published:>=now-1d"), sort="newest", limit=3)
    second = sqlite_search.search(connection, parse("published:>=now-1d"), sort="newest", limit=3, cursor=first.cursor)
    assert [hit.document.event_id for hit in second.hits] == ["event-3"]
