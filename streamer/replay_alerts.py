"""The changes that a replay owes to subscribers, where it was asked to tell them: events that nobody read before, and
events that were told and are not read any more. Whoever was told of an act is not told of it again."""

from collections.abc import Iterable, Iterator, Sequence

from msgspec.structs import replace

from agents.link_case import in_order
from agents.link_change import change_of
from schemas.events import Case, CaseUpdate, LinkedEvent
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, TimeRole
from streamer.contracts import Store
from streamer.replay_cases import NO_LONGER_READ
from streamer.replay_edits import follow
from streamer.replay_report import difference


def gained_changes(case: Case, old: Store, new: Store) -> Iterator[CaseUpdate]:
    """Yield the changes of a case that are made of events which the old tables do not have.

    All that the old tables know of the case counts as told before, so that a further report of it is no news.
    """
    timeline = in_order(case, new.timeline(case.id))
    gained = _gained(timeline, old, new)
    before = [one for one in timeline if one.event.id not in gained]
    for change_id, events in _by_change(one for one in timeline if one.event.id in gained):
        change, fields = change_of(before, events)
        is_background = all(one.event.time_role is TimeRole.BACKGROUND for one in events)
        muted = is_background or all(_is_muted(one, old) for one in events)
        yield CaseUpdate(id=change_id, case=case, change=change, events=events, fields=fields, muted=muted)
        before += events


def lost_changes(lost: Sequence[tuple[str, LinkedEvent]], new: Store) -> Iterator[CaseUpdate]:
    """Yield the corrections that take events back, which are given with their old cases."""
    by_case: dict[str, list[LinkedEvent]] = {}
    for case_id, one in lost:
        by_case.setdefault(case_id, []).append(replace(one, withdrawn=NO_LONGER_READ))
    for case_id, events in by_case.items():
        case = follow(new, case_id)
        if case:
            yield CaseUpdate(
                id=make_id("change", case_id, "replay", *sorted(one.event.id for one in events)),
                case=case,
                change=ChangeKind.CORRECTED,
                events=tuple(events),
                reason=NO_LONGER_READ,
            )


def _gained(timeline: Sequence[LinkedEvent], old: Store, new: Store) -> set[str]:
    """Return the ids of the events of which the old tables have none, not even in other words."""
    known = old.linked([one.event.id for one in timeline])
    unknown = [one for one in timeline if one.event.id not in known and not one.withdrawn]
    gained: set[str] = set()
    for article_id in dict.fromkeys(one.article_id for one in unknown):
        before, after = ([one.event for _, one in store.article_events(article_id)] for store in (old, new))
        gained |= {event.id for event in difference(before, after).gained}
    return gained & {one.event.id for one in unknown}


def _by_change(events: Iterable[LinkedEvent]) -> list[tuple[str, tuple[LinkedEvent, ...]]]:
    found: dict[str, list[LinkedEvent]] = {}
    for one in events:
        found.setdefault(one.change_id, []).append(one)
    return [(change_id, tuple(those)) for change_id, those in found.items()]


def _is_muted(one: LinkedEvent, old: Store) -> bool:
    article = old.article(one.article_id)
    return article is None or article.muted
