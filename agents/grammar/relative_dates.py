"""Dates told by distance from the day of publication: "Tuesday", "last week", "three months ago"."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import date, timedelta

from agents.grammar.anchors import WEEKDAYS, Anchors
from agents.grammar.intervals import Interval, date_mention, days_back, month_of, months_off, year_of
from agents.grammar.mention import Mention
from agents.grammar.numbers import SMALL

_WEEKDAY = {name: n for n, name in enumerate(WEEKDAYS)}
_DAY_NAME = re.compile(r"(?:Mon|Tues|Wednes|Thurs|Fri|Satur|Sun)day\b")
_DATE_FOLLOWS = re.compile(
    r",? (?:the )?(?:\d{1,2}(?:st|nd|rd|th)?\b|(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}\.? \d)"
)
_WHICH_DAY = re.compile(r"(?P<which>last|this|this past|past|next|this coming|every|each) $", re.IGNORECASE)
_AHEAD = re.compile(
    r"\b(?:will|scheduled|due (?:to|in|on|for|back)|set (?:for|to)|is to|are to|expected to)\b[^.!?\n]*$"
)

_UNIT = "week|weekend|month|year|spring|summer|autumn|fall|winter|night|evening|morning|afternoon"
_PHRASE = re.compile(
    r"(?:(?P<part>early|late|earlier|later|mid|at the end of|the end of)[ -])?"
    rf"(?P<which>last|this|past|the past|previous|next) (?P<unit>{_UNIT})\b"
    r"|(?P<day>yesterday|today|tonight)\b|(?P<over>over the weekend|at the weekend)\b",
    re.IGNORECASE,
)
_AGO = re.compile(
    r"\b(?:(?:about|around|nearly|almost|over|roughly|more than|just over|some|just under|just) )?"
    r"(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of|a few|several)"
    r"(?: and a half)? (?P<unit>day|week|month|year)s? $",
    re.IGNORECASE,
)


def relative_dates(text: str, published: date, anchors: Anchors) -> Iterator[Mention]:
    """Yield the dates of `text` that are told by distance, resolved from `published`."""
    yield from _weekdays(text, published, anchors["weekday"])
    yield from _phrases(text, published, anchors["distance"])
    for start in anchors["ago"]:
        yield from _ago(text, start, start + 3, published)


def _weekdays(text: str, published: date, starts: Sequence[int]) -> Iterator[Mention]:
    """A weekday is the last one up to the day of publication; "last Tuesday" lies before that day."""
    for start in starts:
        found = _DAY_NAME.match(text, start)
        if found is None or _DATE_FOLLOWS.match(text, found.end()):
            continue
        end = found.end()
        left = _WHICH_DAY.search(text, max(0, start - 14), start)
        which = left["which"].lower() if left else ""
        if which in ("every", "each"):
            continue
        weekday = _WEEKDAY[found[0].lower()]
        begin = left.start() if left else start
        if which in ("next", "this coming") or (not which and _AHEAD.search(text, max(0, start - 60), start)):
            day = published + timedelta(days=(weekday - published.weekday() - 1) % 7 + 1)
        else:
            back = (published.weekday() - weekday) % 7
            day = published - timedelta(days=back or (7 if which == "last" else 0))
        yield from date_mention(begin, end, (day, day), "date.weekday", published=published)


def _phrases(text: str, published: date, starts: Sequence[int]) -> Iterator[Mention]:
    for start in starts:
        found = _PHRASE.match(text, start)
        if found is None:
            continue
        interval = _interval(found, published)
        if interval is not None:
            yield from date_mention(*found.span(), interval, "date.relative", published=published)


def _interval(found: re.Match[str], published: date) -> Interval | None:
    if found["day"]:
        return days_back(published, 1, 1) if found["day"].lower() == "yesterday" else (published, published)
    if found["over"]:
        return _weekend(published, "last", "")
    which = found["which"].lower().removeprefix("the ")
    return _RULES[found["unit"].lower()](published, which, (found["part"] or "").lower())


def _week(published: date, which: str, part: str) -> Interval | None:
    monday = published - timedelta(days=published.weekday())
    if which == "next":
        return monday + timedelta(days=7), monday + timedelta(days=13)
    if which == "this":
        if monday == published:
            return month_of(published.year, published.month)
        return (published, monday + timedelta(days=6)) if part == "later" else (monday, published)
    if which == "past":
        return days_back(published, 7, 0)
    first, last = monday - timedelta(days=7), monday - timedelta(days=1)
    return (first + timedelta(days=2), last) if part in ("late", "later") else (first, last)


def _weekend(published: date, which: str, part: str) -> Interval | None:
    sunday = published - timedelta(days=(published.weekday() + 1) % 7)
    return None if which == "next" else (sunday - timedelta(days=1), sunday)


def _month(published: date, which: str, part: str) -> Interval | None:
    if which == "past":
        return days_back(published, 30, 0)
    return months_off(published, {"this": 0, "next": 1}.get(which, -1))


def _year(published: date, which: str, part: str) -> Interval | None:
    if which == "past":
        return days_back(published, 365, 0)
    return year_of(published.year + {"this": 0, "next": 1}.get(which, -1))


_SEASON = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}


def _season(unit: str) -> Callable[[date, str, str], Interval | None]:
    first, last = _SEASON[unit]

    def rule(published: date, which: str, part: str) -> Interval | None:
        year = published.year
        if which in ("last", "past", "previous") and published.month <= last:
            year -= 1
        if which == "next" and published.month >= first:
            year += 1
        return date(year, first, 1), month_of(year, last)[1]

    return rule


def _winter(published: date, which: str, part: str) -> Interval | None:
    return None  # spans two years


def _part_of_day(published: date, which: str, part: str) -> Interval | None:
    return None if which == "next" else days_back(published, int(which == "last"), int(which == "last"))


_RULES: dict[str, Callable[[date, str, str], Interval | None]] = {
    "week": _week,
    "weekend": _weekend,
    "month": _month,
    "year": _year,
    "winter": _winter,
    **dict.fromkeys(("night", "evening", "morning", "afternoon"), _part_of_day),
    **{unit: _season(unit) for unit in _SEASON},
}


def _ago(text: str, start: int, end: int, published: date) -> Iterator[Mention]:
    """ "Three weeks ago": days are exact, weeks are give or take three days, months and years are whole ones."""
    found = _AGO.search(text, max(0, start - 40), start)
    if found is None:
        return
    word, unit = found["n"].lower(), found["unit"].lower()
    interval = _vague_ago(published, unit) if word in ("a few", "several") else _exact_ago(published, word, unit)
    if interval is not None:
        yield from date_mention(found.start(), end, interval, "date.ago", published=published)


def _vague_ago(published: date, unit: str) -> Interval | None:
    most, least = {"day": (7, 2), "week": (56, 14), "month": (300, 60)}.get(unit, (0, 0))
    return days_back(published, most, least) if most else None


def _exact_ago(published: date, word: str, unit: str) -> Interval | None:
    n = {"a": 1, "an": 1, "a couple of": 2}.get(word) or SMALL.get(word) or int(word)
    if unit == "day":
        return days_back(published, n, n)
    if unit == "week":
        return days_back(published, 7 * n + 3, 7 * n - 3)
    if unit == "month":
        return months_off(published, -n)
    year = published.year - n
    return year_of(year) if unit == "year" and year > 1900 else None
