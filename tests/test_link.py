"""Linking: what becomes one case, what stays apart, and what is said about it, on a real store."""

import itertools
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from casework import DAY, article, event

from agents.errors import Conflict, Rejected, Unavailable
from agents.link import link
from agents.notice import headline
from schemas.events import ArticleEvents, CaseUpdate, Edit, Event, Money
from schemas.taxonomy import ChangeKind, MoneyKind, Relation, Status, TimeRole
from streamer.stores.sqlite import SqliteStore

ARREST = event("arrest", defendant=("Mara Lindqvist",), target=("fastflix.example",), country="SE", date="2025-02-28")
CHARGE = event("charge", defendant=("Mara Lindqvist",), country="SE", date="2025-04-02")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def run(store: SqliteStore, *messages: ArticleEvents | Edit) -> list[CaseUpdate]:
    return [update for message in messages for update in link(message, store=store, now=lambda: DAY)]


def _main(message: ArticleEvents) -> ArticleEvents:
    """Make the message's events the ones that its headline is about."""
    events = tuple(msgspec.structs.replace(one, main=True) for one in message.events)
    return msgspec.structs.replace(message, events=events)


def edit(action: str, number: int = 1, **fields: Any) -> Edit:
    return Edit(id=f"edit-{number}", action=action, by="ana", at=DAY + timedelta(hours=number), **fields)


def test_first_news_opens_a_case(store: SqliteStore) -> None:
    (update,) = run(store, article(ARREST))
    assert update.change is ChangeKind.OPENED
    assert store.case(update.case.id) == update.case
    assert update.case.revision == 1
    assert [(one.name, one.status) for one in update.case.parties if one.role == "defendant"] == [
        ("Mara Lindqvist", "arrested")
    ]
    assert [one.event for one in store.timeline(update.case.id)] == list(article(ARREST).events)


def test_next_step_updates_the_same_case(store: SqliteStore) -> None:
    opened, moved = run(store, article(ARREST), article(CHARGE, name="second", day=32))
    assert moved.case.id == opened.case.id
    assert (moved.change, moved.fields, moved.case.revision) == (ChangeKind.UPDATED, ("type", "title"), 2)
    assert [one.score.get("person") for one in store.timeline(moved.case.id)] == [None, 1.5]


def test_same_act_from_another_outlet_corroborates(store: SqliteStore) -> None:
    echo = article(ARREST, name="echo", day=1, source="Coast Times")
    opened, again = run(store, article(ARREST), echo)
    assert again.case.id == opened.case.id
    assert (again.change, again.fields) == (ChangeKind.CORROBORATED, ("source",))
    assert again.case.sources == ("Harbour Gazette", "Coast Times")


def test_a_repeat_changes_nothing_and_yields_the_same_changes(store: SqliteStore) -> None:
    messages = [article(ARREST), article(CHARGE, name="second", day=32)]
    first = run(store, *messages)
    again = run(store, *messages)
    assert [(one.id, one.change, one.events) for one in again] == [(one.id, one.change, one.events) for one in first]
    assert {one.case.revision for one in again} == {2}


def test_one_complainant_with_two_suits_is_two_cases(store: SqliteStore) -> None:
    suits = [
        article(event("lawsuit_filed", complainant=("Tidal Films",), defendant=(who,), country="US"), name=who)
        for who in ("Acme Hosting Inc", "Borough Cable LLC")
    ]
    first, second = run(store, *suits)
    assert first.case.id != second.case.id


def test_docket_links_whatever_its_spelling(store: SqliteStore) -> None:
    suit = event("lawsuit_filed", complainant=("Tidal Films",), docket="1:24-cv-00123", country="US")
    ruling = event("dismissal", docket="24-CV-123", country="US")
    opened, moved = run(store, article(suit), article(ruling, name="later", day=90))
    assert opened.case.id == moved.case.id
    assert moved.case.state == "closed"


def test_other_docket_is_another_case(store: SqliteStore) -> None:
    suits = [
        event("lawsuit_filed", complainant=("Tidal Films",), defendant=("Acme",), docket=number, country="US")
        for number in ("24-cv-123", "25-cv-777")
    ]
    opened, other = run(store, article(suits[0]), article(suits[1], name="later", day=400))
    assert opened.case.id != other.case.id


def test_background_alone_tells_nobody(store: SqliteStore) -> None:
    old = event("conviction", defendant=("Iven Marlo",), time_role=TimeRole.BACKGROUND, date="2019")
    (update,) = run(store, article(old))
    assert update.muted


