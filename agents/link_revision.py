"""What an edit of an article takes back, restates or adds to: told as one correction for each case.

An act that a later version tells with another value is corrected, not withdrawn and told anew. What it said before
stays in the timeline as withdrawn, so that nobody wonders where a figure went.

An act whose quote and names still stand in the article was not taken back by it, even where the coder, with other words
around, no longer reads it or reads other names: then what was told stays as it was.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from agents.link_case import fold, in_order
from agents.link_change import contradicts, pairs_of, sums_of
from agents.link_keys import keys_of
from schemas.events import ArticleEvents, Case, CaseUpdate, Event, LinkedEvent
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind

EDITED = "edited article"
Known = Mapping[str, tuple[str, LinkedEvent]]
"""The events of an article that are linked, by id, each with its case."""


class RevisionStore(Protocol):
    """The part of the store that revisions read and write."""

    def case(self, case_id: str) -> Case | None: ...
    def timeline(self, case_id: str) -> list[LinkedEvent]: ...
    def save_case(self, case: Case, events: Sequence[LinkedEvent] = (), keys: Iterable[str] = ()) -> None: ...


def linked(message: ArticleEvents, event: Event, change_id: str) -> LinkedEvent:
    """Return an event of the message as it will stand in a timeline, brought in by this change."""
    return LinkedEvent(
        event=event,
        article_id=message.article_id,
        article_version=message.article_version,
        source=message.source,
        url=message.url,
        title=message.title,
        published_at=message.published_at,
        seen_at=message.seen_at,
        change_id=change_id,
    )


def newer(message: ArticleEvents, one: LinkedEvent) -> bool:
    return message.seen_at > one.seen_at


def revise(
    message: ArticleEvents, known: Known, store: RevisionStore, at: datetime, text: str | None
) -> tuple[list[CaseUpdate], set[str]]:
    """Return a correction for each case of which this version tells something else than the one before.

    With them come the ids of the message's events that are dealt with so. Done again, it changes nothing and returns
    the same. `text` is the article's, if it is known: the newest version, for that is what the outlet says.
    """
    updates: list[CaseUpdate] = []
    stays, dealt_with = _still_said(message, known, text)
    for case_id in dict.fromkeys(case_id for case_id, _ in known.values()):
        mine = make_id("change", case_id, "edited", message.article_id, message.article_version)
        here = [one for home, one in known.values() if home == case_id and one.event.id not in stays]
        said, gone = _said(message, here, mine), _gone(message, here, mine)
        new = [*said, *(linked(message, event, mine) for event in _restated(message, known, gone))]
        again = {one.event.id for one in said}
        old = [*gone, *(_as_it_was(one, mine) for one in here if one.event.id in again and one.change_id != mine)]
        if old:
            dealt_with |= {one.event.id for one in new}
            updates.append(_correct(message, case_id, (old, new), store, at))
    return updates, dealt_with


def _still_said(message: ArticleEvents, known: Known, text: str | None) -> tuple[set[str], set[str]]:
    """Return the events that stand although this version is not read so, and those that it reads in their place."""
    told = {event.id for event in message.events}
    fresh = [event for event in message.events if event.id not in known]
    stays, instead = set[str](), set[str]()
    for _, one in known.values() if text else ():
        if one.event.id in told or one.withdrawn or not newer(message, one) or not _stands(one.event, text or ""):
            continue
        same = [event for event in fresh if event.type is one.event.type and event.evidence == one.event.evidence]
        if all(_values(event) == _values(one.event) and event.date == one.event.date for event in same):
            stays.add(one.event.id)
            instead |= {event.id for event in same}
    return stays, instead


def _stands(event: Event, text: str) -> bool:
    """Return whether an article's text still has the quote of an event and all names in it."""
    names = (*event.defendant, *event.target, *event.complainant, *event.authority)
    return event.evidence in text and all(name in text for name in names)


def _gone(message: ArticleEvents, here: Sequence[LinkedEvent], mine: str) -> list[LinkedEvent]:
    """Return what an older version said and this one does not, withdrawn, at the first time and at every repeat."""
    told = {event.id for event in message.events}
    return [
        replace(one, withdrawn=EDITED, withdrawn_by=mine)
        for one in here
        if one.withdrawn_by == mine
        or (
            not one.withdrawn
            and one.event.id not in told
            and one.article_version != message.article_version
            and newer(message, one)
        )
    ]


def _said(message: ArticleEvents, here: Sequence[LinkedEvent], mine: str) -> list[LinkedEvent]:
    """Return the events of this version that were told before with other values, or were restated by this change."""
    old = {one.event.id: one for one in here}
    found = [(event, old[event.id]) for event in message.events if event.id in old]
    return [
        linked(message, replace(event, type=one.event.type), mine)  # a person may have corrected the type
        for event, one in found
        if one.change_id == mine
        or (
            not one.withdrawn
            and one.article_version != message.article_version
            and newer(message, one)
            and _values(one.event) != _values(event)
        )
    ]


def _values(event: Event) -> tuple[object, ...]:
    return event.status, sums_of(event), event.counts, event.prison_months, event.suspended


def _restated(message: ArticleEvents, known: Known, gone: Sequence[LinkedEvent]) -> Iterator[Event]:
    """Yield the events that are new and tell an act that is gone in other words: another date, name or value."""
    fresh = [event for event in message.events if event.id not in known or known[event.id][1].withdrawn == EDITED]
    for _, new in pairs_of([one.event for one in gone], fresh):
        yield new


def _as_it_was(one: LinkedEvent, mine: str) -> LinkedEvent:
    """Return the earlier form of an event that keeps its id, as an entry of its own."""
    event = replace(one.event, id=make_id("event", one.event.id, one.article_version))
    return replace(one, event=event, withdrawn=EDITED, withdrawn_by=mine)


def _correct(
    message: ArticleEvents,
    case_id: str,
    revised: tuple[Sequence[LinkedEvent], Sequence[LinkedEvent]],
    store: RevisionStore,
    at: datetime,
) -> CaseUpdate:
    old, new = revised
    case = store.case(case_id)
    assert case is not None
    timeline = in_order(case, store.timeline(case_id))
    stands = {one.event.id: one for one in timeline}
    if any(stands.get(one.event.id) != one for one in (*old, *new)):
        stands |= {one.event.id: one for one in (*old, *new)}
        case = fold(case_id, list(stands.values()), old=case, at=at)
        day = (message.published_at or message.seen_at).date()
        store.save_case(case, [*old, *new], keys_of([one.event for one in new], day))
    return CaseUpdate(
        id=old[0].withdrawn_by,
        case=case,
        change=ChangeKind.CORRECTED,
        events=(*old, *new),
        reason=EDITED,
        muted=message.muted or _only_adds(old, new),
    )


def _only_adds(old: Sequence[LinkedEvent], new: Sequence[LinkedEvent]) -> bool:
    """Return whether the version only says more of the same acts, such as a sum where none was told."""
    pairs = pairs_of([one.event for one in old], [one.event for one in new])
    return len(pairs) == len(old) and not any(contradicts(before, after) for before, after in pairs)
