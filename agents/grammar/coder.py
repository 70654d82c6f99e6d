"""The event coder from end to end: read, propose, judge, fill the slots, decide, and write the events down."""

from urllib.parse import urlsplit

from agents.grammar.acts import fill, likely_acts
from agents.grammar.decide import Decided, decide
from agents.grammar.judge import describe, judge
from agents.grammar.mentions import find_mentions
from agents.grammar.model import Models
from agents.grammar.reading import Reading
from agents.grammar.writing import write_events
from schemas.events import Article, Event

THRESHOLD = 0.4
"""Confidence from which an act is told. Chosen on held-out folds: the best F1 with a precision of 0.80 or more."""


LONGEST = 250_000
"""Characters of a text that are read; longer ones are books and data, and every text must be done in two seconds."""


def read(article: Article) -> Reading:
    """Return the article's text, read."""
    published = article.published_at.date() if article.published_at else None
    text = article.text[:LONGEST]
    mentions = find_mentions(text, published=published, outlet_domains=_outlet(article.url))
    return Reading(text, title=article.title, published=published, mentions=mentions)


def _outlet(url: str | None) -> frozenset[str]:
    """Return the outlet's own domain, which is never a party."""
    host = (urlsplit(url).hostname or "") if url else ""
    return frozenset((host.removeprefix("www."),)) if host else frozenset()


def decided(reading: Reading, models: Models) -> list[Decided]:
    """Return all likelier acts of a text with their confidence."""
    likely = likely_acts(reading, judge(list(describe(reading)), models), models)
    return decide(reading, fill(reading, likely, models.forests), models)


def code(article: Article, *, models: Models, threshold: float = THRESHOLD) -> tuple[Event, ...]:
    """Return the events of an article, in the order of the text."""
    reading = read(article)
    kept = [act for act in decided(reading, models) if act.confidence >= threshold]
    return write_events(article, reading, kept)
