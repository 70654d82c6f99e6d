"""Stage alert: who is told of a change, and in which words. It sends nothing: notices wait in the outbox.

The id of a notice is made from the subscription and the change, so doing a change again tells nobody twice.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Any, Protocol

from agents.due import due_at
from agents.match import View
from agents.notice import addressed, facts_for_all, possible_cases, text_of
from agents.subscriptions_index import SubscriptionIndex
from schemas.documents import document
from schemas.events import Case, CaseUpdate, LinkedEvent, Notice, Subscription
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, TimeRole


class AlertStore(Protocol):
    """The part of the store that alert reads."""

    def subscriptions_since(self, mark: str) -> tuple[list[Subscription], str]: ...
    def case(self, case_id: str) -> Case | None: ...
    def timeline(self, case_id: str) -> list[LinkedEvent]: ...
    def told(self, change_ids: Sequence[str]) -> set[str]: ...
    def merged_ids(self, case_id: str) -> list[str]: ...


def alert(
    update: CaseUpdate,
    *,
    store: AlertStore,
    now: Callable[[], datetime],
    grouping_seconds: int = 60,
    index: SubscriptionIndex | None = None,
    case_url: Callable[[str], str] = lambda _: "",
) -> list[Notice]:
    """Return a notice for each subscription that the change concerns.

    Instant notices are due at the end of a window of `grouping_seconds`, so that those of one window go out together.
    `index` keeps the subscriptions from one call to the next, `case_url` says where readers see a case.
    """
    if update.muted or update.change is ChangeKind.CORROBORATED:
        return []
    at, everybody = now(), SubscriptionIndex() if index is None else index
    everybody.catch_up(store.subscriptions_since)
    if update.change is ChangeKind.CORRECTED:
        found: Found = [(one, ()) for one in _told(everybody, update.events or store.timeline(update.case.id), store)]
    else:
        found = _concerned(everybody, update, at, store)
    listening = [(one, matched) for one, matched in found if listens(one, update, at)]
    if not listening:
        return []
    timeline = store.timeline(update.case.id)
    known = [case for case in map(store.case, possible_cases(update)) if case]
    titles = {case.id: case.title for case in known}
    said = facts_for_all(update, timeline, at=at, titles=titles, url=case_url(update.case.id))
    return [
        _notice(one, update, addressed(said, one, matched), at=at, grouping_seconds=grouping_seconds)
        for one, matched in listening
    ]


Found = Sequence[tuple[Subscription, Sequence[str]]]


def _concerned(index: SubscriptionIndex, update: CaseUpdate, at: datetime, store: AlertStore) -> Found:
    """Return the subscriptions that the news in a change fits, each with the parts of its query that it fulfils."""
    former = tuple(store.merged_ids(update.case.id)) if index.follows_cases else ()
    return [(one.subscription, one.matched(at)) for one in index.concerned(views_of(update, at, former), at)]


def views_of(update: CaseUpdate, at: datetime, former_ids: tuple[str, ...] = ()) -> list[View]:
    """Return what queries are tried on: the news in a change."""
    news = [one for one in update.events if one.event.time_role is TimeRole.NEWS]
    return [View(document(one, update.case, at), former_ids) for one in news]


def listens(subscription: Subscription, update: CaseUpdate, at: datetime) -> bool:
    """Return whether a subscription wants changes of this kind, and now."""
    muted = subscription.muted_until is not None and subscription.muted_until > at
    return subscription.active and not muted and update.change in subscription.changes


def _told(index: SubscriptionIndex, events: Iterable[LinkedEvent], store: AlertStore) -> list[Subscription]:
    """Return the subscriptions that were told of any of the changes which brought these events."""
    told = store.told(list(dict.fromkeys(one.change_id for one in events)))
    return [one for one in map(index.get, sorted(told)) if one]


def notice_id(subscription_id: str, change_id: str) -> str:
    return make_id("notice", subscription_id, change_id)


def _notice(
    subscription: Subscription,
    update: CaseUpdate,
    said: dict[str, Any],
    *,
    at: datetime,
    grouping_seconds: int,
) -> Notice:
    return Notice(
        id=notice_id(subscription.id, update.id),
        subscription_id=subscription.id,
        channel=subscription.channel,
        address=subscription.address,
        case_id=update.case.id,
        change_id=update.id,
        change=update.change,
        source=next((one.source for one in update.events), ""),
        subject=said["headline"],
        text=text_of(said),
        data=said,
        why=", ".join(said["why"]["matched"]) or subscription.query or "everything",
        created_at=at,
        due_at=due_at(subscription, at, grouping_seconds),
    )
