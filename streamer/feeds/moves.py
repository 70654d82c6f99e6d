"""Feeds that move: when a permanent redirect becomes the feed's address."""

from collections.abc import Collection
from datetime import datetime, timedelta
from urllib.parse import urlsplit

from msgspec.structs import replace

from streamer.contracts import FeedState
from streamer.feeds.client import Answer

_PERMANENT = (301, 308)
_HELD_FOR = timedelta(days=7)
_SEEN = 10
"""A redirect is believed after so many sightings over so long a time: misconfigured servers send them for a while."""


def followed(state: FeedState, answer: Answer, at: datetime, *, taken: Collection[str] = ()) -> FeedState:
    """Return the state after an answer that came over redirects, or did not.

    From http to https on the same host a feed moves at once. If it moves to one of the addresses in `taken`, which are
    polled as well, it is paused instead.
    """
    if not answer.hops or any(hop.status not in _PERMANENT for hop in answer.hops):
        return replace(state, redirect_to=None, redirects_since=None, redirects_seen=0)
    start, target = state.effective_url or state.url, answer.url
    if target != state.redirect_to or state.redirects_since is None:
        state = replace(state, redirect_to=target, redirects_since=at, redirects_seen=0)
    state = replace(state, redirects_seen=state.redirects_seen + 1)
    assert state.redirects_since is not None
    held = state.redirects_seen >= _SEEN and at - state.redirects_since >= _HELD_FOR
    if not held and not _only_secured(start, target):
        return state
    if target in taken:
        return replace(state, paused=f"moved to {target}, which is polled too")
    return replace(state, effective_url=target, redirect_to=None, redirects_since=None, redirects_seen=0)


def _only_secured(start: str, target: str) -> bool:
    one, other = urlsplit(start), urlsplit(target)
    return (one.scheme, other.scheme) == ("http", "https") and one[1:] == other[1:]
