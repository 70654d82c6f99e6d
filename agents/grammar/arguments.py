"""Decide which mention fills which slot of an event: who acted, against whom, where, when, how much.

One linear model per family of things scores each pair of an event and a thing, with columns for each slot and type.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import repeat
from typing import NamedTuple

from agents.grammar.candidates import Candidate
from agents.grammar.groups import Group, Key, is_company
from agents.grammar.model import Array, Models, probabilities
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
    """The things of an article by family, with what is computed once for each."""

    groups: Mapping[str, tuple[Group, ...]]
    alone: Mapping[str, Array]
    """The share of each thing itself in its scores: by thing, type and slot."""


def look_at(reading: Reading, found: Sequence[Group], models: Models) -> Things:
    """Return the things of an article that can fill a slot, each scored alone."""
    by_family: dict[str, list[Group]] = defaultdict(list)
    for group in found:
        if group.family in FAMILIES:
            by_family[group.family].append(group)
    alone = {
        family: models.linear[family].typed.shares([group_features(reading, group) for group in members])
        for family, members in by_family.items()
    }
    return Things({family: tuple(members) for family, members in by_family.items()}, alone)


def slots_of(group: Group) -> list[str]:
    """Return the slots that a thing can fill."""
    return [slot for slot, family in FAMILY.items() if family == group.family]


def in_reach(candidate: Candidate, group: Group) -> bool:
    """Say whether a thing stands near enough to be looked at; a name also where it opens the article or comes often."""
    if group.family in FAR and (group.sentences[0] <= OPENING or len(group.sentences) >= OFTEN):
        return True
    return group.distance(candidate.sentence) <= REACH[group.family]


def fillers(
    reading: Reading, candidates: Sequence[Candidate], things: Things, models: Models
) -> tuple[list[Filler], ...]:
    """Return, for each event, how likely each thing in reach fills each of its slots."""
    found: tuple[list[Filler], ...] = tuple([] for _ in candidates)
    for family, members in things.groups.items():
        near = [
            (n, place)
            for n, candidate in enumerate(candidates)
            for place, group in enumerate(members)
            if in_reach(candidate, group)
        ]
        if near:
            typed = models.linear[family].typed
            types = typed.places(candidates[n].type for n, _ in near)
            features = [pair_features(reading, candidates[n], members[place]) for n, place in near]
            alone = things.alone[family][[place for _, place in near], types]
            chances = probabilities(alone + typed.scores(features, types)).tolist()
            for (n, place), own in zip(near, chances, strict=True):
                found[n].extend(Filler(*one) for one in zip(typed.parts, repeat(members[place]), own))
    return found


def chosen(found: Iterable[Filler]) -> dict[str, list[Filler]]:
    """Return which of the fillers that are likely enough to keep, by slot, the likeliest first.

    A name keeps one role only. Targets are sites, services and groups: a company acted against is a defendant.
    """
    kept: dict[str, list[Filler]] = defaultdict(list)
    roles: set[Key] = set()
    for each in sorted(found, key=lambda f: (-f.likely, f.slot, f.group.mentions[0].start)):
        filler = each._replace(slot="defendant") if each.slot == "target" and is_company(each.group) else each
        if filler.slot in SINGLE and kept[filler.slot]:
            continue
        if filler.group.family == "name" and filler.group.key in roles:
            continue
        if filler.group.family == "name":
            roles.add(filler.group.key)
        kept[filler.slot].append(filler)
    return kept
