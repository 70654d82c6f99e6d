"""The fields of the query language: their names, what they hold, and how their values are written."""

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from dateutil.relativedelta import relativedelta
from rapidfuzz import process

from schemas.documents import Document
from schemas.events import Record
from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status, TimeRole


class Kind(StrEnum):
    TEXT = "text"
    """Words: matched by tokens, in any order of capitals and accents."""
    KEYWORD = "keyword"
    """A whole value from a list or an id."""
    BOOLEAN = "boolean"
    NUMBER = "number"
    DATE = "date"


class Field(Record, frozen=True, kw_only=True):
    name: str
    kind: Kind
    help: str
    words: tuple[str, ...] = ()
    """The values a keyword can have; empty if there is no list."""


def _field(name: str, kind: Kind, meaning: str, words: type[StrEnum] | tuple[str, ...] = ()) -> Field:
    listed = words if isinstance(words, tuple) else tuple(word.value for word in words)
    return Field(name=name, kind=kind, help=meaning, words=listed)


_TRUTH = ("true", "false")
FIELDS: dict[str, Field] = {
    one.name: one
    for one in (
        _field("text", Kind.TEXT, "headline, quote and all names: where bare words are looked for"),
        _field("title", Kind.TEXT, "the article's headline"),
        _field("evidence", Kind.TEXT, "the sentence that states the event"),
        _field("case", Kind.TEXT, "the case's title"),
        _field("authority", Kind.TEXT, "police, prosecutors, regulators that act"),
        _field("court", Kind.TEXT, "the court's name"),
        _field("complainant", Kind.TEXT, "plaintiffs, rights holders"),
        _field("defendant", Kind.TEXT, "persons and companies acted against"),
        _field("target", Kind.TEXT, "sites, services, groups acted against"),
        _field("operation", Kind.TEXT, "the name of the operation"),
        _field("docket", Kind.TEXT, "docket or case number"),
        _field("outlet", Kind.TEXT, "who published the article"),
        _field("domain", Kind.KEYWORD, "a domain acted against"),
        _field("type", Kind.KEYWORD, "what happened", EventType),
        _field("status", Kind.KEYWORD, "whether it took place", Status),
        _field("time_role", Kind.KEYWORD, "new, or recalled by the article", TimeRole),
        _field("country", Kind.KEYWORD, "where it happened: two letters, ISO 3166"),
        _field("language", Kind.KEYWORD, "of the article: two letters, ISO 639"),
        _field("amount_currency", Kind.KEYWORD, "of the largest amount: three letters, ISO 4217"),
        _field("amount_kind", Kind.KEYWORD, "what the largest amount is", MoneyKind),
        _field("event_date_precision", Kind.KEYWORD, "how exact the date is", ("day", "month", "year", "unknown")),
        _field("case_id", Kind.KEYWORD, "the case, by id"),
        _field("event_id", Kind.KEYWORD, "the event, by id"),
        _field("article_id", Kind.KEYWORD, "the article, by id"),
        _field("aggregate", Kind.BOOLEAN, "one event stands for many cases", _TRUTH),
        _field("suspended", Kind.BOOLEAN, "the prison term is suspended", _TRUTH),
        _field("withdrawn", Kind.BOOLEAN, "it no longer counts", _TRUTH),
        _field("amount", Kind.NUMBER, "the largest amount, in its own currency"),
        _field("amount_usd", Kind.NUMBER, "the largest amount, in US dollars"),
        _field("prison_months", Kind.NUMBER, "the prison term"),
        _field("confidence", Kind.NUMBER, "how sure the extraction is, 0 to 1"),
        *(_field(unit.value, Kind.NUMBER, f"how many {unit.value}") for unit in CountUnit),
        _field("event_date", Kind.DATE, "the day of the act"),
        _field("published_at", Kind.DATE, "when the article was published"),
        _field("seen_at", Kind.DATE, "when it was first seen"),
        _field("indexed_at", Kind.DATE, "when it could first be found"),
    )
}
ALIASES = {
    "date": "event_date",
    "role": "time_role",
    "published": "published_at",
    "seen": "seen_at",
    "indexed": "indexed_at",
    "source": "outlet",
    "currency": "amount_currency",
    "months": "prison_months",
    "site": "target",
    "quote": "evidence",
    **{f"count_{unit.value}": unit.value for unit in CountUnit},
}
_UPPER = {"country", "amount_currency"}
_UNITS = frozenset(unit.value for unit in CountUnit)


def field_named(name: str) -> Field | None:
    """Return the field of this name or alias, in any case of letters."""
    low = name.lower()
    return FIELDS.get(ALIASES.get(low, low))


def nearest(word: str, choices: tuple[str, ...]) -> str | None:
    """Return the choice that `word` may have been meant for, if one is near."""
    found = process.extractOne(word.lower(), choices, score_cutoff=60)
    return found[0] if found else None


