"""Replay and people's edits: each is applied again, undone again, or kept until it fits."""

import pytest
from msgspec.structs import replace
from replays import APART, Newsroom, but, edit, overlooking, quote, text, toy

from schemas.events import Article, ArticleEvents, Event
from schemas.taxonomy import EventType
from streamer.replay import Classify

ARREST = text("first", "arrest; Mara Lindqvist; 2026-02-28")
CHARGE = text("second", "charge; Mara Lindqvist; 2026-03-02", hours=2)
OTHER = text("other", "fine; Borough Cable LLC; 2026-03-01", hours=4)


@pytest.fixture
def edited(either: Newsroom) -> Newsroom:
    """All kinds of edits, one of them undone."""
    raid = text("raid", "raid; Mara Lindqvist; 2026-02-27", "seizure; Mara Lindqvist; 2026-02-27", hours=1)
    late = text("late", "sentence; Mara Lindqvist; 2026-03-02", hours=30)
    either.read(ARREST, raid, CHARGE, OTHER)
    case_id, arrest = quote(either, "arrest")
    fine_case, fine = quote(either, "fine")
    either.read(edit("split", 5, case_id=case_id, event_ids=(arrest,)))
    split_case, _ = quote(either, "arrest")
    either.read(
        edit("retype", 6, case_id=fine_case, event_ids=(fine,), value="damages_award"),
        edit("rename", 7, case_id=case_id, value="The Lindqvist affair"),
        edit("withdraw", 8, case_id=case_id, event_ids=(quote(either, "seizure")[1],)),
        edit("move", 9, case_id=case_id, into=split_case, event_ids=(quote(either, "raid")[1],)),
        edit("merge", 10, case_id=fine_case, into=case_id),
        edit("review", 11, case_id=case_id),
        edit("merge", 12, case_id=split_case, into=case_id),
        edit("undo", 13, value=edit("merge", 12).id),
        late,
    )
    return either


@pytest.mark.parametrize("classify", [toy, None])
def test_edits_survive_any_replay(edited: Newsroom, classify):
    before, edits = edited.cases(), edited.store.edits()
    signposts = dict(edited.store.signposts())
    titles = {case_id: edited.store.case(case_id).title for case_id in before}
    for _ in range(2):
        report = edited.replay(classify, apply=True)
        assert report.is_empty
        assert report.edits == 9
    assert edited.cases() == before
    assert edited.store.edits() == edits
    assert dict(edited.store.signposts()) == signposts
    assert {case_id: edited.store.case(case_id).title for case_id in before} == titles


def test_an_edit_can_be_undone_after_a_replay(room: Newsroom):
    room.read(ARREST, OTHER)
    fine_case, _ = quote(room, "fine")
    room.read(edit("merge", 5, case_id=fine_case, into=quote(room, "arrest")[0]))
    room.replay(apply=True)
    assert len(room.cases()) == 1
    room.read(edit("undo", 6, value=edit("merge", 5).id))
    assert quote(room, "fine")[0] == fine_case
    assert room.replay(apply=True).is_empty
    assert len(room.cases()) == 2


def test_an_edit_that_no_longer_fits_is_kept_and_tried_again_by_every_replay(either: Newsroom):
    either.read(ARREST, CHARGE)
    case_id, charge = quote(either, "charge")
    either.read(edit("withdraw", 5, case_id=case_id, event_ids=(charge,)))
    for _ in range(2):
        report = either.replay(overlooking("charge"), apply=True)
        assert [line.split(":")[0] for line in report.edits_that_do_not_fit] == [
            f"withdraw {edit('withdraw', 5).id} by ana"
        ]
        assert either.store.edits() == []
        assert [(one.stage, one.kind) for one in either.store.dead_letters()] == [("link", "rejected")]
    assert either.replay(apply=True).edits_that_do_not_fit == []
    assert either.store.dead_letters() == []
    assert [one.withdrawn for one in either.store.timeline(case_id)] == ["", "withdrawn by ana"]
    assert [one.id for one in either.store.edits()] == [edit("withdraw", 5).id]


def test_an_edit_of_which_half_fits_is_applied_by_half(room: Newsroom):
    room.read(ARREST, CHARGE)
    case_id, charge = quote(room, "charge")
    _, arrest = quote(room, "arrest")
    room.read(edit("withdraw", 5, case_id=case_id, event_ids=(arrest, charge)))
    report = room.replay(overlooking("charge"), apply=True)
    assert len(report.edits_that_do_not_fit) == 1
    assert [one.withdrawn for one in room.store.timeline(case_id)] == ["withdrawn by ana"]
    room.replay(apply=True)
    assert room.cases() == {case_id: ()}


