"""Edits by people: merge, split, move, retype, withdraw, rename, review, and undo of each.

They pass through link like events do, so there is still one writer. An edit that is already in the book changes nothing
and yields its cases again. A case that has lost all its events is a signpost to where they went.
"""

from collections.abc import Callable, Iterable, Sequence
from datetime import datetime
from typing import Protocol

import msgspec
from msgspec.structs import replace

from agents.errors import Rejected
from agents.link_case import fold, in_order, unique
from schemas.events import Case, CaseUpdate, Edit, LinkedEvent, RelatedCase
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, EventType, Relation


class EditStore(Protocol):
    """The part of the store that edits read and write."""

    def case(self, case_id: str) -> Case | None: ...
    def timeline(self, case_id: str) -> list[LinkedEvent]: ...
    def save_case(self, case: Case, events: Sequence[LinkedEvent] = (), keys: Iterable[str] = ()) -> None: ...
    def save_edit(self, edit: Edit) -> None: ...
    def edits(self, case_id: str | None = None) -> list[Edit]: ...


def apply_edit(edit: Edit, *, store: EditStore, at: datetime) -> list[CaseUpdate]:
    """Return the cases that the edit changed. Raises Rejected, saying why, for one that cannot be carried out."""
    done = next((one for one in store.edits() if one.id == edit.id), None)
    if done is None:
        done = carry_out(edit, store, at)
    return told_of(done, store)


def carry_out(edit: Edit, store: EditStore, at: datetime) -> Edit:
    """Do what the edit says and enter it into the book; return it as it stands there. Raises Rejected."""
    if edit.action not in ACTIONS:
        raise Rejected(f"no such edit: {edit.action!r}; known are {', '.join(ACTIONS)}")
    done = ACTIONS[edit.action](edit, store, at)
    store.save_edit(done)
    return done


def told_of(done: Edit, store: EditStore) -> list[CaseUpdate]:
    """Return the cases that an edit in the book has changed, as they are now."""
    touched = [_case(store, case_id) for case_id in (done.case_id, done.into) if case_id]
    return [_update(done, case) for case in {case.id: case for case in touched}.values()]


def _update(edit: Edit, case: Case) -> CaseUpdate:
    return CaseUpdate(
        id=make_id("change", case.id, "edit", edit.id),
        case=case,
        change=ChangeKind.CORRECTED,
        fields=("title",) if edit.action == "rename" else (),
        reason=_reason(edit, case),
        muted=edit.action in ("review", "rename"),
    )


def _reason(edit: Edit, case: Case) -> str:
    if edit.action == "merge":
        return f"merged from {edit.case_id}"
    if edit.action in ("split", "move"):
        there = edit.case_id if case.id == edit.into else edit.into
        return f"events moved {'from' if case.id == edit.into else 'to'} {there}"
    return {
        "retype": f"event type corrected to {edit.value}",
        "withdraw": f"withdrawn by {edit.by}",
        "rename": "title corrected",
        "review": f"reviewed by {edit.by}",
    }.get(edit.action, f"edit undone by {edit.by}")


# --- what each edit does: each returns the edit with what an undo needs ----------------------------------------------


def _merge(edit: Edit, store: EditStore, at: datetime) -> Edit:
    source, target = _case(store, edit.case_id), _case(store, edit.into)
    if source.id == target.id:
        raise Rejected(f"{edit.case_id} and {edit.into} are one case already")
    _transfer(store, source, target.id, source.event_ids, at)
    return replace(edit, case_id=source.id, into=target.id, event_ids=source.event_ids)


def _split(edit: Edit, store: EditStore, at: datetime) -> Edit:
    source = _case(store, edit.case_id)
    chosen = _chosen(edit, source)
    if len(chosen) == len(source.event_ids):
        raise Rejected(f"these are all events of {source.id}: nothing would be left")
    target = make_id("case", "split", edit.id)
    _transfer(store, source, target, chosen, at)
    return replace(edit, case_id=source.id, into=target, event_ids=chosen)


def _move(edit: Edit, store: EditStore, at: datetime) -> Edit:
    source, target = _case(store, edit.case_id), _case(store, edit.into)
    if source.id == target.id:
        raise Rejected(f"the events are in {target.id} already")
    chosen = _chosen(edit, source)
    _transfer(store, source, target.id, chosen, at)
    return replace(edit, case_id=source.id, into=target.id, event_ids=chosen)


