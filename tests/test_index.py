"""Making cases searchable, keeping what failed."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from casework import DAY, article, event

from agents.bury import bury
from agents.index import index
from agents.link import link
from schemas.codec import encode
from schemas.documents import Document
from schemas.events import Article, ArticleEvents, DeadLetter, Edit
from streamer.stores.sqlite import SqliteStore

ARREST = event("arrest", defendant=("Mara Lindqvist",), country="SE", date="2025-02-28")


class Shelf(SqliteStore):
    """A store that shows the documents which it was given."""

    put: list[Document]

    def put_documents(self, documents: list[Document]) -> None:  # type: ignore[override]
        self.put = list(documents)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Shelf]:
    opened = Shelf(tmp_path / "store.db")
    yield opened
    opened.close()


def run(store: Shelf, message: ArticleEvents | Edit) -> list[Document]:
    (update,) = link(message, store=store, now=lambda: DAY)
    index(update, store=store, now=lambda: DAY)
    return store.put


def test_the_events_of_a_change_become_documents(store: Shelf) -> None:
    (found,) = run(store, article(ARREST))
    assert (found.type, found.defendant, found.indexed_at, found.case_revision) == (
        "arrest",
        ("Mara Lindqvist",),
        DAY,
        1,
    )


def test_an_echo_leaves_the_other_documents_alone(store: Shelf) -> None:
    run(store, article(ARREST))
    (found,) = run(store, article(ARREST, name="echo", source="Coast Times"))
    assert found.outlet == "Coast Times"


def test_a_new_title_reaches_all_documents_of_the_case(store: Shelf) -> None:
    (first,) = run(store, article(ARREST))
    found = run(store, article(event("charge", defendant=("Mara Lindqvist",), date="2025-04-01"), name="later", day=31))
    assert len(found) == 2
    assert {one.case for one in found} != {first.case}
    assert len({one.case for one in found}) == 1


def test_a_correction_reaches_all_documents_of_the_case(store: Shelf) -> None:
    raid = event("raid", target=("fastflix.example",), country="SE")
    run(store, article(ARREST, raid))
    found = run(store, article(ARREST, article_version="v2", seen_at=DAY + timedelta(hours=1)))
    assert {one.type: one.withdrawn for one in found} == {"arrest": False, "raid": True}


def letter(payload: bytes, item_id: str | None) -> DeadLetter:
    return DeadLetter(
        id="dead-1",
        stage="classify",
        topic="articles",
        payload=payload,
        kind="bug",
        error="ValueError: no",
        item_id=item_id,
        failed_at=DAY,
    )


def test_a_dead_letter_is_kept_and_counted(store: Shelf) -> None:
    story = Article(
        id="article-1", item_id="item-1", source="Gazette", version="v", title="", text="", language="en", seen_at=DAY
    )
    dead = letter(encode(story), "item-1")
    bury(dead, store=store)
    assert store.dead_letter("dead-1") == dead
    (row,) = store.ledger()
    assert (row.source, row.dead, row.reasons) == ("Gazette", 1, {"classify: ValueError: no": 1})


def test_a_dead_letter_of_no_item_is_only_kept(store: Shelf) -> None:
    bury(letter(b"\xff", None), store=store)
    assert store.dead_letter("dead-1")
    assert store.ledger() == []


def test_an_unreadable_payload_still_counts_its_item(store: Shelf) -> None:
    bury(letter(b"{", "item-1"), store=store)
    assert [row.dead for row in store.ledger()] == [1]


def test_a_case_is_found_by_each_domain_that_the_text_has_of_its_site(store: Shelf) -> None:
    seized = event("seizure", target=("Shoal", "wreck.example"), domains=("shoal.example", "shoal.test"))
    (document,) = run(store, article(seized))
    assert document.target == ("Shoal", "wreck.example")
    assert document.domain == ("shoal.example", "shoal.test", "wreck.example")