def test_a_merge_that_linking_does_itself_by_now_stays_in_the_book(room: Newsroom):
    room.read(ARREST, CHARGE, classify=APART)
    (first, _), (second, _) = quote(room, "arrest"), quote(room, "charge")
    room.read(edit("merge", 5, case_id=second, into=first))
    report = room.replay(apply=True)
    assert report.edits_that_do_not_fit == []
    assert [one.id for one in room.store.edits()] == [edit("merge", 5).id]
    assert dict(room.store.signposts()) == {second: first}
    assert room.replay(APART, apply=True).edits_that_do_not_fit == []
    assert list(room.cases()) == [first]


def tying(article: Article) -> list[ArticleEvents]:
    """Read as the toy does, but a suit has no docket, a ruling no defendant, and an injunction has both."""

    def changed(event: Event) -> Event:
        if event.type is EventType.LAWSUIT_FILED:
            return replace(event, complainant=("Tidal Films",), docket=None)
        if event.type is EventType.RULING_OTHER:
            return replace(event, defendant=())
        return replace(event, complainant=("Tidal Films",))

    (message,) = but(changed)(article)
    assert isinstance(message, ArticleEvents)
    return [message]


def tied_by_the_linker(room: Newsroom) -> tuple[str, str]:
    """Return the ids of two cases that an article tied, the one that stayed first."""
    lines = ("lawsuit_filed", "ruling_other", "injunction")
    stories = [text(line, f"{line}; Acme Hosting; 2026-03-02", hours=n) for n, line in enumerate(lines)]
    suit, ruling, *_ = room.read(*stories, classify=tying)
    (only,) = room.cases()
    assert (only, [one.by for one in room.store.edits()]) == (suit.case.id, ["linker"])
    return suit.case.id, ruling.case.id


LATER = text("later", "injunction; Acme Hosting; 2026-03-03", hours=9)


@pytest.mark.parametrize("classify", [tying, None])
def test_a_merge_by_the_linker_that_a_person_undid_stays_undone(either: Newsroom, classify: Classify | None):
    first, second = tied_by_the_linker(either)
    (merge,) = either.store.edits()
    either.read(edit("undo", 5, value=merge.id))
    before = either.cases()
    assert sorted(before) == sorted((first, second))
    for _ in range(2):
        report = either.replay(classify, apply=True)
        assert (report.is_empty, report.edits_that_do_not_fit) == (True, [])
        assert either.cases() == before
    either.read(LATER, classify=tying)
    assert sorted(either.cases()) == sorted((first, second))


@pytest.mark.parametrize("classify", [tying, None])
def test_a_merge_by_the_linker_is_made_again_and_can_be_undone_after_a_replay(
    room: Newsroom, classify: Classify | None
):
    first, second = tied_by_the_linker(room)
    (merge,) = room.store.edits()
    assert room.replay(classify, apply=True).is_empty
    assert [one.id for one in room.store.edits()] == [merge.id]
    room.read(edit("undo", 5, value=merge.id))
    assert sorted(room.cases()) == sorted((first, second))


def test_an_undone_merge_stays_undone_where_a_replay_has_no_cause_for_it(room: Newsroom):
    first, second = tied_by_the_linker(room)
    (merge,) = room.store.edits()
    room.read(edit("undo", 5, value=merge.id))
    blind = but(lambda event: None if event.type is EventType.INJUNCTION else event, tying)
    report = room.replay(blind, apply=True)
    assert report.edits_that_do_not_fit == []
    assert [one.action for one in room.store.edits()] == ["undo"]
    room.read(LATER, classify=tying)
    assert sorted(room.cases()) == sorted((first, second))
    assert room.replay(tying, apply=True).edits_that_do_not_fit == []
    assert sorted(room.cases()) == sorted((first, second))


def test_an_edit_follows_its_events_into_several_cases(room: Newsroom):
    room.read(ARREST, CHARGE)
    case_id, _ = quote(room, "arrest")
    events = (quote(room, "arrest")[1], quote(room, "charge")[1])
    room.read(edit("withdraw", 5, case_id=case_id, event_ids=events))
    room.replay(APART, apply=True)
    assert sorted(room.cases().values()) == [(), ()]
    room.read(edit("undo", 6, value=edit("withdraw", 5).id))
    room.replay(apply=True)
    assert len(room.cases()[case_id]) == 1
