"""Decide which mention fills which slot of an event: who acted, against whom, where, when, how much.

One linear model per slot scores each pair of an event and a thing of the slot's family.
"""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import NamedTuple

from agents.grammar.candidates import Candidate
from agents.grammar.groups import Group
from agents.grammar.model import Array, Linear, Models, probability
from agents.grammar.pairing import group_features, pair_features
from agents.grammar.reading import Reading

FAMILY = {
    "authority": "name",
    "complainant": "name",
    "defendant": "name",
    "target": "name",
    "court": "court",
    "country": "country",
    "date": "date",
    "money": "money",
    "counts": "count",
    "prison": "term",
}
"""By slot, the family of the things that can fill it."""

SINGLE = frozenset(("court", "country", "date", "prison"))
"""Slots that hold one value."""

REACH = {"money": 3, "count": 3, "term": 3, "date": 12}
"""Sentences from the event within which a thing of a family is looked at; names and countries reach far."""


class Filler(NamedTuple):
    """A thing that may fill a slot of an event."""

    slot: str
    group: Group
    likely: float


class Things(NamedTuple):
    """The things of an article with what is computed once for each."""

    groups: tuple[Group, ...]
    features: tuple[list[str], ...]
    scores: tuple[Mapping[str, Array], ...]
    """By slot, the share of the thing itself in the score."""


def look_at(reading: Reading, found: Sequence[Group], models: Models) -> Things:
    """Return the things of an article, each scored alone."""
    features = tuple(group_features(reading, group) for group in found)
    scores = tuple(
        {slot: models.linear[slot].scores(names) for slot in slots_of(group)}
        for group, names in zip(found, features, strict=True)
    )
    return Things(tuple(found), features, scores)


def slots_of(group: Group) -> list[str]:
    """Return the slots that a thing can fill."""
    return [slot for slot, family in FAMILY.items() if family == group.family]


def in_reach(candidate: Candidate, group: Group) -> bool:
    """Say whether a thing stands near enough to be looked at."""
    reach = REACH.get(group.family)
    before, here, after = group.around(candidate.sentence)
    return reach is None or here > 0 or before <= reach or after <= reach


def fillers(reading: Reading, candidate: Candidate, things: Things, models: Models) -> list[Filler]:
    """Return how likely each thing in reach fills each of its slots in the event."""
    return list(_fillers(reading, candidate, things, models))


def _fillers(reading: Reading, candidate: Candidate, things: Things, models: Models) -> Iterator[Filler]:
    for group, alone in zip(things.groups, things.scores, strict=True):
        if alone and in_reach(candidate, group):
            names = pair_features(reading, candidate, group)
            for slot, share in alone.items():
                yield Filler(slot, group, _likely(models.linear[slot], names, share, candidate))


def _likely(model: Linear, names: Iterable[str], share: Array, candidate: Candidate) -> float:
    total = share + model.scores(names) - model.bias
    own = model.labels.index(candidate.type) if candidate.type in model.labels else 0
    return probability(float(total[0] + (total[own] if own else 0)))


def chosen(found: Iterable[Filler], thresholds: Mapping[str, float]) -> dict[str, list[Filler]]:
    """Return the fillers to keep, by slot, the likeliest first; a name keeps one role only."""
    kept: dict[str, list[Filler]] = defaultdict(list)
    roles: set[Group] = set()
    for filler in sorted(found, key=lambda f: (-f.likely, f.slot, f.group.mentions[0].start)):
        if filler.likely < thresholds[filler.slot]:
            continue
        if filler.slot in SINGLE and kept[filler.slot]:
            continue
        if filler.group.family == "name" and filler.group in roles:
            continue
        roles.add(filler.group)
        kept[filler.slot].append(filler)
    return kept
