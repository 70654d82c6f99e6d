"""Merges that link makes: what ties two cases joins them, whatever came first, and people have the last word."""

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest
from casework import article, event
from test_link import edit, run

from agents.link_merge import LINKER
from schemas.events import CaseUpdate
from schemas.taxonomy import ChangeKind, TimeRole
from streamer.stores.sqlite import SqliteStore

SUIT = article(event("lawsuit_filed", complainant=("Tidal Films",), defendant=("Acme Hosting",), country="US"))
RULING = article(event("ruling_other", docket="1:24-cv-00123", country="US"), name="ruling", day=3)
TIE_EVENT = event(
    "injunction", complainant=("Tidal Films",), defendant=("Acme Hosting",), docket="1:24-cv-00123", country="US"
)
TIE = article(TIE_EVENT, name="tie", day=6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def tied(store: SqliteStore) -> tuple[str, str, list[CaseUpdate]]:
    suit, ruling = run(store, SUIT, RULING)
    assert suit.case.id != ruling.case.id
    return suit.case.id, ruling.case.id, run(store, TIE)


def test_an_article_that_belongs_to_two_cases_makes_them_one(store: SqliteStore) -> None:
    first, second, updates = tied(store)
    assert [(one.case.id, one.change, one.reason) for one in updates] == [
        (first, ChangeKind.UPDATED, ""),
        (first, ChangeKind.CORRECTED, f"merged from {second}"),
    ]
    assert len(store.timeline(first)) == 3
    assert store.case(second).merged_into == first  # type: ignore[union-attr]
    assert [(one.by, one.action) for one in store.edits()] == [(LINKER, "merge")]


def test_the_same_cases_come_of_any_order(tmp_path: Path) -> None:
    for number, order in enumerate(itertools.permutations([SUIT, RULING, TIE])):
        store = SqliteStore(tmp_path / f"{number}.db")
        run(store, *order)
        (only,), _ = store.list_cases()
        assert set(only.article_ids) == {"article-first", "article-ruling", "article-tie"}
        store.close()


def test_a_repeat_tells_of_the_merge_again_and_merges_nothing(store: SqliteStore) -> None:
    first, _, updates = tied(store)
    before = store.case(first)
    assert [one.id for one in run(store, TIE)] == [one.id for one in updates]
    assert store.case(first) == before
    assert len(store.edits()) == 1


def test_what_a_person_takes_apart_stays_apart(store: SqliteStore) -> None:
    first, second, _ = tied(store)
    (merge,) = store.edits()
    run(store, edit("undo", value=merge.id))
    assert [len(store.timeline(case_id)) for case_id in (first, second)] == [2, 1]
    (later,) = run(store, article(TIE_EVENT, name="later", day=8))
    assert later.case.id == first
    assert store.case(second).merged_into is None  # type: ignore[union-attr]


def test_what_a_person_has_split_is_not_joined_again(store: SqliteStore) -> None:
    first, second, _ = tied(store)
    ruling = next(one.event for one in store.timeline(first) if one.article_id == "article-ruling")
    run(store, edit("split", case_id=first, event_ids=(ruling.id,)))
    run(store, article(TIE_EVENT, name="later", day=8))
    assert len(store.list_cases()[0]) == 2
    assert store.case(second).merged_into == first  # type: ignore[union-attr]


def test_cases_of_other_people_are_not_joined_by_one_who_names_both(store: SqliteStore) -> None:
    cases = [
        article(event("charge", defendant=(who,), target=("fastflix.example",), country="SE"), name=who)
        for who in ("Mara Lindqvist", "Anna Berg")
    ]
    both = event("arrest", defendant=("Mara Lindqvist", "Anna Berg"), target=("fastflix.example",), country="SE")
    run(store, *cases, article(both, name="both", day=1))
    assert len(store.list_cases()[0]) == 2


def test_a_recap_joins_nothing(store: SqliteStore) -> None:
    first, second = run(store, SUIT, RULING)
    recap = event(**{**_fields(TIE_EVENT), "time_role": TimeRole.BACKGROUND})
    run(store, article(recap, name="recap", day=6))
    assert all(store.case(one.case.id).merged_into is None for one in (first, second))  # type: ignore[union-attr]


def _fields(one: object) -> dict[str, object]:
    names = ("complainant", "defendant", "docket", "country")
    return {"type_": "injunction"} | {name: getattr(one, name) for name in names}


def test_a_muted_article_tells_nobody_of_the_merge(store: SqliteStore) -> None:
    run(store, SUIT, RULING)
    assert [one.muted for one in run(store, article(TIE_EVENT, name="tie", day=6, muted=True))] == [True, True]
