"""Dates: absolute ones as written, relative ones resolved backward from the day of publication.

A date is first an interval of days; its `iso` is the finest form (day, month, year) that is sure for the whole
interval, so "last week" becomes a month, or a year, or nothing at a turn of the year. Nothing is put into the future
unless the words before it say so ("will be sentenced on 3 May").
"""

import re
from calendar import monthrange
from collections.abc import Callable, Iterator
from datetime import date, timedelta

from agents.grammar.mention import DateValue, Mention
from agents.grammar.numbers import SMALL

_MONTHS = ["january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
_MONTH = {name: n for n, name in enumerate(_MONTHS, start=1)} | {
    short: n
    for n, shorts in enumerate(
        ("jan", "feb", "mar", "apr", "", "jun", "jul", "aug", "sep sept", "oct", "nov", "dec"), start=1
    )
    for short in shorts.split()
}
_DAYS = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"]
_WEEKDAY = {name: n for n, name in enumerate(_DAYS)}

_FULL = "|".join(name.title() for name in _MONTHS)
_ABBREVIATED = "|".join(name.title() for name in _MONTH if name not in _MONTHS and name != "sep")
_MONTH_NAME = re.compile(rf"(?:{_FULL}|{_ABBREVIATED}|Sep)\b\.?")
_DAY_NAME = re.compile("(?:" + "|".join(name.title() for name in _DAYS) + r")\b")
_YEAR = re.compile(r"(?:19[89]|20[0-4])\d(?![\d,.]?\d|[-–/][\d]{3,}|s\b|['’]s\b|%)")
_ISO = re.compile(r"(?:19|20)\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)")
_NUMERIC = re.compile(r"(?P<a>\d{1,2})(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<year>(?:19|20)\d\d)(?!\d)")

_PART = r"(?:early|late|mid|the end of|the beginning of|the start of)"
_LEFT_OF_MONTH = re.compile(
    rf"(?:(?P<day>\d{{1,2}})(?:st|nd|rd|th)?(?: of)? |(?P<last>last|this past) |(?P<next>next|this coming) "
    rf"|(?P<this>this) |(?P<part>{_PART})[- ](?:in )?)$",
    re.IGNORECASE,
)
_RIGHT_OF_MONTH = re.compile(
    r" (?P<day>\d{1,2})(?:st|nd|rd|th)?(?![\d.,:]?\d|%)(?P<more>(?:/|[-–]| and | & | to )(?:(?P<more_day>\d{1,2})(?:st|nd|rd|th)?)(?!\d))?"
    r"(?:(?:,| of)? ?(?P<day_year>(?:19|20)\d\d)(?!\d))?"
    r"|(?:,| of| in)? ?(?P<year>(?:19|20)\d\d)(?![\d,]\d)"
)
_LEFT_OF_DAY = re.compile(r"(?P<which>last|this|this past|next|this coming) $", re.IGNORECASE)
_FUTURE = re.compile(
    r"\b(?:will|scheduled|expected|due (?:to|in|on|for|back)|set (?:for|to)|slated|is to|are to|to be (?:sentenced|heard|tried)|upcoming"
    r"|until|next|by|before)\b[^.!?\n]*$",
    re.IGNORECASE,
)
_PAST_TENSE = re.compile(r"\b(?:was|were|had|did)\b", re.IGNORECASE)

Interval = tuple[date, date]


def find_dates(text: str, published: date | None) -> list[Mention]:
    """Return the dates in `text`, in order and without overlaps.

    Without `published` only dates that carry their year are found.
    """
    found: list[Mention] = []
    taken = -1
    for mention in sorted(_all(text, published), key=lambda m: (m.start, -m.end)):
        if mention.start >= taken:
            found.append(mention)
            taken = mention.end
    return found


def _all(text: str, published: date | None) -> Iterator[Mention]:
    yield from _iso_dates(text)
    yield from _numeric_dates(text)
    yield from _month_dates(text, published)
    yield from _years(text)
    if published is not None:
        yield from _weekdays(text, published)
        yield from _relative(text, published)


def _mention(start: int, end: int, interval: Interval, rule: str, **flags: bool) -> Iterator[Mention]:
    iso = common_iso(*interval)
    if iso is not None:
        yield Mention(start, end, "date", DateValue(iso=iso, **flags), rule)


def common_iso(first: date, last: date) -> str | None:
    """Return the finest ISO form that is sure for all days from `first` to `last`; None if they span years."""
    if first == last:
        return first.isoformat()
    if (first.year, first.month) == (last.year, last.month):
        return first.isoformat()[:7]
    return first.isoformat()[:4] if first.year == last.year else None


def _day(year: int, month: int, day: int) -> Interval | None:
    try:
        found = date(year, month, day)
    except ValueError:
        return None
    return found, found


def _month(year: int, month: int) -> Interval:
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


def _stands_alone(text: str, start: int) -> bool:
    return start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "_-/.#$€£")