def test_background_of_a_known_case_is_context(store: SqliteStore) -> None:
    recap = event(
        "arrest",
        defendant=("Mara Lindqvist",),
        target=("fastflix.example",),
        time_role=TimeRole.BACKGROUND,
        date="2025-02",
    )
    opened, context = run(store, article(ARREST), article(recap, name="recap", day=10))
    assert context.case.id == opened.case.id
    assert (context.change, context.muted) == (ChangeKind.CORROBORATED, True)


def test_news_of_a_case_known_as_background_opens_it(store: SqliteStore) -> None:
    recap = event("arrest", defendant=("Mara Lindqvist",), time_role=TimeRole.BACKGROUND, date="2025-02")
    _, opened = run(store, article(recap), article(CHARGE, name="second", day=32))
    assert (opened.change, opened.muted) == (ChangeKind.OPENED, False)


def test_an_import_is_muted(store: SqliteStore) -> None:
    (update,) = run(store, article(ARREST, muted=True))
    assert update.muted


def test_an_edit_of_the_article_withdraws_what_it_no_longer_says(store: SqliteStore) -> None:
    raid = event("raid", target=("fastflix.example",), country="SE")
    first = article(ARREST, raid)
    later = article(ARREST, article_version="v2", seen_at=DAY + timedelta(hours=5))
    (opened, corrected) = run(store, first, later)
    assert (corrected.change, corrected.reason) == (ChangeKind.CORRECTED, "edited article")
    assert [one.event.type.value for one in corrected.events] == ["raid"]
    assert [one.withdrawn for one in store.timeline(opened.case.id)] == ["", "edited article"]
    assert [type_.value for type_ in corrected.case.types] == ["arrest"]
    assert run(store, later) == [corrected]


def forfeit(pounds: int, **fields: Any) -> Event:
    sum_ = (Money(amount=pounds, currency="GBP", kind=MoneyKind.FORFEITURE),) if pounds else ()
    return event("forfeiture", **({"id": "event-f", "defendant": ("Mara Lindqvist",), "money": sum_} | fields))


def edited(*events: Event, hours: int = 5) -> ArticleEvents:
    return article(*events, article_version=f"v{hours}", seen_at=DAY + timedelta(hours=hours))


@pytest.mark.parametrize("fields", [{}, {"id": "event-other", "date": "2025-02-27"}])
def test_an_act_told_with_another_value_is_one_correction(store: SqliteStore, fields: dict[str, Any]) -> None:
    first, later = article(ARREST, forfeit(412_000)), edited(ARREST, forfeit(241_000, **fields))
    opened, corrected = run(store, first, later)
    assert (corrected.change, corrected.case.id, corrected.muted) == (ChangeKind.CORRECTED, opened.case.id, False)
    assert headline(corrected) == (
        "Correction: Mara Lindqvist ordered to forfeit GBP 241,000, not GBP 412,000 (edited article)"
    )
    told = {one.event.money[0].amount: one.withdrawn for one in store.timeline(opened.case.id) if one.event.money}
    assert told == {412_000: "edited article", 241_000: ""}
    assert run(store, later) == [corrected]
    assert [one.id for one in run(store, first)] == [opened.id]


def test_a_value_that_is_added_is_kept_and_told_to_nobody(store: SqliteStore) -> None:
    opened, added = run(store, article(forfeit(0)), edited(forfeit(241_000)))
    assert (added.change, added.muted) == (ChangeKind.CORRECTED, True)
    assert [one.event.money[0].amount for one in store.timeline(opened.case.id) if not one.withdrawn] == [241_000]


def test_granted_that_becomes_asked_for_is_corrected_and_back(store: SqliteStore) -> None:
    sought = event("injunction", id="event-i", defendant=("Acme Hosting",), status=Status.SOUGHT)
    granted = msgspec.structs.replace(sought, status=Status.HAPPENED)
    updates = run(store, article(granted), edited(sought), edited(granted, hours=9))
    assert [one.case.title for one in updates] == [
        "Acme Hosting: injunction",
        "Acme Hosting: injunction asked for",
        "Acme Hosting: injunction",
    ]
    assert [one.change for one in updates[1:]] == [ChangeKind.CORRECTED] * 2
    assert "injunction against Acme Hosting asked for, instead of: " in headline(updates[1])


