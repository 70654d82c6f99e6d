"""Edits by people: merge, split, move, retype, withdraw, rename, review, relate, unrelate, and undo of each.

They pass through link like events do, so there is still one writer. An edit that is already in the book changes nothing
and yields its cases again. A case that has lost all its events is a signpost to where they went.
"""

from collections.abc import Callable
from datetime import datetime

import msgspec
from msgspec.structs import replace

from agents.errors import Rejected
from agents.link_case import fold, in_order, unique
from agents.link_relate import relate, take_relation_back, unrelate
from agents.link_relations import joined
from agents.link_transfer import EditStore, chosen_of, led_to, rewrite, transfer
from schemas.events import Case, CaseUpdate, Edit, Record, RelatedCase
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, EventType, Relation


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
    touched = [led_to(store, case_id) for case_id in (done.case_id, done.into) if case_id]
    return [_update(done, case) for case in {case.id: case for case in touched}.values()]


def _update(edit: Edit, case: Case) -> CaseUpdate:
    return CaseUpdate(
        id=make_id("change", case.id, "edit", edit.id),
        case=case,
        change=ChangeKind.CORRECTED,
        fields=("title",) if edit.action == "rename" else (),
        reason=_reason(edit, case),
        muted=edit.action in ("review", "rename", "relate", "unrelate"),
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
        "relate": f"{edit.value.replace('_', ' ')} {edit.into}, said {edit.by}",
        "unrelate": f"not related to {edit.into}, said {edit.by}",
    }.get(edit.action, f"edit undone by {edit.by}")


# --- what each edit does: each returns the edit with what an undo needs ----------------------------------------------


def _merge(edit: Edit, store: EditStore, at: datetime) -> Edit:
    source, target = led_to(store, edit.case_id), led_to(store, edit.into)
    if source.id == target.id:
        raise Rejected(f"{edit.case_id} and {edit.into} are one case already")
    before = _Two(title=source.title, title_by=source.title_by, related=source.related, into_related=target.related)
    transfer(store, source, target.id, source.event_ids, at)
    done = replace(edit, case_id=source.id, into=target.id, event_ids=source.event_ids)
    return replace(done, before=msgspec.json.encode(before).decode())


class _Two(Record, frozen=True, kw_only=True):
    """What two cases were, beside their events, before they were merged."""

    title: str
    title_by: str = ""
    related: tuple[RelatedCase, ...] = ()
    into_related: tuple[RelatedCase, ...] = ()


def _split(edit: Edit, store: EditStore, at: datetime) -> Edit:
    source = led_to(store, edit.case_id)
    chosen = chosen_of(edit, source)
    if len(chosen) == len(source.event_ids):
        raise Rejected(f"these are all events of {source.id}: nothing would be left")
    target = make_id("case", "split", edit.id)
    transfer(store, source, target, chosen, at)
    return replace(edit, case_id=source.id, into=target, event_ids=chosen)


def _move(edit: Edit, store: EditStore, at: datetime) -> Edit:
    source, target = led_to(store, edit.case_id), led_to(store, edit.into)
    if source.id == target.id:
        raise Rejected(f"the events are in {target.id} already")
    chosen = chosen_of(edit, source)
    transfer(store, source, target.id, chosen, at)
    return replace(edit, case_id=source.id, into=target.id, event_ids=chosen)


