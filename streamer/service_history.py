"""A service as one object: its names, domains, mirrors and operators as the texts tie them, and all acts against it.

Nothing of it is stored: it follows from the events that stand, so it is right after every edit, merge and replay.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import datetime

from msgspec.structs import replace

from agents.link_keys import is_domain, party, service
from agents.link_services import first_label, groups_of, one_service, shown_of
from schemas.events import Case, Event, LinkedEvent, Record
from schemas.query_tree import Match, either, query_of
from schemas.taxonomy import OF_PEOPLE, TieKind
from schemas.tokens import tokens
from streamer.acts import Act, Told, acts_of, told_at
from streamer.contracts import Store

MOST_NAMES = 24
"""Names of one service that are looked up."""
MOST_CASES = 100
_PAGE = 200
_ADDRESS = re.compile(r"^(?:https?|hxxps?)://(?:www\.)?", re.IGNORECASE)


class Named(Record, frozen=True, kw_only=True):
    """A name of a service, or of somebody behind it, where it is first told; a tied one, where a text ties it."""

    name: str
    words: str = ""
    """What ties it to `other` in the text; empty where the name stands by itself."""
    other: str = ""
    alleged: bool = False
    evidence: str
    source: str
    url: str | None = None
    told_at: datetime
    status: str = ""
    """Of somebody: the furthest step against them in the cases of the service, as far as told."""


class Service(Record, frozen=True, kw_only=True):
    name: str
    names: tuple[Named, ...] = ()
    """The first told first; domains and mirrors among them."""
    operators: tuple[Named, ...] = ()
    alike: tuple[Named, ...] = ()
    """Domains made of one of its names that no text ties to it: perhaps somebody else's."""
    acts: tuple[Act, ...] = ()
    """By day."""
    cases: tuple[Case, ...] = ()
    """Those of the acts, first opened first."""
    query: str
    """Finds every event that acts against one of the names: for search and subscriptions."""


def service_of(store: Store, asked: str) -> Service | None:
    """Return the service that goes by this name, domain or address; None if no event names it."""
    asked = _ADDRESS.sub("", asked.strip()).replace("[.]", ".").partition("/")[0]
    group, told = _gathered(store, asked)
    against = [one for one in told if _is_against(one.linked.event, group)]
    names = list(_names(told, group))
    if not against or not names:
        return None
    known = store.cases(list(dict.fromkeys(one.case_id for one in against)))
    cases = sorted(known.values(), key=lambda case: (case.opened_at, case.id))
    domains = [one.name for one in names if is_domain(one.name)]
    parts = [Match(field="target", text=one.name) for one in names]
    return Service(
        name=shown_of([one.name for one in names]),
        names=tuple(names),
        operators=tuple(_operators(told, group, cases)),
        alike=tuple(_alike(told, group)),
        acts=tuple(acts_of(against)),
        cases=tuple(cases),
        query=query_of(either([*parts, *(Match(field="domain", text=name) for name in domains)])).text,
    )


# --- what is told of it ----------------------------------------------------------------------------------------------


def _gathered(store: Store, asked: str) -> tuple[set[str], list[Told]]:
    """Return the folded names that texts tie to the one asked for, and the events that name any, first told first."""
    group, looked_up = {service(asked)}, set[str]()
    told: dict[str, Told] = {}
    waiting = [asked]
    while waiting:
        for name in waiting:
            told |= {one.linked.event.id: one for one in _told_of(store, name)}
        looked_up |= {service(name) for name in waiting}
        events = [one.linked.event for one in told.values()]
        group = groups_of(pair for event in events for pair in one_service(event)).get(service(asked), group)
        written = {service(name): name for event in events for name in _all_names(event)}
        waiting = [written[one] for one in sorted(group - looked_up) if one in written][: MOST_NAMES - len(looked_up)]
    first_told = sorted(told.values(), key=lambda one: (told_at(one.linked), one.linked.event.span))
    return group, first_told


def _told_of(store: Store, name: str) -> Iterator[Told]:
    """Yield the events that have a name among theirs."""
    if not tokens(name):
        return
    page = store.search(query_of(Match(text=name)), sort="newest", limit=_PAGE)
    case_ids = dict.fromkeys(hit.document.case_id for hit in page.hits)
    for case_id in list(case_ids)[:MOST_CASES]:
        for linked in store.timeline(case_id):
            if not linked.withdrawn:
                yield Told(case_id=case_id, linked=linked)


def _all_names(event: Event) -> Iterator[str]:
    yield from (*event.target, *event.defendant, *event.domains)
    for tie in event.ties:
        if tie.kind not in OF_PEOPLE:
            yield from (tie.name, tie.other)


def _is_against(event: Event, group: set[str]) -> bool:
    return any(service(name) in group for name in (*event.target, *event.defendant, *event.domains))


# --- what is said of its names ---------------------------------------------------------------------------------------


def _names(told: Sequence[Told], group: set[str]) -> Iterator[Named]:
    """Yield each name where it is first told, with what ties it to another wherever a text does."""
    found: dict[str, Named] = {}
    for one in told:
        for new in _named(one.linked):
            key = service(new.name)
            if key in group and (key not in found or (new.words and not found[key].words)):
                found[key] = new
    yield from found.values()


def _named(linked: LinkedEvent) -> Iterator[Named]:
    """Yield the names in an event, the ties of its article last."""
    event = linked.event
    for name in (*event.target, *event.defendant, *event.domains):
        yield _as_named(linked, name, "", "", event.evidence)
    for name, domain in one_service(event):
        if domain in event.domains:
            yield _as_named(linked, domain, "domain", name, event.evidence)
    for tie in event.ties:
        if tie.kind not in OF_PEOPLE:
            yield _as_named(linked, tie.name, "", "", tie.evidence)
            words = "mirror" if tie.kind is TieKind.MIRROR else tie.words
            yield _as_named(linked, tie.other, words, tie.name, tie.evidence)


def _as_named(linked: LinkedEvent, name: str, words: str, other: str, evidence: str) -> Named:
    at = told_at(linked)
    return Named(
        name=name, words=words, other=other, evidence=evidence, source=linked.source, url=linked.url, told_at=at
    )


def _operators(told: Sequence[Told], group: set[str], cases: Sequence[Case]) -> Iterator[Named]:
    """Yield who is said to be behind the service: without "alleged" only where a text says so plainly."""
    found: dict[str, Named] = {}
    for one in told:
        for tie in one.linked.event.ties:
            alleged, key = tie.kind is TieKind.ALLEGED_OPERATOR, party(tie.other)
            if tie.kind not in OF_PEOPLE or service(tie.name) not in group:
                continue
            if key not in found or (found[key].alleged and not alleged):
                new = _as_named(one.linked, tie.other, tie.words, tie.name, tie.evidence)
                found[key] = replace(new, alleged=alleged, status=_status(key, cases))
    yield from found.values()


def _status(key: str, cases: Sequence[Case]) -> str:
    """Return what the cases say of somebody: the status of each case that has one, the newest last."""
    parties = (one for case in cases for one in case.parties if one.role == "defendant" and one.status)
    return ", ".join(dict.fromkeys(one.status for one in parties if key in map(party, (one.name, *one.aliases))))


def _alike(told: Sequence[Told], group: set[str]) -> Iterator[Named]:
    """Yield the domains that are made of one of the names and that no text ties to it."""
    seen = set(group)
    for one in told:
        for name in (*one.linked.event.domains, *one.linked.event.target):
            key = service(name)
            if key not in seen and is_domain(name) and first_label(name) in group:
                seen.add(key)
                yield _as_named(one.linked, name, "", "", one.linked.event.evidence)
