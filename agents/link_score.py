"""The decision of link, and nothing else: is this the same proceeding as that case?

The score is a sum of what speaks for it and against it (`link_evidence`), each by its weight. Its parts are kept with
the case, so that "why are these one case?" has an answer.

Weights were searched on 1,043 articles of which the cases are known, once with events as labelled and once with those
of a coder that had not learnt from them, for the most right pairs at five times the cost for a wrong one, from those
of the version before and a guess for what is new. Only half of the cases took part: on the others precision is 0.92 and
0.89, recall 0.49 and 0.37; on these, 0.94, 0.95, 0.68, 0.51.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from agents.link_evidence import KINDS, NAMES, circumstances, other_dockets, other_people, rarity, worth_of
from agents.link_relations import other_court, relations
from agents.link_sides import Side, side_of_case, side_of_strand
from agents.link_strands import Strand
from schemas.events import Case, RelatedCase

WEIGHTS = {
    "docket": 7.39,
    "operation": 2.95,
    "pair": 1.98,
    "amount": 1.93,
    "company": 1.61,
    "person": 1.5,
    "known": 1.4,
    "number": 1.4,
    "target": 1.33,
    "page": 1.0,
    "place": 0.87,
    "headline": 0.68,
    "surname": 0.63,
    "prison": 0.61,
    "word": 0.5,
    "name": 0.35,
    "cites": 0.3,
    "provider": 0.1,
    "next step": 2.24,
    "same court": 1.6,
    "same days": 1.1,
    "same week": 0.99,
    "same country": 0.3,
    "other docket": -13.07,
    "other people": -1.75,
    "weeks apart": -1.69,
    "other country": -1.49,
    "other kind of court": -1.41,
    "other first defendant": -1.34,
    "both are subpoenas": -1.2,
    "other people of a suit": -0.9,
    "other company": -0.8,
    "other site": -0.8,
    "only one is a blocking": -0.67,
    "years apart": -0.64,
    "starts over": -0.53,
    "other complainant": -0.38,
}
"""What a key that no other case shares is worth (three quarters of it are left at 4 cases, half at 64), and what each
circumstance adds or takes. `years apart` is the most that time takes from names, `weeks apart` of figures."""
LINK = 3.4
"""From this score on, it is the same case."""
UNCERTAIN = 0.9
"""From this score on, it is a new case that points to the other for a person to look at."""
BACKGROUND = 0.79
"""So much more is asked of a recap: it names other cases in passing."""
MIN_WORDS = 1.0
"""What words of headlines and names of texts must be worth to stand for a party."""
_NAMING = {*NAMES, "known"}
"""Evidence that names a party or the proceeding."""
COMMON = 32
"""A key that more cases share nominates nobody: the store keeps no more ids."""


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
    side = side_of_strand(strand)
    scored = [(score(side, candidate), candidate.case) for candidate in candidates if candidate.keys]
    scored.sort(key=lambda one: (-sum(one[0].values()), one[1].opened_at, one[1].id))
    mine, more = {event.type for event in strand.events}, BACKGROUND if strand.background else 0.0
    near = [_nearness(parts) - more for parts, _ in scored]
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
    names = {kind: worth for kind, worth in one[0].items() if kind in other[0] and kind in KINDS}
    return not apart(*sides) and sum(weighted(circumstances(*sides, names)).values()) >= 0


def _nearness(parts: Mapping[str, float]) -> float:
    """Return the score, or 0 where nothing tells the two cases or two courts decide."""
    return sum(parts.values()) if _tells(parts) and "other kind of court" not in parts else 0.0


def apart(one: Side, other: Side) -> bool:
    """Return whether two cases cannot be one: other dockets, other people, or one criminal and the other civil."""
    if one.dockets & other.dockets:
        return False
    return other_dockets(one, other) or other_people(one, other) or other_court(one.types, other.types)


def _tells(parts: Mapping[str, float]) -> bool:
    """Return whether more than figures and places agree: a party, or several words and names of the texts."""
    if not _NAMING.isdisjoint(parts) or parts.get("headline", 0.0) >= MIN_WORDS:
        return True
    if parts.get("word", 0.0) + parts.get("name", 0.0) >= MIN_WORDS:
        return True
    return "number" in parts and ("same days" in parts or "same week" in parts)


def score(side: Side, candidate: Candidate) -> dict[str, float]:
    """Return the parts of the score by name; those that are zero are left out."""
    shared = worth_of(candidate.keys)
    return weighted(shared | circumstances(side, side_of_case(candidate.case), shared))


def rough_worth(key: str, total: int) -> float:
    """Return what a shared key is worth at most, by itself."""
    kind = key.partition(":")[0]
    return WEIGHTS["headline" if kind == "title" else kind] * rarity(total)


def weighted(found: Mapping[str, float]) -> dict[str, float]:
    """Return evidence by its weights; what weighs nothing is left out."""
    return {name: part for name, value in found.items() if (part := round(value * WEIGHTS[name], 3))}
