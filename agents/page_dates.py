"""The date that a page prints above a story, and the date that some addresses end with."""

import re
from datetime import UTC, datetime, timedelta, timezone

_MONTHS = {
    name: number
    for number, names in enumerate(
        ("jan january", "feb february", "mar march", "apr april", "may", "jun june", "jul july", "aug august",
         "sep sept september", "oct october", "nov november", "dec december"), 1)
    for name in names.split()
}  # fmt: skip
_MONTH = r"(?P<month>jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?)\.?"  # noqa: E501
_DAY = r"(?P<day>[0-3]?\d)(?:st|nd|rd|th)?"
_YEAR = r"(?P<year>(?:19|20)\d\d)(?!\d)"
_ZONES = {"utc": 0, "gmt": 0, "z": 0, "bst": 1, "cet": 1, "cest": 2, "est": -5, "edt": -4, "pst": -8, "pdt": -7}
_CLOCK = re.compile(
    r"(?<![\d:])(?P<hour>[0-2]?\d):(?P<minute>[0-5]\d)(?::[0-5]\d)?\s*(?P<half>[ap]\.?m\b\.?)?"
    r"\s*(?P<zone>utc|gmt|bst|cest|cet|est|edt|pst|pdt|z\b|[+-]\d\d:?\d\d)?",
    re.IGNORECASE,
)
_DATES = tuple(
    re.compile(pattern, re.IGNORECASE)
    for pattern in (
        rf"(?<![a-z]){_MONTH}\s+{_DAY},?\s+{_YEAR}",
        rf"(?<!\d){_DAY}\s+(?:of\s+)?{_MONTH},?\s+{_YEAR}",
        r"(?<!\d)(?P<year>(?:19|20)\d\d)-(?P<month>[01]\d)-(?P<day>[0-3]\d)(?!\d)",
    )
)
_YEARLESS = re.compile(
    rf"(?:(?<!\d){_DAY}\s+{_MONTH}|(?<![a-z]){_MONTH.replace('month', 'm')}\s+[0-3]?\d),?\s+(?=[0-2]?\d:[0-5]\d)",
    re.IGNORECASE,
)
"""A day and month with a time of day and no year, as newsletters print them."""
_TAIL = re.compile(r"-(\d\d)([01]\d)([0-3]\d)/?$")
_BYLINE_WORDS = re.compile(
    r"\b(?:by|posted|published|updated|written|last|(?:\d+ )?min(?:ute)?s?|read|on|at|in|and|for|of|the|"
    r"de|der|den|van|von|la|le|utc|gmt|am|pm|(?:mon|tues?|wed(?:nes)?|thu(?:rs)?|fri|sat(?:ur)?|sun)(?:day)?)\b\.?|[^\w\s]",
    re.IGNORECASE,
)
_CREDIT = re.compile(r"\b(?:by|posted|published|updated|written)\b|\d:\d\d", re.IGNORECASE)
_LONGEST = 140


def printed_date(text: str) -> datetime | None:
    """Return the first full date in a short line, with its time of day if one stands there, as aware UTC."""
    for pattern in _DATES:
        found = pattern.search(text)
        if found:
            month = found["month"].lower().rstrip(".")
            number = int(month) if month.isdigit() else _MONTHS[month]
            return _moment(int(found["year"]), number, int(found["day"]), _CLOCK.search(text))
    return None


def address_date(url: str | None) -> datetime | None:
    """Return the day in an address that ends in `-YYMMDD`, as TorrentFreak's do."""
    found = _TAIL.search((url or "").partition("?")[0])
    return _moment(2000 + int(found[1]), int(found[2]), int(found[3]), None) if found else None


def is_dateline(text: str) -> bool:
    """Return whether a line has a date and, besides it and words like `posted by`, only names."""
    return _other_names(text) is not None


def is_byline(text: str) -> bool:
    """Return whether a line is a dateline with a name, a time of day or a word like `published`."""
    names = _other_names(text)
    return names is not None and bool(names or _CREDIT.search(text))


def _other_names(text: str) -> list[str] | None:
    """Return the words of a dateline that are neither date nor `posted by`; None if it is no dateline."""
    if len(text) > _LONGEST or not (printed_date(text) or _YEARLESS.search(text)):
        return None
    for pattern in (*_DATES, _YEARLESS, _CLOCK, _BYLINE_WORDS):
        text = pattern.sub(" ", text)
    names = text.split()
    return names if len(names) <= 10 and all(name[0].isupper() for name in names) else None


def _moment(year: int, month: int, day: int, clock: re.Match[str] | None) -> datetime | None:
    try:
        date = datetime(year, month, day, tzinfo=UTC)
    except ValueError:
        return None
    if clock is None:
        return date
    hour, half = int(clock["hour"]), (clock["half"] or "").lower()[:1]
    if hour > 23 or (half and hour > 12):
        return date
    hour = hour % 12 + (12 if half == "p" else 0) if half else hour
    offset = _offset(clock["zone"])
    return date.replace(hour=hour, minute=int(clock["minute"]), tzinfo=timezone(offset)).astimezone(UTC)


def _offset(zone: str | None) -> timedelta:
    if zone is None:
        return timedelta()
    if zone.lower() in _ZONES:
        return timedelta(hours=_ZONES[zone.lower()])
    sign = -1 if zone[0] == "-" else 1
    hours, minutes = int(zone[1:3]), int(zone[-2:])
    return sign * timedelta(hours=hours, minutes=minutes) if hours < 15 and minutes < 60 else timedelta()
