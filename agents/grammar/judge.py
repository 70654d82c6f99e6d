"""Decide of each candidate: is it an event, did it take place, is it news. Linear models over named features."""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from agents.grammar.candidates import Candidate, propose
from agents.grammar.features import bag, candidate_features, outcome_features
from agents.grammar.model import Linear, Models, probabilities, probability
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
    both = likelihoods(described, models.linear["event"])
    return [
        _judged(item, likely, told, models.linear["outcome"])
        for item, (likely, told) in zip(described, both, strict=True)
        if likely >= LIKELY or told >= LIKELY_TOLD
    ]


def _judged(item: Described, likely: float, told: float, model: Linear) -> Judged:
    scores = model.scores(outcome_features(item.candidate, item.features, item.stems)).tolist()
    by_part: dict[str, dict[str, float]] = defaultdict(dict)
    for label, score in zip(model.labels, scores, strict=True):
        part, _, name = label.partition("|")
        by_part[part][name] = score
    status = max(by_part["status"], key=lambda name: by_part["status"][name])
    sure = 1 / sum(math.exp(score - by_part["status"][status]) for score in by_part["status"].values())
    news = probability(by_part["time_role"]["news"])
    return Judged(item.candidate, likely, told, Status(status), sure, news, by_part["aggregate"]["yes"] > 0)


def likelihoods(described: Sequence[Described], model: Linear) -> Iterator[tuple[float, float]]:
    """Yield the two probabilities of each candidate; the words of a sentence are scored once for all its candidates."""
    if not described:
        return
    typed = model.typed
    sentences = {item.candidate.sentence: item.stems for item in described}
    row = {sentence: n for n, sentence in enumerate(sentences)}
    types = typed.places(item.candidate.type for item in described)
    of_stems = typed.shares(list(sentences.values()))[[row[item.candidate.sentence] for item in described], types]
    chances = probabilities(of_stems + typed.scores([item.features for item in described], types))
    for both in chances[:, [typed.parts.index(part) for part in ("stated", "told")]].tolist():
        yield both[0], both[1]
