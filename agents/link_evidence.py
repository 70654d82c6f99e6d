"""What speaks for and against two reports being of one proceeding, by name and without weights.

Strand and case are weighed as equals (`link_sides`), so that the order of arrival decides as little as it can.
"""

import math
from collections.abc import Mapping, Sequence
from functools import lru_cache

from agents.link_relations import other_court
from agents.link_sides import Side, days_apart, is_among
from schemas.taxonomy import EventType

STRONG = ("docket", "person", "pair")
"""Keys that time does not weaken."""
NAMES = (*STRONG, "operation", "target", "company", "surname")
KINDS = (
    *NAMES,
    "known",
    "provider",
    "amount",
    "number",
    "prison",
    "place",
    "headline",
    "word",
    "name",
    "page",
    "cites",
)
"""All kinds of what two sides share: the names of parties and cases, figures, words, texts' names and links."""
SAME_ACT_DAYS = 10
_MOST = 4.0
"""What the words of headlines, or the names of texts, are worth at most."""

_START = {EventType.LAWSUIT_FILED, EventType.ARREST, EventType.CHARGE, EventType.INVESTIGATION, EventType.RAID}
_END = {EventType.SENTENCE, EventType.DAMAGES_AWARD, EventType.SETTLEMENT, EventType.CONVICTION, EventType.ACQUITTAL}
_STEPS = {
    EventType.ARREST: 0,
    EventType.CHARGE: 1,
    EventType.EXTRADITION: 2,
    EventType.GUILTY_PLEA: 3,
    EventType.CONVICTION: 4,
    EventType.SENTENCE: 5,
}
"""The steps of a criminal case, in their order."""


_NAMING = {"person", "operation", "target", "company", "known", "surname", "provider"}
"""Kinds of keys that are a name, and nothing but a name."""


def worth_of(keys: Mapping[str, int]) -> dict[str, float]:
    """Return the worth of the shared keys by kind: the best of a kind in full, two further ones a third of it.

    A name counts once: words of headlines and names of texts count where they say another one.
    """
    kinds: dict[str, dict[str, int]] = {}
    for key, total in keys.items():
        kind, _, rest = key.partition(":")
        kinds.setdefault(kind, {})[rest] = total
    titles = kinds.pop("title", {})
    if "name" in kinds or "word" in kinds:
        _say_once(kinds)
    worth = {kind: list(map(rarity, kinds[kind].values())) for kind in sorted(kinds)}
    named = {"name": min(_MOST, sum(sorted(worth.pop("name"))))} if "name" in worth else {}
    return {kind: _several(values) for kind, values in worth.items()} | named | _headline(titles)


def _say_once(kinds: dict[str, dict[str, int]]) -> None:
    """Take out names of texts and words of headlines that only say again what a name among the others says."""
    said = {_in_one(name) for kind in _NAMING & kinds.keys() for name in kinds[kind]}
    for kind in [kind for kind in ("name", "word") if kind in kinds]:
        kept = {}
        for name, total in sorted(kinds.pop(kind).items()):
            word = _in_one(name)
            if not any(word in other or other in word for other in said):
                said.add(word)
                kept[name] = total
        if kept:
            kinds[kind] = kept


def _in_one(name: str) -> str:
    return name.replace(" ", "").replace(".", "").replace("-", "")  # five times as fast as str.translate


def _several(values: list[float]) -> float:
    best = sorted(values, reverse=True)
    return best[0] + sum(best[1:3]) / 3


def _headline(titles: Mapping[str, int]) -> dict[str, float]:
    """Return the worth of the telling words that two headlines of the same days share; one word is worth nothing."""
    words = {word.partition("|")[0]: total for word, total in titles.items()}
    return {"headline": min(_MOST, sum(map(rarity, words.values())))} if len(words) > 1 else {}


@lru_cache(maxsize=1000)
def rarity(total: int) -> float:
    """Return 1 for a key of one case, less the more cases share it; gently, as it must not matter who came first."""
    return 1 / (1 + math.log2(max(total, 1)) / 6)


