"""Helpers for tests of the coder's parts: a text, read with given or found mentions."""

from datetime import date

from agents.grammar.mention import Mention, NameValue
from agents.grammar.mentions import find_mentions
from agents.grammar.reading import Reading

DAY = date(2024, 6, 5)


def read(text: str, published: date | None = DAY) -> Reading:
    """Return a text, read with all that the finders find."""
    return Reading(text, title="", published=published, mentions=find_mentions(text, published=published))


def named(text: str, name: str, kind: str = "organisation", canonical: str = "") -> list[Mention]:
    """Return a mention of a name at each place where the text writes it."""
    found, start = [], text.find(name)
    while start >= 0:
        value = NameValue(name=name, canonical=canonical or name)
        found.append(Mention(start, start + len(name), kind, value, "test"))
        start = text.find(name, start + 1)
    return found


def read_with(text: str, *mentions: Mention) -> Reading:
    """Return a text, read with these mentions only."""
    return Reading(text, title="", published=DAY, mentions=sorted(mentions, key=lambda m: (m.start, m.end)))
