"""Decide of each act, seen among the others: is it news, is it a repetition, and how sure is the reading as a whole."""

from collections.abc import Sequence
from typing import NamedTuple

from agents.grammar.acts import Act
from agents.grammar.context import Seen, context, rivalry, see
from agents.grammar.model import Models
from agents.grammar.reading import Reading


class Decided(NamedTuple):
    """An act with what was decided of it."""

    act: Act
    news: float
    """Probability that the article reports it as new."""
    confidence: float
    """Probability that it is an event of its own and told right: type, status, time role and a party."""


def contexts(reading: Reading, acts: Sequence[Act]) -> tuple[list[Seen], list[list[float]]]:
    """Return the acts, looked up, and for each the numbers that tell news from background."""
    seen = see(reading, acts)
    return seen, [context(reading, item, seen) for item in seen]


def with_rivals(seen: Sequence[Seen], rows: Sequence[Sequence[float]], news: Sequence[float]) -> list[list[float]]:
    """Return the numbers that tell which acts to keep; `seen` begins with the likeliest."""
    return [
        [*row, *rivalry(item, news[n], list(zip(seen[:n], news[:n], strict=True)))]
        for n, (item, row) in enumerate(zip(seen, rows, strict=True))
    ]


def decide(reading: Reading, acts: Sequence[Act], models: Models) -> list[Decided]:
    """Return the acts with their decisions, in the given order."""
    seen, rows = contexts(reading, acts)
    news = [float(p) for p in models.forests["news"].probabilities(rows)]
    sure = models.forests["keep"].probabilities(with_rivals(seen, rows, news))
    return [Decided(act, n, float(c)) for act, n, c in zip(acts, news, sure, strict=True)]
