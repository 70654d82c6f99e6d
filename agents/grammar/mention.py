"""A mention: a stretch of text that names a value, with the rule that found it.

The finders (dates, money, terms, counts, dockets, places, courts, names, domains) each return mentions; everything
after them (triggers, arguments, merging) reads mentions only.
"""

from typing import Any, NamedTuple

from schemas.events import Record


class Mention(NamedTuple):
    """`text[start:end]` means `value`. `kind` says which of the records below `value` is."""

    start: int
    end: int
    kind: str
    """`date`, `money`, `term`, `count`, `docket`, `place`, `court`, `person`, `official`, `organisation`, `service`,
    `domain`, `agency`, `rights_group`, `operation`, `citation`."""
    value: Any
    rule: str
    """Id of the rule or gazetteer entry that found it: shown by `crackdown explain`."""


class DateValue(Record, frozen=True, kw_only=True):
    """When: `iso` is as precise as the text (`YYYY-MM-DD`, `YYYY-MM`, `YYYY`); `relative` if it was resolved."""

    iso: str
    relative: bool = False
    future: bool = False
    """True where the words put it after the day of publication ("will be sentenced on 3 May")."""


class MoneyValue(Record, frozen=True, kw_only=True):
    amount: float
    currency: str
    """ISO 4217; `BTC` for bitcoin."""
    converted: bool = False
    """True for the amount in brackets that repeats another one in a second currency."""
    vague: bool = False
    """"more than", "up to", "millions of"."""
    former: bool = False
    """True for an amount that was changed to another one in the same breath: "reduced from £2.1m to £900,000"."""


class TermValue(Record, frozen=True, kw_only=True):
    """A length of time that could be a sentence."""

    months: float
    suspended: bool = False
    maximum: bool = False
    """"up to", "faces", "maximum"."""
    combined: bool = False
    """"a total of", "combined"."""
    prison: bool = False
    """True where the words beside it say custody ("in prison", "jail", "behind bars")."""
    probation: bool = False
    """Probation, supervised release, community service: no prison term."""


class CountValue(Record, frozen=True, kw_only=True):
    n: int
    unit: str
    """A `CountUnit`."""
    head: str = ""
    """The counted noun as written ("laptops")."""


class NameValue(Record, frozen=True, kw_only=True):
    """A name; `canonical` is the fullest form known for it, `country` its seat where the gazetteer knows one."""

    name: str
    canonical: str
    country: str | None = None
    aliases: tuple[str, ...] = ()


class PlaceValue(Record, frozen=True, kw_only=True):
    name: str
    country: str
    """ISO 3166-1 alpha-2."""
    nationality: bool = False
    """True for "a Russian man": says nothing of where the act was."""
