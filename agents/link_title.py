"""Titles of cases that read well and claim no more than the texts do."""

from collections.abc import Sequence

from agents.link_keys import fold_name
from agents.link_outcome import overturned, standing
from agents.phrases import PHRASES
from agents.whom import OF_PEOPLE_ONLY, is_same, is_somebody, some, told_of
from agents.wording import act_of, country_name, noun_of
from schemas.events import Case, Event, LinkedEvent
from schemas.taxonomy import GROUPS, EventType, Status, TimeRole

_LEADING = (
    EventType.LAWSUIT_FILED,
    EventType.SITE_BLOCKING,
    EventType.INJUNCTION,
    EventType.DEFAULT_JUDGMENT,
    EventType.DAMAGES_AWARD,
    EventType.SETTLEMENT,
    EventType.SENTENCE,
    EventType.CONVICTION,
    EventType.ACQUITTAL,
    EventType.GUILTY_PLEA,
    EventType.EXTRADITION,
    EventType.CHARGE,
    EventType.ARREST,
    EventType.RAID,
    EventType.SEIZURE,
    EventType.SHUTDOWN,
    EventType.FORFEITURE,
    EventType.FINE,
    EventType.SUBPOENA,
    EventType.INVESTIGATION,
    EventType.DISMISSAL,
    EventType.APPEAL,
    EventType.RELEASE,
    EventType.RULING_OTHER,
)
"""In the order in which a type gives its name to the case: what a case is called follows its main step."""
_CIVIL = {
    EventType.LAWSUIT_FILED,
    EventType.DEFAULT_JUDGMENT,
    EventType.DAMAGES_AWARD,
    EventType.SETTLEMENT,
    EventType.INJUNCTION,
    EventType.SITE_BLOCKING,
}
_CRIMINAL = {*GROUPS["criminal"], EventType.ARREST, EventType.RAID}
_JUDGED = {
    EventType.GUILTY_PLEA: "pleaded guilty",
    EventType.CONVICTION: "convicted",
    EventType.SENTENCE: "sentenced",
    EventType.ACQUITTAL: "acquitted",
}
"""What is not told of a case's only defendant because it is told of somebody, unless that is their status."""
_DONE = {Status.HAPPENED, Status.ONGOING, Status.ORDERED}
MAX_TITLE = 140


def title_of(case: Case, stands: Sequence[LinkedEvent]) -> str:
    """Return the title of a case: after its leading act, and naming only whom that act concerns.

    `stands` are its events without those that a later act took back.

    Without any name in it, a case that an article is about takes that article's headline; one told in passing does not.
    """
    lead = min(stands, key=_rank)
    alike = [one.event for one in stands if (one.event.type, one.event.status) == (lead.event.type, lead.event.status)]
    title = _named(case, alike) or (lead.title if _is_headline(lead) else "") or _begun(act_of(lead.event))
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def leading_event(linked: Sequence[LinkedEvent]) -> Event:
    """Return the event that a case or change is called after: what stands and took place before a mere wish."""
    return min(standing(linked) or linked, key=_rank).event


def _rank(one: LinkedEvent) -> tuple[bool, bool, int, bool]:
    """Return the place of an event among those that may give a case its name: the lowest does.

    An act that takes an outcome back has the place of that outcome.
    """
    event = one.event
    taken = overturned(event)
    decided = event.status in _DONE or (event.status is Status.DENIED and event.type is EventType.EXTRADITION)
    place = min(map(_LEADING.index, (event.type, *taken[:1])))
    return not decided, event.time_role is TimeRole.BACKGROUND, place, bool(taken)


def _is_headline(one: LinkedEvent) -> bool:
    return bool(one.title) and one.event.main and one.event.time_role is TimeRole.NEWS


def _named(case: Case, alike: Sequence[Event]) -> str:
    """Return a title with the names of those concerned by acts of one type and status; empty if there are none."""
    what, type_ = _what(alike[0]), alike[0].type
    people, things = _concerned(case, alike, "defendant"), _concerned(case, alike, "target")
    if type_ in OF_PEOPLE_ONLY:
        people, things = ([n for n in people if is_somebody(n, things)], [*things, *_nobodies(people, things)])
    if type_ is EventType.SHUTDOWN and things:
        people = []  # it is a site that is shut down, whoever else is named
    over = f" over {some(things)}" if things and people and things != people else ""
    where = f" ({', '.join(map(country_name, case.countries[:2]))})" if case.countries else ""
    other_side = (*people, *things)
    sides = [one.name for one in case.parties if one.role == "complainant"]
    suing = [name for name in sides if not any(is_same(name, other) for other in other_side)]
    whom = some(people or things)
    if type_ is EventType.SITE_BLOCKING and people and not case.operations:
        what, over = _order_to_block(what, things), ""
    if suing and whom and _is_civil(case, type_):
        return f"{some(suing)} v. {whom}: {what}{over}"
    if case.operations:
        against = f" against {some(things or people)}" if whom else ""
        return f"{_operation(case.operations[0])}: {what}{against}{where}"
    if things and not people and type_ in OF_PEOPLE_ONLY:
        return f"{_begun(what)} over {some(things)}{where}"
    return f"{whom}: {what}{over}{where}" if whom else ""


def _order_to_block(what: str, things: Sequence[str]) -> str:
    """Return what providers have to do: they are not blocked themselves."""
    return what.replace(PHRASES[EventType.SITE_BLOCKING].noun, f"blocking of {some(things) or 'sites'}")


def _begun(title: str) -> str:
    return title[:1].upper() + title[1:]


def _what(lead: Event) -> str:
    taken = overturned(lead)
    if len(taken) in (1, 2):
        return f"{PHRASES[taken[0]].noun} overturned"
    return noun_of(lead)


def _concerned(case: Case, alike: Sequence[Event], role: str) -> list[str]:
    """Return the parties of a role that the acts name; where they name nobody, the case's only one, or its targets."""
    named = {fold_name(role, name) for event in alike for name in _names(event, role)}
    parties = [one for one in case.parties if one.role == role]
    found = [one.name for one in parties if named & {fold_name(role, name) for name in (one.name, *one.aliases)}]
    if found or (role == "defendant" and len(parties) > 1):
        return found
    judged = role == "defendant" and alike[0].type in _JUDGED
    return [one.name for one in parties if not judged or one.status in _JUDGED.values()]


def _names(event: Event, role: str) -> tuple[str, ...]:
    if role == "defendant" and event.type in OF_PEOPLE_ONLY:
        return told_of(event)
    return tuple(getattr(event, role))


def _is_civil(case: Case, type_: EventType) -> bool:
    return type_ in _CIVIL or (type_ in GROUPS["either"] and not _CRIMINAL & set(case.types))


def _nobodies(people: Sequence[str], things: Sequence[str]) -> list[str]:
    return [name for name in people if name not in things and not is_somebody(name, things)]


def _operation(name: str) -> str:
    return name if name.lower().startswith(("operation", "op ", "project")) else f"Operation {name}"