# --- dates that carry their year in digits --------------------------------------------------------------------------


def _iso_dates(text: str) -> Iterator[Mention]:
    for found in _ISO.finditer(text):
        if _stands_alone(text, found.start()):
            year, month, day = (int(part) for part in re.split(r"[-/.]", found[0]))
            interval = _day(year, month, day)
            if interval:
                yield from _mention(*found.span(), interval, "date.iso")


def _numeric_dates(text: str) -> Iterator[Mention]:
    """ "24/05/2023" and "05/24/2023" are sure; "05/06/2023" is not. With points the day stands first."""
    for found in _NUMERIC.finditer(text):
        a, b, year = int(found["a"]), int(found["b"]), int(found["year"])
        day, month = (b, a) if b > 12 else (a, b)
        if not _stands_alone(text, found.start()) or (found["sep"] == "/" and a != b and max(a, b) <= 12):
            continue
        interval = _day(year, month, day) if 1 <= month <= 12 else None
        if interval:
            yield from _mention(*found.span(), interval, "date.numeric")


_YEAR_BEFORE = re.compile(
    r"(?:(?P<part>early|late|mid)[- ]|\b(?:in|of|since|from|until|till|by|during|for|through|to|and|between|before|after|around|late in|back in|circa|or|for the year) |[(,–—-] ?)$",
    re.IGNORECASE,
)


def _years(text: str) -> Iterator[Mention]:
    for found in _YEAR.finditer(text):
        start = found.start()
        if not _stands_alone(text, start) and text[start - 5 : start].lower().lstrip()[-4:] not in ("mid-",):
            continue
        before = _YEAR_BEFORE.search(text, max(0, start - 16), start)
        part = before["part"] if before else None
        year = int(found[0])
        rule = "date.year" if before else "date.bare_year"
        begin = before.start() if before and part else start
        yield from _mention(begin, found.end(), (date(year, 1, 1), date(year, 12, 31)), rule)


# --- month names ----------------------------------------------------------------------------------------------------


def _month_dates(text: str, published: date | None) -> Iterator[Mention]:
    for found in _MONTH_NAME.finditer(text):
        start, end = found.span()
        month = _MONTH.get(found[0].rstrip(".").lower())
        if month is None or not (start == 0 or not text[start - 1].isalnum()):
            continue
        left = _LEFT_OF_MONTH.search(text, max(0, start - 20), start)
        right = _RIGHT_OF_MONTH.match(text, end)
        if found[0] in ("May", "March", "Mar.", "Mar", "Jun", "Sep", "Dec", "Jan") and not _month_cue(
            text, start, left, right
        ):
            continue
        yield from _one_month_date(text, published, month, (start, end), left, right)


_MONTH_CUE = re.compile(
    r"\b(?:in|of|since|until|till|by|during|from|through|to|and|between|before|after|on|for|around|back in|as of)\s$",
    re.IGNORECASE,
)


def _month_cue(text: str, start: int, left: re.Match[str] | None, right: re.Match[str] | None) -> bool:
    """ "May" and "March" are also verbs: they need a day, a year or a preposition of time beside them."""
    return left is not None or right is not None or _MONTH_CUE.search(text, max(0, start - 10), start) is not None


def _one_month_date(
    text: str,
    published: date | None,
    month: int,
    span: tuple[int, int],
    left: re.Match[str] | None,
    right: re.Match[str] | None,
) -> Iterator[Mention]:
    start, end = span
    day_before = int(left["day"]) if left and left["day"] else 0
    day_after = int(right["day"]) if right and right["day"] and not day_before else 0
    year_text = (right["day_year"] or right["year"]) if right else None
    if right and day_before and right["day"]:
        year_text = None
    if right and (day_after or (year_text and not (day_before and right["day"]))):
        end = right.end()
    start = left.start() if left and not left["this"] else start
    several = bool(right and day_after and right["more"])
    day = 0 if several else day_before or day_after
    if year_text:
        interval = _day(int(year_text), month, day) if day else _month(int(year_text), month)
        if interval:
            yield from _mention(start, end, interval, "date.month_year")
        return
    if published is None:
        return
    future = bool(left and left["next"]) or _says_future(text, start)
    interval = _nearest(published, month, day, future=future, strictly_past=bool(left and left["last"]))
    if interval:
        yield from _mention(start, end, interval, "date.month", relative=True, future=interval[0] > published)


