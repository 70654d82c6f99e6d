"""What a text says of the names of one service: "A, formerly known as B", "A, a mirror of B", "X, the operator of A".

Only plain words between two names that stand side by side in one sentence tie them; nothing is concluded from looks.
"""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from msgspec.structs import replace

from agents.grammar.groups import label_of, one_name
from agents.grammar.mention import Mention
from agents.grammar.reading import Reading
from schemas.events import Event, Tie
from schemas.taxonomy import OF_PEOPLE, TieKind

MOST = 8
"""Ties kept with one event."""
_SITES = ("service", "domain", "organisation")
_RUNS = ("person", "organisation")
_NAMED = {*_SITES, *_RUNS}
_NOBODY = ("John Doe", "Jane Doe")
_MARK = "[\"'“”‘’*_]*"
_SITE = (
    r"(?:(?:pirate|illegal|illicit|streaming|torrent|manga|anime|iptv|movie|file-hosting|popular|site|website|portal"
)
_SITE += r"|service|domain|platform|forum|tracker|library|network|market|marketplace|its|their|the|a|new|name)[ -])*"
_SAID = r"(?:alleged|suspected|accused) "
_RUNNER = (
    r"(?:co-)?(?:operator|owner|administrator|admin|founder|creator)s?(?: and (?:co-)?(?:operator|owner|founder))?"
)


_EARLIER = r",? ?\(?(?:formerly|previously)(?: (?:known|operating|called|named))?(?: as)?"
_LATER = r",? (?:has |had |was |later |then |since |recently |subsequently )*"
_WHO = r",? (?:who is |is |was |who was )?(?:the |an |a )?"


class _Rule(NamedTuple):
    """The words between two names, and what they say; `turned` where the second name is the service of today."""

    kind: TieKind
    words: re.Pattern[str]
    first: Sequence[str]
    second: Sequence[str]
    turned: bool = False


def _rule(
    kind: TieKind, words: str, first: Sequence[str] = _SITES, second: Sequence[str] = _SITES, *, turned: bool = False
) -> _Rule:
    return _Rule(kind, re.compile(f"{_MARK}{words}{_MARK}", re.IGNORECASE), first, second, turned)


_RULES = (
    _rule(TieKind.ALIAS, r",? ?\(?(?:which is )?(?:also (?:known|operating) as|a\.?k\.?a\.?|also called) "),
    _rule(TieKind.FORMER, rf"{_EARLIER} {_SITE}"),
    _rule(TieKind.FORMER, rf"{_LATER}(?:rebranded|renamed)(?: itself)?(?: as| to| into)? {_SITE}", turned=True),
    _rule(TieKind.FORMER, r",? ?\(?(?:which is |is )?now (?:known|operating|called|trading)(?: as)? ", turned=True),
    _rule(TieKind.FORMER, rf"{_LATER}(?:moved|switched|relocated) to {_SITE}", second=("domain",), turned=True),
    _rule(TieKind.MIRROR, r",? (?:is )?an? mirror(?: site)? (?:of|for) ", turned=True),
    _rule(TieKind.MIRROR, r"(?:['’]s?)? mirrors?(?: sites?| domains?)?(?: (?:such as|including|at|on|like))?:? "),
    _rule(TieKind.OPERATOR, rf"{_WHO}(?:former |main |sole )?{_RUNNER} (?:of|behind) {_SITE}", _RUNS, turned=True),
    _rule(TieKind.ALLEGED_OPERATOR, rf"{_WHO}{_SAID}{_RUNNER} (?:of|behind) {_SITE}", _RUNS, turned=True),
    _rule(TieKind.OPERATOR, rf"(?:['’]s?)? {_RUNNER},? ", second=("person",)),
    _rule(TieKind.ALLEGED_OPERATOR, rf"(?:['’]s?)? {_SAID}{_RUNNER},? ", second=("person",)),
)
_NEXT = re.compile(f"{_MARK}(?:, ?(?:and |or )?| and | or ){_MARK}")
_NOT_WHOLE = re.compile(r" \d")
"""After a name: it goes on ("Harbour 2 cheats")."""
_DOUBTED = re.compile(
    r"\b(?:not|never|den(?:y|ies|ied)|wrongly|mistaken\w*|no longer|unrelated|unaffiliated|impersonat\w+|fake)\b"
)
_CLAIMED = re.compile(r"\b(?:alleg\w+|accus\w+|suspect\w+|claim\w+|believ\w+|reported\w*)\b", re.IGNORECASE)


