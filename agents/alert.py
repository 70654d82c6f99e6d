"""Stage alert: who is told of a change, and in which words. It sends nothing: notices wait in the outbox.

The id of a notice is made from the subscription and the change, so doing a change again tells nobody twice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime, time, timedelta
from functools import lru_cache
from typing import Protocol
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import structlog

from agents.match import View, matched_terms, matches
from agents.notice import facts, text_of
from schemas.documents import document
from schemas.events import CaseUpdate, LinkedEvent, Notice, Subscription
from schemas.ids import make_id
from schemas.query import Query, QueryError, parse
from schemas.taxonomy import ChangeKind, TimeRole

_DIGEST_HOUR = time(8)
"""When daily and weekly notices are due, in the subscriber's time zone; weekly ones on Monday."""
_log = structlog.get_logger()


class AlertStore(Protocol):
    """The part of the store that alert reads."""

    def subscriptions(self) -> list[Subscription]: ...
    def timeline(self, case_id: str) -> list[LinkedEvent]: ...
    def outbox_entry(self, notice_id: str) -> object | None: ...


def alert(
    update: CaseUpdate, *, store: AlertStore, now: Callable[[], datetime], grouping_seconds: int = 60
) -> list[Notice]:
    """Return a notice for each subscription that the change concerns.

    Instant notices are due at the end of a window of `grouping_seconds`, so that those of one window go out together.
    """
    if update.muted or update.change is ChangeKind.CORROBORATED:
        return []
    at = now()
    listening = [one for one in store.subscriptions() if _listens(one, update, at)]
    if not listening:
        return []
    timeline = store.timeline(update.case.id)
    if update.change is ChangeKind.CORRECTED:
        found: Found = [(one, ()) for one in _told(listening, update.events or timeline, store)]
    else:
        found = _concerned(listening, update, at)
    return [_notice(one, update, timeline, matched, at=at, grouping_seconds=grouping_seconds) for one, matched in found]


Found = Sequence[tuple[Subscription, Sequence[str]]]


def _concerned(subscriptions: Iterable[Subscription], update: CaseUpdate, at: datetime) -> Found:
    """Return the subscriptions that the news in a change fits, each with the parts of its query that it fulfils."""
    news = [one for one in update.events if one.event.time_role is TimeRole.NEWS]
    views = [View(document(one, update.case, at)) for one in news]
    found = ((one, _matched(one, views, at)) for one in subscriptions)
    return [(one, matched) for one, matched in found if matched is not None]


def _listens(subscription: Subscription, update: CaseUpdate, at: datetime) -> bool:
    muted = subscription.muted_until is not None and subscription.muted_until > at
    return subscription.active and not muted and update.change in subscription.changes


def _matched(subscription: Subscription, views: Iterable[View], at: datetime) -> Sequence[str] | None:
    """Return the parts of the query that the first fitting event fulfils; None if no event fits the subscription."""
    query = _query(subscription)
    if query is None and subscription.query:
        return None
    for view in views:
        if subscription.types and view.document.type not in subscription.types:
            continue
        if view.document.confidence < subscription.min_confidence:
            continue
        if query is None:
            return ()
        if matches(query, view, now=at):
            return matched_terms(query, view.document, now=at)
    return None


def _query(subscription: Subscription) -> Query | None:
    if not subscription.query:
        return None
    try:
        return _parsed(subscription.query)
    except QueryError as error:  # saved queries were checked; one of an older version must not stop the others
        _log.error("subscription cannot be read", subscription=subscription.id, error=str(error))
        return None


@lru_cache(maxsize=100_000)
def _parsed(text: str) -> Query:
    return parse(text)


def _told(
    subscriptions: Iterable[Subscription], events: Iterable[LinkedEvent], store: AlertStore
) -> list[Subscription]:
    """Return the subscriptions that were told of any of the changes which brought these events."""
    changes = list(dict.fromkeys(one.change_id for one in events))
    return [one for one in subscriptions if any(store.outbox_entry(notice_id(one.id, change)) for change in changes)]


def notice_id(subscription_id: str, change_id: str) -> str:
    return make_id("notice", subscription_id, change_id)


def _notice(
    subscription: Subscription,
    update: CaseUpdate,
    timeline: Sequence[LinkedEvent],
    matched: Sequence[str],
    *,
    at: datetime,
    grouping_seconds: int,
) -> Notice:
    said = facts(update, timeline, subscription, matched=matched, at=at)
    return Notice(
        id=notice_id(subscription.id, update.id),
        subscription_id=subscription.id,
        channel=subscription.channel,
        address=subscription.address,
        case_id=update.case.id,
        change_id=update.id,
        change=update.change,
        subject=said["headline"],
        text=text_of(said),
        data=said,
        why=", ".join(matched) or subscription.query or "everything",
        created_at=at,
        due_at=due_at(subscription, at, grouping_seconds),
    )


def due_at(subscription: Subscription, at: datetime, grouping_seconds: int) -> datetime:
    """Return when a notice made now is due: at the end of the window, or at the next digest hour of the subscriber."""
    if subscription.rate == "instant":
        left = -at.timestamp() % grouping_seconds if grouping_seconds else 0
        return at + timedelta(seconds=left)
    local = at.astimezone(_zone(subscription.time_zone))
    day = datetime.combine(local.date(), _DIGEST_HOUR, local.tzinfo)
    if day <= local:
        day += timedelta(days=1)
    if subscription.rate == "weekly":
        day += timedelta(days=-day.weekday() % 7)
    return day.astimezone(at.tzinfo)


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