def test_another_act_in_the_edited_article_is_news_and_no_correction(store: SqliteStore) -> None:
    (opened, news) = run(store, article(ARREST), edited(ARREST, CHARGE))
    assert (news.change, news.case.id, news.fields) == (ChangeKind.UPDATED, opened.case.id, ("type", "title"))


def test_text_that_comes_back_counts_again(store: SqliteStore) -> None:
    versions = [
        article(ARREST, CHARGE),
        article(ARREST, article_version="v2", seen_at=DAY + timedelta(hours=1)),
        article(ARREST, CHARGE, seen_at=DAY + timedelta(hours=2)),
    ]
    restored = run(store, *versions)[-1]
    assert [one.withdrawn for one in store.timeline(restored.case.id)] == ["", ""]


def test_an_old_version_that_comes_late_withdraws_nothing(store: SqliteStore) -> None:
    new = article(ARREST, CHARGE, article_version="v2", seen_at=DAY + timedelta(hours=5))
    old = article(ARREST)
    (update, *_) = run(store, new, old)
    assert [one.withdrawn for one in store.timeline(update.case.id)] == ["", ""]


def test_two_proceedings_in_one_article_are_two_cases(store: SqliteStore) -> None:
    other = event("fine", defendant=("Borough Cable LLC",), country="FR", case=1)
    assert len({update.case.id for update in run(store, article(ARREST, other))}) == 2


def test_a_near_miss_points_to_the_case_it_may_be(store: SqliteStore) -> None:
    seizure = event("seizure", target=("fastflix.example",), country="SE", date="2025-07-09")
    opened, doubtful = run(store, article(ARREST), article(seizure, name="near", day=130))
    assert doubtful.case.id != opened.case.id
    assert [(one.case_id, one.relation) for one in doubtful.case.related] == [(opened.case.id, Relation.POSSIBLE_CASE)]
    assert dict(doubtful.case.related[0].score)["target"] > 1
    (reviewed,) = run(store, edit("review", case_id=doubtful.case.id))
    assert (reviewed.case.related, reviewed.muted) == ((), True)
    (asked,) = run(store, edit("undo", 2, value="edit-1"))
    assert asked.case.related == doubtful.case.related


VERDICT = event("conviction", defendant=("Mara Lindqvist",), country="SE", date="2025-05-02")


@pytest.mark.parametrize(
    ("first", "second", "relation"),
    [
        (
            ARREST,
            event("lawsuit_filed", complainant=("Tidal Films",), defendant=("Mara Lindqvist",), country="US"),
            Relation.CIVIL_PARALLEL,
        ),
        (VERDICT, event("appeal", defendant=("Mara Lindqvist",), country="NO", date="2026-03-01"), Relation.APPEAL_OF),
        (
            event("raid", operation="Lantern", country="SE", defendant=("Anna Berg",)),
            event("raid", operation="Lantern", country="BR", defendant=("Peter Moreira",)),
            Relation.PART_OF_OPERATION,
        ),
        (
            ARREST,
            event("arrest", defendant=("Anna Quist",), target=("fastflix.example",), country="BR"),
            Relation.RELATED_TO,
        ),
    ],
)
def test_cases_that_belong_together_say_how(
    store: SqliteStore, first: Event, second: Event, relation: Relation
) -> None:
    opened, other = run(store, article(first), article(second, name="later", day=300))
    assert other.case.id != opened.case.id
    assert [(one.case_id, one.relation) for one in other.case.related] == [(opened.case.id, relation)]


def test_a_seized_service_that_returns_elsewhere_is_linked_to_the_old_case(store: SqliteStore) -> None:
    seizure = event("seizure", target=("Fastflix", "fastflix.example"), country="US", date="2023-02-28")
    again = event("seizure", target=("fastflix.test",), country="DK", date="2025-06-01")
    opened, returned = run(store, article(seizure), article(again, name="return", day=822))
    assert [one.case_id for one in returned.case.related] == [opened.case.id]


def test_what_a_surname_or_a_wide_campaign_shares_relates_nothing(store: SqliteStore) -> None:
    other = event("arrest", defendant=("Anna Lindqvist",), country="BR", date="2025-09-01")
    _, stranger = run(store, article(ARREST), article(other, name="other", day=190))
    assert stranger.case.related == ()


