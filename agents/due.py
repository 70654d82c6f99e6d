"""When a notice is due: at once but grouped, at the subscriber's digest hour, never in the subscriber's quiet hours."""

from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from schemas.events import Subscription

DIGEST_HOUR = time(8)
"""When daily and weekly notices are due, in the subscriber's time zone; weekly ones on Monday."""


def due_at(subscription: Subscription, at: datetime, grouping_seconds: int) -> datetime:
    """Return when a notice made now is due: at the end of the window, or at the next digest hour of the subscriber.

    What would be due in quiet hours is due at their end.
    """
    zone = zone_of(subscription)
    due = _planned(subscription.rate, at.astimezone(zone), grouping_seconds)
    return _after_quiet(due.astimezone(zone), subscription.quiet).astimezone(at.tzinfo)


def quiet_end(subscription: Subscription, at: datetime) -> datetime | None:
    """Return when the subscriber's quiet hours end, if `at` falls into them."""
    local = at.astimezone(zone_of(subscription))
    end = _after_quiet(local, subscription.quiet)
    return end.astimezone(at.tzinfo) if end > local else None


def _planned(rate: str, local: datetime, grouping_seconds: int) -> datetime:
    if rate == "instant":
        left = -local.timestamp() % grouping_seconds if grouping_seconds else 0
        return local + timedelta(seconds=left)
    day = datetime.combine(local.date(), DIGEST_HOUR, local.tzinfo)
    if day <= local:
        day += timedelta(days=1)
    if rate == "weekly":
        day += timedelta(days=-day.weekday() % 7)
    return day


def _after_quiet(local: datetime, quiet: tuple[str, str] | None) -> datetime:
    """Return the time itself, or the end of the quiet hours that it falls into."""
    if quiet is None:
        return local
    start, end = (time.fromisoformat(one) for one in quiet)
    now = local.time()
    inside = start <= now < end if start <= end else now >= start or now < end
    if not inside:
        return local
    ends = datetime.combine(local.date(), end, local.tzinfo)
    return ends if now < end else ends + timedelta(days=1)


def zone_of(subscription: Subscription) -> ZoneInfo:
    """Return the subscriber's time zone; UTC where this machine does not know it."""
    try:
        return ZoneInfo(subscription.time_zone)
    except (ZoneInfoNotFoundError, ValueError):
        return ZoneInfo("UTC")
