"""The project's own labelled articles show every rule, and some of them make cases (`test_labels.py`: they are sound).

`tests/quality/articles` holds the texts (invented news, in the form of archived pages), `labels.jsonl` their
events, and `rules.jsonl` says which article shows which of the 34 edge rules of the coding guide.
"""

import json
from collections import Counter
from pathlib import Path

from agents.extract import extract
from streamer.demo.server import OUTLETS

QUALITY = Path(__file__).parent / "quality"
ARCHIVE = Path(__file__).parents[1] / "streamer" / "demo" / "archive"


def lines(name: str) -> list[dict]:
    return [json.loads(line) for line in (QUALITY / name).read_text("utf-8").splitlines()]


LABELS = lines("labels.jsonl")
EVENTS = [(row["article"], event) for row in LABELS for event in row["events"]]


def test_there_are_at_least_60_articles():
    assert len(LABELS) >= 60


def test_every_edge_rule_of_the_guide_is_shown_by_an_article():
    rules = lines("rules.jsonl")
    assert {rule["rule"] for rule in rules} == set(range(1, 35))
    assert {rule["article"] for rule in rules} <= {row["article"] for row in LABELS}
    assert all(rule["shows"] for rule in rules)


def test_cases_agree_with_the_labels_and_some_span_several_articles():
    cases = {row["article"]: row for row in lines("cases.jsonl")}
    for row in LABELS:
        named = cases[row["article"]]
        assert {event["case"] for event in row["events"]} == {*named["also"], named["case"]} - {None}
    shared = Counter(row["case"] for row in cases.values() if row["case"])
    assert sum(count > 1 for count in shared.values()) >= 5
    assert shared["streamharbor"] == 6


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
