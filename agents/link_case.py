"""A case as it follows from its timeline: pure functions, so that events in any order make the same case."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import datetime
from typing import TypeVar

import msgspec

from agents.link_bodies import body_named
from agents.link_keys import fold_name, kind_of, party
from agents.link_outcome import drops_all, standing
from agents.link_services import services_joined, shown_of
from agents.link_title import title_of
from agents.whom import told_of
from schemas.events import Case, Event, LinkedEvent, Party
from schemas.taxonomy import ROLES, EventType, Status

_T = TypeVar("_T")

DONE = {Status.HAPPENED, Status.ONGOING, Status.ORDERED}
"""Statuses of what is a fact or an order, not a wish, a plan or a claim."""
_STEPS = {
    EventType.LAWSUIT_FILED: "sued",
    EventType.ARREST: "arrested",
    EventType.RELEASE: "released",
    EventType.CHARGE: "charged",
    EventType.EXTRADITION: "extradited",
    EventType.DISMISSAL: "case dismissed",
    EventType.SETTLEMENT: "settled",
    EventType.GUILTY_PLEA: "pleaded guilty",
    EventType.CONVICTION: "convicted",
    EventType.SENTENCE: "sentenced",
    EventType.ACQUITTAL: "acquitted",
}
"""From the first step of a proceeding to the last; a defendant's status is the furthest that the texts state."""
_ORDER = {type_: place for place, type_ in enumerate(_STEPS)}
_TAKEN = (Status.HAPPENED, Status.ONGOING)
_WITH_SHORT_FORMS = ("complainant", "defendant")
"""Roles in which a surname or the first word of a company's name is the same party as the full name."""
_OF_BODIES = ("authority", "complainant")
"""Roles in which bodies of the lexicon act, which have many names."""
_CLOSING = {EventType.SENTENCE, EventType.ACQUITTAL, EventType.SETTLEMENT, EventType.DISMISSAL}
_OPENING = {
    EventType.ARREST,
    EventType.CHARGE,
    EventType.LAWSUIT_FILED,
    EventType.APPEAL,
    EventType.CONVICTION,
    EventType.INVESTIGATION,
}
_FINAL = {"sentenced", "acquitted", "settled", "case dismissed"}


def fold(case_id: str, linked: Sequence[LinkedEvent], *, old: Case | None, at: datetime) -> Case:
    """Return the case that these events make. `linked` is in the order of linking and not empty; `at` is now.

    From `old` come its revision (raised by one), its relations, and a title that a person gave it; the title stays too
    when every event is withdrawn.
    """
    counted = [one for one in linked if not one.withdrawn]
    events = [one.event for one in counted]
    stands = standing(counted)
    parties = tuple(parties_of(counted, stands))
    days = sorted(event.date for event in events if event.date)
    published = sorted(one.published_at for one in counted if one.published_at)
    case = Case(
        id=case_id,
        title="",
        revision=old.revision + 1 if old else 1,
        state=state_of(stands, parties),
        event_ids=tuple(one.event.id for one in linked),
        article_ids=unique(one.article_id for one in counted),
        sources=unique(one.source for one in counted),
        types=unique(event.type for event in events),
        countries=unique(event.country for event in events if event.country),
        dockets=unique(event.docket for event in events if event.docket),
        operations=unique(event.operation for event in events if event.operation),
        parties=parties,
        first_date=days[0] if days else None,
        last_date=days[-1] if days else None,
        first_reported=published[0] if published else None,
        last_reported=published[-1] if published else None,
        opened_at=min(one.seen_at for one in linked),
        updated_at=at,
        related=old.related if old else (),
    )
    if old and (old.title_by or not counted):
        return msgspec.structs.replace(case, title=old.title, title_by=old.title_by)
    return msgspec.structs.replace(case, title=title_of(case, stands or counted))


def in_order(case: Case, timeline: Iterable[LinkedEvent]) -> list[LinkedEvent]:
    """Return the timeline in the order in which its events were linked."""
    place = {event_id: number for number, event_id in enumerate(case.event_ids)}
    return sorted(timeline, key=lambda one: place[one.event.id])


def unique(values: Iterable[_T]) -> tuple[_T, ...]:
    return tuple(dict.fromkeys(values))


def parties_of(linked: Sequence[LinkedEvent], stands: Sequence[LinkedEvent] | None = None) -> Iterator[Party]:
    """Yield the parties by role, each under its fullest name, with the other spellings as aliases.

    `stands` are the events that no later act took back; they are found out if they are not given.
    """
    standing_ids = {one.event.id for one in (standing(linked) if stands is None else stands)}
    against = _by_defendant(linked)
    for role in (*ROLES, "court"):
        for keys, names in _spelled(linked, role):
            mine = {one.event.id: one for key in keys for one in against.get(key, ())} if role == "defendant" else {}
            shown = shown_of(names) if role == "target" else max(names, key=len)
            status = defendant_status(list(mine.values()), standing_ids)
            yield Party(name=shown, role=role, status=status, aliases=tuple(n for n in names if n != shown))


