"""The labels that are only learnt from: well formed, and without a word of the articles but names."""

import json
from itertools import pairwise
from pathlib import Path
from typing import Any

from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status, TimeRole

LABELS = Path(__file__).parents[1] / "tools" / "labels" / "corpus.jsonl"
ROWS: list[dict[str, Any]] = [json.loads(line) for line in LABELS.read_text("utf-8").splitlines()]
EVENTS = [event for row in ROWS for event in row["events"]]
ROLES = ("authority", "complainant", "defendant", "target")
LONGEST_NAME = 120


def test_each_article_is_labelled_once_and_in_order():
    assert all(one["article"] < other["article"] for one, other in pairwise(ROWS))


def test_an_article_has_enforcement_news_exactly_if_an_event_is_news():
    for row in ROWS:
        assert row["enforcement"] == any(event["time_role"] == TimeRole.NEWS for event in row["events"]), row["article"]


def test_quotes_are_spans_and_names_are_short():
    for event in EVENTS:
        start, end = event["evidence"]
        assert 0 <= start < end
        assert all(len(name) <= LONGEST_NAME for role in ROLES for name in event[role]), event


def test_values_are_those_of_the_taxonomy():
    assert {event["type"] for event in EVENTS} == set(EventType)
    assert {event["status"] for event in EVENTS} <= set(Status)
    assert {count["unit"] for event in EVENTS for count in event["counts"]} <= set(CountUnit)
    assert {money["kind"] for event in EVENTS for money in event["money"]} <= set(MoneyKind)