def with_ties(events: Iterable[Event], reading: Reading) -> tuple[Event, ...]:
    """Return the events of an article, each with what the article says of the names of those acted against."""
    found = list(ties_of(reading))
    return tuple(replace(event, ties=_concerning(event, found)) for event in events) if found else tuple(events)


def ties_of(reading: Reading) -> Iterator[Tie]:
    """Yield what the text says of two names, each pair once in a kind."""
    seen = set()
    for index in sorted(reading.mentions_in):
        names = [one for one in reading.mentions_in[index] if one.kind in _NAMED and one.value.name not in _NOBODY]
        last: Tie | None = None
        for first, second in pairwise(names):
            last = tie = _tie(reading, index, first, second) or _listed(reading, last, first, second)
            if tie and (key := (tie.kind, _key(tie.name), _key(tie.other))) not in seen:
                seen.add(key)
                yield tie


def _tie(reading: Reading, index: int, first: Mention, second: Mention) -> Tie | None:
    between = reading.text[first.end : second.start] if second.start - first.end <= 120 else ""
    rule = next((one for one in _RULES if _fits(one, first, second, between)), None) if between else None
    if rule is None or _key(first.value.canonical) == _key(second.value.canonical):
        return None
    if _NOT_WHOLE.match(reading.text, second.end):
        return None
    sentence = reading.sentence(index)
    quote = reading.text[sentence.start : sentence.end]
    if _DOUBTED.search(quote):
        return None
    name, other = (second, first) if rule.turned else (first, second)
    claimed = rule.kind is TieKind.OPERATOR and _CLAIMED.search(quote)
    return Tie(
        kind=TieKind.ALLEGED_OPERATOR if claimed else rule.kind,
        name=_name(name),
        other=_name(other),
        words=" ".join(between.split()).strip(" ,('’\"“”‘:"),
        evidence=quote,
        span=(sentence.start, sentence.end),
    )


def _listed(reading: Reading, last: Tie | None, first: Mention, second: Mention) -> Tie | None:
    """Return the tie that goes on in a list: "(aka A, B or C)", "mirrors such as a.example and b.example"."""
    if last is None or not _NEXT.fullmatch(reading.text[first.end : second.start]):
        return None
    opened, closed = (reading.text.rfind(mark, last.span[0], first.start) for mark in "()")
    goes_on = {
        TieKind.ALIAS: opened > closed,
        TieKind.MIRROR: second.kind == "domain",
        TieKind.OPERATOR: last.words.endswith("s") and second.kind == "person",
        TieKind.ALLEGED_OPERATOR: last.words.endswith("s") and second.kind == "person",
    }
    return replace(last, other=_name(second)) if goes_on.get(last.kind) else None


def _fits(rule: _Rule, first: Mention, second: Mention, between: str) -> bool:
    return first.kind in rule.first and second.kind in rule.second and rule.words.fullmatch(between) is not None


def _key(name: str) -> str:
    """Return a name as compared with another; two domains of one name are two."""
    return name.lower() if label_of(name) else one_name(name)


def _name(mention: Mention) -> str:
    """Return a name as written, a domain in its plain spelling."""
    return str(mention.value.canonical if mention.kind == "domain" else mention.value.name)


def _concerning(event: Event, ties: Sequence[Tie]) -> tuple[Tie, ...]:
    """Return the ties of those acted against, and the ties of what these are tied to."""
    names = {one_name(name) for name in (*event.target, *event.defendant, *event.domains)}
    names |= {label for name in event.domains if (label := label_of(name))}
    found: list[Tie] = []
    for _ in range(3):
        new = [tie for tie in ties if tie not in found and {one_name(tie.name), one_name(tie.other)} & names]
        found += new
        names |= {one_name(name) for tie in new if tie.kind not in OF_PEOPLE for name in (tie.name, tie.other)}
    return tuple(found[:MOST])
