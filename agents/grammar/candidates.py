"""Propose events: one candidate for each sentence and each type that a trigger in it speaks for."""

from collections import defaultdict
from typing import NamedTuple

from agents.grammar.reading import Reading
from agents.grammar.triggers import Trigger
from schemas.taxonomy import EventType


class Candidate(NamedTuple):
    """A sentence that may state an event of a type."""

    sentence: int
    type: EventType
    triggers: tuple[Trigger, ...]
    head: Trigger
    """The trigger that the features look from: the first strong one, else the first."""


def propose(reading: Reading) -> list[Candidate]:
    """Return the candidates of an article in the order of the text."""
    return [
        candidate for index in sorted(reading.triggers) for candidate in _of_sentence(index, reading.triggers[index])
    ]


def _of_sentence(index: int, triggers: list[Trigger]) -> list[Candidate]:
    by_type: dict[EventType, list[Trigger]] = defaultdict(list)
    for trigger in triggers:
        by_type[trigger.type].append(trigger)
    return [
        Candidate(index, kind, tuple(found), next((t for t in found if t.strong), found[0]))
        for kind, found in sorted(by_type.items())
    ]
