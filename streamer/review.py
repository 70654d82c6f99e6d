"""The review queue: what a person should look at, because linking or reading was not sure.

Uncertain links are new cases that may be a part of another. Unsure events are those read with low confidence. Both
leave the queue by an edit; an event leaves it too when its case is marked as reviewed, until a newer one comes in.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from msgspec.structs import replace

from agents.match import matches
from schemas.documents import Document, document
from schemas.events import Case, Edit, Record
from schemas.query import Query, QueryError, parse
from schemas.taxonomy import Relation
from streamer.contracts import Store

UNSURE = 0.5
"""Events of a lower confidence are shown for review."""
WEIGHED = 500
"""How many of the oldest questions of each kind are weighed against each other."""
_PAGE = 200


class Question(Record, frozen=True, kw_only=True):
    """Something for a person to settle."""

    what: str
    """`link` or `event`."""
    case: Case
    other: Case | None = None
    """link: the case that this one may be a part of."""
    score: dict[str, float] = {}
    """link: what spoke for it and against it, by name."""
    event: Document | None = None
    """event: the one in question."""
    followers: int = 0
    """Subscriptions whose query fits the case."""
    since: datetime
    """When it came in."""
    commands: tuple[str, ...] = ()
    """What settles it: one of these."""


def review_queue(store: Store, *, limit: int, now: datetime, below: float = UNSURE) -> list[Question]:
    """Return what to look at: what most subscriptions follow first, then most outlets tell, then the oldest."""
    queries = list(_queries(store))
    found = [*islice(_links(store), WEIGHED), *islice(_events(store, below), WEIGHED)]
    followers = {
        case.id: _followers(case, store, queries, now) for case in {one.case.id: one.case for one in found}.values()
    }
    found = [replace(one, followers=followers[one.case.id]) for one in found]
    found.sort(key=lambda one: (-one.followers, -len(one.case.sources), one.since, one.case.id))
    return found[:limit]


def _links(store: Store) -> Iterator[Question]:
    for case in store.doubtful_cases(WEIGHED):
        for related in case.related:
            other = _follow(store, related.case_id) if related.relation is Relation.POSSIBLE_CASE else None
            if other and other.id != case.id:
                yield Question(
                    what="link",
                    case=case,
                    other=other,
                    score=dict(related.score),
                    since=case.opened_at,
                    commands=(f"crackdown edit merge {case.id} {other.id}", f"crackdown edit review {case.id}"),
                )


def _follow(store: Store, case_id: str) -> Case | None:
    case = store.case(case_id)
    while case and case.merged_into:
        case = store.case(case.merged_into)
    return case


def _events(store: Store, below: float) -> Iterator[Question]:
    settled = Settled(store.edits())
    for one in _unsure(store, below):
        case = None if settled.covers(one) else store.case(one.case_id)
        if case:
            yield Question(
                what="event",
                case=case,
                event=one,
                since=one.seen_at,
                commands=(
                    f"crackdown edit withdraw {case.id} {one.event_id}",
                    f"crackdown edit retype {case.id} {one.event_id} TYPE",
                    f"crackdown edit review {case.id}",
                ),
            )


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


class Settled:
    """What people have looked at, by their edits that were not undone."""

    def __init__(self, edits: Sequence[Edit]) -> None:
        undone = {edit.value for edit in edits if edit.action == "undo"}
        standing = [edit for edit in edits if edit.id not in undone]
        self._retyped = {event for edit in standing if edit.action == "retype" for event in edit.event_ids}
        self._reviewed: Mapping[str, datetime] = {
            edit.case_id: edit.at for edit in standing if edit.action == "review" and edit.case_id
        }

    def covers(self, event: Document) -> bool:
        reviewed = self._reviewed.get(event.case_id)
        return event.event_id in self._retyped or (reviewed is not None and event.seen_at <= reviewed)


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