def test_sought_becoming_ordered_is_an_update(store: SqliteStore) -> None:
    sought, ordered = (
        event("site_blocking", status=status, complainant=("Tidal Films",), target=("fastflix.example",), country="NL")
        for status in (Status.SOUGHT, Status.ORDERED)
    )
    opened, moved = run(store, article(sought), article(ordered, name="later", day=9))
    assert moved.case.id == opened.case.id
    assert (moved.change, moved.fields) == (ChangeKind.UPDATED, ("status", "title"))


@pytest.mark.parametrize(
    ("fields", "reason"),
    [
        ({"events": ()}, "no events"),
        ({"events": (ARREST,)}, "with events"),
        ({"events": (), "not_classified": "language es"}, "not classified: language es"),
    ],
)
def test_the_ledger_learns_how_it_ended(store: SqliteStore, fields: dict[str, Any], reason: str) -> None:
    run(store, msgspec.structs.replace(article(), **fields))
    (row,) = store.ledger()
    assert (row.stored, row.reasons) == (1, {reason: 1})


class Contested(SqliteStore):
    """A store on which another writer is always first, `times` times."""

    times = 1

    def save_case(self, *args: Any, **kwargs: Any) -> None:
        if self.times:
            self.times -= 1
            raise Conflict
        super().save_case(*args, **kwargs)


def test_a_conflict_is_decided_again(tmp_path: Path) -> None:
    store = Contested(tmp_path / "store.db")
    assert [update.change for update in run(store, article(ARREST))] == [ChangeKind.OPENED]
    store.times = 99
    with pytest.raises(Unavailable):
        run(store, article(CHARGE, name="second"))
    store.close()


def test_reports_without_names_meet_by_their_headlines(store: SqliteStore) -> None:
    plain = event("arrest", country="NL")
    reports = [
        article(plain, name=name, day=day, source=name, title=title)
        for name, day, title in (
            ("Times", 0, "Harbour crane thieves caught with lanterns"),
            ("Post", 1, "Lanterns gave harbour crane thieves away"),
            ("Echo", 1, "Baker arrested after quarrel"),
        )
    ]
    first, same, other = run(store, *[_main(report) for report in reports])
    assert same.case.id == first.case.id
    assert other.case.id != first.case.id


def test_a_recap_of_another_case_on_the_same_site_stays_apart(store: SqliteStore) -> None:
    recap = event(
        "sentence", defendant=("Iven Marlo",), target=("fastflix.example",), time_role=TimeRole.BACKGROUND, date="2019"
    )
    updates = run(store, article(ARREST, recap))
    assert [len(update.events) for update in updates] == [1, 1]
    assert len({update.case.id for update in updates}) == 2


def test_order_of_arrival_does_not_matter(store: SqliteStore, tmp_path: Path) -> None:
    plea = event("guilty_plea", defendant=("Mara Lindqvist",), country="SE", date="2025-09-01")
    other = event("arrest", defendant=("Iven Marlo",), country="NO", date="2025-03-01")
    messages = [
        article(one, name=name, day=day)
        for name, day, one in (("a", 0, ARREST), ("b", 32, CHARGE), ("c", 184, plea), ("d", 1, other))
    ]
    expected = {frozenset({"article-a", "article-b", "article-c"}), frozenset({"article-d"})}
    for number, order in enumerate(itertools.permutations(messages)):
        fresh = SqliteStore(tmp_path / f"{number}.db")
        run(fresh, *order)
        cases, _ = fresh.list_cases()
        assert {frozenset(case.article_ids) for case in cases} == expected
        fresh.close()


# --- edits by people --------------------------------------------------------------------------------------------------


def two_cases(store: SqliteStore) -> tuple[str, str]:
    other = event("arrest", defendant=("Iven Marlo",), country="NO", date="2025-03-01")
    first, second = run(store, article(ARREST), article(other, name="other"))
    return first.case.id, second.case.id


def test_merge_redirects_the_old_id_and_undo_brings_it_back(store: SqliteStore) -> None:
    first, second = two_cases(store)
    before = store.case(second)
    (merged,) = run(store, edit("merge", case_id=second, into=first))
    assert (merged.case.id, merged.change) == (first, ChangeKind.CORRECTED)
    assert len(store.timeline(first)) == 2
    assert store.case(second).merged_into == first  # type: ignore[union-attr]
    updates = run(store, edit("undo", 2, value="edit-1"))
    assert {update.case.id for update in updates} == {first, second}
    after = store.case(second)
    assert before
    assert after
    assert (after.event_ids, after.parties, after.merged_into) == (before.event_ids, before.parties, None)
    assert len(store.timeline(first)) == 1


