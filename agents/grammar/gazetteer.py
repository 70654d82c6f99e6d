"""Known names and places, found in one pass: agencies, rights groups, companies, services, countries, cities.

The tables are in `agents/lexicon`. One Aho-Corasick automaton over lower-cased text holds all of them; a hit counts if
it stands between word boundaries and its capitals are right. A name that is also a common word ("Hive", "Sky") counts
only as written and not where a capital says nothing (start of a sentence, headline in title case).
"""

import re
from collections.abc import Iterator
from functools import cache
from itertools import islice
from typing import NamedTuple

import ahocorasick

from agents.grammar.budget import MAX_KNOWN
from agents.grammar.mention import Mention, NameValue, PlaceValue
from agents.lexicon import cue_words, rows, words


class Entry(NamedTuple):
    """A spelling of a known name."""

    spelling: str
    kind: str
    canonical: str
    country: str
    rule: str
    aliases: tuple[str, ...]
    common: bool
    """True if the spelling is also a common word."""


_TABLES = (
    ("agencies.tsv", "agency"),
    ("rights_groups.tsv", "rights_group"),
    ("companies.tsv", "organisation"),
    ("services.tsv", "service"),
    ("courts.tsv", "court"),
)
_QUALIFIER = re.compile(
    r" (?:ransomware|malware|botnet|gang|group|trojan|infostealer|stealer|loader|marketplace|market|forum|RAT|"
    r"operation|leak site|app|browser|platform|website|site|service|TV|IPTV|crew)\b",
    re.IGNORECASE,
)
_AFTER_TOWN = re.compile(r"[, ](?! ?[A-Z]{2})")
_SENTENCE_START = re.compile(r"(?:^|[.!?:\n][”\"’')\]]* ?|[“\"‘] ?|\n[ >*•-]*)$")


_Hit = tuple[int, int, Entry]


@cache
def common_words() -> frozenset[str]:
    """Return the words that are no name when they begin a sentence."""
    return words("common_words.txt")


@cache
def demonyms() -> frozenset[str]:
    """Return the words for nationalities ("Latvian")."""
    return frozenset(row["name"] for row in rows("places.tsv") if row["kind"] == "demonym")


def _entries() -> Iterator[Entry]:
    for table, kind in _TABLES:
        for row in rows(table):
            spellings = (row["name"], *filter(None, row["aliases"].split("|")))
            for spelling in spellings:
                aliases = tuple(s for s in spellings if s != row["name"])
                rule = f"{table[:-4]}.{row['name']}"
                yield Entry(spelling, kind, row["name"], row.get("country", ""), rule, aliases, _is_common(spelling))
    for row in rows("places.tsv"):
        yield Entry(row["name"], row["kind"], row["name"], row["country"], f"place.{row['kind']}", (), common=False)


def _is_common(spelling: str) -> bool:
    word = spelling.lower()
    return spelling.isalpha() and (word in common_words() or word in cue_words("common_word"))


@cache
def _automaton() -> ahocorasick.Automaton:
    automaton = ahocorasick.Automaton()
    by_key: dict[str, list[Entry]] = {}
    for entry in _entries():
        by_key.setdefault(_key(entry.spelling), []).append(entry)
    for key, entries in by_key.items():
        automaton.add_word(key, (len(key), tuple(entries)))
    automaton.make_automaton()
    return automaton


def lowered(text: str) -> str:
    """Return `text` in lower case with every character in its place (a few letters would become two)."""
    lower = text.lower()
    return lower if len(lower) == len(text) else "".join(c.lower() if len(c.lower()) == 1 else c for c in text)


def _straight(text: str) -> str:
    return text.replace("’", "'").replace("‘", "'").replace("ʼ", "'")


def _key(text: str) -> str:
    return _straight(lowered(text))


def find_known(text: str) -> list[Mention]:
    """Return known names and places in `text`, in order: the longest where names overlap, the longest of places.

    A place inside a name ("Delhi High Court") is returned beside it.
    """
    names: list[_Hit] = []
    places: list[_Hit] = []
    for hit in islice(_hits(text), MAX_KNOWN):
        (places if hit[2].kind in _PLACES else names).append(hit)
    hits = [*_without_overlaps(names), *_without_overlaps(places)]
    return [_mention(text, *hit) for hit in sorted(hits, key=_by_start)]


def _hits(text: str) -> Iterator[_Hit]:
    for last, (length, entries) in _automaton().iter(_key(text)):
        start, end = last + 1 - length, last + 1
        if (start and (text[start - 1].isalnum() or text[start - 1] == "_")) or _runs_on(text, end):
            continue
        for entry in entries:
            if _written_as(text, start, end, entry):
                yield start, end, entry


def _runs_on(text: str, end: int) -> bool:
    following = text[end : end + 2]
    return bool(following) and (
        following[0].isalnum() or following[0] == "_" or (following[0] == "." and following[1:].isalnum())
    )


def _by_start(hit: _Hit) -> tuple[int, int]:
    return hit[0], -hit[1]


def _without_overlaps(hits: list[_Hit]) -> Iterator[_Hit]:
    taken = -1
    for start, end, entry in sorted(hits, key=_by_start):
        if start >= taken:
            yield start, end, entry
            taken = end


_PLACES = ("country", "region", "city", "demonym")


def _written_as(text: str, start: int, end: int, entry: Entry) -> bool:
    written = text[start:end]
    exact = written == entry.spelling or _straight(written) == _straight(entry.spelling)
    if entry.kind in _PLACES:
        return exact or _opens_line(text, start, end, entry)
    if entry.common:
        return exact and _capital_means_name(text, start, end)
    if len(written) <= 4 and entry.spelling.isupper():
        return exact
    return exact or any(c.isupper() or c.isdigit() for c in written[:2])


def _opens_line(text: str, start: int, end: int, entry: Entry) -> bool:
    """ "KUMAMOTO, May 27": a town in capitals, as date lines have it."""
    if entry.kind not in ("city", "country") or end - start < len("ROME") or not text[start:end].isupper():
        return False
    return (start == 0 or text[start - 1] == "\n") and _AFTER_TOWN.match(text, end) is not None


def _capital_means_name(text: str, start: int, end: int) -> bool:
    """Say whether the capital of a common word shows a name, not the start of a sentence or a headline."""
    if _QUALIFIER.match(text, end):
        return True
    if _SENTENCE_START.search(text, max(0, start - 6), start):
        return False
    after = re.match(r" ([A-Z])", text[end : end + 2])
    before = re.search(r"([^\s]+)[ ]$", text[max(0, start - 20) : start])
    return not (after and before and before[1][:1].isupper())


def _mention(text: str, start: int, end: int, entry: Entry) -> Mention:
    written = text[start:end]
    if entry.kind in _PLACES:
        value = PlaceValue(name=written, country=entry.country, nationality=entry.kind == "demonym")
        return Mention(start, end, "place", value, f"place.{entry.kind}")
    name = NameValue(name=written, canonical=entry.canonical, country=entry.country or None, aliases=entry.aliases)
    return Mention(start, end, entry.kind, name, entry.rule)
