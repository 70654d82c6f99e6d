"""Replay: what is read and linked again, what stays, and how the two are compared."""

import signal
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from make import make_subscription
from msgspec.structs import replace
from replays import APART, Newsroom, but, edit, fill, overlooking, quote, text, toy

from schemas.events import Article, ArticleEvents, Event
from schemas.query import parse
from schemas.taxonomy import EventType, Status
from streamer.contracts import Store
from streamer.pipeline import TooManyBugs
from streamer.replay_cases import NO_LONGER_READ
from streamer.stores.sqlite_replay import DERIVED

ARREST = text("first", "arrest; Mara Lindqvist; 2026-02-28")
CHARGE = text("second", "charge; Mara Lindqvist; 2026-03-02", hours=2)
OTHER = text("other", "fine; Borough Cable LLC; 2026-03-01", hours=4)


# --- the same again ---------------------------------------------------------------------------------------------------


def test_the_same_coder_changes_nothing(either: Newsroom):
    either.read(ARREST, CHARGE, OTHER)
    before = {case_id: either.store.case(case_id) for case_id in either.cases()}
    assert len(before) == 2
    for classify in (toy, None):
        report = either.replay(classify, apply=True)
        assert report.is_empty
        assert (report.events_before, report.events_after, report.cases_before, report.cases_after) == (3, 3, 2, 2)
        assert {case_id: either.store.case(case_id) for case_id in either.cases()} == before


def test_without_being_applied_it_leaves_all_as_it_was(room: Newsroom):
    room.read(ARREST, CHARGE)
    before = room.cases()
    assert room.replay(overlooking("charge")).lost == {"charge": 1}
    assert room.cases() == before
    assert [path.name for path in room.path.parent.glob("*.replay*")] == []


def test_articles_pass_in_the_order_in_which_they_were_seen(room: Newsroom):
    room.read(CHARGE, ARREST)
    report = room.replay(apply=True)
    assert report.cases == {"redirected": 1}
    charge_first, arrest_first = quote(room, "charge")[0], quote(room, "arrest")[0]
    assert charge_first == arrest_first


def test_the_tables_may_be_of_any_store(store: Store, tmp_path: Path):
    room = Newsroom(tmp_path, store)
    edited = text("first", "arrest; Mara Lindqvist; 2026-02-28", "raid; Mara Lindqvist; 2026-02-28", hours=5)
    room.read(ARREST, CHARGE, OTHER, edited)
    room.read(edit("merge", 6, case_id=quote(room, "fine")[0], into=quote(room, "arrest")[0]))
    same = fill(store, tmp_path / "same", toy).report
    assert same.is_empty
    assert (same.events_before, same.cases_before, same.edits) == (4, 1, 1)
    assert fill(store, tmp_path / "other", overlooking("raid")).report.lost == {"raid": 1}


# --- another coder ----------------------------------------------------------------------------------------------------


def test_the_report_says_what_another_coder_gains_loses_and_reads_otherwise(room: Newsroom):
    room.read(ARREST, CHARGE, OTHER, classify=overlooking("charge"))

    def reads(event: Event) -> Event | None:
        if event.type is EventType.ARREST:
            return None
        if event.type is EventType.FINE:
            return replace(event, id="event-other", type=EventType.DAMAGES_AWARD, status=Status.SOUGHT)
        return event

    report = room.replay(but(reads))
    assert (report.gained, report.lost) == ({"charge": 1}, {"arrest": 1})
    assert report.changed == {"type": 1, "status": 1}
    assert report.retyped == {"fine → damages_award": 1}
    assert report.sources == {"harbour-post": Counter(gained=1, lost=1, changed=1)}
    shown = {one.what: one for one in report.events}
    assert shown["changed"].fields == {"type": ("fine", "damages_award"), "status": ("happened", "sought")}
    assert shown["gained"].evidence == "charge; Mara Lindqvist; 2026-03-02"


def test_what_is_applied_is_found_by_search_and_the_rest_is_not(either: Newsroom):
    either.read(ARREST, CHARGE, OTHER)
    either.replay(overlooking("charge"), apply=True)

    def found(query: str) -> list[str]:
        return [hit.document.type for hit in either.store.search(parse(query)).hits]

    assert found("charge OR arrest") == ["arrest"]
    assert found("type:charge") == []
    assert either.store.search_articles(parse("Lindqvist")).total == 2


def test_the_words_of_an_applied_replay_are_sound(room: Newsroom):
    room.read(ARREST, CHARGE)
    room.replay(overlooking("charge"), apply=True)
    with room.store._database.writing() as connection:
        connection.execute("INSERT INTO documents_words (documents_words) VALUES ('integrity-check')")


