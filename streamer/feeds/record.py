"""What is remembered of a feed after a poll, and when it comes next."""

from datetime import datetime, timedelta
from hashlib import sha256
from random import Random

from msgspec.structs import replace

from streamer.config import Feed
from streamer.contracts import FeedState
from streamer.feeds.client import Answer, FetchError
from streamer.feeds.entries import FeedDocument
from streamer.feeds.schedule import interval, jittered, pause_after_failure, rest

_POINTS = {"timeout": 0.5, "connection": 0.5, "encoding": 0.5, "busy": 0.5, "resting": 0.0}
"""Points of a failure by kind: less than 1 for what usually passes."""
_GONE_FOR = timedelta(hours=24)
"""A feed that is still gone (410) after this time is polled no more."""
_REMEMBERED = 50
"""So many dates of items are kept, for the pace and the alarm."""


def body_hash(body: bytes) -> str:
    """Return what tells one body from another."""
    return sha256(body).hexdigest()[:32]


def after_success(
    feed: Feed,
    state: FeedState,
    answer: Answer,
    document: FeedDocument | None,
    *,
    new: int,
    at: datetime,
    random: Random,
) -> FeedState:
    """Return the state after a feed was had; `document` is None if it had not changed, `new` counts its new items."""
    state = replace(state, last_ok_at=at, failures=0.0, last_error="", gone_at=None)
    if answer.status == 200:
        validators = {"etag": answer.headers.get("ETag"), "last_modified": answer.headers.get("Last-Modified")}
        state = replace(state, body_hash=body_hash(answer.body), **validators)
    if document:
        state = _with_document(state, document, new, at)
    return replace(state, next_at=at + jittered(interval(feed, state, answer.headers, at), random))


def resumed(state: FeedState) -> FeedState:
    """Return the state of a paused feed that a person wants polled again, at the next round."""
    return replace(
        state,
        paused="",
        gone_at=None,
        failures=0.0,
        next_at=None,
        redirect_to=None,
        redirects_since=None,
        redirects_seen=0,
    )


def _with_document(state: FeedState, document: FeedDocument, new: int, at: datetime) -> FeedState:
    dates = {entry.published_at for entry in document.entries if entry.published_at}
    return replace(
        state,
        minutes=document.minutes,
        items_seen=state.items_seen + new,
        last_new_at=at if new else state.last_new_at,
        empty_polls=0 if document.entries else state.empty_polls + 1,
        recent_items=tuple(sorted(dates.union(state.recent_items))[-_REMEMBERED:]),
    )


def after_failure(
    feed: Feed, state: FeedState, error: Exception, reason: str, *, at: datetime, random: Random
) -> FeedState:
    """Return the state after a poll that failed, `reason` in plain words.

    A feed that is gone for a day is paused, no other ever is.
    """
    kind = error.kind if isinstance(error, FetchError) else "not_a_feed"
    asked = error.retry_after if isinstance(error, FetchError) else None
    points = _POINTS.get(kind, 1.0)
    state = replace(state, failures=state.failures + points, last_error=reason)
    if kind == "gone":
        since = state.gone_at or at
        paused = "gone (410) for more than a day" if at - since >= _GONE_FOR else ""
        return replace(state, gone_at=since, paused=paused, next_at=at + _GONE_FOR)
    if points == 1.0:
        state = replace(state, effective_url=None)  # perhaps the configured address works again
    pause = jittered(pause_after_failure(feed, state), random)
    return replace(state, next_at=at + (max(pause, rest(asked, random)) if asked else pause))
