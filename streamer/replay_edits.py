"""People's corrections in a replay: each is applied again at its time, to where its events are now.

An edit whose events or cases are not there yet waits for the end. One that does not fit then either becomes a dead
letter of the new tables, from where every later replay tries it again.
"""

from collections import Counter, deque
from collections.abc import Callable, Iterable, Sequence
from datetime import datetime

import msgspec
from msgspec.structs import replace

from agents.errors import Rejected
from agents.link import link
from agents.link_merge import LINKER
from schemas.codec import decode, encode
from schemas.events import Case, DeadLetter, Edit, Event
from schemas.ids import make_id
from schemas.taxonomy import EventType
from streamer.contracts import Store
from streamer.replay_report import Report

ON_CASES = ("merge", "rename", "review", "relate", "unrelate")
"""Actions that concern cases whatever events these hold today."""
_MARK = {"by": "replay"}
"""Headers of the dead letters that hold edits which did not fit."""
_MOST_LETTERS = 10_000


class Edits:
    """People's edits of the old tables, on their way into the new ones. What link merged, it merges again by itself."""

    def __init__(self, old: Store, new: Store, report: Report) -> None:
        self._old, self._new, self._report = old, new, report
        self._letters = {
            edit.id: letter
            for letter in old.dead_letters(stage="link", limit=_MOST_LETTERS)
            if letter.headers == _MARK and isinstance(edit := decode(letter.payload), Edit)
        }
        self._merged = {edit.id for edit in old.edits() if edit.by == LINKER}
        by_people = [edit for edit in old.edits() if edit.by != LINKER]
        waiting = [*by_people, *(_edit_in(letter) for letter in self._letters.values())]
        self._waiting = deque(sorted(waiting, key=lambda edit: (edit.at, edit.id)))
        self._late: list[tuple[Edit, str]] = []
        self._parts: dict[str, list[str]] = {}
        """By edit: the ids of the edits that carry out its parts, where its events are in several cases now."""

    def apply_before(self, moment: datetime) -> None:
        """Apply the edits that were made before this moment."""
        while self._waiting and self._waiting[0].at < moment:
            self._late += self._apply(self._waiting.popleft())

    def apply_rest(self, now: datetime) -> None:
        """Apply the edits that are left, first those that did not fit at their time; report those that never do."""
        early, self._late = self._late, []
        for edit in (*(edit for edit, _ in early), *self._waiting):
            for unfit, reason in self._apply(edit):
                self._new.put_dead_letter(_letter(unfit, reason, now))
                self._report.edits_that_do_not_fit.append(f"{unfit.action} {unfit.id} by {unfit.by}: {reason}")
        for edit_id, letter in self._letters.items():
            if self._new.dead_letter(letter.id) is None and edit_id in self._parts:
                self._new.put_dead_letter(replace(letter, replayed_at=now))

    def _apply(self, edit: Edit) -> list[tuple[Edit, str]]:
        """Apply what can be applied of an edit; return the rest with the reason."""
        parts, rest = self._parts_of(edit)
        unfit = [(rest, _missing(rest))] if rest else []
        for part in parts:
            try:
                link(part, store=self._new, now=lambda: edit.at)
            except Rejected as error:
                unfit.append((part, str(error)))
            else:
                self._parts.setdefault(edit.id, []).append(part.id)
        self._report.edits += not unfit
        return unfit

    def _parts_of(self, edit: Edit) -> tuple[Sequence[Edit], Edit | None]:
        """Return the edits that do today what this one did then, and what of it finds nothing to work on."""
        if edit.action == "undo":
            if edit.value in self._merged and not any(one.id == edit.value for one in self._new.edits(edit.case_id)):
                return self._done_already(edit), None
            return [replace(edit, id=_part(edit, n), value=one) for n, one in enumerate(self._undone(edit))], None
        if edit.action in ON_CASES or not edit.event_ids:
            return self._on_cases(edit)
        return self._on_events(edit)

    def _undone(self, edit: Edit) -> Sequence[str]:
        """Return the ids of all that carries out the edit to undo; of what of it still waits, nothing is left."""
        self._late = [late for late in self._late if late[0].id != make_id("edit", edit.value, "rest")]
        return self._parts.get(edit.value) or [edit.value]

    def _on_cases(self, edit: Edit) -> tuple[Sequence[Edit], Edit | None]:
        case_id = self._place(edit.case_id, edit.event_ids)
        into = self._place(edit.into, ())
        if case_id is None or (edit.into and into is None):
            return [], edit
        if case_id == into:
            return self._done_already(edit), None
        return [replace(edit, case_id=case_id, into=into, before="")], None

    def _on_events(self, edit: Edit) -> tuple[Sequence[Edit], Edit | None]:
        held: dict[str, list[str]] = {}
        for event_id, case_id in self._new.linked(edit.event_ids).items():
            held.setdefault(case_id, []).append(event_id)
        missing = tuple(one for one in edit.event_ids if not any(one in ids for ids in held.values()))
        rest = _rest(edit, missing, alone=not held) if missing else None
        into = self._place(edit.into, ()) if edit.action == "move" else edit.into
        if edit.action == "move" and into is None:
            return [], edit
        if edit.action == "split":
            held = self._to_split(held)
        held.pop(into or "", None)
        if not held and not rest:
            return self._done_already(edit), None
        parts = [
            replace(edit, id=_part(edit, n), case_id=case_id, into=into, event_ids=tuple(ids), before="")
            for n, (case_id, ids) in enumerate(held.items())
        ]
        return parts, rest

    def _to_split(self, held: dict[str, list[str]]) -> dict[str, list[str]]:
        """Return the case that holds most of the events; nothing if it holds no other events: they are apart."""
        for case_id in sorted(held, key=lambda one: (-len(held[one]), one))[:1]:
            case = self._new.case(case_id)
            if case and set(case.event_ids) - set(held[case_id]):
                return {case_id: held[case_id]}
        return {}

    def _done_already(self, edit: Edit) -> Sequence[Edit]:
        """Keep an edit that linking itself now does: it stays in the list of edits and does nothing."""
        self._new.save_edit(edit)
        self._parts[edit.id] = [edit.id]
        return []

    def _place(self, case_id: str | None, event_ids: Sequence[str]) -> str | None:
        """Return the case that an old case is today: of its id, else of its founding event, else of most events."""
        if case_id is None or self._new.case(case_id):
            return case_id
        return home_of(case_id, follow(self._old, case_id), event_ids, self._new)


