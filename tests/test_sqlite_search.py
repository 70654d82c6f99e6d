"""Search in SQLite: the same answers as the matcher, and pages, orders, facets, marks."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from queries import NOW, documents, trees
from test_match import document

from agents.match import matches
from schemas.documents import Document
from schemas.events import Article
from schemas.query import parse
from schemas.query_tree import Node, effective, query_of
from streamer.stores import sqlite_search
from streamer.stores.sqlite_query import condition


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    with closing(opened()) as made:
        yield made


def opened() -> sqlite3.Connection:
    made = sqlite3.connect(":memory:")
    for script in sqlite_search.MIGRATIONS:
        made.executescript(script)
    return made


@pytest.mark.slow
@given(documents(), st.lists(trees(), min_size=1, max_size=8))
@settings(max_examples=150, deadline=None)
def test_search_finds_what_the_matcher_finds(stored: list[Document], queries: list[Node]) -> None:
    with closing(opened()) as made:
        sqlite_search.put_documents(made, stored)
        for tree in queries:
            query = query_of(tree)
            where = condition(effective(query), "documents", NOW)
            found = made.execute(f"SELECT d.id FROM documents d WHERE {where.text} ORDER BY 1", where.values)
            assert [row[0] for row in found] == [one.event_id for one in stored if matches(query, one, now=NOW)]


def fill(connection: sqlite3.Connection, number: int, **fields: Any) -> None:
    sqlite_search.put_documents(
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
    sqlite_search.put_documents(connection, [weak, strong])
    page = sqlite_search.search(connection, parse("harbour"))
    assert [hit.document.event_id for hit in page.hits] == ["event-b", "event-a"]


def test_facets_count_all_that_is_found(connection: sqlite3.Connection) -> None:
    fill(connection, 3)
    sqlite_search.put_documents(connection, [document(event_id="other", type="arrest", defendant=(), country=None)])
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
        sqlite_search.put_documents(connection, [document(case=title, case_revision=revision)])
    (hit,) = sqlite_search.search(connection, parse("*")).hits
    assert hit.document.case == "again"
    assert sqlite_search.search(connection, parse("case:second")).total == 0


def test_marks_the_words_of_the_quote(connection: sqlite3.Connection) -> None:
    sqlite_search.put_documents(connection, [document()])
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
    sqlite_search.put_article(connection, article)
    sqlite_search.put_article(connection, msgspec.structs.replace(article, text=article.text + " Twice.", version="v2"))
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
    sqlite_search.put_documents(connection, recent)
    first = sqlite_search.search(connection, parse("published:>=now-1d"), sort="newest", limit=3)
    second = sqlite_search.search(connection, parse("published:>=now-1d"), sort="newest", limit=3, cursor=first.cursor)
    assert [hit.document.event_id for hit in second.hits] == ["event-3"]
