"""Dates of feed entries. They come in many shapes, some wrong; what cannot be read for certain is no date."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, tzinfo
from email.utils import parsedate_to_datetime

from dateutil import parser, tz

_EARLIEST = datetime(1995, 1, 1, tzinfo=UTC)
_LATEST = timedelta(days=1)
"""Beyond now: a date further ahead is a slip, and would pin an item to the top."""
_LONGEST = 80
_FARTHEST_ZONE = 14
"""Hours from UTC."""
_HOURS = {
    "UT": 0, "UTC": 0, "GMT": 0, "Z": 0, "WET": 0, "BST": 1, "WEST": 1, "CET": 1, "MEZ": 1, "CEST": 2, "MESZ": 2,
    "EET": 2, "EEST": 3, "MSK": 3, "IST": 5.5, "SGT": 8, "HKT": 8, "AWST": 8, "JST": 9, "KST": 9, "AEST": 10,
    "AEDT": 11, "NZST": 12, "NZDT": 13, "BRT": -3, "ART": -3, "AST": -4, "EDT": -4, "EST": -5, "CDT": -5, "CST": -6,
    "MDT": -6, "MST": -7, "PDT": -7, "PST": -8,
}  # fmt: skip
"""Zone names in feeds, in hours from UTC. The names with two meanings are taken as the one usual in feeds."""
_ZONES: dict[str, tzinfo] = {name: tz.tzoffset(name, int(hours * 3600)) for name, hours in _HOURS.items()}
_NAMED_ZONE = re.compile(r"\s*\b([A-Z]{1,4})\)?$")
_UNIX = re.compile(r"\d{10}(?:\d{3})?")
_DAY_FIRST = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")
_FOREIGN = {
    "januar": "jan", "jänner": "jan", "janvier": "jan", "enero": "jan", "gennaio": "jan", "februar": "feb",
    "février": "feb", "febrero": "feb", "febbraio": "feb", "märz": "mar", "mars": "mar", "marzo": "mar", "avril": "apr",
    "abril": "apr", "aprile": "apr", "mai": "may", "mayo": "may", "maggio": "may", "juni": "jun", "juin": "jun",
    "junio": "jun", "giugno": "jun", "juli": "jul", "juillet": "jul", "julio": "jul", "luglio": "jul", "août": "aug",
    "agosto": "aug", "septembre": "sep", "septiembre": "sep", "settembre": "sep", "oktober": "oct", "octobre": "oct",
    "octubre": "oct", "ottobre": "oct", "novembre": "nov", "noviembre": "nov", "dezember": "dec", "décembre": "dec",
    "diciembre": "dec", "dicembre": "dec", "mär": "mar", "okt": "oct", "dez": "dec",
}  # fmt: skip
_WEEKDAY = re.compile(r"^[^\W\d]{2,10}\.?,?\s+(?=\d{1,2}\.?\s+[^\W\d]{3})")
_OFFSET = re.compile(r"\d\s*[+-](\d\d):?\d\d$")
_WORD = re.compile(r"[^\W\d_]{3,}")


def feed_date(text: str | None, now: datetime) -> datetime | None:
    """Return an entry's date as aware UTC; None for what is no date, lies before 1995 or more than a day ahead.

    Tried in this order: RFC 2822, ISO 8601, seconds or milliseconds since 1970, whatever else dateutil reads. A date
    without a zone is taken as UTC.
    """
    text = (text or "").strip()[:_LONGEST]
    offset = _OFFSET.search(text)
    if offset and int(offset[1]) > _FARTHEST_ZONE and ":" in text:
        return None
    for read in (_mail_date, _iso_date, _unix_date, _other_date):
        try:
            date = read(text)
        except (ValueError, OverflowError, TypeError, IndexError, OSError):
            continue
        if date is not None:
            return _clamped(date, now)
    return None


def _clamped(date: datetime, now: datetime) -> datetime | None:
    date = date.replace(tzinfo=UTC) if date.tzinfo is None else date.astimezone(UTC)
    return date if _EARLIEST <= date <= now + _LATEST else None


def _with_zone(text: str, read: Callable[[str], datetime]) -> datetime:
    """Read a date that may end with a zone's name."""
    named = _NAMED_ZONE.search(text)
    zone = _ZONES.get(named[1]) if named else None
    return read(text[: named.start()]).replace(tzinfo=zone) if named and zone else read(text)


def _mail_date(text: str) -> datetime | None:
    if not re.match(r"(?:[A-Za-z]{3,9}\.?,?\s+)?\d{1,2}[\s-][A-Za-z]{3}", text):
        return None
    return _with_zone(text, parsedate_to_datetime)


def _iso_date(text: str) -> datetime | None:
    return _with_zone(text, datetime.fromisoformat) if re.match(r"\d{4}-?\d\d-?\d\d(?:[T\s]|\Z)", text) else None


def _unix_date(text: str) -> datetime | None:
    return datetime.fromtimestamp(int(text[:10]), UTC) if _UNIX.fullmatch(text) else None


def _other_date(text: str) -> datetime | None:
    if not re.search(r"(?<!\d)(?:19|20)\d\d(?!\d)", text):
        return None
    text = _WORD.sub(lambda word: _FOREIGN.get(word[0].lower(), word[0]), _WEEKDAY.sub("", text))
    return parser.parse(text, tzinfos=_ZONES, dayfirst=_DAY_FIRST.match(text) is not None, default=datetime(1970, 1, 1))  # noqa: DTZ001 (the zone is that of the text)
