"""Notices as a feed: what a subscription was told, for its reader to fetch; and the timeline of a case."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agents.template import web_address
from agents.wording import line_of
from schemas.events import Case, LinkedEvent, Notice, Record, Subscription


class FeedSender:
    """Sends nothing: a notice that is marked sent stands in the feed, and readers fetch that."""

    size = 50

    async def __call__(self, _notices: Sequence[Notice], _subscription: Subscription) -> str:
        return "in the feed"


class Item(Record, frozen=True, kw_only=True):
    id: str
    title: str
    text: str
    url: str = ""
    at: datetime


class FeedPage(Record, frozen=True, kw_only=True):
    """A feed, whatever its format. All texts are plain; `id` never changes."""

    id: str
    title: str
    items: tuple[Item, ...]
    updated: datetime


def page_of_subscription(subscription: Subscription, notices: Sequence[Notice]) -> FeedPage:
    """Return what a subscription was told, newest first."""
    items = tuple(
        Item(id=one.id, title=plain(one.subject), text=plain(one.text), url=_link(one), at=one.created_at)
        for one in notices
    )
    updated = max((one.at for one in items), default=subscription.created_at)
    return FeedPage(id=subscription.id, title=plain(subscription.name), items=items, updated=updated)


def page_of_case(case: Case, timeline: Sequence[LinkedEvent]) -> FeedPage:
    """Return the events of a case that count, the last reported first."""
    told = sorted((one for one in timeline if not one.withdrawn), key=_reported, reverse=True)
    items = tuple(
        Item(
            id=one.event.id,
            title=plain(line_of(one.event)),
            text=plain(f"“{' '.join(one.event.evidence.split())}”\n{one.source}: {one.title}"),
            url=web_address(one.url),
            at=_reported(one),
        )
        for one in told
    )
    return FeedPage(id=case.id, title=plain(case.title), items=items, updated=case.updated_at)


def plain(text: str) -> str:
    """Return a text without control characters, which XML cannot hold and readers should not see."""
    return "".join(char for char in text if char.isprintable() or char == "\n")


def _reported(one: LinkedEvent) -> datetime:
    return one.published_at or one.seen_at


def _link(notice: Notice) -> str:
    events: Any = notice.data.get("events") or [{}]
    return web_address(events[0].get("url"))
