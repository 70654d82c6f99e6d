"""How a proceeding belongs to cases that it is not: found by rules, from the names that both have in common."""

from collections.abc import Iterable, Mapping
from collections.abc import Set as AbstractSet

from agents.link_outcome import OUTCOMES
from schemas.events import Case, RelatedCase
from schemas.taxonomy import GROUPS, EventType, Relation

MAX_RELATED = 8
"""Relations of one case; the oldest stay."""
MIN_TARGET = 0.9
"""What a site in common must be worth: one that many cases name relates none of them."""
_CRIMINAL = {*GROUPS["criminal"], EventType.ARREST, EventType.RAID}
_CIVIL = {*GROUPS["civil"]} - {EventType.SITE_BLOCKING}
_DECISIONS = OUTCOMES - {EventType.RULING_OTHER, EventType.GUILTY_PLEA}
_PARTIES = {"person", "company", "pair"}


def other_court(mine: AbstractSet[EventType], theirs: AbstractSet[EventType]) -> bool:
    """Return whether one side is a criminal matter only and the other a civil one only: never one proceeding."""
    one, other = _only_court(mine), _only_court(theirs)
    return bool(one and other) and one != other


def _only_court(types: AbstractSet[EventType]) -> str:
    criminal, civil = not types.isdisjoint(_CRIMINAL), not types.isdisjoint(_CIVIL)
    return "" if criminal == civil else "criminal" if criminal else "civil"


def relations(
    mine: AbstractSet[EventType], scored: Iterable[tuple[Mapping[str, float], Case]]
) -> tuple[RelatedCase, ...]:
    """Return how a case with these types of events is related to cases that it was compared with, the nearest first."""
    found = ((case, relation(mine, case, parts)) for parts, case in scored)
    return tuple(RelatedCase(case_id=case.id, relation=how) for case, how in found if how)[:MAX_RELATED]


def relation(mine: AbstractSet[EventType], case: Case, parts: Mapping[str, float]) -> Relation | None:
    """Return how a case is related to another with which it shares the names in `parts`; None if it is not.

    It is an appeal of the other if it tells an appeal and the other the decision.
    """
    theirs = set(case.types)
    same_party = bool(_PARTIES & parts.keys())
    if same_party and other_court(mine, theirs):
        return Relation.CIVIL_PARALLEL
    if same_party and EventType.APPEAL in mine and _DECISIONS & theirs and not _DECISIONS & mine:
        return Relation.APPEAL_OF
    if "operation" in parts:
        return Relation.PART_OF_OPERATION
    near = "person" in parts or "docket" in parts or parts.get("target", 0.0) >= MIN_TARGET
    return Relation.RELATED_TO if near else None


def joined(known: Iterable[RelatedCase], new: Iterable[RelatedCase], *, own: str) -> tuple[RelatedCase, ...]:
    """Return relations with new ones added: one for each other case, the one known first; none to the case itself.

    What people said stays before what was found; of the rest the oldest stay.
    """
    found: dict[str, RelatedCase] = {}
    for one in sorted((*known, *new), key=lambda one: not one.by):
        if one.case_id != own:
            found.setdefault(one.case_id, one)
    return tuple(found.values())[:MAX_RELATED]


def found_by(related: Iterable[RelatedCase]) -> list[str]:
    """Return the keys under which a case with these relations is found from the other side."""
    return [related_key(one.case_id) for one in related]


def related_key(case_id: str) -> str:
    """Return the key that holds the cases which say that they are related to this one."""
    return f"related:{case_id}"
