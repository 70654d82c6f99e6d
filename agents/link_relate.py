"""What people say of how two cases belong together: it stands before what rules find, and rules never overrule it."""

from collections.abc import Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from agents.errors import Rejected
from agents.link_relations import found_by, joined
from agents.link_transfer import EditStore, leads_to, led_to
from schemas.events import Case, Edit, Record, RelatedCase
from schemas.taxonomy import Relation

SAYABLE = (Relation.RELATED_TO, Relation.APPEAL_OF, Relation.CIVIL_PARALLEL, Relation.PART_OF_OPERATION)


class _Both(Record, frozen=True, kw_only=True):
    """What either case said of the other before."""

    case: tuple[RelatedCase, ...] = ()
    other: tuple[RelatedCase, ...] = ()


def relate(edit: Edit, store: EditStore, at: datetime) -> Edit:
    """Relate the case to another one as `value` says. Raises Rejected."""
    if edit.value not in SAYABLE:
        raise Rejected(f"no such relation: {edit.value!r}; known are {', '.join(SAYABLE)}")
    return _say(edit, Relation(edit.value), store, at)


def unrelate(edit: Edit, store: EditStore, at: datetime) -> Edit:
    """Say of two cases that they have nothing to do with each other. Raises Rejected."""
    return _say(edit, Relation.UNRELATED, store, at)


def _say(edit: Edit, relation: Relation, store: EditStore, at: datetime) -> Edit:
    case, other = led_to(store, edit.case_id), led_to(store, edit.into)
    if case.id == other.id:
        raise Rejected(f"{edit.case_id} and {edit.into} are one case")
    mark = RelatedCase(case_id=other.id, relation=relation, by=edit.by)
    said, answered = _of(case, other, store), _of(other, case, store)
    before = _Both(case=tuple(one for one in said if one != mark), other=answered)
    if answered:
        _put(store, other, case, (), at)
    _put(store, case, other, (mark,), at)
    return replace(edit, case_id=case.id, into=other.id, before=msgspec.json.encode(before).decode())


def take_relation_back(done: Edit, store: EditStore, at: datetime) -> None:
    """Let two cases say of each other what they said before."""
    case, other = led_to(store, done.case_id), led_to(store, done.into)
    before = msgspec.json.decode(done.before, type=_Both)
    for one, another, said in ((case, other, before.case), (other, case, before.other)):
        if one.id != another.id:
            _put(store, one, another, said, at)


def _of(case: Case, other: Case, store: EditStore) -> tuple[RelatedCase, ...]:
    return tuple(one for one in case.related if leads_to(store, one.case_id) == other.id)


def _put(store: EditStore, case: Case, other: Case, said: Sequence[RelatedCase], at: datetime) -> None:
    """Let a case say this of the other one and nothing else."""
    now = led_to(store, case.id)
    gone = _of(now, other, store)
    related = joined(said, (one for one in now.related if one not in gone), own=now.id)
    store.save_case(replace(now, related=related, revision=now.revision + 1, updated_at=at), keys=found_by(said))
