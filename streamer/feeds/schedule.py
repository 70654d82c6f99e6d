"""When to poll a feed next.

The rules are those that publishers ask for (not more often than they say, rests when they ask for one) and that other
pollers arrived at: an interval that follows the feed's own pace, growing pauses after failures, and no feed given up.
"""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import median

from streamer.config import Feed
from streamer.contracts import FeedState
from streamer.feeds.retry_after import http_date

SHORTEST = timedelta(minutes=10)
LONGEST = timedelta(days=1)
WEEKLY = timedelta(days=7)
_UNKNOWN_PACE = timedelta(hours=1)
_NO_VALIDATORS = timedelta(hours=1)
"""Shortest interval for a server that cannot say that nothing has changed."""
_QUIET_DAYS = 7
_DAILY_FROM, _WEEKLY_FROM = 10, 30
"""After so many failures (points) a feed is tried only daily, only weekly."""
_MAX_AGE = re.compile(r"\bmax-age\s*=\s*\"?(\d{1,9})")


def interval(feed: Feed, state: FeedState, headers: Mapping[str, str], at: datetime) -> timedelta:
    """Return how long to wait after a good poll, without jitter: the longest of what feed, server and pace ask for.

    Between 10 minutes (or the feed's setting) and a day.
    """
    wishes = [pace(state, at), timedelta(minutes=min(state.minutes or 0, 1440)), _freshness(headers)]
    least = max(SHORTEST, timedelta(minutes=feed.min_minutes))
    if not (state.etag or state.last_modified):
        least = max(least, _NO_VALIDATORS)
    return min(max(least, *wishes), max(LONGEST, least))


def pace(state: FeedState, at: datetime) -> timedelta:
    """Return half the usual time between two items, doubled for each week without any."""
    usual = usual_gap(state.recent_items)
    if usual is None:
        return _UNKNOWN_PACE
    quiet = max(0, (at - max(state.recent_items)).days) // _QUIET_DAYS
    return min(usual / 2 * (1 << min(quiet, 10)), LONGEST)


def usual_gap(dates: Sequence[datetime]) -> timedelta | None:
    """Return the median time between items; None for fewer than three."""
    if len(dates) < 3:
        return None
    return timedelta(seconds=median((later - earlier).total_seconds() for earlier, later in pairwise(sorted(dates))))


def pause_after_failure(feed: Feed, state: FeedState) -> timedelta:
    """Return how long to wait after a failed poll, without jitter: twice as long each time, then daily, then weekly."""
    if state.failures >= _WEEKLY_FROM:
        return WEEKLY
    if state.failures >= _DAILY_FROM:
        return LONGEST
    start = max(SHORTEST, timedelta(minutes=feed.min_minutes))
    return min(start * float(2.0**state.failures), LONGEST)


def jittered(pause: timedelta, random: Random) -> timedelta:
    """Return the pause up to a tenth longer, so that feeds spread out."""
    return pause * random.uniform(1.0, 1.1)


def rest(seconds: float, random: Random) -> timedelta:
    """Return the rest that a server asked for, and up to an hour more: all its readers were told the same."""
    return timedelta(seconds=seconds) + timedelta(minutes=random.uniform(0, 60))


def _freshness(headers: Mapping[str, str]) -> timedelta:
    """Return for how long the server says that its answer stays fresh, at most a day."""
    control = headers.get("Cache-Control", "").lower()
    if "no-cache" in control or "no-store" in control:
        return timedelta()
    age = _MAX_AGE.search(control)
    if age:
        return min(timedelta(seconds=int(age[1])), LONGEST)
    expires, sent = http_date(headers.get("Expires", "")), http_date(headers.get("Date", ""))
    return min(max(expires - sent, timedelta()), LONGEST) if expires and sent else timedelta()
