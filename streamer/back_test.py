"""What a subscription would have sent: tried on what is stored, before anybody is told anything.

A past change counts at the time when its article was published (where none is known, when it was first seen), so that
an archive that was read today counts by its own days.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from agents.alert import listens, views_of
from agents.link_case import in_order
from agents.link_change import change_of
from agents.notice import headline
from agents.subscriptions_index import SubscriptionIndex
from schemas.events import Case, CaseUpdate, LinkedEvent, Record, Subscription
from schemas.query import parse
from schemas.query_tree import Everything, Exists, Match, Node, Query, Range, either, every, other_than, query_of
from streamer.contracts import Store

SPANS = (30, 365)
"""Days looked back."""
LOUD = 50
"""Notices a day above which a subscription deserves a warning."""
MOST_CASES = 2000
"""Cases that are looked through; of more, the first found speak."""
_PAGE = 500


class Sent(Record, frozen=True, kw_only=True):
    """What would have been sent in so many days."""

    days: int
    notices: int
    cases: int


class BackTest(Record, frozen=True, kw_only=True):
    sent: tuple[Sent, ...]
    newest: tuple[str, ...]
    """The first lines of the three newest."""
    complete: bool = True
    """False if there were more cases than were looked through: the figures are then too low."""

    @property
    def per_day(self) -> float:
        """Notices a day over the span in which there were the most."""
        return max(one.notices / one.days for one in self.sent)


def back_test(subscription: Subscription, *, store: Store, now: datetime) -> BackTest:
    """Return what the subscription would have sent up to `now`. Raises QueryError."""
    case_ids, complete = _cases(subscription, store, now)
    index = SubscriptionIndex([subscription])
    told = sorted(_told(subscription, index, store, case_ids, now), key=lambda pair: pair[0], reverse=True)
    return BackTest(
        sent=tuple(_sent(told, days, now) for days in SPANS),
        newest=tuple(f"{at:%Y-%m-%d}  {headline(update)}" for at, update in told[:3]),
        complete=complete,
    )


Told = tuple[datetime, CaseUpdate]


def _sent(told: Iterable[Told], days: int, now: datetime) -> Sent:
    inside = [update for at, update in told if at >= now - timedelta(days=days)]
    return Sent(days=days, notices=len(inside), cases=len({update.case.id for update in inside}))


def _cases(subscription: Subscription, store: Store, now: datetime) -> tuple[list[str], bool]:
    """Return the cases with an event that the subscription fits, and whether these are all."""
    query, found, cursor = _search(subscription, now), dict[str, None](), None
    while len(found) < MOST_CASES:
        page = store.search(query, sort="newest", limit=_PAGE, cursor=cursor)
        found |= dict.fromkeys(hit.document.case_id for hit in page.hits)
        cursor = page.cursor
        if cursor is None:
            return list(found), True
    return list(found)[:MOST_CASES], False


def _search(subscription: Subscription, now: datetime) -> Query:
    """Return the query for events of the last year that the subscription may be told of."""
    since = (now - timedelta(days=max(SPANS))).date().isoformat()
    seen = every([other_than(Exists(field="published_at")), Range(field="seen_at", low=since)])
    parts: list[Node] = [
        parse(subscription.query).tree if subscription.query else Everything(),
        Match(field="time_role", text="news"),
        either([Range(field="published_at", low=since), seen]),
    ]
    if subscription.types:
        parts.append(either([Match(field="type", text=one.value) for one in subscription.types]))
    return query_of(every(parts))


def _told(
    subscription: Subscription, index: SubscriptionIndex, store: Store, case_ids: Iterable[str], now: datetime
) -> Iterator[Told]:
    for case_id in case_ids:
        case = store.case(case_id)
        for update in _changes(case, store.timeline(case_id)) if case else ():
            if listens(subscription, update, now) and index.concerned(views_of(update, now), now):
                yield _when(update.events[0]), update


def _changes(case: Case, timeline: Iterable[LinkedEvent]) -> Iterator[CaseUpdate]:
    """Yield the changes that made a case what it is, in their order; what was withdrawn since never was."""
    by_change: dict[str, list[LinkedEvent]] = {}
    for one in in_order(case, [one for one in timeline if not one.withdrawn]):
        by_change.setdefault(one.change_id, []).append(one)
    before: list[LinkedEvent] = []
    for change_id, events in by_change.items():
        change, fields = change_of(before, events)
        yield CaseUpdate(id=change_id, case=case, change=change, events=tuple(events), fields=fields)
        before += events


def _when(one: LinkedEvent) -> datetime:
    return one.published_at or one.seen_at
