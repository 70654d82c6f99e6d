"""Merges that link itself makes: an article that belongs to two cases shows that they are one.

They are edits like those of people, by `LINKER`: in the same book, undone in the same way. What a person has set apart
stays apart, and so does what one of these merges joined and a person took apart again.
"""

from collections.abc import Iterable
from datetime import datetime

import msgspec

from agents.link_edit import EditStore, carry_out, told_of
from schemas.events import Case, CaseUpdate, Edit, RelatedCase
from schemas.ids import make_id

LINKER = "linker"
"""Who made a merge that no person asked for."""


def may_merge(one: Case, other: Case, store: EditStore) -> bool:
    """Return whether nobody has said that these two cases are not one."""
    ids = {one.id, other.id}
    edits = {edit.id: edit for case_id in sorted(ids) for edit in store.edits(case_id)}
    return _merge_id(one.id, other.id) not in edits and not any(_sets_apart(edit, ids) for edit in edits.values())


def _sets_apart(edit: Edit, ids: set[str]) -> bool:
    if edit.action in ("split", "move", "undo"):
        return {edit.case_id, edit.into} == ids
    if edit.action != "review" or not edit.before:
        return False
    answered = msgspec.json.decode(edit.before, type=list[RelatedCase])
    return any({edit.case_id, one.case_id} == ids for one in answered)


def merge(one: Case, *, into: str, change_id: str, store: EditStore, seen: datetime, at: datetime) -> None:
    """Merge one case into another because of a change that ties both.

    The edit has the time when the article was `seen`, so that a replay makes the same edit.
    """
    edit_id = _merge_id(one.id, into)
    edit = Edit(id=edit_id, action="merge", case_id=one.id, into=into, by=LINKER, at=seen, note=change_id)
    carry_out(edit, store, at)


def _merge_id(one: str, other: str) -> str:
    return make_id("edit", "merge", *sorted((one, other)))


def merges_for(case_id: str, change_ids: Iterable[str], store: EditStore, *, muted: bool) -> list[CaseUpdate]:
    """Return what there is to tell of the merges into a case that these changes have brought about."""
    made = [edit for edit in store.edits(case_id) if edit.by == LINKER and edit.note in change_ids]
    return [msgspec.structs.replace(one, muted=muted) for edit in made for one in told_of(edit, store)]
