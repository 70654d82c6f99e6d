"""The decision of link, and nothing else: is this the same proceeding as that case?

The score is a sum with named parts, kept with the case, so that "why are these one case?" has an answer. Weights and
thresholds were set by hand on the labelled cases, in five folds by case.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from agents.link_keys import docket, party, services_of
from schemas.events import Case, Event
from schemas.taxonomy import GROUPS, EventType

WEIGHTS = {
    "docket": 6.0,
    "pair": 4.0,
    "defendant": 3.5,
    "operation": 3.5,
    "target": 3.0,
    "number": 1.5,
    "amount": 1.5,
    "prison": 1.5,
    "place": 1.0,
    "provider": 0.75,
}
"""What a key is worth that no other case shares. Half of it is left at 4 cases, a quarter at 64."""
NAMES = ("docket", "pair", "defendant", "operation", "target")
"""Keys that name something. Without one of them in common, figures and places alone must agree on much."""
LINK = 3.0
"""From this score on, it is the same case."""
UNCERTAIN = 2.0
"""From this score on, it is a new case that points to the other for a person to look at."""
COMMON = 32
"""A key that more cases share nominates nobody: the store keeps no more ids."""

_CRIMINAL = {*GROUPS["criminal"], EventType.ARREST, EventType.RAID}
_CIVIL = {*GROUPS["civil"]} - {EventType.SITE_BLOCKING}
_ORDER = {
    EventType.INVESTIGATION: 0,
    EventType.RAID: 1,
    EventType.ARREST: 1,
    EventType.CHARGE: 2,
    EventType.EXTRADITION: 3,
    EventType.GUILTY_PLEA: 4,
    EventType.CONVICTION: 5,
    EventType.SENTENCE: 6,
    EventType.LAWSUIT_FILED: 2,
    EventType.DEFAULT_JUDGMENT: 5,
    EventType.DAMAGES_AWARD: 6,
    EventType.SETTLEMENT: 6,
}


@dataclass(frozen=True)
class Strand:
    """The events of one proceeding in one article, with what they are looked up by."""

    events: tuple[Event, ...]
    keys: tuple[str, ...]
    day: date
    """The day of the newest act that has one, else of publication."""


@dataclass(frozen=True)
class Candidate:
    case: Case
    keys: Mapping[str, int]
    """The keys in common, and how many cases hold each."""


@dataclass(frozen=True)
class Decision:
    """`link` to the case, `new`, or `uncertain`: new, but perhaps the case."""

    verdict: str
    case: Case | None = None
    parts: dict[str, float] = field(default_factory=dict)


def decide(strand: Strand, candidates: Iterable[Candidate]) -> Decision:
    """Return what to do with a strand: the best candidate decides; two equally good ones leave it uncertain."""
    scored = [(parts, candidate.case) for candidate in candidates if (parts := score(strand, candidate))]
    scored.sort(key=lambda one: (-sum(one[0].values()), one[1].opened_at, one[1].id))
    if not scored:
        return Decision("new")
    parts, case = scored[0]
    total = sum(parts.values())
    if total >= LINK:
        return Decision("link", case, parts)
    return Decision("uncertain", case, parts) if total >= UNCERTAIN else Decision("new", None, parts)


def score(strand: Strand, candidate: Candidate) -> dict[str, float]:
    """Return the parts of the score by name; those that are zero are left out."""
    case = candidate.case
    parts = _shared(candidate.keys)
    parts["country"] = _country(strand, case)
    parts["time"] = _time(strand, case, named=any(part in NAMES for part in parts))
    parts["order"] = _order(strand, case)
    parts["court"] = _kind_of_court(strand, case)
    parts["conflict"] = _conflict(strand, case)
    return {name: round(value, 3) for name, value in parts.items() if value}


def _shared(keys: Mapping[str, int]) -> dict[str, float]:
    """Return the worth of the shared keys by kind: the best of a kind in full, every further one a quarter of it."""
    worth: dict[str, list[float]] = {}
    for key, total in keys.items():
        kind = key.partition(":")[0]
        worth.setdefault(kind, []).append(WEIGHTS[kind] * rarity(total))
    return {kind: max(values) + (sum(values) - max(values)) / 4 for kind, values in worth.items()}


def rarity(total: int) -> float:
    """Return 1 for a key of one case, less the more cases share it."""
    return 1 / (1 + math.log2(max(total, 1)) / 2)


def _country(strand: Strand, case: Case) -> float:
    here = {event.country for event in strand.events if event.country}
    if not here or not case.countries:
        return 0.0
    return 0.5 if here & set(case.countries) else -1.5


def _time(strand: Strand, case: Case, *, named: bool) -> float:
    """Return nothing within half a year, then less and less; what rests on figures alone fades within weeks."""
    days = min(abs((strand.day - known).days) for known in _days(case))
    if named:
        return -min(1.5, max(0.0, (days - 183) / 365))
    return -min(3.0, max(0.0, (days - 7) / 10))


def _days(case: Case) -> list[date]:
    acts = [first_day(value) for value in (case.first_date, case.last_date) if value]
    reports = [moment.date() for moment in (case.first_reported, case.last_reported) if moment]
    return [*acts, *reports] or [case.opened_at.date()]


def first_day(value: str) -> date:
    """Return the first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    return date.fromisoformat((value + "-01-01")[:10] if len(value) == 4 else (value + "-01")[:10])


def _order(strand: Strand, case: Case) -> float:
    """Return a bonus for a step that follows, a malus where a case that is far on would start over."""
    mine = [_ORDER[event.type] for event in strand.events if event.type in _ORDER]
    theirs = [_ORDER[type_] for type_ in case.types if type_ in _ORDER]
    if not mine or not theirs or not case.last_date:
        return 0.0
    later = strand.day > first_day(case.last_date)
    if later and max(mine) <= 2 and max(theirs) >= 4:
        return -1.0
    return 0.5 if later == (max(mine) > max(theirs)) and max(mine) != max(theirs) else 0.0


def _kind_of_court(strand: Strand, case: Case) -> float:
    mine, theirs = {event.type for event in strand.events}, set(case.types)
    if (mine & _CRIMINAL and theirs & _CIVIL and not theirs & _CRIMINAL) or (
        mine & _CIVIL and theirs & _CRIMINAL and not theirs & _CIVIL
    ):
        return -2.0
    if bool(mine & {EventType.SITE_BLOCKING}) != bool(theirs & {EventType.SITE_BLOCKING}):
        return -1.0
    return 0.0


def _conflict(strand: Strand, case: Case) -> float:
    dockets = {docket(event.docket) for event in strand.events if event.docket}
    if dockets and case.dockets and not dockets & {docket(number) for number in case.dockets}:
        return -9.0
    mine = {party(name) for event in strand.events for name in event.defendant}
    theirs = _names(case, "defendant")
    suing = {party(name) for event in strand.events for name in event.complainant} & _names(case, "complainant")
    targets = set(services_of(name for event in strand.events for name in (*event.target, *event.defendant)))
    if mine and theirs and not mine & theirs and not targets & set(services_of(_written(case))):
        return -3.0 if suing else -1.0
    return 0.0


def _names(case: Case, role: str) -> set[str]:
    return {party(name) for one in case.parties if one.role == role for name in (one.name, *one.aliases)}


def _written(case: Case) -> list[str]:
    return [name for one in case.parties if one.role in ("defendant", "target") for name in (one.name, *one.aliases)]
