"""Decide of each candidate: is it an event, did it take place, is it news. Linear models over named features."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from agents.grammar.candidates import Candidate, propose
from agents.grammar.features import bag, candidate_features, outcome_features
from agents.grammar.model import Array, Linear, Models, probability
from agents.grammar.reading import Reading
from schemas.taxonomy import Status

LIKELY = 0.04
"""Candidates below this are not looked at any further."""


class Described(NamedTuple):
    """A candidate with the features that the models read."""

    candidate: Candidate
    features: list[str]
    stems: list[str]


class Judged(NamedTuple):
    """A candidate with what the models say of it."""

    candidate: Candidate
    likely: float
    """Probability that the sentence states an event of the type."""
    status: Status
    sure: float
    """Probability of that status."""
    news: float
    """Probability that the article reports it as new."""
    aggregate: bool = False
    """Whether it stands for many cases."""


def describe(reading: Reading) -> Iterator[Described]:
    """Yield the candidates of an article with their features."""
    stems: list[str] = []
    last = -1
    for candidate in propose(reading):
        if candidate.sentence != last:
            last = candidate.sentence
            stems = list(bag(reading, last))
        yield Described(candidate, candidate_features(reading, candidate), stems)


def judge(described: Iterable[Described], models: Models) -> list[Judged]:
    """Return the candidates that are likely to be events."""
    found = []
    for item, likely in zip(described, _likelihoods(described, models.linear["event"]), strict=True):
        if likely >= LIKELY:
            features = outcome_features(item.candidate, item.features, item.stems)
            status, sure = models.linear["status"].best(features)
            news = probability(models.linear["told_as_news"].score(features))
            aggregate = models.linear["aggregate"].score(features) > 0
            found.append(Judged(item.candidate, likely, Status(status), sure, news, aggregate))
    return found


def _likelihoods(described: Iterable[Described], model: Linear) -> Iterator[float]:
    column = {label: n for n, label in enumerate(model.labels)}
    of_stems: tuple[int, Array] | None = None
    for item in described:
        if of_stems is None or of_stems[0] != item.candidate.sentence:
            of_stems = item.candidate.sentence, model.scores(item.stems)
        total = of_stems[1] + model.scores(item.features) - model.bias
        at = column.get(item.candidate.type)
        yield probability(float(total[0] + (total[at] if at else 0)))