def _says_future(text: str, start: int) -> bool:
    window = text[max(0, start - 90) : start]
    found = _FUTURE.search(window)
    return found is not None and not _PAST_TENSE.search(found[0])


def _nearest(published: date, month: int, day: int, *, future: bool, strictly_past: bool) -> Interval | None:
    def at(year: int) -> Interval | None:
        return _day(year, month, day) if day else _month(year, month)

    years = (published.year, published.year + 1) if future else (published.year, published.year - 1)
    for year in years:
        interval = at(year)
        if interval is None:
            continue
        if future and interval[1] >= published:
            return interval
        if not future and interval[0] <= published and not (strictly_past and interval[1] >= published):
            return interval
    return None


# --- weekdays -------------------------------------------------------------------------------------------------------


def _weekdays(text: str, published: date) -> Iterator[Mention]:
    for found in _DAY_NAME.finditer(text):
        start, end = found.span()
        if not (start == 0 or not text[start - 1].isalnum()):
            continue
        month = _MONTH_NAME.match(text, end + 2) or _MONTH_NAME.match(text, end + 1)
        if month or re.match(r",? (?:the )?\d{1,2}(?:st|nd|rd|th)?\b", text[end : end + 12]):
            continue  # "Tuesday, March 5": the full date beside it says more
        left = _LEFT_OF_DAY.search(text, max(0, start - 14), start)
        which = left["which"].lower() if left else ""
        begin = left.start() if left else start
        if which in ("next", "this coming") or (not which and _says_future_day(text, start)):
            ahead = (_WEEKDAY[found[0].lower()] - published.weekday() - 1) % 7 + 1
            day = published + timedelta(days=ahead)
            yield from _mention(begin, end, (day, day), "date.next_weekday", relative=True, future=True)
            continue
        back = (published.weekday() - _WEEKDAY[found[0].lower()]) % 7
        if which == "last" and back == 0:
            back = 7
        day = published - timedelta(days=back)
        yield from _mention(begin, end, (day, day), "date.weekday", relative=True)


def _says_future_day(text: str, start: int) -> bool:
    window = text[max(0, start - 60) : start]
    return (
        re.search(r"\b(?:will|scheduled|due (?:to|in|on|for|back)|set (?:for|to)|is to|are to)\b[^.!?\n]*$", window)
        is not None
    )


# --- relative words -------------------------------------------------------------------------------------------------

_COUNT = r"(?P<n>\d{1,3}|an?|one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|a couple of|a few|several)"
_ANCHOR = re.compile(
    r"(?i:yesterday|today|tonight|(?P<before>(?:late|early|earlier|late in|mid)[ -])?(?P<which>last|this|past|previous|next|earlier this|later this) "
    r"(?P<unit>week(?:end)?|month|year|spring|summer|autumn|fall|winter|night|morning|evening|afternoon|decade)|weekend|(?P<ago>ago)|(?P<over>over the weekend))\b"
)
_AGO = re.compile(
    rf"\b(?:(?:about|around|nearly|almost|over|roughly|more than|just over|some|just under|just) )?{_COUNT}(?: and a half)? (?P<unit>day|week|month|year|decade)s? $",
    re.IGNORECASE,
)


def _relative(text: str, published: date) -> Iterator[Mention]:
    for found in _ANCHOR.finditer(text):
        start, end = found.span()
        if start and (text[start - 1].isalnum() or text[start - 1] in "-’'"):
            continue
        if found["ago"]:
            yield from _ago(text, start, end, published)
            continue
        interval = _interval_of(found, published)
        if interval is not None and not re.match(r"['’]s\b", text[end : end + 2]):
            yield from _mention(start, end, interval, "date.relative", relative=True, future=interval[0] > published)
        elif interval is not None:
            yield from _mention(start, end, interval, "date.relative_possessive", relative=True)


