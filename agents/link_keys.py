"""What two reports of one proceeding share: typed keys, made from names, dockets, domains and figures.

A key is a string `kind:rest`. Only keys find candidates, so a pair of cases without one in common is never compared.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache

from agents.lexicon import rows, words
from schemas.events import Case, Event
from schemas.taxonomy import GROUPS, OF_PEOPLE, EventType, MoneyKind

MAX_NAMES = 24
"""Of one role that make keys: a takedown of four hundred domains is found again by its first two dozen."""
ROLL = 5
"""So many names make an act a roll of all who were charged so far: it names the people of several cases, so of none.
Without this rule, precision falls from 0.89 to 0.83 on the labelled cases, and recall gains half a point."""

_REMEMBERED = 100_000
"""Names whose folded form is kept: a case is folded again with all its names at each of its events."""

_LEGAL_FORM = re.compile(
    r"\b(?:inc|incorporated|corp|corporation|llc|llp|ltd|limited|gmbh|ag|sa|sarl|srl|spa|bv|nv|ab|oy|as|plc|pty|co"
    r"|company|holdings?|fze|kk)\b"
)
_HONORIFIC = re.compile(r"^(?:mr|mrs|ms|dr|prof|sir|the|alleged|accused)\.?\s+")
_GENERIC = re.compile(
    r"\b(?:the|ransomware|malware|botnet|trojan|stealer|infostealer|group|gang|service|services|site|sites|website"
    r"|app|apps|platform|marketplace|forum|forums|network|operation|iptv|streaming|piracy|pirate|dark ?web|darknet)\b"
)
_DOMAIN = re.compile(r"(?:[a-z0-9](?:[a-z0-9-]*[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z]\Z")
_US_DOCKET = re.compile(r"(?:\d:)?(\d\d(?:\d\d)?)-?([a-z]{2})-?0*(\d+)")
_PROVIDER_TYPES = {EventType.SITE_BLOCKING, EventType.SUBPOENA}
_SUITS = {*GROUPS["civil"], *GROUPS["either"]}
_TYPE_GROUP = {type_: group for group, types in GROUPS.items() for type_ in types}


def plain(name: str) -> str:
    """Return a name in lower case, without accents, possessives and punctuation other than `.` and `-` inside words."""
    text = name.casefold()
    if not text.isascii():
        text = unicodedata.normalize("NFKD", name).casefold().replace("’", "'")
        text = "".join(char for char in text if not unicodedata.combining(char))
    text = re.sub(r"'s\b", "", text)
    return " ".join(re.sub(r"[^\w.\-]+", " ", text).replace("_", " ").split()).strip(".- ")


@lru_cache(maxsize=_REMEMBERED)
def party(name: str) -> str:
    """Return a person's or company's name without titles and legal forms; of a long name the first and last word.

    The names under which a company of the lexicon is known are one.
    """
    folded = _folded(name)
    return _names_of_companies().get(folded, folded)


def _folded(name: str) -> str:
    words = _LEGAL_FORM.sub(" ", _HONORIFIC.sub("", plain(name)).replace(".", " ").replace("-", " ")).split()
    if not words:
        return plain(name)
    full = [word for word in words if len(word) > 1] or words
    return " ".join(full if len(full) < 3 else (full[0], full[-1]))


def is_domain(name: str) -> bool:
    return bool(_DOMAIN.match(name.strip().lower()))


@lru_cache(maxsize=_REMEMBERED)
def service(name: str) -> str:
    """Return a site's or service's name: a domain without `www.`, else its words joined, generic ones left out."""
    low = name.strip().lower()
    if is_domain(low):
        return low.removeprefix("www.")
    words = _GENERIC.sub(" ", plain(name))
    return re.sub(r"[\s.\-]+", "", words) or re.sub(r"[\s.\-]+", "", plain(name))


def fold_name(role: str, name: str) -> str:
    """Return a name as it is compared with others of its role."""
    return service(name) if role == "target" else party(name)


@lru_cache(maxsize=_REMEMBERED)
def brand(name: str) -> str | None:
    """Return the name inside a domain (`fmovies` of `fmovies.to`), if it is long enough to mean something."""
    if not is_domain(name):
        return None
    label = service(name).split(".")[-2].replace("-", "")
    return label if len(label) >= 5 else None


def docket(number: str) -> str:
    """Return a docket number without its spelling: `1:22-cv-01234` and `22-CV-1234` are one."""
    text = re.sub(r"[\s.]+", "", number.casefold())
    found = _US_DOCKET.search(text)
    if found:
        return f"{found[1][-2:]}{found[2]}{found[3]}"
    return re.sub(r"[^\w]", "", text)


def operation(name: str) -> str:
    """Return the name of an operation without the word, digits kept: phases are told apart by time."""
    return " ".join(re.sub(r"\b(?:operation|op|project|campaign)\b", " ", plain(name)).split()) or plain(name)


def services_of(names: Iterable[str]) -> Iterator[str]:
    for name in names:
        yield service(name)
        inner = brand(name)
        if inner:
            yield inner


@cache
def _names_of_companies() -> dict[str, str]:
    """Return for each folded name of a company of the lexicon its first one."""
    return {_folded(alias): _folded(row["name"]) for row in rows("companies.tsv") for alias in _names_in(row)}


@cache
def _known() -> frozenset[str]:
    """Return the folded names of companies and groups that are in the news for many cases at once."""
    rows_ = [*rows("companies.tsv"), *rows("rights_groups.tsv"), *rows("agencies.tsv")]
    return frozenset(_folded(name) for row in rows_ for name in _names_in(row))


def _names_in(row: dict[str, str]) -> list[str]:
    return [name for name in (row["name"], *row["aliases"].split("|")) if name]


@cache
def _first_names() -> frozenset[str]:
    return frozenset(plain(name) for name in words("first_names.txt"))


@lru_cache(maxsize=_REMEMBERED)
def kind_of(name: str) -> str:
    """Return `person`, `known` (a company or group met in many cases) or `company` for a defendant."""
    folded = party(name)
    if folded in _known():
        return "known"
    several = folded.split()
    return "person" if len(several) > 1 and several[0] in _first_names() else "company"


def keys_of(events: Iterable[Event], published: date) -> list[str]:
    """Return the keys of events of one proceeding in one article, each once, in a steady order."""
    found: dict[str, None] = {}
    for event in events:
        for key in (*name_keys(event), *_figure_keys(event, published)):
            found.setdefault(key)
    return list(found)


def confirmed(case: Case, keys: Iterable[str]) -> set[str]:
    """Return those of the keys that the case's own record stands for; one that it has lost to a split is not."""
    by_kind: dict[str, list[str]] = {}
    for key in keys:
        by_kind.setdefault(key.partition(":")[0], []).append(key)
    found: set[str] = set()
    for kind, several in by_kind.items():
        held = _held(case, kind)
        found |= {key for key in several if key.partition(":")[2] in held}
    return found


