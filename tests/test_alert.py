"""Who is told of a change, when, and that a correction reaches those who got the first notice, and only those."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import msgspec
import pytest
from casework import DAY, article, event

from agents.alert import alert, notice_id
from agents.deliver import deliver
from agents.due import due_at
from agents.link import link
from agents.subscriptions_index import SubscriptionIndex
from schemas.events import ArticleEvents, CaseUpdate, Edit, Notice, Subscription
from schemas.taxonomy import ChangeKind, EventType, TimeRole
from streamer.stores.sqlite import SqliteStore

ARREST = event("arrest", defendant=("Mara Lindqvist",), target=("fastflix.example",), country="SE", date="2025-02-28")
CHARGE = event("charge", defendant=("Mara Lindqvist",), country="SE", date="2025-04-02", confidence=0.6)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def subscribe(store: SqliteStore, name: str = "ana", **fields: Any) -> Subscription:
    given = {"id": f"sub-{name}", "name": name, "channel": "stdout", "created_at": DAY} | fields
    subscription = Subscription(**given)
    store.save_subscription(subscription)
    return subscription


def linked(store: SqliteStore, *messages: ArticleEvents | Edit) -> list[CaseUpdate]:
    return [update for message in messages for update in link(message, store=store, now=lambda: DAY)]


def told(store: SqliteStore, *updates: CaseUpdate) -> list[Notice]:
    return [notice for update in updates for notice in alert(update, store=store, now=lambda: DAY)]


def test_a_query_decides_who_is_told_and_says_why(store: SqliteStore) -> None:
    subscribe(store, "sweden", query="country:SE (lindqvist OR marlo)")
    subscribe(store, "japan", query="country:JP")
    (notice,) = told(store, *linked(store, article(ARREST)))
    assert (notice.subscription_id, notice.why) == ("sub-sweden", "country:SE, lindqvist")
    assert notice.subject.startswith("New case: Mara Lindqvist arrested over fastflix.example (Sweden)")


def test_the_same_change_makes_the_same_notice(store: SqliteStore) -> None:
    subscribe(store)
    first = told(store, *linked(store, article(ARREST)))
    again = told(store, *linked(store, article(ARREST)))
    assert [one.id for one in first] == [one.id for one in again]


@pytest.mark.parametrize(
    "fields",
    [
        {"active": False},
        {"muted_until": DAY + timedelta(hours=1)},
        {"changes": (ChangeKind.UPDATED,)},
        {"types": (EventType.SENTENCE,)},
        {"min_confidence": 1.1},
        {"query": "cuntry:SE"},
    ],
)
def test_who_does_not_listen_is_not_told(store: SqliteStore, fields: dict[str, Any]) -> None:
    subscribe(store, **fields)
    assert told(store, *linked(store, article(ARREST))) == []


def test_a_mute_ends(store: SqliteStore) -> None:
    subscribe(store, muted_until=DAY)
    assert len(told(store, *linked(store, article(ARREST)))) == 1


def test_one_event_must_fit_everything(store: SqliteStore) -> None:
    subscribe(store, types=(EventType.ARREST,), min_confidence=0.9, query="country:SE")
    other = event("arrest", defendant=("Mara Lindqvist",), confidence=0.4, country="SE")
    assert told(store, *linked(store, article(other, CHARGE))) == []


def test_echo_import_and_background_tell_nobody(store: SqliteStore) -> None:
    subscribe(store, changes=tuple(ChangeKind))
    recap = event("conviction", defendant=("Iven Marlo",), time_role=TimeRole.BACKGROUND)
    updates = linked(
        store,
        article(ARREST, muted=True),
        article(ARREST, name="echo", source="Coast Times"),
        article(recap, name="recap"),
    )
    assert len(updates) == 3
    assert told(store, *updates) == []


def corrected(store: SqliteStore) -> tuple[CaseUpdate, CaseUpdate]:
    later = article(article_version="v2", seen_at=DAY + timedelta(hours=5))
    opened, correction = linked(store, article(ARREST), later)
    return opened, correction


def test_a_correction_reaches_only_those_who_were_told(store: SqliteStore) -> None:
    subscribe(store, "told")
    subscribe(store, "never", query="country:JP")
    opened, correction = corrected(store)
    for notice in told(store, opened):
        deliver(notice, store=store)
    (notice,) = told(store, correction)
    assert notice.subscription_id == "sub-told"
    assert notice.subject.startswith("Correction: withdrawn: Mara Lindqvist arrested over fastflix.example (Sweden)")


def test_a_correction_of_what_nobody_was_told_is_silent(store: SqliteStore) -> None:
    subscribe(store)
    _, correction = corrected(store)
    assert told(store, correction) == []


def test_followers_of_a_merged_case_are_told_once(store: SqliteStore) -> None:
    subscribe(store, query="marlo")
    other = event("arrest", defendant=("Iven Marlo",), country="NO", date="2025-03-01")
    first, second = linked(store, article(ARREST), article(other, name="other"))
    for notice in told(store, first, second):
        deliver(notice, store=store)
    merge = Edit(id="edit-1", action="merge", case_id=second.case.id, into=first.case.id, by="ana", at=DAY)
    notices = told(store, *linked(store, merge))
    assert [(one.subscription_id, one.case_id) for one in notices] == [("sub-ana", first.case.id)]
    assert f"merged from {second.case.id}" in notices[0].text


def test_who_follows_a_merged_case_hears_what_comes_after(store: SqliteStore) -> None:
    other = event("arrest", defendant=("Iven Marlo",), country="NO", date="2025-03-01")
    first, second = linked(store, article(ARREST), article(other, name="other"))
    subscribe(store, query=f"case_id:{second.case.id}")
    linked(store, Edit(id="edit-1", action="merge", case_id=second.case.id, into=first.case.id, by="ana", at=DAY))
    charge = event("charge", defendant=("Mara Lindqvist",), target=("fastflix.example",), date="2025-04-02")
    notices = told(store, *linked(store, article(charge, name="charge", day=33)))
    assert [one.case_id for one in notices] == [first.case.id]


def test_an_index_kept_between_calls_knows_what_others_saved(store: SqliteStore, tmp_path: Path) -> None:
    index = SubscriptionIndex()
    (update,) = linked(store, article(ARREST))
    assert alert(update, store=store, now=lambda: DAY, index=index) == []
    other = SqliteStore(tmp_path / "store.db")
    subscription = subscribe(other)
    assert len(alert(update, store=store, now=lambda: DAY, index=index)) == 1
    other.save_subscription(msgspec.structs.replace(subscription, active=False))
    other.close()
    assert alert(update, store=store, now=lambda: DAY, index=index) == []


@pytest.mark.parametrize(
    ("quiet", "rate", "due"),
    [
        (("22:00", "07:00"), "instant", datetime(2025, 3, 4, 22, tzinfo=UTC)),
        (("17:00", "19:30"), "instant", datetime(2025, 3, 4, 10, 30, tzinfo=UTC)),
        (("19:00", "07:00"), "instant", datetime(2025, 3, 4, 9, 30, 10, tzinfo=UTC)),
        (("07:00", "09:00"), "daily", datetime(2025, 3, 5, tzinfo=UTC)),
    ],
)
def test_quiet_hours_put_notices_off_to_their_end(quiet: tuple[str, str], rate: str, due: datetime) -> None:
    base = Subscription(id="s", name="s", channel="stdout", created_at=DAY, time_zone="Asia/Tokyo")
    at = datetime(2025, 3, 4, 9, 30, 10, tzinfo=UTC)  # 18:30:10 in Tokyo
    if quiet == ("22:00", "07:00"):
        at = datetime(2025, 3, 4, 14, 5, tzinfo=UTC)
    subscription = msgspec.structs.replace(base, quiet=quiet, rate=rate)
    assert due_at(subscription, at, 0) == due


def test_rates() -> None:
    at = datetime(2025, 3, 4, 9, 30, 10, tzinfo=UTC)  # a Tuesday
    base = Subscription(id="s", name="s", channel="stdout", created_at=DAY)
    tokyo = msgspec.structs.replace(base, rate="daily", time_zone="Asia/Tokyo")
    assert due_at(base, at, 0) == at
    assert due_at(base, at, 60) == datetime(2025, 3, 4, 9, 31, tzinfo=UTC)
    assert due_at(tokyo, at, 60) == datetime(2025, 3, 4, 23, tzinfo=UTC)
    assert due_at(msgspec.structs.replace(base, rate="daily"), at, 60) == datetime(2025, 3, 5, 8, tzinfo=UTC)
    assert due_at(msgspec.structs.replace(base, rate="weekly"), at, 60) == datetime(2025, 3, 10, 8, tzinfo=UTC)
    nowhere = msgspec.structs.replace(base, rate="daily", time_zone="Mars/Olympus")
    assert due_at(nowhere, at, 60) == datetime(2025, 3, 5, 8, tzinfo=UTC)


def test_deliver_keeps_a_notice_once(store: SqliteStore) -> None:
    subscribe(store)
    (notice,) = told(store, *linked(store, article(ARREST)))
    assert notice.id == notice_id("sub-ana", notice.change_id)
    deliver(notice, store=store)
    deliver(notice, store=store)
    assert [entry.notice for entry in store.outbox()] == [notice]
