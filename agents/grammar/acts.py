"""An act: a candidate that may well be an event, with its status, its arguments and, in the end, its confidence."""

import re
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from agents.grammar.arguments import Filler, chosen, fillers, look_at
from agents.grammar.forest import Forest
from agents.grammar.groups import Group, Key, groups
from agents.grammar.judge import Judged
from agents.grammar.model import Models
from agents.grammar.others import without_kin_and_others
from agents.grammar.places import countries_in_a_row
from agents.grammar.reading import Reading
from agents.grammar.slots import refined

MOST = 40
"""Acts that are looked at in one article, the likeliest first."""

NAME_SLOTS = ("authority", "complainant", "defendant", "target")

THRESHOLDS = {
    "authority": 0.4,
    "complainant": 0.4,
    "defendant": 0.4,
    "target": 0.4,
    "court": 0.35,
    "country": 0.35,
    "date": 0.35,
    "money": 0.45,
    "counts": 0.4,
    "prison": 0.35,
}
"""By slot, how likely a thing must be to fill it. Chosen on held-out folds for the best F1 of the field."""
_ONE_PERSON = re.compile(r"[“\"]?(?:He|She) (?!and\b)")
FAR = 5
"""Sentences from which on a name must be likelier to fill a slot."""
FROM_AFAR = 0.5
"""How likely it must be then: right as often as the others on held-out folds (precision 0.73 to 0.75, same F1)."""


def needed(filler: Filler, sentence: int) -> float:
    """Return how likely a thing must be to fill its slot of an act in a sentence."""
    far = filler.slot in NAME_SLOTS and filler.group.distance(sentence) >= FAR
    return max(THRESHOLDS[filler.slot], FROM_AFAR) if far else THRESHOLDS[filler.slot]


class Act(NamedTuple):
    """A judged candidate with the things that fill its slots."""

    judged: Judged
    slots: Mapping[str, Sequence[Filler]]
    fillers: Sequence[Filler] = ()
    """All that was looked at for its slots."""

    @property
    def names(self) -> dict[Key, Group]:
        """The things that fill its name slots, by their keys."""
        return {f.group.key: f.group for slot in NAME_SLOTS for f in self.slots.get(slot, ())}

    @property
    def identity(self) -> frozenset[tuple[str, str]]:
        """Slot and name of its identifying arguments."""
        return frozenset((slot, str(f.group.key[0])) for slot in NAME_SLOTS for f in self.slots.get(slot, ()))


class Likely(NamedTuple):
    """The likelier candidates of a text, and what the linear models say may fill their slots."""

    judged: tuple[Judged, ...]
    fillers: tuple[list[Filler], ...]


def likely_acts(reading: Reading, judged: Sequence[Judged], models: Models) -> Likely:
    """Return the likelier candidates with all that may fill their slots, the likeliest first."""
    found = sorted(judged, key=lambda j: (-j.likely, j.candidate.sentence))[:MOST]
    things = look_at(reading, groups(reading) if found else [], models)
    return Likely(tuple(found), fillers(reading, [j.candidate for j in found], things, models))


def fill(reading: Reading, likely: Likely, forests: Mapping[str, Forest]) -> list[Act]:
    """Return the acts with the things that fill their slots, the likeliest first."""
    better = refined(reading, likely.judged, likely.fillers, forests)
    return [
        Act(judged, _told(reading, judged, chosen(_likely_enough(found, judged))), found)
        for judged, found in zip(likely.judged, better, strict=True)
    ]


def _told(reading: Reading, judged: Judged, slots: dict[str, list[Filler]]) -> dict[str, list[Filler]]:
    """Return the slots as the plain words of the sentence allow."""
    one = one_person(reading, judged, _placed(reading, judged, slots))
    return one | {"defendant": without_kin_and_others(reading, judged, one.get("defendant", ()))}


def _likely_enough(found: Sequence[Filler], judged: Judged) -> Iterator[Filler]:
    return (filler for filler in found if filler.likely >= needed(filler, judged.candidate.sentence))


def _placed(reading: Reading, judged: Judged, slots: dict[str, list[Filler]]) -> dict[str, list[Filler]]:
    """Return the slots without a country that the sentence names side by side with others: rule 23 of the guide."""
    together = reading.once(_countries_together, judged.candidate.sentence)
    country = [filler for filler in slots.get("country", ()) if filler.group.key[0] not in together]
    return slots | {"country": country}


def one_person(reading: Reading, judged: Judged, slots: dict[str, list[Filler]]) -> dict[str, list[Filler]]:
    """Return the slots with the person named last as the only defendant where the sentence says "He" and no name.

    Right 7 times in 7 among labelled acts; the others that were there, never in 8.
    """
    here = judged.candidate.sentence
    people = [filler for filler in slots.get("defendant", ()) if filler.group.kind == "person"]
    named = any(here in filler.group.sentences for filler in people)
    if named or len(people) < 2 or not _ONE_PERSON.match(reading.text, reading.sentence(here).start):
        return slots
    last = max(people, key=lambda filler: max((n for n in filler.group.sentences if n < here), default=-1))
    return slots | {"defendant": [filler for filler in slots["defendant"] if filler is last or filler not in people]}


def _countries_together(reading: Reading, sentence: int) -> frozenset[str]:
    places = [mention for mention in reading.mentions_in.get(sentence, ()) if mention.kind == "place"]
    return countries_in_a_row(reading.text, places)
