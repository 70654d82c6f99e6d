"""Labelled files, read once: their candidates, what these state, and the things that may fill their slots."""

from collections.abc import Iterator
from typing import Any, NamedTuple

from labelled import Labelled
from targets import fills, stated_by

from agents.grammar.arguments import in_reach, slots_of
from agents.grammar.coder import read
from agents.grammar.groups import Group, groups
from agents.grammar.judge import Described, describe
from agents.grammar.pairing import group_features, pair_features
from agents.grammar.reading import Reading


class Story(NamedTuple):
    """One story of a file: its reading, its candidates, and the number of the labelled event that each states."""

    reading: Reading
    described: list[Described]
    stated: list[int | None]


class Pair(NamedTuple):
    """A labelled event and a thing that may fill a slot of it."""

    slot: str
    type: str
    features: list[str]
    fills: bool


class Sample(NamedTuple):
    """A labelled file, read."""

    labelled: Labelled
    stories: tuple[Story, ...]
    pairs: tuple[Pair, ...]

    @property
    def events(self) -> list[dict[str, Any]]:
        events: list[dict[str, Any]] = self.labelled.row["events"]
        return events


def sample(labelled: Labelled) -> Sample:
    """Read a labelled file."""
    readings = [read(article) for article in labelled.articles]
    described = [list(describe(reading)) for reading in readings]
    events = labelled.row["events"]
    stated = stated_by(events, [(r, [d.candidate for d in ds]) for r, ds in zip(readings, described, strict=True)])
    stories = tuple(Story(*parts) for parts in zip(readings, described, stated, strict=True))
    return Sample(labelled, stories, tuple(pair for story in stories for pair in _pairs(story, events)))


def _pairs(story: Story, events: list[dict[str, Any]]) -> Iterator[Pair]:
    found = groups(story.reading)
    alone = [group_features(story.reading, group) for group in found]
    for item, number in zip(story.described, story.stated, strict=True):
        if number is not None:
            for group, features in zip(found, alone, strict=True):
                if in_reach(item.candidate, group):
                    names = features + pair_features(story.reading, item.candidate, group)
                    yield from _of_thing(item, group, names, events[number])


def _of_thing(item: Described, group: Group, features: list[str], event: dict[str, Any]) -> Iterator[Pair]:
    for slot in slots_of(group):
        yes = fills(slot, group.key, forms(group), event)
        yield Pair(slot, item.candidate.type.value, features, yes)


def forms(group: Group) -> list[str]:
    """Return the forms of a name that the text writes, and the fullest one known."""
    named = [m.value for m in group.mentions if hasattr(m.value, "canonical")]
    return sorted({value.name for value in named} | {value.canonical for value in named})
