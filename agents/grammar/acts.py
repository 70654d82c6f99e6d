"""An act: a candidate that may well be an event, with its status, its arguments and, in the end, its confidence."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.grammar.arguments import Filler, chosen, fillers, look_at
from agents.grammar.groups import Group, groups
from agents.grammar.judge import Judged
from agents.grammar.model import Models
from agents.grammar.reading import Reading

MOST = 60
"""Acts that are looked at in one article, the likeliest first."""

ENOUGH = 0.08
"""Candidates less likely than this get no arguments."""

NAME_SLOTS = ("authority", "complainant", "defendant", "target")

THRESHOLDS = {
    "authority": 0.3,
    "complainant": 0.25,
    "defendant": 0.25,
    "target": 0.25,
    "court": 0.3,
    "country": 0.2,
    "date": 0.2,
    "money": 0.4,
    "counts": 0.4,
    "prison": 0.25,
}
"""By slot, how likely a thing must be to fill it. Chosen on held-out folds for the best F1 of the field."""


class Act(NamedTuple):
    """A judged candidate with the things that fill its slots."""

    judged: Judged
    slots: Mapping[str, Sequence[Filler]]

    @property
    def names(self) -> frozenset[Group]:
        """The things that fill its name slots."""
        return frozenset(f.group for slot in NAME_SLOTS for f in self.slots.get(slot, ()))

    @property
    def identity(self) -> frozenset[tuple[str, str]]:
        """Slot and name of its identifying arguments."""
        return frozenset((slot, str(f.group.key[0])) for slot in NAME_SLOTS for f in self.slots.get(slot, ()))


def find_acts(reading: Reading, judged: Sequence[Judged], models: Models) -> list[Act]:
    """Return the likelier candidates with their arguments, the likeliest first."""
    likely = sorted((j for j in judged if j.likely >= ENOUGH), key=lambda j: (-j.likely, j.candidate.sentence))[:MOST]
    things = look_at(reading, groups(reading) if likely else [], models)
    return [Act(j, chosen(fillers(reading, j.candidate, things, models), THRESHOLDS)) for j in likely]