def home_of(case_id: str, old: Case | None, event_ids: Sequence[str], new: Store) -> str | None:
    """Return where a case of the old tables is in the new ones: with its founding event, else with most events.

    `old` is the case that its id led to, `event_ids` what is known to have belonged to it. None if all of it is gone.
    """
    held = old.event_ids if old else ()
    founding = [one for one in held if make_id("case", one) == case_id]
    own = held if old and old.id == case_id else ()
    for group in (founding, event_ids, own):
        homes = new.linked(group)
        if homes:
            return Counter(homes[one] for one in group if one in homes).most_common(1)[0][0]
    return None


def follow(store: Store, case_id: str) -> Case | None:
    """Return the case that an id leads to."""
    case = store.case(case_id)
    while case and case.merged_into:
        case = store.case(case.merged_into)
    return case


def as_read(edits: Iterable[Edit]) -> Callable[[Event], Event]:
    """Return what takes people's retypings off an event: the coder read the type that the first of them replaced."""
    read: dict[str, EventType] = {}
    for edit in edits:
        if edit.action == "retype" and edit.before:
            read = msgspec.json.decode(edit.before, type=dict[str, EventType]) | read
    return lambda event: replace(event, type=read.get(event.id, event.type))


def _part(edit: Edit, number: int | str) -> str:
    """Return the id of a part of an edit; the first keeps the edit's own, so that it can be undone by it."""
    return make_id("edit", edit.id, str(number)) if number else edit.id


def _rest(edit: Edit, event_ids: tuple[str, ...], *, alone: bool) -> Edit:
    """Return what is left of an edit; of a split that was made for other events, their way into the same case."""
    if alone:
        return edit
    rest = replace(edit, id=_part(edit, "rest"), event_ids=event_ids, before="")
    return replace(rest, action="move", into=make_id("case", "split", edit.id)) if edit.action == "split" else rest


def _missing(edit: Edit) -> str:
    return f"no longer there: {', '.join(edit.event_ids or filter(None, (edit.case_id, edit.into)))}"


def _edit_in(letter: DeadLetter) -> Edit:
    edit = decode(letter.payload)
    assert isinstance(edit, Edit)
    return edit


def _letter(edit: Edit, reason: str, now: datetime) -> DeadLetter:
    return DeadLetter(
        id=make_id("dead", "replay", edit.id),
        stage="link",
        topic="events",
        message_key=edit.key,
        payload=encode(edit),
        headers=_MARK,
        kind="rejected",
        error=f"does not fit after a replay: {reason}"[:500],
        failed_at=now,
    )
