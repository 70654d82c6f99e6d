"""Number the proceedings within an article: acts against the same party belong together."""

from collections.abc import Sequence

from agents.grammar.decide import Decided
from agents.grammar.groups import Group

PARTIES = ("defendant", "target")
"""Slots whose names tie acts to one proceeding. A complainant or an authority is not a case: both act in many."""


def case_numbers(kept: Sequence[Decided]) -> list[int]:
    """Return a number for each act, given in the order of the text; acts of one proceeding have the same.

    An act that names no party belongs to the nearest act before it with the same time role, else to the nearest after.
    """
    number: dict[int, int] = {}
    cases: list[set[Group]] = []
    for place, item in enumerate(kept):
        parties = {f.group for slot in PARTIES for f in item.act.slots.get(slot, ())}
        if parties:
            number[place] = _joined(cases, parties)
    # a later act may have tied two earlier cases together, so the numbers are read off at the end
    found = [_settled(cases, number[place]) if place in number else None for place in range(len(kept))]
    return _completed(kept, found)


def _joined(cases: list[set[Group]], parties: set[Group]) -> int:
    """Add the parties to the first case that shares one, else open a new case; return its number."""
    for n, known in enumerate(cases):
        if known & parties:
            known.update(parties)
            return n
    cases.append(parties)
    return len(cases) - 1


def _settled(cases: Sequence[set[Group]], number: int) -> int:
    """Return the first case that shares a party with this one."""
    return next(n for n, known in enumerate(cases) if n == number or known & cases[number])


def _completed(kept: Sequence[Decided], found: Sequence[int | None]) -> list[int]:
    fallback = 1 + max((n for n in found if n is not None), default=-1)
    complete = []
    for place, number in enumerate(found):
        near = [number] if number is not None else _nearest(kept, found, place)
        complete.append(near[0] if near else fallback)
    return complete


def _nearest(kept: Sequence[Decided], found: Sequence[int | None], place: int) -> list[int]:
    """Return the numbers of the acts with the same time role, the nearest before first, then those after."""
    others = [*range(place - 1, -1, -1), *range(place + 1, len(kept))]
    role = kept[place].news >= 0.5
    return [n for other in others if (kept[other].news >= 0.5) == role and (n := found[other]) is not None]
