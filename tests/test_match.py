"""The matcher: what a query finds in one document, which parts of it, and how the words are marked."""

from datetime import UTC, datetime
from typing import Any

import pytest

from agents.match import highlight, matched_terms, matches
from schemas.documents import Document
from schemas.query import parse

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)


def document(**fields: Any) -> Document:
    given: dict[str, Any] = {
        "event_id": "event-1",
        "case_id": "case-1",
        "case": "Tidal Films v. Acme Hosting",
        "article_id": "article-1",
        "title": "Police raid Zoë's hide-out",
        "text": "Police raid Zoë's hide-out\nOfficers searched the harbour office.\nAcme Hosting\nTidal Films",
        "evidence": "Officers searched the harbour office.",
        "type": "raid",
        "status": "happened",
        "time_role": "news",
        "defendant": ("Acme Hosting", "Mara Lindqvist"),
        "domain": ("example.to",),
        "country": "SE",
        "event_date": "2025-02-22",
        "published_at": NOW,
        "seen_at": NOW,
        "indexed_at": NOW,
        "amount_minor": 1_000_050,
        "counts": {"people": 11},
        "outlet": "Harbour Gazette",
    }
    return Document(**given | fields)


@pytest.mark.parametrize(
    "query",
    [
        "police",
        "POLICE zoe",
        '"harbour office"',
        "hide-out",
        "harb*",
        '"searched the harbour" -court:*',
        "defendant:lindqvist",
        "type:raid country:se",
        "domain:example.to",
        "domain:exam*",
        "amount:10000.5",
        "amount:>10000",
        "people:[10 TO 11]",
        "date:2025-02",
        "date:>=now-7d/d",
        "date:[2025-02-22 TO 2025-02-22]",
        "NOT type:arrest",
        "NOT court:stockholm",
        "published:<=now",
        "case:acme",
        "*",
        "withdrawn:false",
    ],
)
def test_finds(query: str) -> None:
    assert matches(parse(query), document(), now=NOW)


@pytest.mark.parametrize(
    "query",
    [
        "harbou",
        '"office acme"',
        'defendant:"hosting mara"',
        "domain:example",
        "date:>2025-02",
        "date:<2025-02-22",
        "date:>=now-7d",
        "amount_usd:>=0",
        "court:*",
        "NOT country:*",
        "published:<now",
        "published:>now",
        "withdrawn:true",
    ],
)
def test_does_not_find(query: str) -> None:
    assert not matches(parse(query), document(), now=NOW)


def test_what_is_withdrawn_is_found_only_when_asked_for() -> None:
    gone = document(withdrawn=True)
    assert not matches(parse("police"), gone, now=NOW)
    assert not matches(parse("NOT type:arrest"), gone, now=NOW)
    assert matches(parse("police withdrawn:*"), gone, now=NOW)


def test_names_the_parts_that_matched() -> None:
    query = parse("(type:arrest OR type:raid) harbour* NOT court:*")
    assert matched_terms(query, document(), now=NOW) == ["type:raid", "harbour*"]


@pytest.mark.parametrize(
    ("query", "marked"),
    [
        ("harbour", "Officers searched the ⟦harbour⟧ office."),
        ('"harbour office"', "Officers searched the ⟦harbour office⟧."),
        ("off* -searched", "⟦Officers⟧ searched the harbour ⟦office⟧."),
        ("type:raid", "Officers searched the harbour office."),
    ],
)
def test_marks_the_words(query: str, marked: str) -> None:
    assert highlight(parse(query), "Officers searched the harbour office.") == marked
