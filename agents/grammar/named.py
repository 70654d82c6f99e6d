"""The names that a text goes back to again and again: what it is about, whatever becomes of its sentences."""

from collections import Counter

from agents.grammar.mention import NameValue
from agents.grammar.reading import Reading

MAX_NAMED = 16
"""Names of one text."""
_KINDS = {"organisation", "service", "domain", "person", "operation"}
"""Agencies, rights groups and courts are named in many matters."""


def often_named(reading: Reading) -> tuple[str, ...]:
    """Return the names that stand in the text at least twice, those met most often first."""
    counts = Counter(
        mention.value.canonical
        for mention in reading.mentions
        if mention.kind in _KINDS and isinstance(mention.value, NameValue)
    )
    return tuple(name for name, count in counts.most_common(MAX_NAMED) if count > 1)
