"""The project's own labelled articles are sound: they are what the quality of the extractor is measured by.

`tests/quality/articles` holds the texts (invented news, in the form of archived pages), `labels.jsonl` their
events, and `rules.jsonl` says which article shows which of the 34 edge rules of the coding guide.
"""

import json
import re
from collections import Counter
from datetime import date
from functools import cache
from pathlib import Path

import pytest

from agents.extract import extract
from schemas.taxonomy import ROLES, CountUnit, EventType, MoneyKind, Status, TimeRole
from streamer.demo.server import OUTLETS

QUALITY = Path(__file__).parent / "quality"
ARCHIVE = Path(__file__).parents[1] / "streamer" / "demo" / "archive"
ARTICLE_FIELDS = {"article", "enforcement", "kind", "main", "events"}
EVENT_FIELDS = {
    *("type", "status", "time_role", "aggregate", "evidence", "authority", "court", "complainant", "defendant"),
    *("target", "country", "date", "counts", "money", "prison_months", "suspended", "docket", "case"),
}
KINDS = {"news", "digest", "report", "opinion", "other"}


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (QUALITY / name).read_text("utf-8").splitlines()]


LABELS = lines("labels.jsonl")
EVENTS = [(row["article"], event) for row in LABELS for event in row["events"]]
every_article = pytest.mark.parametrize("row", LABELS, ids=lambda row: row["article"])


@cache
def words(article: str) -> str:
    """The article's stories as the extractor gives them, on one line."""
    page = (QUALITY / "articles" / f"{article}.md").read_text("utf-8")
    stories = extract(page, url=None, media_type="text/markdown")
    return " ".join(" ".join(story.text for story in stories).split())


def test_there_are_at_least_60_articles_each_with_its_label():
    names = [row["article"] for row in LABELS]
    assert len(names) >= 60
    assert Counter(names) == Counter(path.stem for path in (QUALITY / "articles").glob("*.md"))


def test_every_type_status_and_time_role_occurs():
    assert {event["type"] for _, event in EVENTS} == set(EventType)
    assert {event["status"] for _, event in EVENTS} == set(Status)
    assert {event["time_role"] for _, event in EVENTS} == set(TimeRole)


def test_every_edge_rule_of_the_guide_is_shown_by_an_article():
    rules = lines("rules.jsonl")
    assert {rule["rule"] for rule in rules} == set(range(1, 35))
    assert {rule["article"] for rule in rules} <= {row["article"] for row in LABELS}
    assert all(rule["shows"] for rule in rules)


@every_article
def test_article_fields_agree_with_the_events(row):
    assert row.keys() == ARTICLE_FIELDS
    assert row["kind"] in KINDS
    assert row["enforcement"] == any(event["time_role"] == "news" for event in row["events"])
    assert row["main"] is None or row["events"][row["main"]]["time_role"] == "news"


def test_cases_agree_with_the_labels_and_some_span_several_articles():
    cases = {row["article"]: row for row in lines("cases.jsonl")}
    for row in LABELS:
        named = cases[row["article"]]
        assert {event["case"] for event in row["events"]} == {*named["also"], named["case"]} - {None}
    shared = Counter(row["case"] for row in cases.values() if row["case"])
    assert sum(count > 1 for count in shared.values()) >= 5
    assert shared["streamharbor"] == 6


@every_article
def test_every_quote_stands_in_the_text(row):
    for event in row["events"]:
        assert " ".join(event["evidence"].split()) in words(row["article"])


@every_article
def test_every_name_stands_in_the_text(row):
    text = words(row["article"]).lower()
    for event in row["events"]:
        names = [name for role in ROLES for name in event[role]] + [event["court"] or "", event["docket"] or ""]
        assert [name for name in names if name.lower() not in text] == []


@every_article
def test_values_are_well_formed(row):
    for event in row["events"]:
        assert event.keys() == EVENT_FIELDS
        assert event["type"] in set(EventType)
        assert event["status"] in set(Status)
        assert event["country"] is None or re.fullmatch("[A-Z]{2}", event["country"])
        assert all(re.fullmatch("[A-Z]{3}", m["currency"]) and m["kind"] in set(MoneyKind) for m in event["money"])
        assert all(c["n"] > 0 and c["unit"] in set(CountUnit) for c in event["counts"])
        assert re.fullmatch("[a-z0-9-]+", event["case"])
        assert event["prison_months"] is not None or not event["suspended"]


@every_article
def test_no_act_that_happened_lies_after_its_article(row):
    printed = re.search(r"\d{4}-\d\d-\d\d", row["article"])[0]
    for event in row["events"]:
        if event["date"]:
            assert date.fromisoformat((event["date"] + "-01-01"[len(event["date"]) - 4 :])[:10])
            assert event["date"] <= printed or event["status"] in {"planned", "sought"}


@every_article
def test_one_act_is_labelled_once(row):
    keys = [(e["type"], e["status"], e["evidence"], *map(tuple, (e["target"], e["defendant"]))) for e in row["events"]]
    assert len(set(keys)) == len(keys)


def test_the_demo_tells_what_its_labels_say():
    """The pages that the demo serves are among the labelled articles: quotes are found in both."""
    checked = 0
    for article, event in EVENTS:
        outlet, slug = article.split("-", 1)[0], article[len(article.split("-", 1)[0]) + len("-2025-01-01-") :]
        pages = sorted((ARCHIVE / outlet).glob(f"{slug}*.html")) if outlet in OUTLETS else []
        later = sorted((ARCHIVE / "later" / outlet).glob(f"{slug}*.html"))
        for page in later or pages:
            stories = extract(page.read_text("utf-8"), url=None, media_type="text/html")
            assert event["evidence"] in " ".join(" ".join(story.text for story in stories).split())
            checked += 1
    assert checked > 100
