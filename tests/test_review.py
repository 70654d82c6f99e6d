"""The review queue: what gets in, in which order, and what takes it out."""

from typing import Any

import pytest
from make import NOW, later, make_case, make_event, make_linked, make_subscription
from msgspec.structs import replace
from replays import Newsroom, but, edit, text

from schemas.documents import document
from schemas.events import Case, Party, RelatedCase
from schemas.taxonomy import Relation, TimeRole
from streamer.review import Question, review_queue

ARREST = text("first", "arrest; Mara Lindqvist; 2026-02-28")
FINE = text("other", "fine; Borough Cable LLC; 2026-03-01", hours=4)
UNSURE = but(lambda event: replace(event, confidence=0.42))


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
    assert question.commands == (
        ("one case", "crackdown edit merge case-2 case-1"),
        ("two related cases", "crackdown edit relate case-2 case-1"),
        ("nothing to do with each other", "crackdown edit unrelate case-2 case-1"),
    )


def test_an_uncertain_link_shows_the_names_that_both_have(room: Newsroom):
    site, people = Party(name="Flume TV", role="target"), Party(name="Ada Quist", role="defendant")
    put(room, "case-1", parties=(replace(site, name="FlumeTV"),), dockets=("24-cv-1",))
    put(room, "case-2", parties=(people, site), dockets=("24-cv-1",), related=perhaps("case-1"))
    assert [one.shared for one in queue(room)] == [("Flume TV", "24-cv-1")]


@pytest.mark.parametrize("action", ["merge", "relate", "unrelate", "review"])
def test_an_uncertain_link_is_settled_by_each_command_until_it_is_undone(room: Newsroom, action: str):
    put(room, "case-1", event_ids=("event-case-1",))
    put(room, "case-2", event_ids=("event-case-2",), related=perhaps("case-1"))
    value = "related_to" if action == "relate" else ""
    done = edit(action, 2, case_id="case-2", into=None if action == "review" else "case-1", value=value)
    room.read(done)
    assert queue(room) == []
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
    assert (question.what, [one.event.evidence for one in question.events]) == (
        "events",
        ["arrest; Mara Lindqvist; 2026-02-28"],
    )
    (event_id,) = question.case.event_ids
    assert question.commands == (
        ("right", f"crackdown edit review {question.case.id}"),
        ("wrong", f"crackdown edit withdraw {question.case.id} {event_id}"),
        ("another act", f"crackdown edit retype {question.case.id} {event_id} TYPE"),
    )
    assert queue(room, below=0.42) == []


def test_the_unsure_acts_of_a_case_are_one_question(room: Newsroom):
    both = text("first", "arrest; Mara Lindqvist; 2026-02-28", "charge; Mara Lindqvist; 2026-02-28")
    room.read(both, classify=UNSURE)
    (question,) = queue(room)
    ids = [one.event.id for one in question.events]
    assert len(ids) == 2
    assert question.commands[1][1] == f"crackdown edit withdraw {question.case.id} {' '.join(ids)}"
    assert len(question.commands) == 2


def test_an_act_that_another_article_tells_surely_is_not_asked_about(room: Newsroom):
    room.read(ARREST, classify=UNSURE)
    room.read(text("second", "arrest; Mara Lindqvist; 2026-02-28", hours=1))
    assert queue(room) == []


def test_what_is_only_recalled_is_asked_about_if_it_is_followed(room: Newsroom):
    room.read(ARREST, classify=but(lambda one: replace(one, confidence=0.4, time_role=TimeRole.BACKGROUND)))
    assert queue(room) == []
    assert len(queue(room, recaps=True)) == 1
    room.store.save_subscription(make_subscription(query="defendant:Lindqvist"))
    assert [one.followers for one in queue(room)] == [1]


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
    room.read(text("later", "arrest; Mara Lindqvist; 2026-05-01", hours=3), classify=UNSURE)
    (question,) = queue(room)
    assert (question.case.id, question.since) == (case_id, later(hours=3))
    assert [one.event.date for one in question.events] == ["2026-05-01"]


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
        event_ids = room.store.case(case_id).event_ids  # type: ignore[union-attr]
        room.store.save_edit(edit("review", 1 + n / 1000, case_id=case_id, event_ids=event_ids))
    room.read(FINE, classify=UNSURE)
    assert [one.case.sources for one in queue(room)] == [("harbour-post",)]


@pytest.mark.parametrize("action", ["merge", "move", "split"])
def test_a_review_follows_the_events_into_other_cases(room: Newsroom, action: str):
    both = text("first", "arrest; Mara Lindqvist; 2026-02-28", "charge; Mara Lindqvist; 2026-02-28")
    room.read(both, FINE, classify=UNSURE)
    first, other = (question.case for question in sorted(queue(room), key=lambda one: len(one.events), reverse=True))
    room.read(edit("review", 5, case_id=first.id))
    into = None if action == "split" else other.id
    event_ids = () if action == "merge" else first.event_ids[:1]
    room.read(edit(action, 6, case_id=first.id, into=into, event_ids=event_ids))
    (question,) = queue(room)
    assert [one.event.type for one in question.events] == ["fine"]
    room.replay(UNSURE, apply=True)
    assert [one.events for one in queue(room)] == [question.events]


def test_a_replay_keeps_what_was_reviewed_out_of_the_queue(room: Newsroom):
    room.read(ARREST, classify=UNSURE)
    (case_id,) = room.cases()
    room.read(edit("review", 2, case_id=case_id))
    room.replay(UNSURE, apply=True)
    assert queue(room) == []
