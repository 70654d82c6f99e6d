"""Gather the mentions of one thing: a name with its short forms, a country, a day, an amount, a count, a term."""

import bisect
import re
from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache
from typing import NamedTuple

from agents.grammar.mention import CountValue, DateValue, Mention, MoneyValue, NameValue, PlaceValue, TermValue
from agents.grammar.odds import NAN
from agents.grammar.reading import Reading

NAMES = frozenset(("person", "organisation", "service", "domain", "agency", "rights_group"))
MOST = 80
"""Groups of one family that are looked at, the most often mentioned first: bounds the work on very long texts."""

Key = tuple[str | float, ...]

_LABEL = re.compile(r"(?:[a-z0-9-]+\.)*(?P<label>[a-z0-9-]{4,})\.[a-z]{2,}(?:\.[a-z]{2})?")
_LEGAL_FORM = re.compile(
    r"(?:,? (?:inc|incorporated|corp|corporation|co|company|ltd|limited|llc|llp|plc|gmbh|ag|sa|sarl|srl|spa|bv|b\.v|nv"
    r"|n\.v|ab|oy|as|a/s|pty|fze|kk|k\.k)\.?)+$"
)
"""As far as they end a name in the press; what they mean is in the lexicon of organisations."""


class Group(NamedTuple):
    """One thing that the article mentions, and where."""

    family: str
    """`name`, `court`, `country`, `date`, `money`, `count` or `term`."""
    key: Key
    kind: str
    """Kind of its first mention."""
    mentions: tuple[Mention, ...]
    sentences: tuple[int, ...]
    """Of each mention, the index of its sentence."""

    def around(self, sentence: int) -> tuple[float, int, float]:
        """Return how far before a sentence it was last mentioned, how often in it, how far after next; nan if never."""
        low, high = bisect.bisect_left(self.sentences, sentence), bisect.bisect_right(self.sentences, sentence)
        before = sentence - self.sentences[low - 1] if low else NAN
        after = self.sentences[high] - sentence if high < len(self.sentences) else NAN
        return before, high - low, after

    def distance(self, sentence: int) -> int:
        """Return how many sentences away its nearest mention is."""
        high = bisect.bisect_left(self.sentences, sentence)
        near = self.sentences[max(0, high - 1) : high + 1]
        return min([abs(place - sentence) for place in near])

    def nearest(self, position: int, sentence: int) -> int:
        """Return the place of the mention nearest to a position of a sentence; those in the sentence go first."""
        low, high = bisect.bisect_left(self.sentences, sentence), bisect.bisect_right(self.sentences, sentence)
        places = range(low, high) if low < high else range(max(0, low - 1), min(len(self.sentences), high + 1))
        return places[0] if len(places) == 1 else min(places, key=lambda n: abs(self.mentions[n].start - position))


def groups(reading: Reading) -> list[Group]:
    """Return what the article mentions, by family, the most often mentioned first."""
    found: dict[tuple[str, Key], list[Mention]] = defaultdict(list)
    for mention in reading.mentions:
        for family, key in _keys(mention):
            found[family, key].append(mention)
    by_family: dict[str, list[Group]] = defaultdict(list)
    for (family, key), mentions in found.items():
        by_family[family].append(_group(reading, family, key, mentions))
    return [
        group
        for family in sorted(by_family)
        for group in sorted(by_family[family], key=lambda g: (-len(g.mentions), g.mentions[0].start))[:MOST]
    ]


@lru_cache(maxsize=1 << 14)
def one_name(name: str) -> str:
    """Return a name as compared within an article: "Acme" and "Acme Ltd.", "Swarm" and "swarm.example" are one."""
    folded = name.casefold()
    return label_of(name) or _LEGAL_FORM.sub("", folded) or folded


def is_company(group: Group) -> bool:
    """Say whether a name has a legal form ("Acme Ltd.") and is nowhere that of a site or service."""
    named = [mention.value.name.casefold() for mention in group.mentions if mention.kind == "organisation"]
    return len(named) == len(group.mentions) and any(_LEGAL_FORM.search(name) for name in named)


def label_of(name: str) -> str | None:
    """Return the own part of a name that is written as a domain (`swarm` of `www.swarm.example`), if it is one."""
    found = _LABEL.fullmatch(name.casefold())
    return found["label"] if found else None


def _group(reading: Reading, family: str, key: Key, mentions: list[Mention]) -> Group:
    sentences = tuple(reading.sentence_at(mention.start) for mention in mentions)
    return Group(family, key, mentions[0].kind, tuple(mentions), sentences)


def _keys(mention: Mention) -> Iterator[tuple[str, Key]]:
    value = mention.value
    if isinstance(value, NameValue):
        if mention.kind in NAMES:
            yield "name", (one_name(value.canonical),)
        elif mention.kind == "court":
            yield "court", (value.canonical.casefold(),)
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
