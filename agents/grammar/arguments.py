"""Decide which mention fills which slot of an event: who acted, against whom, where, when, how much.

One linear model per family of things scores each pair of an event and a thing, with columns for each slot and type.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agents.grammar.candidates import Candidate
from agents.grammar.groups import Group, Key
from agents.grammar.model import Array, Models, columns_of, probability
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

FAMILIES = frozenset(FAMILY.values())

SINGLE = frozenset(("court", "country", "date", "prison"))
"""Slots that hold one value."""

REACH = {"name": 8, "court": 20, "country": 20, "money": 8, "count": 3, "term": 3, "date": 12}
"""Sentences from the event within which a thing of a family is looked at."""

FAR = frozenset(("name", "court", "country"))
OPENING = 2
OFTEN = 3
"""Families whose things are looked at anywhere, if the first sentences name them or they are named often."""


class Filler(NamedTuple):
    """A thing that may fill a slot of an event."""

    slot: str
    group: Group
    likely: float


class Things(NamedTuple):
    """The things of an article, with what is computed once for each."""

    groups: tuple[Group, ...]
    alone: tuple[Array | None, ...]
    """The share of the thing itself in its scores; None where it fills no slot."""


def look_at(reading: Reading, found: Sequence[Group], models: Models) -> Things:
    """Return the things of an article, each scored alone."""
    alone = (
        models.linear[group.family].scores(group_features(reading, group)) if group.family in FAMILIES else None
        for group in found
    )
    return Things(tuple(found), tuple(alone))


def slots_of(group: Group) -> list[str]:
    """Return the slots that a thing can fill."""
    return [slot for slot, family in FAMILY.items() if family == group.family]


def in_reach(candidate: Candidate, group: Group) -> bool:
    """Say whether a thing stands near enough to be looked at; a name also where it opens the article or comes often."""
    before, here, after = group.around(candidate.sentence)
    reach = REACH[group.family]
    if here > 0 or before <= reach or after <= reach:
        return True
    return group.family in FAR and (group.sentences[0] <= OPENING or len(group.sentences) >= OFTEN)


def fillers(reading: Reading, candidate: Candidate, things: Things, models: Models) -> list[Filler]:
    """Return how likely each thing in reach fills each of its slots in the event."""
    columns = {family: columns_of(models.linear[family].labels, candidate.type) for family in FAMILIES}
    found = []
    for group, alone in zip(things.groups, things.alone, strict=True):
        if alone is not None and in_reach(candidate, group):
            model = models.linear[group.family]
            total = (alone + model.scores(pair_features(reading, candidate, group)) - model.bias).tolist()
            for slot, own in columns[group.family]:
                found.append(Filler(slot, group, probability(sum(total[n] for n in own))))
    return found


def chosen(found: Iterable[Filler], thresholds: Mapping[str, float]) -> dict[str, list[Filler]]:
    """Return the fillers to keep, by slot, the likeliest first; a name keeps one role only."""
    kept: dict[str, list[Filler]] = defaultdict(list)
    roles: set[Key] = set()
    for filler in sorted(found, key=lambda f: (-f.likely, f.slot, f.group.mentions[0].start)):
        if filler.likely < thresholds[filler.slot]:
            continue
        if filler.slot in SINGLE and kept[filler.slot]:
            continue
        if filler.group.family == "name" and filler.group.key in roles:
            continue
        if filler.group.family == "name":
            roles.add(filler.group.key)
        kept[filler.slot].append(filler)
    return kept
