"""What edits of cases are made of: follow an id, move events from one case to another, change some in place."""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

from msgspec.structs import replace

from agents.errors import Rejected
from agents.link_case import fold, in_order
from agents.link_relations import found_by, joined
from schemas.events import Case, Edit, LinkedEvent


class EditStore(Protocol):
    """The part of the store that edits read and write."""

    def case(self, case_id: str) -> Case | None: ...
    def timeline(self, case_id: str) -> list[LinkedEvent]: ...
    def save_case(self, case: Case, events: Sequence[LinkedEvent] = (), keys: Iterable[str] = ()) -> None: ...
    def save_edit(self, edit: Edit) -> None: ...
    def edits(self, case_id: str | None = None) -> list[Edit]: ...
    def merged_ids(self, case_id: str) -> list[str]: ...


def led_to(store: EditStore, case_id: str | None) -> Case:
    """Return the case that an id leads to today. Raises Rejected if there is none."""
    case = store.case(case_id) if case_id else None
    while case and case.merged_into:
        case = store.case(case.merged_into)
    if case is None:
        raise Rejected(f"no such case: {case_id}")
    return case


def leads_to(store: EditStore, case_id: str) -> str:
    """Return the id of the case that an id leads to today; the id itself if there is none."""
    case = store.case(case_id)
    return leads_to(store, case.merged_into) if case and case.merged_into else case_id


def chosen_of(edit: Edit, case: Case) -> tuple[str, ...]:
    """Return the events that an edit names, in the order of the case. Raises Rejected if it has not all of them."""
    strangers = [event_id for event_id in edit.event_ids if event_id not in case.event_ids]
    if strangers or not edit.event_ids:
        raise Rejected(f"not in {case.id}: {', '.join(strangers) or 'no event was named'}")
    return tuple(one for one in case.event_ids if one in edit.event_ids)


def transfer(store: EditStore, source: Case, target_id: str, event_ids: Sequence[str], at: datetime) -> None:
    """Move events to another case, new or known or a signpost that comes back to life.

    Both end at one revision above the higher of the two: a search document follows the highest revision it has seen.
    The target is written first; a crash in between leaves a source whose lost events the next try passes over.
    """
    known = store.case(target_id)
    target = replace(known, merged_into=None, event_ids=()) if known and known.merged_into else known
    revision = max(source.revision, known.revision if known else 0)
    here, there = in_order(source, store.timeline(source.id)), store.timeline(target_id)
    moved = [one for one in here if one.event.id in event_ids]
    kept = [one for one in here if one.event.id not in event_ids]
    if moved:
        arrived = [*(in_order(target, there) if target else []), *moved]
        grown = fold(target_id, arrived, old=target, at=at)
        grown = _joined(grown, source, revision + 1, whole=not kept)
        store.save_case(grown, moved, found_by(grown.related))
    if kept:
        shrunk = fold(source.id, kept, old=source, at=at)
    else:
        shrunk = Case(
            id=source.id, title=source.title, merged_into=target_id, opened_at=source.opened_at, updated_at=at
        )
    store.save_case(replace(shrunk, revision=revision + 1))


def _joined(target: Case, source: Case, revision: int, *, whole: bool) -> Case:
    """Return the target with the source's relations too if it took the whole of it; never related to itself."""
    theirs = source.related if whole else ()
    related = joined(target.related, theirs, own=target.id)
    kept = tuple(one for one in related if not (whole and one.case_id == source.id))
    return replace(target, revision=revision, related=kept)


def rewrite(
    store: EditStore,
    case: Case,
    event_ids: Sequence[str],
    change: Callable[[LinkedEvent], LinkedEvent],
    at: datetime,
) -> None:
    """Change some events of a case and fold it again."""
    timeline = in_order(case, store.timeline(case.id))
    changed = {one.event.id: change(one) for one in timeline if one.event.id in event_ids}
    folded = fold(case.id, [changed.get(one.event.id, one) for one in timeline], old=case, at=at)
    store.save_case(folded, list(changed.values()))
