"""The decision of link, and nothing else: is this the same proceeding as that case?

The score is a sum with named parts, kept with the case, so that "why are these one case?" has an answer. Strand and
case are weighed as equals (`link_sides`), so that the order of arrival decides as little as it can.

Weights were searched on 1,043 articles of which the cases are known, once with events as labelled and once with those
of a coder that had not learnt from them, for the most right pairs at five times the cost for a wrong one. Only half of
the cases took part: on the others precision is 0.93 and 0.96, recall 0.44 and 0.33; on these, 0.96, 0.99, 0.58, 0.44.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agents.link_relations import other_court, relations
from agents.link_sides import Side, days_apart, is_among, side_of_case, side_of_strand
from agents.link_strands import Strand
from schemas.events import Case, RelatedCase
from schemas.taxonomy import EventType

WEIGHTS = {
    "docket": 7.39,
    "operation": 2.95,
    "company": 1.61,
    "amount": 1.93,
    "target": 1.33,
    "person": 1.5,
    "pair": 1.98,
    "number": 1.4,
    "known": 1.4,
    "prison": 0.61,
    "place": 0.87,
    "title": 0.68,
    "surname": 0.63,
    "provider": 0.1,
}
"""What a key is worth that no other case shares. Three quarters of it are left at 4 cases, half at 64."""
CIRCUMSTANCES = {
    "same country": 0.27,
    "other country": -1.49,
    "same days": 1.1,
    "same week": 0.99,
    "next step": 2.24,
    "starts over": -0.53,
    "other kind of court": -1.41,
    "only one is a blocking": -0.67,
    "other docket": -13.07,
    "other people": -1.75,
    "other people of a suit": -0.9,
    "other first defendant": -1.32,
    "other complainant": -0.38,
    "years apart": -0.64,
    "weeks apart": -1.69,
}
"""What else speaks for and against. `years apart` is the most that time takes from names, `weeks apart` of figures."""
STRONG = ("docket", "person", "pair")
"""Keys that time does not weaken."""
NAMES = (*STRONG, "operation", "pair", "target", "company", "surname")
LINK = 3.2
"""From this score on, it is the same case."""
UNCERTAIN = 0.9
"""From this score on, it is a new case that points to the other for a person to look at."""
BACKGROUND = 0.79
"""So much more is asked of a recap: it names other cases in passing."""
MIN_HEADLINE = 1.0
"""What the words of two headlines must be worth to stand for a name."""
COMMON = 32
"""A key that more cases share nominates nobody: the store keeps no more ids."""
SAME_ACT_DAYS = 10

_BLOCKING = {EventType.SITE_BLOCKING}
_START = {EventType.LAWSUIT_FILED, EventType.ARREST, EventType.CHARGE, EventType.INVESTIGATION, EventType.RAID}
_END = {EventType.SENTENCE, EventType.DAMAGES_AWARD, EventType.SETTLEMENT, EventType.CONVICTION, EventType.ACQUITTAL}


_STEPS = (
    EventType.ARREST,
    EventType.CHARGE,
    EventType.EXTRADITION,
    EventType.GUILTY_PLEA,
    EventType.CONVICTION,
    EventType.SENTENCE,
)


@dataclass(frozen=True)
class Candidate:
    case: Case
    keys: Mapping[str, int]
    """The keys in common, and how many cases hold each."""
    merged: bool = False
    """True if it was found by the id of a case that was merged into it."""


@dataclass(frozen=True)
class Decision:
    """`link` to the case, `new`, or `uncertain`: new, but perhaps the case. And how it is related to other cases."""

    verdict: str
    case: Case | None = None
    parts: dict[str, float] = field(default_factory=dict)
    related: tuple[RelatedCase, ...] = ()
    also: tuple[Case, ...] = ()
    """Further cases that the strand belongs to: they are one case with the first."""


Scored = tuple[dict[str, float], Case]
"""The parts of a score, and the case that it is of."""


def decide(strand: Strand, candidates: Iterable[Candidate]) -> Decision:
    """Return what to do with a strand: it belongs to all cases that it is near enough to, of which the oldest stays.

    Cases that cannot be one are not joined by it: then it belongs to the nearest, and to those that go with that. A
    recap belongs to the nearest only, for it may tell of several cases in one breath.
    """
    scored = [(score(strand, candidate), candidate.case) for candidate in candidates if candidate.keys]
    scored.sort(key=lambda one: (-sum(one[0].values()), one[1].opened_at, one[1].id))
    mine = {event.type for event in strand.events}
    near = [_nearness(strand, *one) for one in scored]
    homes = _homes([one for one, total in zip(scored, near, strict=True) if total >= LINK], alone=strand.background)
    if homes:
        parts, home = min(homes, key=lambda one: (one[1].opened_at, one[1].id))
        whole = mine.union(*(case.types for _, case in homes))
        also = tuple(case for _, case in homes if case is not home)
        return Decision("link", home, parts, relations(whole, [one for one in scored if one not in homes]), also)
    if near and near[0] >= UNCERTAIN:
        parts, case = scored[0]
        return Decision("uncertain", case, parts, relations(mine, scored[1:]))
    return Decision("new", related=relations(mine, scored))


def _homes(near: Sequence[Scored], *, alone: bool) -> list[Scored]:
    """Return the nearest case, and of the next ones those that are one with all before."""
    homes = list(near[:1])
    for one in () if alone else near[1:]:
        if all(_is_one(one, home) for home in homes):
            homes.append(one)
    return homes


def _is_one(one: Scored, other: Scored) -> bool:
    """Return whether nothing speaks against it that two cases are one of which a strand shares names with each."""
    sides = side_of_case(one[1]), side_of_case(other[1])
    names = {kind: worth for kind, worth in one[0].items() if kind in other[0] and kind in WEIGHTS}
    return not apart(*sides) and sum(circumstances(*sides, names).values()) >= 0


def _nearness(strand: Strand, parts: Mapping[str, float], case: Case) -> float:
    """Return the score, or 0 where nothing tells the two cases or two courts decide."""
    if not _tells(parts) or other_court({event.type for event in strand.events}, set(case.types)):
        return 0.0
    return sum(parts.values()) - (BACKGROUND if strand.background else 0)


def apart(one: Side, other: Side) -> bool:
    """Return whether two cases cannot be one: other dockets, other people, or one criminal and the other civil."""
    if one.dockets & other.dockets:
        return False
    return other_dockets(one, other) or other_people(one, other) or other_court(one.types, other.types)


def _tells(parts: Mapping[str, float]) -> bool:
    """Return whether more than figures and places agree: a name, or the words of two headlines."""
    if any(name in parts for name in (*NAMES, "known")) or parts.get("headline", 0.0) >= MIN_HEADLINE:
        return True
    return "number" in parts and parts.get("same act", 0.0) >= CIRCUMSTANCES["same days"]


def score(strand: Strand, candidate: Candidate) -> dict[str, float]:
    """Return the parts of the score by name; those that are zero are left out."""
    shared = worth_of(candidate.keys)
    parts = shared | circumstances(side_of_strand(strand), side_of_case(candidate.case), shared)
    return {name: round(value, 3) for name, value in parts.items() if value}


def circumstances(one: Side, other: Side, shared: Mapping[str, float]) -> dict[str, float]:
    """Return what speaks for and against two sides that share names, by name; the sides may be exchanged."""
    return {
        "country": _country(one, other),
        "time": _time(one, other, shared),
        "same act": _same_act(one, other),
        "order": _order(one, other),
        "court": _kind_of_court(one, other),
        "docket conflict": _other_docket(one, other),
        "party conflict": _other_parties(one, other, shared),
    }


def worth_of(keys: Mapping[str, int]) -> dict[str, float]:
    """Return the worth of the shared keys by kind: the best of a kind in full, two further ones a third of it."""
    worth: dict[str, list[float]] = {}
    for key, total in keys.items():
        kind = key.partition(":")[0]
        if kind != "title":
            worth.setdefault(kind, []).append(WEIGHTS[kind] * rarity(total))
    return {kind: _several(worth[kind]) for kind in sorted(worth)} | {"headline": _headline(keys)}


def _several(values: list[float]) -> float:
    best = sorted(values, reverse=True)
    return best[0] + sum(best[1:3]) / 3


def _headline(keys: Mapping[str, int]) -> float:
    """Return the worth of the telling words that two headlines of the same days share; one word is worth nothing."""
    words = {key.partition("|")[0]: total for key, total in keys.items() if key.startswith("title:")}
    return min(2.5, WEIGHTS["title"] * sum(map(rarity, words.values()))) if len(words) > 1 else 0.0


def rarity(total: int) -> float:
    """Return 1 for a key of one case, less the more cases share it; gently, as it must not matter who came first."""
    return 1 / (1 + math.log2(max(total, 1)) / 6)


def _country(one: Side, other: Side) -> float:
    if not one.countries or not other.countries:
        return 0.0
    return CIRCUMSTANCES["same country" if one.countries & other.countries else "other country"]


def _time(one: Side, other: Side, shared: Mapping[str, float]) -> float:
    """Return nothing for a person or docket; less with time for other names; figures alone fade within weeks."""
    days = days_apart(one, other)
    if any(kind in shared for kind in STRONG):
        return 0.0
    if any(kind in shared for kind in NAMES):
        return max(CIRCUMSTANCES["years apart"], min(0.0, (45 - days) / 180))
    return max(CIRCUMSTANCES["weeks apart"], min(0.0, (4 - days) / 4))


def _same_act(one: Side, other: Side) -> float:
    """Return a bonus for an act of one type told in the same days."""
    days = days_apart(one, other)
    if days > SAME_ACT_DAYS or not one.types & other.types:
        return 0.0
    return CIRCUMSTANCES["same days" if days <= 3 else "same week"]


def _order(one: Side, other: Side) -> float:
    """Return a malus where a case that has come to its end would start over, a bonus for a step in its place."""
    apart = days_apart(one, other) > SAME_ACT_DAYS
    first, then = (one, other) if one.reports[1] < other.reports[0] else (other, one)
    if apart and first.types & _END and then.types & _START and not then.types & _END:
        return CIRCUMSTANCES["starts over"]
    before, after = (sorted(_STEPS.index(type_) for type_ in side.types if type_ in _STEPS) for side in (first, then))
    if not before or not after:
        return 0.0
    between = before[0] < after[0] <= after[-1] < before[-1] or after[0] < before[0] <= before[-1] < after[-1]
    return CIRCUMSTANCES["next step"] if between or (apart and before[-1] < after[-1]) else 0.0


def _kind_of_court(one: Side, other: Side) -> float:
    if other_court(one.types, other.types):
        return CIRCUMSTANCES["other kind of court"]
    return (
        CIRCUMSTANCES["only one is a blocking"] if bool(one.types & _BLOCKING) != bool(other.types & _BLOCKING) else 0.0
    )


def _other_docket(one: Side, other: Side) -> float:
    return CIRCUMSTANCES["other docket"] if other_dockets(one, other) else 0.0


def other_dockets(one: Side, other: Side) -> bool:
    return bool(one.dockets and other.dockets and not one.dockets & other.dockets)


def _other_parties(one: Side, other: Side, shared: Mapping[str, float]) -> float:
    """Return a malus for two sides that name other people, or other complainants against one defendant."""
    if "docket" in shared:
        return 0.0
    lost = 0.0
    if other_people(one, other):
        lost += CIRCUMSTANCES["other people of a suit" if "pair" in shared else "other people"]
    elif one.accused and other.accused and not _heads_meet(one.accused, other.accused):
        lost += CIRCUMSTANCES["other first defendant"]
    if one.suing and other.suing and not one.suing & other.suing and "pair" not in shared:
        lost += CIRCUMSTANCES["other complainant"]
    return lost


def other_people(one: Side, other: Side) -> bool:
    """Return whether both sides name people, and none of them is on the other."""
    return bool(one.accused and other.accused) and not any(is_among(name, other.accused) for name in one.accused)


def _heads_meet(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether the first named of either side is on the other, too."""
    return is_among(one[0], other) and is_among(other[0], one)
