"""Decide of each candidate: is it an event, did it take place, is it news. Linear models over named features."""

from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from agents.grammar.candidates import Candidate, propose
from agents.grammar.features import bag, candidate_features, outcome_features
from agents.grammar.model import Array, Linear, Models, probability
from agents.grammar.reading import Reading
from schemas.taxonomy import Status

LIKELY = 0.04
LIKELY_TOLD = 0.15
"""Candidates below both are not looked at any further."""


class Described(NamedTuple):
    """A candidate with the features that the models read."""

    candidate: Candidate
    features: list[str]
    stems: list[str]


class Judged(NamedTuple):
    """A candidate with what the models say of it."""

    candidate: Candidate
    likely: float
    """Probability that the sentence is the one that states an event of the type best."""
    told: float
    """Probability that the sentence tells of an event of the type at all, be it for the second time."""
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


def judge(described: Sequence[Described], models: Models) -> list[Judged]:
    """Return the candidates that are likely to be events."""
    stated, told = (likelihoods(described, models.linear[name]) for name in ("stated", "told"))
    return [
        _judged(item, p, q, models)
        for item, p, q in zip(described, stated, told, strict=True)
        if p >= LIKELY or q >= LIKELY_TOLD
    ]


def _judged(item: Described, likely: float, told: float, models: Models) -> Judged:
    features = outcome_features(item.candidate, item.features, item.stems)
    status, sure = models.linear["status"].best(features)
    news = probability(models.linear["told_as_news"].score(features))
    aggregate = models.linear["aggregate"].score(features) > 0
    return Judged(item.candidate, likely, told, Status(status), sure, news, aggregate)


def likelihoods(described: Iterable[Described], model: Linear) -> Iterator[float]:
    """Yield the probability of each candidate; the words of a sentence are scored once for all its candidates."""
    column = {label: n for n, label in enumerate(model.labels)}
    of_stems: tuple[int, Array] | None = None
    for item in described:
        if of_stems is None or of_stems[0] != item.candidate.sentence:
            of_stems = item.candidate.sentence, model.scores(item.stems)
        total = of_stems[1] + model.scores(item.features) - model.bias
        at = column.get(item.candidate.type)
        yield probability(float(total[0] + (total[at] if at else 0)))
