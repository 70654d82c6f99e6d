"""What subscribers are told after a replay, where it was asked for: of events that nobody read before, and of those
that they were told and that are not read any more. What was told stays told: the same act is not told again."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from msgspec.structs import replace

from agents.alert import alert
from agents.link_case import in_order
from agents.link_change import change_of
from schemas.events import Case, CaseUpdate, LinkedEvent, Subscription
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, TimeRole
from streamer.contracts import Store
from streamer.replay_cases import NO_LONGER_READ
from streamer.replay_edits import follow
from streamer.replay_report import difference


@dataclass(frozen=True)
class _Sources:
    """What alert reads: subscribers and what they were told from the old tables, cases from the new ones."""

    old: Store
    new: Store

    def subscriptions_since(self, mark: str) -> tuple[list[Subscription], str]:
        return self.old.subscriptions_since(mark)

    def timeline(self, case_id: str) -> list[LinkedEvent]:
        return self.new.timeline(case_id)

    def told(self, change_ids: Sequence[str]) -> set[str]:
        return self.old.told(change_ids)

    def merged_ids(self, case_id: str) -> list[str]:
        return self.new.merged_ids(case_id)


def tell_gained(case: Case, *, old: Store, new: Store, now: Callable[[], datetime]) -> int:
    """Put notices of the changes that a case owes to events which the old tables do not have. Return how many.

    All that the old tables know of the case counts as told before, so that a further report of it is no news.
    """
    timeline = in_order(case, new.timeline(case.id))
    gained = _gained(timeline, old, new)
    before = [one for one in timeline if one.event.id not in gained]
    count = 0
    for change_id, events in _by_change(one for one in timeline if one.event.id in gained):
        change, fields = change_of(before, events)
        is_background = all(one.event.time_role is TimeRole.BACKGROUND for one in events)
        muted = is_background or all(_is_muted(one, old) for one in events)
        update = CaseUpdate(id=change_id, case=case, change=change, events=events, fields=fields, muted=muted)
        count += _put(update, old=old, new=new, now=now)
        before += events
    return count


def _gained(timeline: Sequence[LinkedEvent], old: Store, new: Store) -> set[str]:
    """Return the ids of the events of which the old tables have none, in other words neither."""
    known = old.linked([one.event.id for one in timeline])
    unknown = [one for one in timeline if one.event.id not in known and not one.withdrawn]
    gained: set[str] = set()
    for article_id in dict.fromkeys(one.article_id for one in unknown):
        before, after = ([one.event for _, one in store.article_events(article_id)] for store in (old, new))
        gained |= {event.id for event in difference(before, after).gained}
    return gained & {one.event.id for one in unknown}


def _by_change(events: Iterable[LinkedEvent]) -> Iterable[tuple[str, tuple[LinkedEvent, ...]]]:
    found: dict[str, list[LinkedEvent]] = {}
    for one in events:
        found.setdefault(one.change_id, []).append(one)
    return [(change_id, tuple(those)) for change_id, those in found.items()]


def _is_muted(one: LinkedEvent, old: Store) -> bool:
    article = old.article(one.article_id)
    return article is None or article.muted


def tell_lost(lost: Sequence[tuple[str, LinkedEvent]], *, old: Store, new: Store, now: Callable[[], datetime]) -> int:
    """Put corrections for those who were told of these events, given with their old cases. Return how many."""
    by_case: dict[str, list[LinkedEvent]] = {}
    for case_id, one in lost:
        by_case.setdefault(case_id, []).append(replace(one, withdrawn=NO_LONGER_READ))
    count = 0
    for case_id, events in by_case.items():
        case = follow(new, case_id)
        if case:
            change = make_id("change", case_id, "replay", *sorted(one.event.id for one in events))
            update = CaseUpdate(
                id=change, case=case, change=ChangeKind.CORRECTED, events=tuple(events), reason=NO_LONGER_READ
            )
            count += _put(update, old=old, new=new, now=now)
    return count


def _put(update: CaseUpdate, *, old: Store, new: Store, now: Callable[[], datetime]) -> int:
    notices = alert(update, store=_Sources(old, new), now=now)
    fresh = [one for one in notices if old.outbox_entry(one.id) is None]
    return sum(new.put_notice(one) for one in fresh)
