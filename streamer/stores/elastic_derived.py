"""The documents of the indices that are derived from articles and edits, made from the tables of a replay."""

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import chain
from typing import Any

from schemas.documents import document
from schemas.events import Case
from streamer.contracts import Store
from streamer.replay_cases import all_cases
from streamer.replayed import Replayed
from streamer.stores.elastic_articles import key_document, key_id
from streamer.stores.elastic_cases import JOURNAL, article_document, case_document, edit_document, event_document
from streamer.stores.elastic_copy import Document
from streamer.stores.elastic_record import pack
from streamer.stores.elastic_search import event_source


def _cases(made: Replayed, _number: int, _at: datetime) -> Iterator[Document]:
    for case in _all(made.store):
        timeline = [one.event.id for one in made.store.timeline(case.id)]
        yield Document(case.id, case_document(case, timeline), case.revision)


def _timeline(made: Replayed, number: int, _at: datetime) -> Iterator[Document]:
    for case in all_cases(made.store):
        timeline = made.store.timeline(case.id)
        for one in timeline:
            yield Document(one.event.id, event_document(case.id, one), number)
        for article_id in dict.fromkeys(one.article_id for one in timeline):
            ids = [one.event.id for _, one in made.store.article_events(article_id)]
            yield Document(article_id, article_document(article_id, ids), number)


def _events(made: Replayed, _number: int, at: datetime) -> Iterator[Document]:
    for case in all_cases(made.store):
        for one in made.store.timeline(case.id):
            yield Document(one.event.id, event_source(document(one, case, at)), case.revision)


def _keys(made: Replayed, _number: int, _at: datetime) -> Iterator[Document]:
    return (Document(key_id(name), key_document(key)) for name, key in made.keys)


def _edits(made: Replayed, _number: int, _at: datetime) -> Iterator[Document]:
    return (Document(edit.id, edit_document(pack(edit))) for edit in made.store.edits())


def _journal(_made: Replayed, number: int, _at: datetime) -> Iterator[Document]:
    yield Document(JOURNAL[1], {"number": number})


DERIVED: dict[str, Callable[[Replayed, int, datetime], Iterator[Document]]] = {
    "cases": _cases,
    "timeline": _timeline,
    "events": _events,
    "keys": _keys,
    "edits": _edits,
    "journal": _journal,
}
"""By index, what makes its documents, given the number of the first save and the time of indexing."""


def _all(store: Store) -> Iterator[Case]:
    """Yield all cases, those too that only lead to another."""
    signposts: Any = (store.case(case_id) for case_id, _ in store.signposts())
    return chain(all_cases(store), signposts)