def cased(field: Field, value: str) -> str:
    """Return the beginning of a keyword in the letters that documents use."""
    return value.upper() if field.name in _UPPER else value.lower()


def keyword(field: Field, value: str) -> str:
    """Return a keyword as documents hold it. Raises ValueError if the field has a list and the value is not on it."""
    written = cased(field, value)
    if field.words and written not in field.words:
        raise ValueError(value)
    return written


# --- what a document holds --------------------------------------------------------------------------------------------


def texts(document: Document, name: str) -> tuple[str, ...]:
    """Return the values of a text field."""
    value: Any = getattr(document, name)
    if isinstance(value, str):
        return (value,) if value else ()
    return tuple(value or ())


def keywords(document: Document, name: str) -> tuple[str, ...]:
    """Return the values of a keyword or boolean field."""
    value: Any = getattr(document, name)
    if isinstance(value, bool):
        return ("true",) if value else ("false",)
    if value is None:
        return ()
    return tuple(value) if isinstance(value, tuple) else (value,)


def number(document: Document, name: str) -> float | None:
    """Return the value of a number field."""
    if name in _UNITS:
        return document.counts.get(name)
    if name == "amount":
        return None if document.amount_minor is None else document.amount_minor / 100
    value: float | None = getattr(document, name)
    return value


def moment(document: Document, name: str) -> datetime | None:
    """Return the value of a date field; the day of an act counts from its first instant (UTC)."""
    if name == "event_date":
        day = document.event_date
        return None if day is None else datetime.fromisoformat(day).replace(tzinfo=UTC)
    value: datetime | None = getattr(document, name)
    return value


# --- bounds -----------------------------------------------------------------------------------------------------------

_NUMBER = re.compile(r"\d{1,15}(?:\.\d{1,6})?")
_DAY = re.compile(r"(\d{4})(?:-(\d\d)(?:-(\d\d))?)?")
_NOW = re.compile(r"(?:now(?:([+-])(\d{1,4})([hdwMy]))?(?:/(d))?|today|yesterday)")
_LAST = re.compile(r"last-(\d{1,4})-(hour|day|week|month|year)s?")
_STEPS: dict[str, Callable[[int], relativedelta]] = {
    "h": lambda n: relativedelta(hours=n),
    "d": lambda n: relativedelta(days=n),
    "w": lambda n: relativedelta(weeks=n),
    "M": lambda n: relativedelta(months=n),
    "y": lambda n: relativedelta(years=n),
}
_SPOKEN = {"today": "now/d", "yesterday": "now-1d/d"}


def number_bound(written: str) -> str:
    """Return a number as queries spell it. Raises ValueError on what is none."""
    if not _NUMBER.fullmatch(written):
        raise ValueError(written)
    return f"{float(written):.6f}".rstrip("0").rstrip(".")


def date_bound(written: str) -> str:
    """Return a date or relative date as queries spell it. Raises ValueError on what is none."""
    spoken = _SPOKEN.get(written, written)
    if not _NOW.fullmatch(spoken):
        _period(spoken)
    return spoken


def last_period(written: str) -> str | None:
    """Return the lower bound that `last-30-days` stands for; None if it is no such word."""
    found = _LAST.fullmatch(written.lower())
    if not found:
        return None
    unit = {"month": "M"}.get(found[2], found[2][0])
    return f"now-{found[1]}{unit}" + ("" if unit == "h" else "/d")


def instants(written: str, now: datetime) -> tuple[datetime, datetime]:
    """Return the first instant of what a date bound names and the first one after it (a moment has no length)."""
    found = _NOW.fullmatch(written)
    if not found:
        return _period(written)
    sign, count, unit, rounded = found.groups()
    at = now if not sign else _shifted(now, sign, int(count), unit)
    if not rounded:
        return at, at
    day = at.replace(hour=0, minute=0, second=0, microsecond=0)
    return day, day + timedelta(days=1)


def _shifted(now: datetime, sign: str, count: int, unit: str) -> datetime:
    """Return a moment so many steps away, but never outside of the calendar."""
    step = _STEPS[unit](count)
    try:
        return now + step if sign == "+" else now - step
    except (ValueError, OverflowError):
        return datetime(9999, 12, 31, tzinfo=UTC) if sign == "+" else datetime(1, 1, 1, tzinfo=UTC)


def _period(written: str) -> tuple[datetime, datetime]:
    found = _DAY.fullmatch(written)
    if not found:
        raise ValueError(written)
    year, month, day = found.groups()
    start = datetime(int(year), int(month or 1), int(day or 1), tzinfo=UTC)
    length = relativedelta(days=1) if day else relativedelta(months=1) if month else relativedelta(years=1)
    return start, start + length
