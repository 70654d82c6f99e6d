"""Is every source alive? A feed that has gone silent is as bad as one that fails, and harder to see."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec.structs import replace

from schemas.events import Record
from streamer.config import Feed
from streamer.contracts import FeedState
from streamer.feeds.schedule import usual_gap

_EMPTY_POLLS = 3
_STALE_AFTER = timedelta(days=14)
_STALE_GAPS = 10
"""A feed is stale after ten times the usual time between its items, and two weeks at least."""
_WINDOW = timedelta(days=7)
_EXPECTED, _DROP = 5, 0.2
"""The volume has dropped if a week brought less than a fifth of the usual, where the usual is at least five items."""


class FeedHealth(Record, frozen=True, kw_only=True):
    """How a feed is doing."""

    name: str
    url: str
    health: str
    """`ok`, `new` (not polled yet), `quiet`, `stale`, `failing` or `paused`."""
    sentence: str
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    next_at: datetime | None = None
    items_seen: int = 0
    held: int = 0
    """Notices that wait for a look, as the source opened very many cases."""


def health(
    states: Mapping[str, FeedState], feeds: Sequence[Feed], now: datetime, held: Mapping[str, int] | None = None
) -> list[FeedHealth]:
    """Return the health of each enabled feed, in their order. `states` is by address, `held` counts by source."""
    found = [(feed, _health(states.get(feed.url), feed, now)) for feed in feeds if feed.enabled]
    return [replace(one, held=(held or {}).get(feed.outlet or feed.name, 0)) for feed, one in found]


def _health(state: FeedState | None, feed: Feed, now: datetime) -> FeedHealth:
    if state is None or state.last_polled_at is None:
        return FeedHealth(name=feed.name, url=feed.url, health="new", sentence="Not polled yet.")
    word, sentence = _verdict(state, now)
    return FeedHealth(
        name=feed.name,
        url=feed.url,
        health=word,
        sentence=sentence,
        last_polled_at=state.last_polled_at,
        last_ok_at=state.last_ok_at,
        last_new_at=state.last_new_at,
        next_at=state.next_at,
        items_seen=state.items_seen,
    )


def _verdict(state: FeedState, now: datetime) -> tuple[str, str]:
    if state.paused:
        return "paused", f"Polled no more: {state.paused}."
    if state.failures > 0:
        since = f"since {state.last_ok_at:%Y-%m-%d %H:%M}" if state.last_ok_at else "from the first poll on"
        return "failing", f"Fails {since}: {state.last_error}."
    if state.empty_polls >= _EMPTY_POLLS:
        return "quiet", f"Answers, but held no item in the last {state.empty_polls} polls."
    return _volume(state, now)


def _volume(state: FeedState, now: datetime) -> tuple[str, str]:
    gap = usual_gap(state.recent_items)
    if gap is None:
        return "ok", f"{state.items_seen} items so far."
    silent = now - max(state.recent_items)
    if silent > max(_STALE_AFTER, _STALE_GAPS * gap):
        return "stale", f"Nothing new for {silent.days} days; usually every {_told(gap)}."
    usual = _WINDOW / max(gap, timedelta(minutes=1))
    week = sum(date > now - _WINDOW for date in state.recent_items)
    if usual >= _EXPECTED and week < _DROP * usual and min(state.recent_items) < now - _WINDOW:
        return "quiet", f"{week} items in the last 7 days; usually about {usual:.0f}."
    return "ok", f"An item every {_told(gap)}."


def _told(gap: timedelta) -> str:
    hours = gap.total_seconds() / 3600
    if hours < 1:
        return f"{max(1, round(hours * 60))} minutes"
    return f"{hours:.0f} hours" if hours < 48 else f"{hours / 24:.0f} days"
