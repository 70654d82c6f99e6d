"""How long a server wants to be left alone."""

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

LONGEST = 24 * 3600.0


def retry_seconds(headers: Mapping[str, str]) -> float | None:
    """Return the seconds of Retry-After, at most a day; None without a usable one.

    A date is measured against the server's own Date, whose clock may be wrong.
    """
    told = headers.get("Retry-After", "").strip()
    if told.isdigit():
        return min(float(told[:9]), LONGEST)
    at = http_date(told)
    if at is None:
        return None
    now = http_date(headers.get("Date", "")) or datetime.now(UTC)
    return min(max((at - now).total_seconds(), 0.0), LONGEST)


def http_date(text: str) -> datetime | None:
    """Return a date in a header as aware UTC; None if it is none."""
    try:
        date = parsedate_to_datetime(text)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
