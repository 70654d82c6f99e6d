"""The contract of a store, part 4: search. (What a query means is tested beside each reader.)"""

from contextlib import closing

import pytest
from make import NOW, later, make_article, make_case, make_event, make_linked
from places import Place, open_store

from schemas.documents import Document, document
from schemas.query import parse
from schemas.taxonomy import EventType
from streamer.contracts import Store


def documents(n: int) -> list[Document]:
    """Return documents of arrests and raids, a day apart, newest first."""
    types = (EventType.ARREST, EventType.RAID)
    return [
        document(
            make_linked(make_event(f"event-{i:02}", type=types[i % 2], date=f"2026-02-{28 - i:02}")), make_case(), NOW
        )
        for i in range(n)
    ]


def ids(store: Store, query: str, **options: object) -> list[str]:
    return [hit.document.event_id for hit in store.search(parse(query), **options).hits]  # type: ignore[arg-type]


def test_a_document_comes_back_as_it_was_put(store: Store):
    [put] = documents(1)
    store.put_documents([put])
    page = store.search(parse("type:arrest"))
    assert [hit.document for hit in page.hits] == [put]
    assert (page.total, page.cursor) == (1, None)
    assert store.search(parse("type:raid")).hits == ()


def test_who_starts_later_finds_what_was_put_at_once(store: Store, store_place: Place):
    """A person who searches after an import is another process than the import."""
    store.put_documents(documents(1))
    with closing(open_store(store_place)) as another:
        assert ids(another, "*") == ["event-00"]


def test_putting_again_replaces(store: Store):
    linked = make_linked()
    store.put_documents([document(linked, make_case(), NOW)])
    store.put_documents([document(linked, make_case("case-2", revision=2), NOW)])
    assert store.search(parse("*")).total == 1
    assert store.search(parse("*")).hits[0].document.case_id == "case-2"


def test_a_lower_revision_never_wins(store: Store):
    linked = make_linked()
    store.put_documents([document(linked, make_case(revision=3, title="Third"), NOW)])
    store.put_documents([document(linked, make_case(revision=2, title="Second"), NOW)])
    assert store.search(parse("*")).hits[0].document.case == "Third"


def test_no_documents_are_no_trouble(store: Store):
    store.put_documents([])
    assert store.search(parse("*")).total == 0


@pytest.mark.parametrize("sort", ["relevance", "newest", "oldest", "amount"])
def test_pages_follow_each_other(store: Store, sort: str):
    store.put_documents(documents(7))
    found: list[str] = []
    cursor = None
    for _ in range(4):
        page = store.search(parse("police"), sort=sort, limit=3, cursor=cursor)
        assert page.total == 7
        found += [hit.document.event_id for hit in page.hits]
        if (cursor := page.cursor) is None:
            break
    assert sorted(found) == [f"event-{i:02}" for i in range(7)]
    assert cursor is None


def test_sorts_by_the_day_of_the_act(store: Store):
    store.put_documents(documents(5)[::-1])
    assert ids(store, "*", sort="newest") == [f"event-{i:02}" for i in range(5)]
    assert ids(store, "*", sort="oldest") == [f"event-{i:02}" for i in range(5)][::-1]


def test_facets_count_all_that_is_found(store: Store):
    store.put_documents(documents(5))
    page = store.search(parse("*"), limit=1, facets=("type", "authority"))
    assert page.facets == {"type": {"arrest": 3, "raid": 2}, "authority": {"Port Selby Police": 5}}


@pytest.mark.parametrize("wrong", [{"sort": "loudest"}, {"facets": ("colour",)}, {"cursor": "page two"}])
def test_wrong_options_are_refused(store: Store, wrong: dict[str, object]):
    store.put_documents(documents(1))
    with pytest.raises(ValueError):
        store.search(parse("*"), **wrong)  # type: ignore[arg-type]


def test_the_quote_shows_the_words_found(store: Store):
    store.put_documents(documents(1))
    [hit] = store.search(parse("arrested")).hits
    assert hit.highlight == "Police ⟦arrested⟧ two men."


def test_articles_are_found_by_their_newest_text(store: Store):
    store.save_article(make_article(text="# Held\n\nPolice arrested two men over Moorcask."))
    assert store.search_articles(parse("moorcask")).total == 1
    store.save_article(make_article(text="# Held\n\nPolice arrested three men.", seen_at=later(hours=1)))
    assert store.search_articles(parse("moorcask")).total == 0
    [hit] = store.search_articles(parse("three")).hits
    assert hit.document.article_id == make_article().id
    assert "⟦three⟧" in hit.highlight