def _held(case: Case, kind: str) -> "AbstractSet[str] | _Pairs":
    """Return what stands behind `kind:` in the keys of a case."""
    if kind == "docket":
        return {docket(number) for number in case.dockets}
    if kind == "operation":
        return {operation(name) for name in case.operations}
    defendants = names_of(case, "defendant")
    if kind == "target":
        return set(services_of((*names_of(case, "target"), *defendants)))
    if kind == "surname":
        return {party(name).split()[-1] for name in defendants if kind_of(name) == "person"}
    against = {party(name) for name in defendants if kind in ("provider", "pair") or kind_of(name) == kind}
    if kind != "pair":
        return against
    return _Pairs(
        {party(name) for name in names_of(case, "complainant")}, against | {*map(service, names_of(case, "target"))}
    )


@dataclass(frozen=True)
class _Pairs:
    """All pairs of a complainant and somebody acted against, without making them."""

    suing: set[str]
    against: set[str]

    def __contains__(self, pair: str) -> bool:
        one, _, other = pair.partition("|")
        return (one in self.suing and other in self.against) or (other in self.suing and one in self.against)


def names_of(case: Case, role: str) -> list[str]:
    """Return the names and aliases of a case's parties in a role, as written."""
    return [name for one in case.parties if one.role == role for name in (one.name, *one.aliases)]


def name_keys(event: Event) -> Iterator[str]:
    """Yield the keys that name somebody or something."""
    if event.docket:
        yield f"docket:{docket(event.docket)}"
    if event.operation:
        yield f"operation:{operation(event.operation)}"
    tied = [name for tie in event.ties if tie.kind not in OF_PEOPLE for name in (tie.name, tie.other)]
    for name in dict.fromkeys(services_of((*event.target[:MAX_NAMES], *tied))):
        if name not in _known():
            yield f"target:{name}"
    against = whole_names(event.defendant)[:MAX_NAMES]
    for name in against:
        kind = "provider" if event.type in _PROVIDER_TYPES else kind_of(name)
        if kind == "person" and len(against) >= ROLL:
            continue
        yield f"{kind}:{party(name)}"
        if kind == "person":
            yield f"surname:{party(name).split()[-1]}"
        if kind == "company" and " " not in party(name):
            yield f"target:{service(name)}"  # one text's defendant is the next one's target
        for who in event.complainant[:6]:
            yield _pair(party(who), party(name))
    if event.type in _SUITS:
        for name in event.target[:4]:
            for who in event.complainant[:6]:
                yield _pair(party(who), service(name))


def _pair(one: str, other: str) -> str:
    """Return the key of two sides, whoever sues: an appeal or a counterclaim turns them round."""
    return "pair:" + "|".join(sorted((one, other)))


def whole_names(names: Iterable[str]) -> list[str]:
    """Return names without those that are only a word of another one: `Kim` beside `Kim Dotcom`."""
    folded = {name: set(party(name).split()) for name in names}
    return [name for name, own in folded.items() if not any(own < other for other in folded.values())]


def _figure_keys(event: Event, published: date) -> Iterator[str]:
    month = (event.date or published.isoformat())[:7]
    for who in event.authority[:4]:
        if event.country:
            yield f"place:{party(who)}|{event.country}|{month}|{_TYPE_GROUP[event.type]}"
    for count in event.counts:
        if count.n > 9:
            yield f"number:{count.n} {count.unit}|{event.country}|{month}"
    for money in event.money:
        if money.kind is not MoneyKind.OTHER or money.amount % 1000:
            yield f"amount:{money.amount:.0f} {money.currency}|{money.kind}"
    if event.prison_months:
        yield f"prison:{event.prison_months:g}|{event.country}|{month}"