def _retype(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = led_to(store, edit.case_id)
    chosen = chosen_of(edit, case)
    try:
        new = EventType(edit.value)
    except ValueError:
        raise Rejected(f"no such event type: {edit.value!r}") from None
    before = {one.event.id: one.event.type.value for one in store.timeline(case.id) if one.event.id in chosen}
    rewrite(store, case, chosen, lambda one: replace(one, event=replace(one.event, type=new)), at)
    return replace(edit, case_id=case.id, event_ids=chosen, before=msgspec.json.encode(before).decode())


def _withdraw(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = led_to(store, edit.case_id)
    chosen = chosen_of(edit, case) if edit.event_ids else case.event_ids
    mark, reason = make_id("change", case.id, "edit", edit.id), f"withdrawn by {edit.by}"
    rewrite(
        store, case, chosen, lambda one: one if one.withdrawn else replace(one, withdrawn=reason, withdrawn_by=mark), at
    )
    return replace(edit, case_id=case.id, event_ids=chosen)


def _rename(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = led_to(store, edit.case_id)
    title = " ".join(edit.value.split())
    if not title:
        raise Rejected("a case needs a title")
    store.save_case(replace(case, title=title, title_by=edit.by, revision=case.revision + 1, updated_at=at))
    return replace(edit, case_id=case.id, before=msgspec.json.encode([case.title, case.title_by]).decode())


def _review(edit: Edit, store: EditStore, at: datetime) -> Edit:
    case = led_to(store, edit.case_id)
    open_questions = [one for one in case.related if one.relation is Relation.POSSIBLE_CASE]
    kept = tuple(one for one in case.related if one not in open_questions)
    store.save_case(replace(case, related=kept, revision=case.revision + 1, updated_at=at))
    before = msgspec.json.encode(open_questions).decode()
    return replace(edit, case_id=case.id, event_ids=case.event_ids, before=before)


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
    "relate": relate,
    "unrelate": unrelate,
    "undo": _undo,
}


# --- what takes each edit back ---------------------------------------------------------------------------------------


def _part_again(done: Edit, store: EditStore, at: datetime) -> None:
    """Part two merged cases, each with the relations that it had; those found since stay with the case that stayed."""
    _take_back(done, store, at)
    before = msgspec.json.decode(done.before, type=_Two)
    source, target = (store.case(case_id or "") for case_id in (done.case_id, done.into))
    if source and not source.merged_into:
        named = replace(source, title=before.title, title_by=before.title_by) if before.title_by else source
        store.save_case(replace(named, related=before.related, revision=source.revision + 1))
    if target and not target.merged_into:
        others = [one for one in target.related if one not in before.related]
        related = joined(before.into_related, others, own=target.id)
        store.save_case(replace(target, related=related, revision=target.revision + 1))


def _take_back(done: Edit, store: EditStore, at: datetime) -> None:
    assert done.case_id
    holder = led_to(store, done.into)
    transfer(store, holder, done.case_id, [one for one in holder.event_ids if one in done.event_ids], at)


def _type_again(done: Edit, store: EditStore, at: datetime) -> None:
    before = msgspec.json.decode(done.before, type=dict[str, EventType])
    rewrite(
        store,
        led_to(store, done.case_id),
        list(before),
        lambda one: replace(one, event=replace(one.event, type=before[one.event.id])),
        at,
    )


def _count_again(done: Edit, store: EditStore, at: datetime) -> None:
    case = led_to(store, done.case_id)
    reason = f"withdrawn by {done.by}"
    rewrite(
        store,
        case,
        done.event_ids,
        lambda one: replace(one, withdrawn="", withdrawn_by="") if one.withdrawn == reason else one,
        at,
    )


def _name_again(done: Edit, store: EditStore, at: datetime) -> None:
    case = led_to(store, done.case_id)
    title, by = msgspec.json.decode(done.before, type=tuple[str, str])
    timeline = in_order(case, store.timeline(case.id))
    store.save_case(fold(case.id, timeline, old=replace(case, title=title, title_by=by), at=at))


def _ask_again(done: Edit, store: EditStore, at: datetime) -> None:
    case = led_to(store, done.case_id)
    again = msgspec.json.decode(done.before, type=list[RelatedCase])
    store.save_case(replace(case, related=unique((*case.related, *again)), revision=case.revision + 1, updated_at=at))


UNDO: dict[str, Callable[[Edit, EditStore, datetime], None]] = {
    "merge": _part_again,
    "split": _take_back,
    "move": _take_back,
    "retype": _type_again,
    "withdraw": _count_again,
    "rename": _name_again,
    "review": _ask_again,
    "relate": take_relation_back,
    "unrelate": take_relation_back,
}