def test_an_edit_done_twice_is_done_once(store: SqliteStore) -> None:
    first, second = two_cases(store)
    merge = edit("merge", case_id=second, into=first)
    once = run(store, merge)
    assert run(store, merge) == once


def test_news_finds_a_merged_case_under_its_new_id(store: SqliteStore) -> None:
    first, second = two_cases(store)
    run(store, edit("merge", case_id=second, into=first))
    (update,) = run(store, article(event("charge", defendant=("Iven Marlo",), country="NO"), name="later", day=20))
    assert update.case.id == first


def test_split_makes_a_case_of_its_own_that_keeps_its_news(store: SqliteStore) -> None:
    other = event("arrest", defendant=("Iven Marlo",), target=("fastflix.example",), country="SE", date="2025-02-28")
    (opened,) = run(store, article(ARREST, other))
    chosen = next(one.event for one in store.timeline(opened.case.id) if "Iven Marlo" in one.event.defendant)
    updates = run(store, edit("split", case_id=opened.case.id, event_ids=(chosen.id,)))
    new = next(update.case for update in updates if update.case.id != opened.case.id)
    assert [one.name for one in new.parties if one.role == "defendant"] == ["Iven Marlo"]
    (later,) = run(store, article(event("charge", defendant=("Iven Marlo",), country="SE"), name="later", day=9))
    assert later.case.id != opened.case.id


def test_a_replay_after_a_move_makes_no_new_change(store: SqliteStore) -> None:
    first, second = two_cases(store)
    before = {update.id for update in run(store, article(ARREST))}
    (moved,) = (one.event.id for one in store.timeline(first))
    run(store, edit("move", case_id=first, into=second, event_ids=(moved,)))
    (again,) = run(store, article(ARREST))
    assert {again.id} == before
    assert again.case.id == second


def test_retype_withdraw_rename_and_their_undo(store: SqliteStore) -> None:
    (opened,) = run(store, article(ARREST))
    (event_id,), case_id = opened.case.event_ids, opened.case.id
    steps = [
        edit("retype", 1, case_id=case_id, event_ids=(event_id,), value="raid"),
        edit("withdraw", 2, case_id=case_id, event_ids=(event_id,)),
        edit("rename", 3, case_id=case_id, value="The Lindqvist affair"),
    ]
    retyped, withdrawn, renamed = run(store, *steps)
    assert [type_.value for type_ in retyped.case.types] == ["raid"]
    assert (withdrawn.case.types, store.timeline(case_id)[0].withdrawn) == ((), "withdrawn by ana")
    assert renamed.case.title == "The Lindqvist affair"
    run(store, *(edit("undo", 3 + number, value=f"edit-{number}") for number in (1, 2, 3)))
    undone = store.case(case_id)
    assert undone
    assert (undone.title, undone.types) == (opened.case.title, opened.case.types)


def test_a_title_given_by_a_person_survives_news(store: SqliteStore) -> None:
    (opened,) = run(store, article(ARREST))
    run(store, edit("rename", case_id=opened.case.id, value="The Lindqvist affair"))
    (moved,) = run(store, article(CHARGE, name="second", day=32))
    assert moved.case.title == "The Lindqvist affair"


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"action": "merge", "case_id": "case-none", "into": "case-none"}, "no such case: case-none"),
        ({"action": "explode"}, "no such edit: 'explode'"),
        ({"action": "undo", "value": "edit-9"}, "no edit 'edit-9' to undo"),
    ],
)
def test_an_impossible_edit_is_refused_with_the_reason(
    store: SqliteStore, fields: dict[str, Any], message: str
) -> None:
    with pytest.raises(Rejected, match=message):
        run(store, edit(**fields))


def test_impossible_edits_of_a_case(store: SqliteStore) -> None:
    first, _ = two_cases(store)
    (event_id,) = (one.event.id for one in store.timeline(first))
    for fields in (
        {"action": "merge", "into": first},
        {"action": "split", "event_ids": (event_id,)},
        {"action": "move", "into": first, "event_ids": (event_id,)},
        {"action": "retype", "event_ids": (event_id,), "value": "party"},
        {"action": "retype", "event_ids": ("event-none",), "value": "raid"},
        {"action": "rename", "value": " "},
    ):
        with pytest.raises(Rejected):
            run(store, edit(case_id=first, **fields))  # type: ignore[arg-type]
