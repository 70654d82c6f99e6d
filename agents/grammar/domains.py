"""Domain names, also defanged ones: "pirate.example", "bad[.]example", "hxxps://bad.example/x"."""

import re
from functools import cache
from itertools import islice

import tldextract

from agents.grammar.budget import MAX_DOTS
from agents.grammar.mention import Mention, NameValue
from agents.lexicon import cue_words, words

_INNER_DOT = re.compile(r"\.[A-Za-z]|\[(?:\.|dot)[\])]|\((?:\.|dot)[\])]")
_DOT = r"(?:\.|\[\.\]|\(\.\)|\[dot\])"
_REST = re.compile(rf"(?:{_DOT}[A-Za-z0-9][A-Za-z0-9-]{{0,62}}){{1,6}}")
_FIRST = re.compile(r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,62})$")
_DEFANGED = re.compile(r"\[\.\]|\(\.\)|\[dot\]")
_LOOKS_LIKE_WORDS = re.compile(r"[a-z]+\.[A-Z][a-z]+$")
"""A missing blank after a full stop: "site.The"."""


@cache
def _splitter() -> tldextract.TLDExtract:
    """Split with the bundled suffix list only: no network, no cache on disk."""
    return tldextract.TLDExtract(suffix_list_urls=(), cache_dir=None, fallback_to_snapshot=True)


@cache
def _never_targets() -> frozenset[str]:
    return words("publisher_domains.txt")


def find_domains(text: str, outlet_domains: frozenset[str] = frozenset()) -> list[Mention]:
    """Return the domains in `text`, lower-case and refanged, without publishers', link and social domains.

    `outlet_domains` are registrable domains of the outlet itself, which are left out too. A company written as a
    domain ("Booking.com") comes out as a domain like any other.
    """
    found: list[Mention] = []
    for dot in islice(_INNER_DOT.finditer(text), MAX_DOTS):
        span = _candidate(text, dot.start(), found[-1].end if found else 0)
        if span is None:
            continue
        start, end = span
        name = _DEFANGED.sub(".", text[start:end])
        if text[end : end + 1] not in ("@", "_") and _is_domain(name, outlet_domains):
            rule = "domain.defanged" if _DEFANGED.search(text, start, end) else "domain"
            found.append(Mention(start, end, "domain", NameValue(name=text[start:end], canonical=name.lower()), rule))
    return found


def _candidate(text: str, dot: int, taken: int) -> tuple[int, int] | None:
    """Return the span of the dotted name whose first dot this is."""
    begin = max(taken, dot - 64)
    first = _FIRST.search(text, begin, dot)
    rest = _REST.match(text, dot)
    if first is None or rest is None:
        return None
    start = first.start()
    if start and (text[start - 1].isalnum() or text[start - 1] in "_@.-]"):
        return None
    return start, rest.end()


def _is_domain(name: str, outlet_domains: frozenset[str]) -> bool:
    parts = _splitter()(name)
    registrable = f"{parts.domain}.{parts.suffix}".lower()
    if not parts.domain or not parts.suffix or (parts.domain.isdigit() and len(parts.suffix) < 2):
        return False
    if registrable in outlet_domains or registrable in _never_targets() or name.lower() in _never_targets():
        return False
    last = parts.suffix.rsplit(".", 1)[-1]
    if _LOOKS_LIKE_WORDS.match(name) or last.lower() in cue_words("file_ending"):
        return False
    return len(parts.domain) > 1 and not (last.isupper() and len(last) > 3)
