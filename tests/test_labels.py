"""Invented articles and their labels are sound: those that measure the coder, and those that it learns from."""

import json
import re
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from agents.extract import extract
from schemas.taxonomy import ROLES, CountUnit, EventType, MoneyKind, Status, TimeRole

TESTS = Path(__file__).parent
FOLDERS = (TESTS / "quality", TESTS.parent / "tools" / "labels" / "written")
ARTICLE_FIELDS = {"article", "enforcement", "kind", "main", "events"}
EVENT_FIELDS = {
    *("type", "status", "time_role", "aggregate", "evidence", "authority", "court", "complainant", "defendant"),
    *("target", "country", "date", "counts", "money", "prison_months", "suspended", "docket", "case"),
}
KINDS = {"news", "digest", "report", "opinion", "other"}
AHEAD = {"planned", "sought", "ordered", "ongoing", "hypothetical"}

Row = dict[str, Any]
every_set = pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)


def rows(folder: Path) -> list[Row]:
    return [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines()]


def words(folder: Path, article: str) -> str:
    """The article's stories as the extractor gives them, on one line."""
    page = (folder / "articles" / f"{article}.md").read_text("utf-8")
    return " ".join(" ".join(story.text for story in extract(page, url=None, media_type="text/markdown")).split())


def not_in_text(event: Row, text: str) -> Iterator[str]:
    """Yield what an event quotes or names that its text does not have."""
    if " ".join(event["evidence"].split()) not in text:
        yield event["evidence"]
    names = [name for role in ROLES for name in event[role]] + [event["court"] or "", event["docket"] or ""]
    yield from (name for name in names if name.lower() not in text.lower())


def ill_formed(event: Row, printed: str) -> Iterator[str]:
    """Yield the fields whose values are none."""
    checks = {
        "fields": event.keys() == EVENT_FIELDS,
        "type": event["type"] in set(EventType),
        "status": event["status"] in set(Status),
        "time_role": event["time_role"] in set(TimeRole),
        "country": event["country"] is None or re.fullmatch("[A-Z]{2}", event["country"]),
        "money": all(re.fullmatch("[A-Z]{3}", m["currency"]) and m["kind"] in set(MoneyKind) for m in event["money"]),
        "counts": all(c["n"] > 0 and c["unit"] in set(CountUnit) for c in event["counts"]),
        "case": re.fullmatch("[a-z0-9-]+", event["case"]),
        "date": event["date"] is None or is_date(event["date"]),
        "a day ahead": (event["date"] or "") <= printed or event["status"] in AHEAD,
    }
    yield from (name for name, fulfilled in checks.items() if not fulfilled)


def is_date(text: str) -> bool:
    return bool(date.fromisoformat((text + "-01-01"[len(text) - 4 :])[:10]))


@every_set
def test_each_article_is_labelled_once(folder: Path):
    assert sorted(row["article"] for row in rows(folder)) == sorted(
        path.stem for path in (folder / "articles").iterdir()
    )


@every_set
def test_every_type_status_and_time_role_occurs(folder: Path):
    events = [event for row in rows(folder) for event in row["events"]]
    assert {event["type"] for event in events} == set(EventType)
    assert {event["status"] for event in events} == set(Status)
    assert {event["time_role"] for event in events} == set(TimeRole)


@every_set
def test_article_fields_agree_with_the_events(folder: Path):
    for row in rows(folder):
        assert row.keys() == ARTICLE_FIELDS
        assert row["kind"] in KINDS
        assert row["enforcement"] == any(event["time_role"] == "news" for event in row["events"]), row["article"]
        assert row["main"] is None or row["events"][row["main"]]["time_role"] == "news", row["article"]


@every_set
def test_quotes_and_names_stand_in_the_text(folder: Path):
    faults = [
        (row["article"], event["type"], fault)
        for row in rows(folder)
        for text in [words(folder, row["article"])]
        for event in row["events"]
        for fault in not_in_text(event, text)
    ]
    assert faults == []


@every_set
def test_values_are_well_formed(folder: Path):
    faults = [
        (row["article"], event["type"], fault)
        for row in rows(folder)
        for event in row["events"]
        for fault in ill_formed(event, re.search(r"\d{4}-\d\d-\d\d", row["article"])[0])  # type: ignore[index]
    ]
    assert faults == []


@every_set
def test_one_act_is_labelled_once(folder: Path):
    for row in rows(folder):
        keys = [
            (e["type"], e["status"], e["evidence"], *map(tuple, (e["target"], e["defendant"]))) for e in row["events"]
        ]
        assert len(set(keys)) == len(keys), row["article"]
