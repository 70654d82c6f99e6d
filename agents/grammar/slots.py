"""Look at the fillers of all acts together: a party of one act is often a party of the others.

The linear models see one pair of an act and a thing at a time. The forests here see what they say of the same thing in
the article's other acts, and of the other things in the same act.
"""

import bisect
from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.grammar.arguments import FAMILY, Filler
from agents.grammar.forest import Forest
from agents.grammar.groups import NAMES, Group, Key
from agents.grammar.judge import Judged
from agents.grammar.odds import NAN, TYPES, log_odds
from agents.grammar.reading import Reading

UNLIKELY = 0.02
"""Pairs that no linear model gives more than this are dropped."""

KINDS = tuple(sorted(NAMES))
ROLES = ("authority", "complainant", "defendant", "target")

_NEVER = log_odds(0.0)


class Pair(NamedTuple):
    """An act, by its place, and a filler of one of its slots, with the numbers that describe them."""

    act: int
    filler: Filler
    row: list[float]


class _Act(NamedTuple):
    """An act's numbers, computed once for all its fillers."""

    sentence: int
    likely: bool
    news: bool
    type: int
    odds: list[float]


Thing = tuple[str, Key]
"""A slot and the key of what may fill it: a slot's things are of one family, where keys are unique."""

Chances = Sequence[tuple[int, float]]
"""By the place of the act, how likely a thing fills its slot there."""


def pairs(reading: Reading, judged: Sequence[Judged], raw: Sequence[Sequence[Filler]]) -> list[Pair]:
    """Return the pairs worth a second look; `raw` holds what the linear models say, by act."""
    chances: dict[Thing, list[tuple[int, float]]] = defaultdict(list)
    for n, fillers in enumerate(raw):
        for filler in fillers:
            chances[filler.slot, filler.group.key].append((n, filler.likely))
    seconds = {thing for thing, found in chances.items() if max(found, key=_chance)[1] > 5 * UNLIKELY}
    acts = [_act(each) for each in judged]
    alone: dict[Thing, list[float]] = {}
    found = []
    for n, fillers in enumerate(raw):
        slots = _by_slot(fillers)
        ranked = {slot: sorted(chance.values()) for slot, chance in slots.items()}
        for filler in fillers:
            thing = filler.slot, filler.group.key
            if filler.likely > UNLIKELY or thing in seconds:
                if thing not in alone:
                    alone[thing] = _alone(reading, filler.group)
                row = [
                    log_odds(filler.likely),
                    acts[n].type,
                    *_roles(filler, slots),
                    *_elsewhere(n, acts, chances[thing]),
                    *_rank(filler, ranked[filler.slot]),
                    *_distance(filler.group, acts[n].sentence),
                    *alone[thing],
                    *acts[n].odds,
                ]
                found.append(Pair(n, filler, row))
    return found


def _chance(found: tuple[int, float]) -> float:
    return found[1]


def _act(judged: Judged) -> _Act:
    return _Act(
        judged.candidate.sentence,
        judged.likely > 0.25,
        judged.news >= 0.5,
        TYPES.index(judged.candidate.type),
        [log_odds(judged.news), log_odds(judged.likely)],
    )


def _by_slot(fillers: Sequence[Filler]) -> Mapping[str, Mapping[Key, float]]:
    found: dict[str, dict[Key, float]] = defaultdict(dict)
    for filler in fillers:
        found[filler.slot][filler.group.key] = filler.likely
    return found


def _roles(filler: Filler, slots: Mapping[str, Mapping[Key, float]]) -> list[float]:
    """Return how likely a name fills each of the act's name slots."""
    if FAMILY[filler.slot] != "name":
        return [0.0] * len(ROLES)
    return [log_odds(slots[role].get(filler.group.key, 0.0)) if role in slots else _NEVER for role in ROLES]


def _elsewhere(n: int, acts: Sequence[_Act], chances: Chances) -> list[float]:
    """Return what is said of the thing in the likely other acts, in those alike in time role, in those near by."""
    if len(chances) == 1:
        return [NAN] * 4
    act = acts[n]
    others = [(acts[m], p) for m, p in chances if m != n]
    likely = [p for other, p in others if other.likely]
    alike = [p for other, p in others if other.likely and other.news == act.news]
    near = [p for other, p in others if -2 <= other.sentence - act.sentence <= 2]
    return [
        log_odds(max(likely)) if likely else NAN,
        sum(likely) / len(likely) if likely else NAN,
        sum(alike) / len(alike) if alike else NAN,
        max(near) if near else NAN,
    ]


def _rank(filler: Filler, ranked: Sequence[float]) -> list[float]:
    """Return how many fill the slot likelier, how far behind the likeliest this one is, how many are likely.

    `ranked` says how likely all that may fill it are, the likeliest last.
    """
    return [
        len(ranked) - bisect.bisect_right(ranked, filler.likely),
        log_odds(ranked[-1]) - log_odds(filler.likely),
        len(ranked) - bisect.bisect_right(ranked, 0.3),
    ]


def _distance(group: Group, sentence: int) -> list[float]:
    before, here, after = group.around(sentence)
    return [before, after, here]


def _alone(reading: Reading, group: Group) -> list[float]:
    return [
        len(group.sentences),
        any(reading.sentence(n).kind == "title" for n in group.sentences[:3]),
        group.sentences[0],
        KINDS.index(group.kind) if group.kind in KINDS else -1,
    ]


def refined(
    reading: Reading, judged: Sequence[Judged], raw: Sequence[Sequence[Filler]], forests: Mapping[str, Forest]
) -> list[list[Filler]]:
    """Return the fillers by act, with what the forests say of them."""
    found: list[list[Filler]] = [[] for _ in raw]
    by_slot: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs(reading, judged, raw):
        by_slot[pair.filler.slot].append(pair)
    for slot, members in by_slot.items():
        chances = forests[slot].probabilities([pair.row for pair in members])
        for pair, chance in zip(members, chances, strict=True):
            found[pair.act].append(Filler(slot, pair.filler.group, float(chance)))
    return found