def _by_defendant(linked: Iterable[LinkedEvent]) -> dict[str, list[LinkedEvent]]:
    found: dict[str, list[LinkedEvent]] = {}
    for one in linked:
        for key in () if one.event.aggregate else {party(name) for name in told_of(one.event)}:
            found.setdefault(key, []).append(one)
    return found


def _spelled(linked: Sequence[LinkedEvent], role: str) -> Iterator[tuple[set[str], list[str]]]:
    """Yield the parties of a role: their folded names, and all their spellings in the order of the texts."""
    spelled: dict[str, dict[str, None]] = {}
    for one in linked:
        for name in (one.event.court,) if role == "court" else getattr(one.event, role):
            if name:
                known = body_named(name) if role in _OF_BODIES else name
                spelled.setdefault(fold_name(role, known), {}).setdefault(name)
    lists = {key: list(names) for key, names in spelled.items()}
    if role in _WITH_SHORT_FORMS:
        yield from _short_forms_joined(lists)
    elif role == "target":
        yield from services_joined(lists, (one.event for one in linked))
    else:
        yield from (({key}, names) for key, names in lists.items())


def _short_forms_joined(spelled: Mapping[str, list[str]]) -> Iterator[tuple[set[str], list[str]]]:
    """Yield folded names with their spellings: `Berg` joins `Anna Berg` if nobody else here is called so."""
    words = {key: set(key.split()) for key in spelled}
    home = {}
    for key, own in words.items():
        longer = [other for other, theirs in words.items() if own < theirs]
        home[key] = longer[0] if len(longer) == 1 and kind_of(key) != "known" else key
    for full in spelled:
        keys = {key for key in spelled if home[key] == full}
        if home[full] == full:
            yield keys, [name for key in sorted(keys, key=list(spelled).index) for name in spelled[key]]


def defendant_status(against: Sequence[LinkedEvent], standing_ids: AbstractSet[str]) -> str:
    """Return the furthest step that still stands, of the acts against one defendant; never a mere plan."""
    mine = [one.event for one in against if one.event.id in standing_ids]
    accused = any(one.event.type in (EventType.ARREST, EventType.CHARGE) for one in against)
    steps = _ORDER.keys() - {EventType.DISMISSAL}
    taken = [event for event in mine if event.type in steps and event.status in _TAKEN]
    taken += [event for event in mine if accused and drops_all(event)]
    if not any(_ORDER[event.type] >= _ORDER[EventType.CONVICTION] for event in taken):
        if any(one.event.type is EventType.CONVICTION and one.event.id not in standing_ids for one in against):
            return "conviction overturned"
        surrender = [event.status for event in mine if event.type is EventType.EXTRADITION]
        if Status.DENIED in surrender and Status.HAPPENED not in surrender:
            return "extradition refused"
    return _furthest(taken) if taken else ""


def _furthest(taken: Sequence[Event]) -> str:
    furthest = max(taken, key=lambda event: _ORDER[event.type])
    ends = [event for event in taken if event.type is EventType.RELEASE and event.date and furthest.date]
    if furthest.type is EventType.SENTENCE and any((end.date or "") > (furthest.date or "") for end in ends):
        return _STEPS[EventType.RELEASE]
    return _STEPS[furthest.type]


def state_of(stands: Sequence[LinkedEvent], parties: Sequence[Party]) -> str:
    """Return `closed` if the latest decisive act that stands ends the case for every named defendant, else `open`."""
    decisive = [
        one
        for one in stands
        if one.event.status is Status.HAPPENED and not one.event.aggregate and one.event.type in _CLOSING | _OPENING
    ]
    if not decisive:
        return "open"
    last = max(decisive, key=lambda one: (day_of(one), one.event.type in _CLOSING))
    steps = {one.status for one in parties if one.role == "defendant" and one.status}
    if last.event.type in _CLOSING and (last.event.type is EventType.DISMISSAL or len(steps) < 2 or steps <= _FINAL):
        return "closed"
    return "open"


def state_after(linked: Sequence[LinkedEvent]) -> str:
    """Return the state of the case that these events make."""
    counted = [one for one in linked if not one.withdrawn]
    stands = standing(counted)
    return state_of(stands, tuple(parties_of(counted, stands)))


def day_of(linked: LinkedEvent) -> str:
    """Return the day of the act, or where the text has none, the day of publication, as a string that sorts."""
    if linked.event.date:
        return linked.event.date
    return (linked.published_at or linked.seen_at).date().isoformat()
