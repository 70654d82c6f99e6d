"""Helpers for tests of `explain`: short texts of our own, explained with the shipped models."""

from datetime import UTC, datetime
from functools import cache

from agents.explain import explain
from agents.explained import Explanation
from agents.grammar.model import shipped_models
from schemas.events import Article

MODELS = shipped_models()
TWICE = (
    "# Three men held over Quaylist\n\n"
    "Police in Lisbon arrested three men on Tuesday over the pirate service Quaylist.\n\n"
    "The officers searched two flats and seized eleven servers.\n\n"
    "“We arrested the three men on Tuesday,” a spokesman said.\n\n"
    "The match was stopped when fans claimed that the club had released its best player.\n"
)
ASKED = "# A motion\n\nProsecutors are seeking the forfeiture of two houses from Rui Sobral.\n"


def article(text: str, language: str = "en") -> Article:
    return Article(
        id="article-1",
        item_id="item-1",
        source="Test Wire",
        version="1",
        title="",
        text=text,
        language=language,
        published_at=datetime(2024, 6, 5, tzinfo=UTC),
        seen_at=datetime(2024, 6, 5, tzinfo=UTC),
    )


@cache
def explained(text: str) -> Explanation:
    return explain(article(text), models=MODELS)