def test_every_table_is_kept_or_replaced(room: Newsroom):
    rows = room.store._database.rows("SELECT name FROM sqlite_master WHERE type = 'table'")
    kept = {
        *("migrations", "items", "postponed", "articles", "subscriptions", "feeds", "leases", "channels"),
        *("notices", "positions", "texts", "texts_records", "texts_domains", "texts_bits", "texts_words"),
    }
    grown = {"keys", "log", "heads", "dead_letters", "documents_words"}
    known = kept | grown | set(DERIVED)
    new = {name for (name,) in rows if not name.startswith(("documents_words_", "texts_words_"))} - known
    assert not new, f"say in streamer/stores/sqlite_replay.py what a replay does with {new}"


def test_cases_that_merge_split_open_and_go_are_counted(either: Newsroom):
    either.read(ARREST, CHARGE, OTHER, classify=APART)
    assert len(either.cases()) == 3
    merged = either.replay(apply=True)
    assert merged.cases == {"merged": 1, "redirected": 1, "retitled": 2}
    assert len(either.cases()) == 2
    split = either.replay(APART, apply=True)
    assert split.cases == {"split": 1, "retitled": 2}
    assert len(either.cases()) == 3
    assert either.replay(but(lambda event: event if event.type is EventType.ARREST else None, APART)).cases == {
        "gone": 2
    }


KILLED = """
import os, signal, sys
from pathlib import Path
from streamer.stores import sqlite_replay

path, new, left = Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3])
replace = sqlite_replay._replace

def counted(_statement):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), signal.SIGKILL)

def watched(connection):
    connection.set_trace_callback(counted)
    replace(connection)

sqlite_replay._replace = watched
sqlite_replay.swap_in(path, new, ledger=True)
"""


@pytest.mark.slow
def test_a_swap_that_is_killed_at_any_statement_did_not_take_place(room: Newsroom, tmp_path: Path):
    room.read(ARREST, CHARGE, OTHER)
    before = room.cases()
    fill(room.store, tmp_path / "new", overlooking("arrest"))

    def swapped(statements: int) -> int:
        command = [sys.executable, "-c", KILLED, str(room.path), str(tmp_path / "new"), str(statements)]
        return subprocess.run(command, check=False).returncode

    for statements in (1, 4, 8, 12, 14, 16, 18, 20, 22):
        assert swapped(statements) == -signal.SIGKILL
        assert room.cases() == before
        assert room.store.search(parse("arrest")).total == 1
    assert swapped(1000) == 0
    assert room.cases() != before
    assert room.store.search(parse("arrest")).total == 0


# --- ids --------------------------------------------------------------------------------------------------------------


def test_a_case_that_lost_its_founding_event_is_found_under_its_old_id(either: Newsroom):
    either.read(ARREST, CHARGE)
    (old_id,) = either.cases()
    assert either.replay(overlooking("arrest"), apply=True).cases == {"redirected": 1}
    (new_id,) = either.cases()
    sign = either.store.case(old_id)
    assert sign
    assert sign.merged_into == new_id
    either.replay(apply=True)
    assert list(either.cases()) == [old_id]
    sign = either.store.case(new_id)
    assert sign
    assert sign.merged_into == old_id


def test_a_case_of_which_nothing_is_left_says_so(either: Newsroom):
    either.read(ARREST, OTHER)
    old_id, _ = quote(either, "fine")
    for _ in range(2):
        report = either.replay(overlooking("fine"), apply=True)
        assert [one.withdrawn for one in either.store.timeline(old_id)] == [NO_LONGER_READ]
    assert report.is_empty
    assert either.replay(apply=True).gained == {"fine": 1}
    assert quote(either, "fine")[0] == old_id
    assert [one.withdrawn for one in either.store.timeline(old_id)] == [""]


def test_revisions_never_go_back(room: Newsroom):
    room.read(ARREST, CHARGE)
    (case_id,) = room.cases()
    room.replay(overlooking("charge"), apply=True)
    case = room.store.case(case_id)
    assert case
    assert case.revision == 3


# --- versions of a text -----------------------------------------------------------------------------------------------


def test_what_an_older_version_said_stays_in_the_timeline(either: Newsroom):
    first = text("first", "arrest; Mara Lindqvist; 2026-02-28", "raid; Mara Lindqvist; 2026-02-27")
    second = text("first", "arrest; Mara Lindqvist; 2026-02-28", "charge; Mara Lindqvist; 2026-03-02", hours=9)
    either.read(first, CHARGE, second)
    (case_id,) = either.cases()
    before = either.store.timeline(case_id)
    assert [one.withdrawn for one in before] == ["edited article", "", "", ""]
    for classify in (toy, None):
        assert either.replay(classify, apply=True).is_empty
        assert list(either.cases()) == [case_id]
        after = either.store.timeline(case_id)
        assert [(one.event, one.withdrawn) for one in after] == [(one.event, one.withdrawn) for one in before]


