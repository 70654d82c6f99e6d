"""Stage index: makes the events of a changed case searchable."""

from collections.abc import Callable, Sequence
from datetime import datetime
from typing import Protocol

from schemas.documents import Document, document
from schemas.events import CaseUpdate, LinkedEvent
from schemas.taxonomy import ChangeKind


class SearchStore(Protocol):
    """The part of the store that index reads and writes."""

    def timeline(self, case_id: str) -> list[LinkedEvent]: ...
    def put_documents(self, documents: Sequence[Document]) -> None: ...


def index(update: CaseUpdate, *, store: SearchStore, now: Callable[[], datetime]) -> tuple[()]:
    """Put the documents of the change; all of the case's where its title changed or events came, went or moved."""
    whole = update.change is ChangeKind.CORRECTED or "title" in update.fields
    events = store.timeline(update.case.id) if whole else update.events
    at = now()
    store.put_documents([document(one, update.case, at) for one in events])
    return ()
