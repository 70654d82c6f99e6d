"""The two sides of a decision, an article's strand and a case, in one form: so that who came first changes nothing."""

from collections.abc import Iterable, Sequence
from datetime import date

from msgspec import Struct

from agents.link_keys import docket, kind_of, party, service
from agents.link_strands import Strand, first_day
from schemas.events import Case, Event
from schemas.taxonomy import EventType, TimeRole

Span = tuple[date, date]


class Side(Struct, frozen=True):
    """What is compared of a strand or a case; names are folded."""

    types: frozenset[EventType]
    countries: frozenset[str]
    dockets: frozenset[str]
    accused: tuple[str, ...]
    """The people acted against, the first named first; companies and sites are none."""
    companies: frozenset[str]
    """Those acted against."""
    services: frozenset[str]
    """Sites and services acted against; of an article's own, those of its news."""
    courts: frozenset[str]
    suing: frozenset[str]
    acts: tuple[str, ...]
    """The first and the last date of its acts, as precise as told; empty if none is told."""
    reports: Span
    """The days on which it was first and last told."""


def side_of_strand(strand: Strand) -> Side:
    events = strand.events
    days = sorted(event.date for event in events if event.date)
    return Side(
        types=frozenset(event.type for event in events),
        countries=frozenset(event.country for event in events if event.country),
        dockets=frozenset(docket(event.docket) for event in events if event.docket),
        accused=_people(name for event in events for name in event.defendant),
        companies=_companies(name for event in events for name in event.defendant),
        services=frozenset(service(name) for event in events if _is_news(event) for name in event.target),
        courts=frozenset(party(event.court) for event in events if event.court),
        suing=frozenset(party(name) for event in events for name in event.complainant),
        acts=(days[0], days[-1]) if days else (),
        reports=(strand.published, strand.published),
    )


def side_of_case(case: Case) -> Side:
    first, last = case.first_reported or case.opened_at, case.last_reported or case.opened_at
    names: dict[str, list[str]] = {}
    for one in case.parties:
        names.setdefault(one.role, []).extend((one.name, *one.aliases))
    against = names.get("defendant", ())
    return Side(
        types=frozenset(case.types),
        countries=frozenset(case.countries),
        dockets=frozenset(map(docket, case.dockets)),
        accused=_people(against),
        companies=_companies(against),
        services=frozenset(map(service, names.get("target", ()))),
        courts=frozenset(map(party, names.get("court", ()))),
        suing=frozenset(map(party, names.get("complainant", ()))),
        acts=tuple(value for value in (case.first_date, case.last_date) if value),
        reports=(first.date(), last.date()),
    )


def _people(names: Iterable[str]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(party(name) for name in names if kind_of(name) == "person"))


def _companies(names: Iterable[str]) -> frozenset[str]:
    return frozenset(party(name) for name in names if kind_of(name) != "person")


def _is_news(event: Event) -> bool:
    return event.main or event.time_role is TimeRole.NEWS


def days_apart(one: Side, other: Side) -> int:
    """Return the days between two sides, by acts or by reports, whichever are nearer: dates in texts mislead."""
    reports = gap(one.reports, other.reports)
    if not one.acts or not other.acts:
        return reports
    return 0 if _one_month(one.acts, other.acts) else min(reports, gap(_span(one.acts), _span(other.acts)))


def gap(one: Span, other: Span) -> int:
    """Return the days between two spans; 0 if they meet."""
    (first, last), (start, end) = one, other
    return (first - end).days if first > end else (start - last).days if start > last else 0


def _span(acts: Sequence[str]) -> Span:
    return first_day(acts[0]), first_day(acts[-1])


def _one_month(acts: Sequence[str], others: Sequence[str]) -> bool:
    """Return whether an act is dated by its month only, and the other side has an act of that month."""
    pairs = [(one, other) for one in acts for other in others if min(len(one), len(other)) >= 7]
    return any(one[:7] == other[:7] and 7 in (len(one), len(other)) for one, other in pairs)


def is_among(name: str, others: Iterable[str]) -> bool:
    """Return whether a folded name is one of the others, or may be: its surname is."""
    return name.rsplit(maxsplit=1)[-1] in {one.split()[-1] for one in others}
