"""Merges that link itself makes: an article that belongs to two cases shows that they are one.

They are edits like those of people, by `LINKER`: in the same book, undone in the same way. What a person has set apart
stays apart, and so does what one of these merges joined and a person took apart again.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime

import msgspec

from agents.link_edit import carry_out, told_of
from agents.link_transfer import EditStore
from schemas.events import Case, CaseUpdate, Edit, RelatedCase
from schemas.ids import make_id

Sides = tuple[set[str], set[str]]
"""The ids of two cases, each with those that were merged into it."""
LINKER = "linker"
"""Who made a merge that no person asked for."""


def may_merge(one: Case, other: Case, store: EditStore) -> bool:
    """Return whether nobody has said that these two cases, or any that were merged into them, are not one."""
    sides = {one.id, *store.merged_ids(one.id)}, {other.id, *store.merged_ids(other.id)}
    edits = {edit.id: edit for case_id in sorted(set.union(*sides)) for edit in store.edits(case_id)}
    undone = {edit.value for edit in edits.values() if edit.action == "undo"}
    made = {_merge_id(first, second) for first in sides[0] for second in sides[1]}
    return not made & edits.keys() and not any(
        _sets_apart(edit, sides, edits) for edit in edits.values() if edit.id not in undone
    )


def _sets_apart(edit: Edit, sides: Sides, edits: Mapping[str, Edit]) -> bool:
    """Return whether an edit that stands says of the two sides that they are not one."""
    if edit.action == "undo":  # of a merge; in a replay the linker may not have made it again yet
        done = edits.get(edit.value)
        return (done is None or done.action == "merge") and _between(edit.case_id, edit.into, sides)
    if edit.action in ("split", "move", "relate", "unrelate"):
        return _between(edit.case_id, edit.into, sides)
    if edit.action != "review" or not edit.before:
        return False
    answered = msgspec.json.decode(edit.before, type=list[RelatedCase])
    return any(_between(edit.case_id, one.case_id, sides) for one in answered)


def _between(one: str | None, other: str | None, sides: Sides) -> bool:
    return any(one in first and other in second for first, second in (sides, sides[::-1]))


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