def _retype(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = _case(store, edit.case_id)
    chosen = _chosen(edit, case)
    try:
        new = EventType(edit.value)
    except ValueError:
        raise Rejected(f"no such event type: {edit.value!r}") from None
    before = {one.event.id: one.event.type.value for one in store.timeline(case.id) if one.event.id in chosen}
    _rewrite(store, case, chosen, lambda one: replace(one, event=replace(one.event, type=new)), at)
    return replace(edit, case_id=case.id, event_ids=chosen, before=msgspec.json.encode(before).decode())


def _withdraw(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = _case(store, edit.case_id)
    chosen = _chosen(edit, case) if edit.event_ids else case.event_ids
    mark, reason = make_id("change", case.id, "edit", edit.id), f"withdrawn by {edit.by}"
    _rewrite(
        store, case, chosen, lambda one: one if one.withdrawn else replace(one, withdrawn=reason, withdrawn_by=mark), at
    )
    return replace(edit, case_id=case.id, event_ids=chosen)


def _rename(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = _case(store, edit.case_id)
    title = " ".join(edit.value.split())
    if not title:
        raise Rejected("a case needs a title")
    store.save_case(replace(case, title=title, title_by=edit.by, revision=case.revision + 1, updated_at=at))
    return replace(edit, case_id=case.id, before=msgspec.json.encode([case.title, case.title_by]).decode())


def _review(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = _case(store, edit.case_id)
    open_questions = [one for one in case.related if one.relation is Relation.POSSIBLE_CASE]
    kept = tuple(one for one in case.related if one not in open_questions)
    store.save_case(replace(case, related=kept, revision=case.revision + 1, updated_at=at))
    return replace(edit, case_id=case.id, before=msgspec.json.encode(open_questions).decode())


def _undo(edit: Edit, store: EditStore, at: datetime) -> Edit:
    done = next((one for one in store.edits() if one.id == edit.value), None)
    if done is None or done.action == "undo":
        raise Rejected(f"no edit {edit.value!r} to undo")
    UNDO[done.action](done, store, at)
    return replace(edit, case_id=done.case_id, into=done.into)


ACTIONS: dict[str, Callable[[Edit, EditStore, datetime], Edit]] = {
    "merge": _merge,
    "split": _split,
    "move": _move,
    "retype": _retype,
    "withdraw": _withdraw,
    "rename": _rename,
    "review": _review,
    "undo": _undo,
}


# --- what takes each edit back ---------------------------------------------------------------------------------------


def _take_back(done: Edit, store: EditStore, at: datetime) -> None:
    assert done.case_id
    holder = _case(store, done.into)
    _transfer(store, holder, done.case_id, [one for one in holder.event_ids if one in done.event_ids], at)


def _type_again(done: Edit, store: EditStore, at: datetime) -> None:
    before = msgspec.json.decode(done.before, type=dict[str, EventType])
    _rewrite(
        store,
        _case(store, done.case_id),
        list(before),
        lambda one: replace(one, event=replace(one.event, type=before[one.event.id])),
        at,
    )


def _count_again(done: Edit, store: EditStore, at: datetime) -> None:
    case = _case(store, done.case_id)
    reason = f"withdrawn by {done.by}"
    _rewrite(
        store,
        case,
        done.event_ids,
        lambda one: replace(one, withdrawn="", withdrawn_by="") if one.withdrawn == reason else one,
        at,
    )


def _name_again(done: Edit, store: EditStore, at: datetime) -> None:
    case = _case(store, done.case_id)
    title, by = msgspec.json.decode(done.before, type=tuple[str, str])
    timeline = in_order(case, store.timeline(case.id))
    store.save_case(fold(case.id, timeline, old=replace(case, title=title, title_by=by), at=at))


def _ask_again(done: Edit, store: EditStore, at: datetime) -> None:
    case = _case(store, done.case_id)
    again = msgspec.json.decode(done.before, type=list[RelatedCase])
    store.save_case(replace(case, related=unique((*case.related, *again)), revision=case.revision + 1, updated_at=at))


UNDO: dict[str, Callable[[Edit, EditStore, datetime], None]] = {
    "merge": _take_back,
    "split": _take_back,
    "move": _take_back,
    "retype": _type_again,
    "withdraw": _count_again,
    "rename": _name_again,
    "review": _ask_again,
}


# --- what they share -------------------------------------------------------------------------------------------------


def _case(store: EditStore, case_id: str | None) -> Case:
    """Return the case that an id leads to today. Raises Rejected if there is none."""
    case = store.case(case_id) if case_id else None
    while case and case.merged_into:
        case = store.case(case.merged_into)
    if case is None:
        raise Rejected(f"no such case: {case_id}")
    return case


def _chosen(edit: Edit, case: Case) -> tuple[str, ...]:
    strangers = [event_id for event_id in edit.event_ids if event_id not in case.event_ids]
    if strangers or not edit.event_ids:
        raise Rejected(f"not in {case.id}: {', '.join(strangers) or 'no event was named'}")
    return tuple(one for one in case.event_ids if one in edit.event_ids)


def _transfer(store: EditStore, source: Case, target_id: str, event_ids: Sequence[str], at: datetime) -> None:
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
        store.save_case(_joined(grown, source, revision + 1, joined=not kept), moved)
    if kept:
        shrunk = fold(source.id, kept, old=source, at=at)
    else:
        shrunk = Case(
            id=source.id, title=source.title, merged_into=target_id, opened_at=source.opened_at, updated_at=at
        )
    store.save_case(replace(shrunk, revision=revision + 1))


def _joined(target: Case, source: Case, revision: int, *, joined: bool) -> Case:
    """Return the target with the source's relations too if it took the whole of it; never related to itself."""
    related = (*target.related, *source.related) if joined else target.related
    ends = {source.id, target.id} if joined else {target.id}
    return replace(target, revision=revision, related=unique(one for one in related if one.case_id not in ends))


def _rewrite(
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
