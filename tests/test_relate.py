"""Relations that people set: seen from both sides, stronger than rules, undone one by one, kept by a replay."""

import pytest
from casework import article, event
from replays import Newsroom, text
from replays import edit as room_edit
from test_link import edit, run

from agents.errors import Rejected
from schemas.events import Case
from schemas.taxonomy import Relation, TimeRole
from streamer.contracts import Store
from streamer.related import related_cases

VERDICT = article(event("conviction", defendant=("Mara Lindqvist",), country="SE", date="2025-05-02"))
APPEAL = article(event("appeal", defendant=("Mara Lindqvist",), country="NO", date="2026-03-01"), name="later", day=300)
OTHER = article(event("fine", defendant=("Borough Cable LLC",), country="FR"), name="other", day=2)


def seen(store: Store, case_id: str) -> list[tuple[str, str, str]]:
    case = store.case(case_id)
    assert case
    return [(one.words, one.case.id, one.by) for one in related_cases(case, store)]


def opened(store: Store) -> tuple[str, str, str]:
    first, second, third = run(store, VERDICT, APPEAL, OTHER)
    return first.case.id, second.case.id, third.case.id


def test_a_relation_is_seen_from_both_sides(store: Store) -> None:
    verdict, appeal, other = opened(store)
    assert seen(store, appeal) == [("appeal of", verdict, "")]
    assert seen(store, verdict) == [("appealed in", appeal, "")]
    assert seen(store, other) == []


def test_people_relate_two_cases_and_take_it_back(store: Store) -> None:
    verdict, appeal, other = opened(store)
    updates = run(store, edit("relate", case_id=other, into=verdict, value="civil_parallel"))
    assert {(one.case.id, one.muted) for one in updates} == {(other, True), (verdict, True)}
    assert seen(store, other) == [("civil parallel", verdict, "ana")]
    assert seen(store, verdict) == [("civil parallel", other, "ana"), ("appealed in", appeal, "")]
    run(store, edit("undo", 2, value="edit-1"))
    assert seen(store, other) == []
    assert seen(store, verdict) == [("appealed in", appeal, "")]


def test_unrelated_cases_stay_so_when_rules_would_relate_them_again(store: Store) -> None:
    verdict, appeal, _ = opened(store)
    run(store, edit("unrelate", case_id=verdict, into=appeal))
    assert (seen(store, verdict), seen(store, appeal)) == ([], [])
    recap = event(
        "conviction", defendant=("Mara Lindqvist",), country="SE", date="2025-05-02", time_role=TimeRole.BACKGROUND
    )
    run(store, article(recap, event("appeal", defendant=("Mara Lindqvist",), country="NO"), name="again", day=330))
    assert (verdict, appeal) not in [(verdict, other) for _, other, _ in seen(store, verdict)]
    assert appeal not in [other for _, other, _ in seen(store, verdict)]
    run(store, edit("undo", 2, value="edit-1"))
    assert appeal in [other for _, other, _ in seen(store, verdict)]


def test_what_a_person_says_replaces_what_was_found_on_the_other_side(store: Store) -> None:
    verdict, appeal, _ = opened(store)
    run(store, edit("relate", case_id=verdict, into=appeal, value="related_to"))
    assert seen(store, appeal) == [("related to", verdict, "ana")]
    run(store, edit("undo", 2, value="edit-1"))
    assert seen(store, appeal) == [("appeal of", verdict, "")]


def test_a_relation_follows_merges(store: Store) -> None:
    verdict, appeal, other = opened(store)
    run(store, edit("merge", case_id=verdict, into=other))
    assert seen(store, appeal) == [("appeal of", other, "")]
    assert seen(store, other) == [("appealed in", appeal, "")]
    run(store, edit("merge", 2, case_id=appeal, into=other))
    assert seen(store, other) == []


def test_an_undone_merge_gives_back_titles_and_relations(store: Store) -> None:
    verdict, appeal, other = opened(store)
    run(store, edit("rename", case_id=appeal, value="The Lindqvist appeal"))
    before = store.case(appeal)
    run(store, edit("merge", 2, case_id=appeal, into=other), edit("undo", 3, value="edit-2"))
    after, left = store.case(appeal), store.case(other)
    assert before
    assert after
    assert left
    assert (after.title, after.title_by, after.related) == (before.title, "ana", before.related)
    assert left.related == ()
    assert seen(store, verdict) == [("appealed in", appeal, "")]


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"action": "relate", "value": "friend"}, "no such relation"),
        ({"action": "relate", "value": "possible_case"}, "no such relation"),
        ({"action": "unrelate", "into": "case-none"}, "no such case"),
    ],
)
def test_an_impossible_relation_is_refused(store: Store, fields: dict[str, str], said: str) -> None:
    verdict, appeal, _ = opened(store)
    with pytest.raises(Rejected, match=said):
        run(store, edit(**{"case_id": verdict, "into": appeal} | fields))
    with pytest.raises(Rejected, match="are one case"):
        run(store, edit("unrelate", case_id=verdict, into=verdict))


def test_relations_survive_a_replay(either: Newsroom) -> None:
    first, second, third = (
        either.read(text(name, f"{name}; {who}; 2026-02-28", hours=hours))[0].case
        for hours, (name, who) in enumerate(
            (("arrest", "Mara Lindqvist"), ("fine", "Iven Marlo"), ("raid", "Ada Quist"))
        )
    )
    either.read(
        room_edit("relate", 5, case_id=first.id, into=second.id, value="part_of_operation"),
        room_edit("unrelate", 6, case_id=first.id, into=third.id),
        room_edit("relate", 7, case_id=second.id, into=third.id, value="related_to"),
    )
    either.read(room_edit("undo", 8, value=room_edit("relate", 7).id))
    before = [related(either, case) for case in (first, second, third)]
    assert [len(one) for one in before] == [2, 0, 0]
    for _ in range(2):
        report = either.replay(apply=True)
        assert (report.is_empty, report.edits) == (True, 4)
        assert [related(either, case) for case in (first, second, third)] == before


def related(room: Newsroom, case: Case) -> list[tuple[str, Relation, str]]:
    now = room.store.case(case.id)
    assert now
    return [(one.case_id, one.relation, one.by) for one in now.related]
