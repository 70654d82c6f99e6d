"""Gather the mentions of one thing: a name with its short forms, a country, a day, an amount, a count, a term."""

from collections import defaultdict
from collections.abc import Iterator
from typing import NamedTuple

from agents.grammar.mention import CountValue, DateValue, Mention, MoneyValue, NameValue, PlaceValue, TermValue
from agents.grammar.reading import Reading

NAMES = frozenset(("person", "organisation", "service", "domain", "agency", "rights_group"))
MOST = 80
"""Groups of one family that are looked at, the most often mentioned first: bounds the work on very long texts."""

Key = tuple[str | float, ...]


class Group(NamedTuple):
    """One thing that the article mentions, and where."""

    family: str
    """`name`, `court`, `country`, `date`, `money`, `count`, `term`, `docket` or `operation`."""
    key: Key
    kind: str
    """Kind of its first mention."""
    mentions: tuple[Mention, ...]


def groups(reading: Reading) -> list[Group]:
    """Return what the article mentions, by family, the most often mentioned first."""
    found: dict[tuple[str, Key], list[Mention]] = defaultdict(list)
    for mention in reading.mentions:
        for family, key in _keys(mention):
            found[family, key].append(mention)
    by_family: dict[str, list[Group]] = defaultdict(list)
    for (family, key), mentions in found.items():
        by_family[family].append(Group(family, key, mentions[0].kind, tuple(mentions)))
    return [
        group
        for family in sorted(by_family)
        for group in sorted(by_family[family], key=lambda g: (-len(g.mentions), g.mentions[0].start))[:MOST]
    ]


def _keys(mention: Mention) -> Iterator[tuple[str, Key]]:
    value = mention.value
    if isinstance(value, NameValue):
        name = value.canonical.casefold()
        if mention.kind in NAMES:
            yield "name", (name,)
        elif mention.kind in ("court", "docket", "operation"):
            yield mention.kind, (name,)
        if value.country:
            yield "country", (value.country,)
    elif isinstance(value, PlaceValue):
        yield "country", (value.country,)
    elif isinstance(value, DateValue):
        yield "date", (value.iso,)
    elif isinstance(value, MoneyValue):
        yield "money", (value.amount, value.currency)
    elif isinstance(value, CountValue):
        yield "count", (value.n, value.unit)
    elif isinstance(value, TermValue):
        yield "term", (value.months,)
    elif mention.kind == "docket":
        yield "docket", (str(value),)
