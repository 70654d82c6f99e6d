"""Intervals of days, and the finest date that is sure for all of one."""

from calendar import monthrange
from collections.abc import Iterator
from datetime import date, timedelta

from agents.grammar.mention import DateValue, Mention

Interval = tuple[date, date]
"""First and last day, both included."""


def common_iso(first: date, last: date) -> str | None:
    """Return the finest ISO form that is sure for all days from `first` to `last`; None if they span years."""
    if first == last:
        return first.isoformat()
    if (first.year, first.month) == (last.year, last.month):
        return first.isoformat()[:7]
    return first.isoformat()[:4] if first.year == last.year else None


def day_of(year: int, month: int, day: int) -> Interval | None:
    """Return the interval of one day, None if there is no such day."""
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found


def month_of(year: int, month: int) -> Interval:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def year_of(year: int) -> Interval:
    return date(year, 1, 1), date(year, 12, 31)


def months_off(day: date, months: int) -> Interval:
    """Return the month that lies `months` after the month of `day` (before it, where negative)."""
    year, month = divmod(day.year * 12 + day.month - 1 + months, 12)
    return month_of(year, month + 1)


def days_back(day: date, most: int, least: int) -> Interval:
    return day - timedelta(days=most), day - timedelta(days=least)


def nearest(
    published: date, month: int, day: int, *, future: bool = False, strictly_past: bool = False
) -> Interval | None:
    """Return the nearest such day or month (`day` 0) up to `published`, or from it on where `future`."""
    for year in (published.year, published.year + (1 if future else -1)):
        interval = day_of(year, month, day) if day else month_of(year, month)
        if interval is None:
            continue
        if future and interval[1] >= published:
            return interval
        if not future and interval[0] <= published and not (strictly_past and interval[1] >= published):
            return interval
    return None


def date_mention(
    start: int, end: int, interval: Interval, rule: str, *, published: date | None = None
) -> Iterator[Mention]:
    """Yield a mention of the interval's common date, if it has one; `published` where it was resolved from that day."""
    iso = common_iso(*interval)
    if iso is not None:
        future = published is not None and interval[0] > published
        yield Mention(start, end, "date", DateValue(iso=iso, relative=published is not None, future=future), rule)
