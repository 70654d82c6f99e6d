"""Does the article report enforcement as new? Asked of it as a whole: of its headline and lead, and of all its acts."""

import itertools
import math
from collections.abc import Iterator, Sequence

from agents.grammar.decide import Decided
from agents.grammar.model import Models, probability
from agents.grammar.odds import log_odds
from agents.grammar.reading import Reading
from agents.grammar.words import words

LEAD = 10
"""Sentences of which the words count."""

OPENING = 4
"""Sentences that announce what the article is about."""


def reports_news(reading: Reading, acts: Sequence[Decided], models: Models) -> float:
    """Return the probability that the article reports an act of enforcement as new."""
    told = models.linear["headline"].score(headline_features(reading))
    return probability(models.linear["about"].weighted(about_numbers(told, acts)))


def about_numbers(told: float, acts: Sequence[Decided]) -> dict[str, float]:
    """Return the numbers that tell of an article as a whole: what the headline says (a score), what its acts say."""
    news = [act for act in acts if act.news >= 0.5]
    lead = [act.confidence for act in news if act.act.judged.candidate.sentence < LEAD]
    return {
        "headline": told,
        "any": log_odds(1 - math.prod(1 - act.confidence for act in news)),
        "best": log_odds(max((act.confidence for act in news), default=0.0)),
        "lead": log_odds(max(lead, default=0.0)),
        "others": math.log1p(len(acts) - len(news)),
    }


def headline_features(reading: Reading) -> list[str]:
    """Return the features of an article: the words of its headline and its lead, and the types of their triggers."""
    return sorted(set(_of_title(reading)) | set(_of_lead(reading)))


def _of_title(reading: Reading) -> Iterator[str]:
    stems = [word.stem for word in words(reading.document.title, 0, len(reading.document.title))]
    yield from (f"title={stem}" for stem in stems)
    yield from (f"title={a}_{b}" for a, b in itertools.pairwise(stems))


def _of_lead(reading: Reading) -> Iterator[str]:
    yield "always"
    for sentence in reading.document.sentences[:LEAD]:
        yield from (f"lead={word.stem}" for word in reading.words_in(sentence.number))
    for sentence in reading.document.sentences[:OPENING]:
        yield from (f"type={kind}" for kind in reading.types_in([sentence.number]))