def test_a_case_that_an_edited_article_emptied_stays(room: Newsroom):
    room.read(ARREST, text("first", "Nothing was meant.", hours=3))
    (case_id,) = room.cases()
    assert room.replay(apply=True).is_empty
    assert [one.withdrawn for one in room.store.timeline(case_id)] == ["edited article"]


# --- notices ----------------------------------------------------------------------------------------------------------


def notices(room: Newsroom) -> list[str]:
    """Return the changes that somebody was told of."""
    return sorted(entry.notice.change for entry in room.store.outbox())


def test_nobody_is_told_unless_asked_for(either: Newsroom):
    either.store.save_subscription(make_subscription())
    either.read(ARREST, CHARGE, classify=overlooking("charge"))
    told = either.store.outbox()
    assert len(told) == 1
    assert either.replay(apply=True).gained == {"charge": 1}
    assert either.store.outbox() == told


def test_a_gained_event_is_told_once_as_the_move_that_it_is(either: Newsroom):
    either.store.save_subscription(make_subscription())
    either.read(ARREST, CHARGE, classify=overlooking("charge"))
    for _ in range(2):
        either.replay(tell=True, apply=True)
        either.read(ARREST, CHARGE)
        assert notices(either) == ["opened", "updated"]


def test_an_earlier_report_of_what_was_told_is_no_news(room: Newsroom):
    room.store.save_subscription(make_subscription())
    echo = text("echo", "arrest; Mara Lindqvist; 2026-02-28", hours=3, source="coast-times")
    blind = but(
        lambda event: event, lambda article: toy(article) if article.id == echo.id else overlooking("a")(article)
    )
    room.read(ARREST, echo, classify=blind)
    assert len(notices(room)) == 1
    assert room.replay(tell=True, apply=True).gained == {"arrest": 1}
    assert len(notices(room)) == 1


def test_those_who_were_told_of_a_lost_event_are_told_so_once(either: Newsroom):
    either.store.save_subscription(make_subscription())
    either.read(ARREST, CHARGE)
    either.store.save_subscription(make_subscription("later"))
    for _ in range(2):
        either.replay(overlooking("charge"), tell=True, apply=True)
        assert notices(either) == ["corrected", "opened", "updated"]


def test_what_came_in_silently_stays_silent(room: Newsroom):
    room.store.save_subscription(make_subscription())
    room.read(text("old", "arrest; Iven Marlo; 2019-02-28", muted=True), classify=overlooking("arrest"))
    assert room.replay(tell=True, apply=True).gained == {"arrest": 1}
    assert notices(room) == []


def test_what_is_written_to_the_old_tables_meanwhile_stays(room: Newsroom):
    room.read(ARREST)

    def subscribes(article: Article) -> list[ArticleEvents]:
        room.store.save_subscription(make_subscription())
        return toy(article)

    room.replay(subscribes, apply=True)
    assert len(room.store.subscriptions()) == 1


# --- what cannot be worked on -----------------------------------------------------------------------------------------


def broken(article: Article) -> list[ArticleEvents]:
    raise ZeroDivisionError(article.title)


def test_an_article_that_fails_is_a_dead_letter_and_comes_to_life_when_it_works(either: Newsroom):
    for one in (ARREST, OTHER):
        either.store.see([make_item_of(one)])
    either.read(ARREST, OTHER)
    fails_once = but(lambda event: event, lambda one: broken(one) if one.id == OTHER.id else toy(one))
    assert either.replay(fails_once, apply=True).failed == 1
    (letter,) = either.store.dead_letters()
    assert (letter.stage, letter.kind, letter.item_id) == ("classify", "bug", OTHER.item_id)
    assert ledger(either) == {"stored": 1, "dead": 1}
    assert either.replay(apply=True).failed == 0
    assert either.store.dead_letters() == []
    assert ledger(either) == {"stored": 2}


def test_a_coder_that_always_fails_ends_the_replay(room: Newsroom):
    room.read(*(text(f"story-{n}", hours=n) for n in range(20)))
    with pytest.raises(TooManyBugs, match="20 articles in a row"):
        room.replay(broken, apply=True)
    assert room.store.dead_letters() == []


def test_the_ledger_says_what_is_read_now(either: Newsroom):
    either.store.see([make_item_of(ARREST)])
    either.read(ARREST, classify=overlooking("arrest"))
    assert either.store.ledger()[0].reasons == {"no events": 1}
    either.replay(apply=True)
    assert either.store.ledger()[0].reasons == {"with events": 1}


def make_item_of(article: Article):
    from make import make_item

    return make_item(id=article.item_id, source=article.source)


def ledger(room: Newsroom) -> dict[str, int]:
    (row,) = room.store.ledger()
    return {name: n for name in ("stored", "dropped", "dead", "waiting") if (n := getattr(row, name))}