def circumstances(one: Side, other: Side, shared: Mapping[str, float]) -> dict[str, float]:
    """Return what speaks for and against two sides that share names, by name; the sides may be exchanged."""
    days = days_apart(one, other)
    found = {
        _country(one, other): 1.0,
        _same_act(one, other, days): 1.0,
        _order(one, other, days): 1.0,
        _kind_of_court(one, other): 1.0,
        _court(one, other): 1.0,
    }
    found |= _time(days, shared)
    if other_dockets(one, other):
        found["other docket"] = 1.0
    if EventType.SUBPOENA in one.types and EventType.SUBPOENA in other.types:
        found["both are subpoenas"] = 1.0
    found |= dict.fromkeys(_other_parties(one, other, shared), 1.0)
    return {name: value for name, value in found.items() if name and value}


def _country(one: Side, other: Side) -> str:
    if not one.countries or not other.countries:
        return ""
    return "other country" if one.countries.isdisjoint(other.countries) else "same country"


def _time(days: int, shared: Mapping[str, float]) -> dict[str, float]:
    """Return nothing for a person or docket; less with time for other names; figures alone fade within weeks."""
    if not shared.keys().isdisjoint(STRONG):
        return {}
    if not shared.keys().isdisjoint(NAMES):
        return {"years apart": min(1.0, max(0, days - 45) / 115)}
    return {"weeks apart": min(1.0, max(0, days - 4) / 7)}


def _same_act(one: Side, other: Side, days: int) -> str:
    """Return whether an act of one type is told in the same days."""
    if days > SAME_ACT_DAYS or one.types.isdisjoint(other.types):
        return ""
    return "same days" if days <= 3 else "same week"


def _order(one: Side, other: Side, days: int) -> str:
    """Return whether a case that has come to its end would start over, or a step stands in its place."""
    apart = days > SAME_ACT_DAYS
    first, then = (one, other) if one.reports[1] < other.reports[0] else (other, one)
    if apart and first.types & _END and then.types & _START and not then.types & _END:
        return "starts over"
    before, after = (sorted(_STEPS[type_] for type_ in side.types & _STEPS.keys()) for side in (first, then))
    if not before or not after:
        return ""
    between = before[0] < after[0] <= after[-1] < before[-1] or after[0] < before[0] <= before[-1] < after[-1]
    return "next step" if between or (apart and before[-1] < after[-1]) else ""


def _kind_of_court(one: Side, other: Side) -> str:
    if other_court(one.types, other.types):
        return "other kind of court"
    one_blocks, other_blocks = (EventType.SITE_BLOCKING in side.types for side in (one, other))
    return "only one is a blocking" if one_blocks != other_blocks else ""


def _court(one: Side, other: Side) -> str:
    return "same court" if one.courts & other.courts else ""


def other_dockets(one: Side, other: Side) -> bool:
    return bool(one.dockets and other.dockets and not one.dockets & other.dockets)


def _other_parties(one: Side, other: Side, shared: Mapping[str, float]) -> list[str]:
    """Return how two sides name other people, or other complainants against one defendant."""
    if "docket" in shared:
        return []
    found = []
    if other_people(one, other):
        found.append("other people of a suit" if "pair" in shared else "other people")
    elif one.accused and other.accused and not _heads_meet(one.accused, other.accused):
        found.append("other first defendant")
    if one.suing and other.suing and "pair" not in shared:
        found += [] if one.suing & other.suing else ["other complainant"]
    if one.companies and other.companies and not one.companies & other.companies:
        found.append("other company")
    if one.services and other.services and not one.services & other.services and "target" not in shared:
        found.append("other site")
    return found


def other_people(one: Side, other: Side) -> bool:
    """Return whether both sides name people, and none of them is on the other."""
    return bool(one.accused and other.accused) and not any(is_among(name, other.accused) for name in one.accused)


def _heads_meet(one: Sequence[str], other: Sequence[str]) -> bool:
    """Return whether the first named of either side is on the other, too."""
    return is_among(one[0], other) and is_among(other[0], one)
