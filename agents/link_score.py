"""The decision of link, and nothing else: is this the same proceeding as that case?

The score is a sum with named parts, kept with the case, so that "why are these one case?" has an answer. Weights and
thresholds were searched on 505 articles with labelled events and 1,045 with extracted ones, of which the cases are
known, for the most right pairs at six times the cost for a wrong one; a search with each fifth of the cases held out
came to none that did better on it. A person's name counts little, because most texts name others in passing; with the
same site, headline or next step it is enough.
"""

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from agents.link_keys import docket, kind_of, party
from agents.link_relations import other_court, relations
from agents.link_strands import Strand, first_day
from schemas.events import Case, RelatedCase
from schemas.taxonomy import EventType

WEIGHTS = {
    "docket": 7.0,
    "operation": 4.5,
    "company": 2.3,
    "amount": 1.75,
    "target": 1.7,
    "person": 1.5,
    "pair": 1.8,
    "number": 1.35,
    "known": 1.0,
    "prison": 0.9,
    "place": 0.85,
    "title": 0.8,
    "surname": 0.45,
    "provider": 0.25,
}
"""What a key is worth that no other case shares. Three fifths of it are left at 4 cases, a third at 64."""
CIRCUMSTANCES = {
    "same country": 0.3,
    "other country": -1.35,
    "same days": 1.1,
    "same week": 0.85,
    "next step": 1.7,
    "starts over": -0.9,
    "other kind of court": -4.0,
    "only one is a blocking": -0.4,
    "other docket": -9.0,
    "other people": -2.5,
    "other first defendant": -2.4,
    "other complainant": -0.6,
    "years apart": -1.6,
    "weeks apart": -1.85,
}
"""What else speaks for and against. `years apart` is the most that time takes from names, `weeks apart` of figures."""
STRONG = ("docket", "person", "pair")
"""Keys that time does not weaken."""
NAMES = (*STRONG, "operation", "pair", "target", "company", "surname")
LINK = 3.2
"""From this score on, it is the same case."""
UNCERTAIN = 2.0
"""From this score on, it is a new case that points to the other for a person to look at."""
BACKGROUND = 0.5
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


@dataclass(frozen=True)
class Decision:
    """`link` to the case, `new`, or `uncertain`: new, but perhaps the case. And how it is related to other cases."""

    verdict: str
    case: Case | None = None
    parts: dict[str, float] = field(default_factory=dict)
    related: tuple[RelatedCase, ...] = ()


def decide(strand: Strand, candidates: Iterable[Candidate]) -> Decision:
    """Return what to do with a strand: the best candidate decides; the others may be related."""
    scored = [(score(strand, candidate), candidate.case) for candidate in candidates if candidate.keys]
    scored.sort(key=lambda one: (-sum(one[0].values()), one[1].opened_at, one[1].id))
    mine = {event.type for event in strand.events}
    verdict, (parts, case) = "new", scored[0] if scored else ({}, None)
    if case and _tells(parts) and not other_court(mine, set(case.types)):
        total = sum(parts.values()) - (BACKGROUND if strand.background else 0)
        verdict = "link" if total >= LINK else "uncertain" if total >= UNCERTAIN else "new"
    if verdict == "new":
        return Decision("new", related=relations(mine, scored))
    whole = mine | set(case.types if case and verdict == "link" else ())
    return Decision(verdict, case, parts, relations(whole, scored[1:]))


def _tells(parts: Mapping[str, float]) -> bool:
    """Return whether more than figures and places agree: a name, or the words of two headlines."""
    if any(name in parts for name in (*NAMES, "known")) or parts.get("headline", 0.0) >= MIN_HEADLINE:
        return True
    return "number" in parts and parts.get("same act", 0.0) >= CIRCUMSTANCES["same days"]


def score(strand: Strand, candidate: Candidate) -> dict[str, float]:
    """Return the parts of the score by name; those that are zero are left out."""
    case, shared = candidate.case, worth_of(candidate.keys)
    parts = shared | {
        "country": _country(strand, case),
        "time": _time(strand, case, shared),
        "same act": _same_act(strand, case),
        "order": _order(strand, case),
        "court": _kind_of_court(strand, case),
        "docket conflict": _other_docket(strand, case),
        "party conflict": _other_parties(strand, case, shared),
    }
    return {name: round(value, 3) for name, value in parts.items() if value}


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
    """Return 1 for a key of one case, less the more cases share it."""
    return 1 / (1 + math.log2(max(total, 1)) / 3)


def _country(strand: Strand, case: Case) -> float:
    here = {event.country for event in strand.events if event.country}
    if not here or not case.countries:
        return 0.0
    return CIRCUMSTANCES["same country" if here & set(case.countries) else "other country"]


