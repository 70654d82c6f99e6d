"""The review queue: what gets in, in which order, and what takes it out."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from make import NOW, later, make_case, make_event, make_linked, make_subscription
from msgspec.structs import replace
from replays import Newsroom, but, edit, text

from schemas.documents import document
from schemas.events import Case, RelatedCase
from schemas.taxonomy import Relation
from streamer.review import Question, review_queue
from streamer.stores.sqlite import SqliteStore

ARREST = text("first", "arrest; Mara Lindqvist; 2026-02-28")
FINE = text("other", "fine; Borough Cable LLC; 2026-03-01", hours=4)
UNSURE = but(lambda event: replace(event, confidence=0.42))


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    path = tmp_path / "crackdown.sqlite"
    with closing(SqliteStore(path)) as store:
        yield Newsroom(path, store)


def queue(room: Newsroom, **options: Any) -> list[Question]:
    return review_queue(room.store, **{"limit": 100, "now": later(days=1)} | options)


def put(room: Newsroom, name: str, **fields: Any) -> Case:
    """Save a case with one sure event."""
    case = make_case(name, **fields)
    linked = make_linked(make_event(f"event-{name}", defendant=(name,)))
    room.store.save_case(case, [linked])
    room.store.put_documents([document(linked, case, NOW)])
    return case


def perhaps(case_id: str) -> tuple[RelatedCase, ...]:
    score = (("target", 1.4), ("other people", -0.3))
    return (RelatedCase(case_id=case_id, relation=Relation.POSSIBLE_CASE, score=score),)


def test_sure_events_and_links_are_not_asked_about(room: Newsroom):
    room.read(ARREST, FINE)
    assert queue(room) == []


def test_an_uncertain_link_shows_both_sides_the_score_and_what_settles_it(room: Newsroom):
    target = put(room, "case-1")
    case = put(room, "case-2", related=perhaps("case-1"))
    (question,) = queue(room)
    assert (question.what, question.case, question.other) == ("link", case, target)
    assert question.score == {"target": 1.4, "other people": -0.3}
    assert question.commands == ("crackdown edit merge case-2 case-1", "crackdown edit review case-2")


@pytest.mark.parametrize("action", ["merge", "review"])
def test_an_uncertain_link_is_settled_by_either_command(room: Newsroom, action: str):
    put(room, "case-1", event_ids=("event-case-1",))
    put(room, "case-2", event_ids=("event-case-2",), related=perhaps("case-1"))
    done = edit(action, 2, case_id="case-2", into="case-1" if action == "merge" else None)
    room.read(done)
    assert queue(room) == []
    if action == "review":
        room.read(edit("undo", 3, value=done.id))
        assert len(queue(room)) == 1


def test_the_other_side_is_the_case_that_it_was_merged_into(room: Newsroom):
    third = put(room, "case-3")
    put(room, "case-1", merged_into="case-3")
    put(room, "case-2", related=perhaps("case-1"))
    assert [one.other for one in queue(room)] == [third]


def test_an_unsure_event_is_shown_with_its_case(room: Newsroom):
    room.read(FINE)
    room.read(ARREST, classify=UNSURE)
    (question,) = queue(room)
    assert question.event
    assert (question.what, question.event.evidence) == ("event", "arrest; Mara Lindqvist; 2026-02-28")
    assert question.case.event_ids == (question.event.event_id,)
    assert question.commands[0] == f"crackdown edit withdraw {question.case.id} {question.event.event_id}"
    assert queue(room, below=0.42) == []


@pytest.mark.parametrize("action", ["withdraw", "retype", "review"])
def test_an_unsure_event_is_settled_by_each_command_until_it_is_undone(room: Newsroom, action: str):
    room.read(ARREST, classify=UNSURE)
    (question,) = queue(room)
    event_ids = question.case.event_ids if action != "review" else ()
    done = edit(action, 2, case_id=question.case.id, event_ids=event_ids, value="charge" if action == "retype" else "")
    room.read(done)
    assert queue(room) == []
    room.read(edit("undo", 3, value=done.id))
    assert len(queue(room)) == 1


def test_a_reviewed_case_comes_back_with_a_newer_unsure_event(room: Newsroom):
    room.read(ARREST, classify=UNSURE)
    (case_id,) = room.cases()
    room.read(edit("review", 2, case_id=case_id))
    room.read(text("later", "arrest; Mara Lindqvist; 2026-03-01", hours=3), classify=UNSURE)
    (question,) = queue(room)
    assert question.event
    assert (question.case.id, question.since) == (case_id, later(hours=3))


def test_what_is_followed_comes_first_then_what_several_tell_then_the_oldest(room: Newsroom):
    put(room, "case-1")
    put(room, "case-old", related=perhaps("case-1"), opened_at=later(hours=1))
    put(room, "case-young", related=perhaps("case-1"), opened_at=later(hours=2))
    put(room, "case-told", related=perhaps("case-1"), opened_at=later(hours=3), sources=("one", "two"))
    put(room, "case-followed", related=perhaps("case-1"), opened_at=later(hours=4))
    for active in (True, False):
        query = 'defendant:"case-followed"' if active else 'defendant:"case-young"'
        room.store.save_subscription(make_subscription(query, query=query, active=active))
    found = queue(room)
    assert [one.case.id for one in found] == ["case-followed", "case-told", "case-old", "case-young"]
    assert [one.followers for one in found] == [1, 0, 0, 0]
    assert [one.case.id for one in queue(room, limit=1)] == ["case-followed"]


def test_what_is_settled_does_not_hide_what_is_not(room: Newsroom):
    room.read(*(text(f"story-{n:03}", f"fine; Firm {n:03}; 2026-01-01") for n in range(250)), classify=UNSURE)
    for n, case_id in enumerate(room.cases()):
        room.store.save_edit(edit("review", 1 + n / 1000, case_id=case_id))
    room.read(FINE, classify=UNSURE)
    assert [one.case.sources for one in queue(room)] == [("harbour-post",)]


def test_a_replay_keeps_what_was_reviewed_out_of_the_queue(room: Newsroom):
    room.read(ARREST, classify=UNSURE)
    (case_id,) = room.cases()
    room.read(edit("review", 2, case_id=case_id))
    room.replay(UNSURE, apply=True)
    assert queue(room) == []
