"""What a subscription would have sent is what it does send."""

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from casework import DAY, article, event
from mailing import subscription

from agents.alert import alert
from agents.index import index
from agents.link import link
from schemas.events import ArticleEvents, CaseUpdate
from schemas.taxonomy import ChangeKind, EventType
from streamer.back_test import back_test
from streamer.stores.sqlite import SqliteStore

NOW = DAY + timedelta(days=100)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def stock(store: SqliteStore) -> list[CaseUpdate]:
    """Keep three cases of different ages; the first moves once, and is echoed once."""
    person = {"defendant": ("Mara Lindqvist",), "target": ("fastflix.example",), "country": "SE"}
    arrest = event("arrest", date="2025-02-28", **person)
    charge = event("charge", date="2025-05-12", **person)
    told: list[ArticleEvents] = [
        article(arrest),
        article(arrest, name="echo", source="Coast Times", day=1),
        article(charge, name="charge", day=75),
        article(event("raid", target=("novastream.example",), country="ES", confidence=0.4), name="raid", day=90),
        article(event("fine", complainant=("Tidal Films",), country="US"), name="old", day=-400),
    ]
    updates = []
    for message in told:
        for update in link(message, store=store, now=lambda: DAY):
            index(update, store=store, now=lambda: DAY)
            updates.append(update)
    return updates


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"query": "country:SE"},
        {"query": "fastflix.example type:charge"},
        {"query": "NOT country:SE"},
        {"types": (EventType.RAID,)},
        {"min_confidence": 0.5},
        {"changes": (ChangeKind.OPENED,)},
    ],
)
def test_the_back_test_counts_what_alert_sends(store: SqliteStore, fields: dict[str, Any]) -> None:
    updates = stock(store)
    one = subscription("ana", **fields)
    past = back_test(one, store=store, now=NOW)
    store.save_subscription(one)
    sent = [
        (update.events[0].published_at, notice)
        for update in updates
        for notice in alert(update, store=store, now=lambda: NOW)
    ]
    for span in past.sent:
        inside = [notice for at, notice in sent if at and at >= NOW - timedelta(days=span.days)]
        assert (span.notices, span.cases) == (len(inside), len({one.case_id for one in inside}))


def test_it_shows_the_newest_and_the_rate(store: SqliteStore) -> None:
    stock(store)
    past = back_test(subscription("ana"), store=store, now=NOW)
    assert [(one.days, one.notices, one.cases) for one in past.sent] == [(30, 2, 2), (365, 3, 2)]
    assert [line[:23] for line in past.newest] == [
        "2025-05-30  New case: n",
        "2025-05-15  Update: Mar",
        "2025-03-01  New case: M",
    ]
    assert past.per_day == pytest.approx(2 / 30)
    assert past.complete


def test_an_empty_store_would_have_sent_nothing(store: SqliteStore) -> None:
    past = back_test(subscription("ana", query="police"), store=store, now=NOW)
    assert (past.newest, past.per_day) == ((), 0.0)