def _time(strand: Strand, case: Case, shared: Mapping[str, float]) -> float:
    """Return nothing for a person or docket; less with time for other names; figures alone fade within weeks."""
    days = days_apart(strand, case)
    if any(kind in shared for kind in STRONG):
        return 0.0
    if any(kind in shared for kind in NAMES):
        return max(CIRCUMSTANCES["years apart"], min(0.0, (45 - days) / 180))
    return max(CIRCUMSTANCES["weeks apart"], min(0.0, (4 - days) / 4))


def days_apart(strand: Strand, case: Case) -> int:
    """Return the days between strand and case, by acts or by reports, whichever are nearer: dates in texts mislead."""
    if _one_month(strand, case):
        return 0
    acts = [first_day(value) for value in (case.first_date, case.last_date) if value]
    reports = [moment.date() for moment in (case.first_reported, case.last_reported) if moment]
    spans = ((strand.day, acts), (strand.published, reports or [case.opened_at.date()]))
    return min(max(0, (min(known) - day).days, (day - max(known)).days) for day, known in spans if known)


def _one_month(strand: Strand, case: Case) -> bool:
    """Return whether an act is dated by its month only, and the case has an act of that month."""
    told = [event.date for event in strand.events if event.date and len(event.date) >= 7]
    known = [value for value in (case.first_date, case.last_date) if value and len(value) >= 7]
    return any(one[:7] == other[:7] and 7 in (len(one), len(other)) for one in told for other in known)


def _same_act(strand: Strand, case: Case) -> float:
    """Return a bonus for an act of a type that the case has, told in the same days."""
    days = days_apart(strand, case)
    if days > SAME_ACT_DAYS or not {event.type for event in strand.events} & set(case.types):
        return 0.0
    return CIRCUMSTANCES["same days" if days <= 3 else "same week"]


def _order(strand: Strand, case: Case) -> float:
    """Return a malus where a case that has come to its end would start over, a bonus for a step in its place."""
    mine, theirs = {event.type for event in strand.events}, set(case.types)
    apart = days_apart(strand, case) > SAME_ACT_DAYS
    later = strand.published > (case.last_reported or case.opened_at).date()
    first, then = (theirs, mine) if later else (mine, theirs)
    if apart and first & _END and then & _START and not then & _END:
        return CIRCUMSTANCES["starts over"]
    steps, reached = (sorted(_STEPS.index(one) for one in types if one in _STEPS) for types in (mine, theirs))
    if not steps or not reached:
        return 0.0
    between = reached[0] < steps[0] and steps[-1] < reached[-1]
    follows = steps[-1] > reached[-1] if later else steps[0] < reached[0]
    return CIRCUMSTANCES["next step"] if between or (apart and follows) else 0.0


def _kind_of_court(strand: Strand, case: Case) -> float:
    if other_court({event.type for event in strand.events}, set(case.types)):
        return CIRCUMSTANCES["other kind of court"]
    mine, theirs = {event.type for event in strand.events}, set(case.types)
    return CIRCUMSTANCES["only one is a blocking"] if bool(mine & _BLOCKING) != bool(theirs & _BLOCKING) else 0.0


def _other_docket(strand: Strand, case: Case) -> float:
    mine, theirs = {docket(one.docket) for one in strand.events if one.docket}, set(map(docket, case.dockets))
    return CIRCUMSTANCES["other docket"] if mine and theirs and not mine & theirs else 0.0


def _other_parties(strand: Strand, case: Case, shared: Mapping[str, float]) -> float:
    """Return a malus for two sides that name other people, or other complainants against one defendant."""
    if "docket" in shared:
        return 0.0
    mine = {role: [name for event in strand.events for name in getattr(event, role)] for role in _SIDES}
    theirs = {role: names_of(case, role) for role in _SIDES}
    people = [party(name) for name in mine["defendant"] if kind_of(name) == "person"]
    others = {party(name) for name in theirs["defendant"] if kind_of(name) == "person"}
    lost = 0.0
    if people and others and not _among(people[0], others):
        lost += CIRCUMSTANCES["other first defendant" if set(people) & others else "other people"]
    suing, theirs_suing = {party(n) for n in mine["complainant"]}, {party(n) for n in theirs["complainant"]}
    if suing and theirs_suing and not suing & theirs_suing:
        lost += CIRCUMSTANCES["other complainant"]
    return lost


def _among(name: str, others: Iterable[str]) -> bool:
    """Return whether a folded name is one of the others, or may be: its surname is."""
    return name.rsplit(maxsplit=1)[-1] in {one.split()[-1] for one in others}


_SIDES = ("defendant", "complainant")


def names_of(case: Case, role: str) -> list[str]:
    return [name for one in case.parties if one.role == role for name in (one.name, *one.aliases)]