def _interval_of(found: re.Match[str], published: date) -> Interval | None:
    words = found[0].lower()
    if words in ("today", "tonight"):
        return published, published
    if words == "yesterday":
        return _days_back(published, 1, 1)
    if found["unit"] is None:
        return None
    which, unit = found["which"].lower(), found["unit"].lower()
    part = (found["before"] or "").strip(" -").lower()
    rule = _UNIT_RULES.get(unit)
    return rule(published, which, part) if rule else None


def _days_back(published: date, most: int, least: int) -> Interval:
    return published - timedelta(days=most), published - timedelta(days=least)


def _week(published: date, which: str, part: str) -> Interval | None:
    monday = published - timedelta(days=published.weekday())
    if which == "next":
        return monday + timedelta(days=7), monday + timedelta(days=13)
    if which in ("this", "earlier this"):
        return monday, published
    if which == "later this":
        return published, monday + timedelta(days=6)
    if which == "past":
        return _days_back(published, 7, 0)
    first, last = monday - timedelta(days=7), monday - timedelta(days=1)
    return (first + timedelta(days=2), last) if part.startswith("late") else (first, last)


def _weekend(published: date, which: str, part: str) -> Interval | None:
    sunday = published - timedelta(days=(published.weekday() + 1) % 7)
    return None if which in ("next", "later this") else (sunday - timedelta(days=1), sunday)


def _this_month(published: date, which: str, part: str) -> Interval | None:
    if which in ("this", "earlier this", "later this"):
        return _month(published.year, published.month)
    if which == "past":
        return _days_back(published, 30, 0)
    step = 1 if which == "next" else -1
    return _month_off(published, step)


def _month_off(published: date, months: int) -> Interval:
    year, month = divmod(published.year * 12 + published.month - 1 + months, 12)
    return _month(year, month + 1)


def _this_year(published: date, which: str, part: str) -> Interval | None:
    if which == "past":
        return _days_back(published, 365, 0)
    offset = {"last": -1, "previous": -1, "next": 1}.get(which, 0)
    return date(published.year + offset, 1, 1), date(published.year + offset, 12, 31)


_SEASON = {"spring": (3, 5), "summer": (6, 8), "autumn": (9, 11), "fall": (9, 11)}


def _season(unit: str) -> Callable[[date, str, str], Interval | None]:
    def rule(published: date, which: str, part: str) -> Interval | None:
        first, last = _SEASON[unit]
        year = published.year
        if which in ("last", "past", "previous") and published.month <= last:
            year -= 1
        if which == "next" and published.month >= first:
            year += 1
        return date(year, first, 1), date(year, last, 28)

    return rule


def _hours(back: int) -> Callable[[date, str, str], Interval | None]:
    def rule(published: date, which: str, part: str) -> Interval | None:
        days = back if which == "last" else 0
        return None if which == "next" else _days_back(published, days, days)

    return rule


_UNIT_RULES: dict[str, Callable[[date, str, str], Interval | None]] = {
    "week": _week,
    "weekend": _weekend,
    "month": _this_month,
    "year": _this_year,
    "night": _hours(1),
    "evening": _hours(1),
    "morning": _hours(0),
    "afternoon": _hours(0),
    **{unit: _season(unit) for unit in _SEASON},
}


def _ago(text: str, start: int, end: int, published: date) -> Iterator[Mention]:
    """ "Three weeks ago": a day is exact, a week is give or take half of it, months and years are whole ones."""
    found = _AGO.search(text, max(0, start - 40), start)
    if found is None:
        return
    word = found["n"].lower()
    unit = found["unit"].lower()
    interval = _vague_ago(published, unit) if word in ("a few", "several") else _exact_ago(published, word, unit)
    if interval is not None:
        yield from _mention(found.start(), end, interval, "date.ago", relative=True)


def _vague_ago(published: date, unit: str) -> Interval | None:
    most = {"day": 7, "week": 56, "month": 300}.get(unit)
    least = {"day": 2, "week": 14, "month": 60}.get(unit, 0)
    return _days_back(published, most, least) if most else None


def _exact_ago(published: date, word: str, unit: str) -> Interval | None:
    n = {"a": 1, "an": 1, "a couple of": 2}.get(word) or SMALL.get(word) or int(word)
    if unit == "day":
        return _days_back(published, n, n)
    if unit == "week":
        return _days_back(published, 7 * n + 3, 7 * n - 3)
    if unit == "month":
        return _month_off(published, -n)
    year = published.year - n * (10 if unit == "decade" else 1)
    return (date(year, 1, 1), date(year, 12, 31)) if unit == "year" and year > 1900 else None
