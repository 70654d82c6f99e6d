"""The review queue: what a person should look at, because linking or reading was not sure.

Uncertain links are new cases that may be a part of another. Unsure acts are those that no article tells with enough
confidence; those of one case are one question. An edit settles each; what a case had when it was marked as reviewed
does not come back, wherever it has moved since. What an article only recalls is asked about if somebody follows the
case, or on request: nobody is told of it.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import islice

from msgspec.structs import replace

from agents.link_keys import fold_name, names_of
from agents.link_transfer import leads_to
from agents.match import matches
from schemas.documents import Document, document
from schemas.events import Case, Edit, LinkedEvent, Record
from schemas.query import Query, QueryError, parse
from schemas.taxonomy import Relation, TimeRole
from streamer.acts import Act, Told, acts_of
from streamer.contracts import Store

UNSURE = 0.5
"""Acts of a lower confidence are shown for review."""
WEIGHED = 500
"""How many of the oldest questions of each kind are weighed against each other."""
_PAGE = 200


class Question(Record, frozen=True, kw_only=True):
    """Something for a person to settle."""

    what: str
    """`link` or `events`."""
    case: Case
    other: Case | None = None
    """link: the case that this one may be a part of."""
    shared: tuple[str, ...] = ()
    """link: the names that both have."""
    score: dict[str, float] = {}
    """link: what spoke for it and against it, by name."""
    events: tuple[LinkedEvent, ...] = ()
    """events: those in question, the best report of each act."""
    followers: int = 0
    """Subscriptions whose query fits the case."""
    since: datetime
    """When it came in."""
    commands: tuple[tuple[str, str], ...] = ()
    """What settles it: an answer, and the command that gives it."""


def review_queue(
    store: Store, *, limit: int, now: datetime, below: float = UNSURE, recaps: bool = False
) -> list[Question]:
    """Return what to look at: what most subscriptions follow first, then most outlets tell, then the oldest.

    With `recaps` it holds, too, what an article only recalls and nobody follows.
    """
    queries = list(_queries(store))
    found = [*islice(_links(store), WEIGHED), *islice(_events(store, below), WEIGHED)]
    followers = {
        case.id: _followers(case, store, queries, now) for case in {one.case.id: one.case for one in found}.values()
    }
    found = [replace(one, followers=followers[one.case.id]) for one in found]
    found = [one for one in found if recaps or one.followers or not _is_recap(one)]
    found.sort(key=lambda one: (-one.followers, -len(one.case.sources), one.since, one.case.id))
    return found[:limit]


def _is_recap(one: Question) -> bool:
    return bool(one.events) and all(event.event.time_role is TimeRole.BACKGROUND for event in one.events)


# --- uncertain links -------------------------------------------------------------------------------------------------


def _links(store: Store) -> Iterator[Question]:
    for case in store.doubtful_cases(WEIGHED):
        for related in case.related:
            other = store.case(leads_to(store, related.case_id))
            if related.relation is Relation.POSSIBLE_CASE and other and other.id != case.id:
                yield Question(
                    what="link",
                    case=case,
                    other=other,
                    shared=tuple(shared_names(case, other)),
                    score=dict(related.score),
                    since=case.opened_at,
                    commands=tuple(_answers(case.id, other.id)),
                )


def _answers(case_id: str, other_id: str) -> Iterator[tuple[str, str]]:
    yield "one case", f"crackdown edit merge {case_id} {other_id}"
    yield "two related cases", f"crackdown edit relate {case_id} {other_id}"
    yield "nothing to do with each other", f"crackdown edit unrelate {case_id} {other_id}"


def shared_names(case: Case, other: Case) -> Iterator[str]:
    """Yield the names of parties and the dockets that both cases have, as the first one writes them."""
    for role in ("defendant", "target", "complainant"):
        theirs = {fold_name(role, name) for name in names_of(other, role)}
        for one in case.parties:
            if one.role == role and theirs & {fold_name(role, name) for name in (one.name, *one.aliases)}:
                yield one.name
    yield from (one for one in case.dockets if one in other.dockets)
    yield from (one for one in case.operations if one in other.operations)


# --- unsure events ---------------------------------------------------------------------------------------------------


def _events(store: Store, below: float) -> Iterator[Question]:
    """Yield the cases with acts of which nobody is sure; those of the oldest acts first."""
    settled = settled_events(store.edits())
    for case_id in dict.fromkeys(one.case_id for one in _unsure(store, below) if one.event_id not in settled):
        case = store.case(case_id)
        told = [Told(case_id=case_id, linked=one) for one in store.timeline(case_id) if not one.withdrawn]
        doubts = [_surest(act) for act in acts_of(told)]
        doubts = [one for one in doubts if one.event.confidence < below and one.event.id not in settled]
        if case and doubts:
            since = min(one.seen_at for one in doubts)
            yield Question(
                what="events", case=case, events=tuple(doubts), since=since, commands=tuple(_corrections(case, doubts))
            )


def _corrections(case: Case, doubts: Sequence[LinkedEvent]) -> Iterator[tuple[str, str]]:
    ids = [one.event.id for one in doubts]
    yield "right", f"crackdown edit review {case.id}"
    yield "wrong", f"crackdown edit withdraw {case.id} {' '.join(ids)}"
    if len(ids) == 1:
        yield "another act", f"crackdown edit retype {case.id} {ids[0]} TYPE"


def _surest(act: Act) -> LinkedEvent:
    return max([act.linked, *(one.linked for one in act.others)], key=lambda one: one.event.confidence)


def _unsure(store: Store, below: float) -> Iterator[Document]:
    """Yield the events of low confidence that count, those of the oldest acts first."""
    query = parse(f"confidence:<{below}")
    cursor: str | None = None
    while True:
        page = store.search(query, sort="oldest", limit=_PAGE, cursor=cursor)
        yield from (hit.document for hit in page.hits)
        cursor = page.cursor
        if cursor is None:
            return


def settled_events(edits: Iterable[Edit]) -> set[str]:
    """Return the ids of the events that people have looked at, by their edits that were not undone."""
    made = list(edits)
    undone = {edit.value for edit in made if edit.action == "undo"}
    standing = [edit for edit in made if edit.id not in undone]
    return {event for edit in standing if edit.action in ("retype", "review") for event in edit.event_ids}


# --- who follows -----------------------------------------------------------------------------------------------------


def _queries(store: Store) -> Iterator[Query | None]:
    """Yield what active subscriptions look for; None for everything."""
    for subscription in store.subscriptions():
        if subscription.active:
            try:
                yield parse(subscription.query) if subscription.query else None
            except QueryError:
                continue  # one of an older version: it gets no notices either


def _followers(case: Case, store: Store, queries: Sequence[Query | None], now: datetime) -> int:
    documents = [document(one, case, now) for one in store.timeline(case.id)]
    return sum(query is None or any(matches(query, one, now=now) for one in documents) for query in queries)
