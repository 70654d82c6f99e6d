"""Which outcomes still stand: a conviction that was quashed must name no case and mark no person.

Pure rules over a timeline. Where it is unclear how far a court took an outcome back, it no longer stands: saying too
little of a person is an error that can be mended.
"""

import re
from collections.abc import Sequence

from agents.link_keys import party
from schemas.events import Event, LinkedEvent
from schemas.taxonomy import EventType, Status, TimeRole

_TAKEN_BACK = re.compile(
    r"\b(?:quash(?:ed|es|ing)|overturn(?:ed|s|ing)?|revers(?:ed|es|ing|al)|set(?:s|ting)? aside|vacat(?:ed|es|ing|ur)"
    r"|annul(?:led|s|ling)?|unsafe|rescind(?:ed|s)?|revok(?:ed|es|ing)|struck down|exonerat(?:ed|es))\b",
    re.IGNORECASE,
)
_NOT_REALLY = re.compile(
    r"\b(?:refus|declin|reject|den(?:y|ied|ies)|not\b|never|fail|bid\b|bids\b|seek|sought|ask|hope|want|motion|request"
    r"|attempt|effort|could|may\b|might|would|unless|tried|trying|petition)[^.;]{0,60}$",
    re.IGNORECASE,
)
_NAMED = (
    (re.compile(r"\bconvict|\bguilty|\bverdict", re.IGNORECASE), (EventType.CONVICTION, EventType.SENTENCE)),
    (re.compile(r"\bsentenc|\bprison term", re.IGNORECASE), (EventType.SENTENCE,)),
    (re.compile(r"\bacquitt", re.IGNORECASE), (EventType.ACQUITTAL,)),
    (re.compile(r"\bdismissal", re.IGNORECASE), (EventType.DISMISSAL,)),
    (re.compile(r"\bdefault", re.IGNORECASE), (EventType.DEFAULT_JUDGMENT, EventType.DAMAGES_AWARD)),
    (re.compile(r"\bdamages|\baward", re.IGNORECASE), (EventType.DAMAGES_AWARD,)),
    (re.compile(r"\binjunction", re.IGNORECASE), (EventType.INJUNCTION,)),
    (re.compile(r"\bblock", re.IGNORECASE), (EventType.SITE_BLOCKING,)),
    (re.compile(r"\bsubpoena", re.IGNORECASE), (EventType.SUBPOENA,)),
    (re.compile(r"\bextradit|\bsurrender", re.IGNORECASE), (EventType.EXTRADITION,)),
    (re.compile(r"\bfine\b|\bfined\b|\bpenalty", re.IGNORECASE), (EventType.FINE,)),
    (re.compile(r"\bforfeit|\bconfiscat", re.IGNORECASE), (EventType.FORFEITURE,)),
)
OUTCOMES = {type_ for _, types in _NAMED for type_ in types} | {EventType.GUILTY_PLEA, EventType.RULING_OTHER}
_REVIEWS = {EventType.APPEAL, EventType.ACQUITTAL, EventType.RULING_OTHER, EventType.DISMISSAL, EventType.RELEASE}
_CLEARED = {EventType.CONVICTION, EventType.SENTENCE, EventType.GUILTY_PLEA}
_FREED = {EventType.ARREST}
_DROPPED = {EventType.ARREST, EventType.CHARGE}
_IN_PART = re.compile(r"\b(?:counts?|claims?|part(?:ly|ially)?|some|one of|appeals?|counterclaims?)\b", re.IGNORECASE)
_REFUSED = {EventType.SUBPOENA, EventType.EXTRADITION}
"""What is gone once it is refused after it had been granted."""
_CAN_BE_NEW = {EventType.DISMISSAL, EventType.RULING_OTHER, EventType.INJUNCTION, EventType.DAMAGES_AWARD}
"""What the court that takes an outcome back may decide anew in the same breath."""
_DONE = {Status.HAPPENED, Status.ONGOING, Status.ORDERED}


def standing(linked: Sequence[LinkedEvent]) -> list[LinkedEvent]:
    """Return the events without outcomes that a later act has taken back, in their order."""
    ends = [(one, undone(one.event)) for one in linked]
    ends = [(one, types) for one, types in ends if types]
    return [one for one in linked if not any(_takes_back(end, types, one) for end, types in ends)]


def undone(event: Event) -> frozenset[EventType]:
    """Return the types of earlier acts against the same parties that do not stand after this one."""
    if event.aggregate:
        return frozenset()
    if event.status is Status.DENIED:
        refused = {event.type} & _REFUSED
        return frozenset(refused | _FREED if event.type is EventType.EXTRADITION else refused)
    if event.status not in _DONE:
        return frozenset()
    found = set(overturned(event))
    if event.type is EventType.ACQUITTAL:
        found |= _CLEARED
    if event.type is EventType.RELEASE:
        found |= _FREED
    if drops_all(event):
        found |= _DROPPED
    return frozenset(found if event.type is EventType.DISMISSAL else found - {event.type})


def drops_all(event: Event) -> bool:
    """Return whether an act ends a case as a whole: the text speaks of no part of it, and of no appeal."""
    return event.type is EventType.DISMISSAL and event.status in _DONE and not _IN_PART.search(event.evidence)


def overturned(event: Event) -> tuple[EventType, ...]:
    """Return the kinds of outcome that a court takes back here, in the words of the text; all of them if it names none.

    Nothing, unless the text says that it was done: "refused to overturn" and "asks to quash" take nothing back.
    """
    if event.type not in _REVIEWS or event.status not in _DONE:
        return ()
    if not any(not _NOT_REALLY.search(event.evidence[: one.start()]) for one in _TAKEN_BACK.finditer(event.evidence)):
        return ()
    named = tuple(type_ for pattern, types in _NAMED if pattern.search(event.evidence) for type_ in types)
    return tuple(dict.fromkeys(named)) or tuple(sorted(OUTCOMES))


def _takes_back(end: LinkedEvent, types: frozenset[EventType], one: LinkedEvent) -> bool:
    event = one.event
    if one is end or event.type not in types or event.status not in _DONE or event.aggregate:
        return False
    if not _same_people(end.event, event):
        return False
    same_breath = one.article_id == end.article_id and event.time_role is end.event.time_role
    return not (same_breath and event.type in _CAN_BE_NEW) and not _after(one, end)


def _same_people(end: Event, event: Event) -> bool:
    """Return whether an act may be about the people of an earlier one: they share a name, or one names nobody.

    That somebody was cleared or freed takes nothing from those who are named, unless it names them.
    """
    first, second = ({word for name in one.defendant for word in party(name).split()} for one in (end, event))
    if not first and second:
        return bool(overturned(end))
    return not second or bool(first & second)


def _after(one: LinkedEvent, other: LinkedEvent) -> bool:
    """Return whether an act is certainly later than another. A recap without a date of its own never is."""
    if one.event.time_role is TimeRole.BACKGROUND and not one.event.date:
        return False
    first, second = (act.event.date or (act.published_at or act.seen_at).date().isoformat() for act in (one, other))
    short = min(len(first), len(second))
    return first[:short] > second[:short]
