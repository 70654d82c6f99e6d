"""What is the embedded runtime's own: one transaction, one runner, the window of works, pruning."""

import asyncio
import multiprocessing
import sqlite3
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make import NOW, make_article, make_item
from places import Place, at_once, call, open_runtime
from structlog.testing import capture_logs

from agents.errors import Unavailable
from schemas.events import Article, FeedItem, Message
from streamer.contracts import AlreadyRunning
from streamer.pipeline import Place as Where
from streamer.pipeline import Stage, TooManyBugs
from streamer.runtimes import lane
from streamer.runtimes.embedded import EmbeddedRuntime
from streamer.runtimes.lane import growing_pause


def runtime_at(path: Path, stages: list[Stage]) -> EmbeddedRuntime:
    return EmbeddedRuntime(path, stages, pool=call, now=lambda: NOW, pause=at_once)


def article_of(item: FeedItem) -> list[Article]:
    return [make_article(item.guid or "")]


def nothing(message: Message) -> list[Message]:
    return []


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "log.sqlite"


# --- the position ---------------------------------------------------------------------------------------------------


@given(
    stuck=st.sets(st.integers(0, 39), min_size=1, max_size=4),
    in_flight=st.integers(1, 8),
    slow=st.sets(st.integers(0, 39), max_size=10),
)
@settings(max_examples=30, deadline=None)
def test_the_position_never_passes_an_unfinished_message(
    tmp_path_factory: pytest.TempPathFactory, stuck: set[int], in_flight: int, slow: set[int]
):
    """Whatever finishes first: a stop leaves all before the first unfinished message passed, and nothing after it."""
    begun = set()

    async def fetch(item: FeedItem) -> list[Article]:
        number = int(str(item.guid))
        begun.add(number)
        if number in stuck:
            await asyncio.Event().wait()
        await asyncio.sleep(0.002 if number in slow else 0)
        return article_of(item)

    async def run_for_a_while(runtime: EmbeddedRuntime) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(runtime.run(stop=stop))
        before: tuple[int, ...] = ()
        while before != (before := (len(begun), *runtime.lag().values())) or not begun & stuck:
            await asyncio.sleep(0.08)
        stop.set()
        await running

    path = tmp_path_factory.mktemp("position") / "log.sqlite"
    stage = Stage("fetch", "items", fetch, "articles", Where.LOOP, in_flight)
    with closing(runtime_at(path, [stage])) as runtime, pytest.MonkeyPatch.context() as patch:
        patch.setattr(lane, "GRACE_SECONDS", 0.01)
        runtime.publish("items", [make_item(str(n)) for n in range(40)])
        asyncio.run(run_for_a_while(runtime))
        assert runtime.lag()["fetch"] == 40 - min(stuck)
    assert keys_of(path, "articles") == [make_article(str(n)).id for n in range(min(stuck))]


def keys_of(path: Path, topic: str) -> list[str]:
    with closing(sqlite3.connect(path)) as connection:
        return [key for (key,) in connection.execute("SELECT key FROM log WHERE topic = ? ORDER BY position", (topic,))]


def test_outputs_are_written_once_although_runs_are_cut_short(path: Path):
    """Outputs and position are one transaction, so a run that is cancelled anywhere repeats no output."""

    async def run_and_cancel(runtime: EmbeddedRuntime, seconds: float) -> None:
        running = asyncio.create_task(runtime.run(until_idle=True))
        await asyncio.wait({running}, timeout=seconds)
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    async def fetch(item: FeedItem) -> list[Article]:
        await asyncio.sleep(0.001)
        return article_of(item)

    stages = [Stage("fetch", "items", fetch, "articles", Where.LOOP, 3), Stage("sink", "articles", nothing)]
    with closing(runtime_at(path, stages)) as runtime:
        runtime.publish("items", [make_item(str(n)) for n in range(300)])
        for n in range(60):
            asyncio.run(run_and_cancel(runtime, 0.01 * (n % 7)))
            if not any(runtime.lag().values()):
                break
        assert runtime.lag() == {"fetch": 0, "sink": 0}
    assert Counter(keys_of(path, "articles")) == Counter(make_article(str(n)).id for n in range(300))


def test_a_slow_message_does_not_hold_up_the_others_work(path: Path):
    done = []

    async def fetch(item: FeedItem) -> list[Article]:
        if item.guid == "0":
            while len(done) < 49:
                await asyncio.sleep(0.005)
        done.append(item.guid)
        return []

    with closing(runtime_at(path, [Stage("fetch", "items", fetch, "articles", Where.LOOP, 4)])) as runtime:
        runtime.publish("items", [make_item(str(n)) for n in range(50)])
        asyncio.run(asyncio.wait_for(runtime.run(until_idle=True), 20))
    assert done[-1] == "0"


def test_work_under_way_is_written_down_when_another_stage_ends_the_run(path: Path):
    async def slow(item: FeedItem) -> list[Article]:
        await asyncio.sleep(0.3)
        return article_of(item)

    def broken(item: FeedItem) -> list[Message]:
        raise ZeroDivisionError

    stages = [Stage("broken", "items", broken), Stage("slow", "items", slow, "articles", Where.LOOP, 50)]
    with closing(runtime_at(path, stages)) as runtime, capture_logs():
        runtime.publish("items", [make_item(str(n)) for n in range(50)])
        with pytest.raises(TooManyBugs):
            asyncio.run(runtime.run(until_idle=True))
        assert runtime.lag()["slow"] == 0
    assert len(keys_of(path, "articles")) == 50


# --- one runner -----------------------------------------------------------------------------------------------------


def hold(path: Path, ready: "multiprocessing.synchronize.Event") -> None:
    async def run() -> None:
        asyncio.get_running_loop().call_later(0.2, ready.set)
        await runtime_at(path, []).run()

    asyncio.run(run())


@pytest.mark.slow
def test_a_second_runner_is_told_who_runs_and_takes_over_after_a_kill(path: Path):
    context = multiprocessing.get_context("spawn")
    ready = context.Event()
    other = context.Process(target=hold, args=(path, ready))
    other.start()
    assert ready.wait(20)
    with closing(runtime_at(path, [])) as runtime:
        with pytest.raises(AlreadyRunning, match=f"process {other.pid} works on it already"):
            asyncio.run(runtime.run(until_idle=True))
        other.kill()
        other.join()
        asyncio.run(runtime.run(until_idle=True))


def test_two_runtimes_of_one_process_do_not_run_together(path: Path):
    async def run_both(first: EmbeddedRuntime, second: EmbeddedRuntime) -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(first.run(stop=stop))
        await asyncio.sleep(0.1)
        with pytest.raises(AlreadyRunning):
            await second.run()
        stop.set()
        await running

    with closing(runtime_at(path, [])) as first, closing(runtime_at(path, [])) as second:
        asyncio.run(run_both(first, second))


def test_another_process_may_publish(path: Path):
    """Here another runtime on the same file, which cannot wake this one: it must look for itself."""

    async def check() -> float:
        seen, stop = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def take(item: FeedItem) -> list[Message]:
            loop.call_soon_threadsafe(seen.set)
            return []

        with (
            closing(runtime_at(path, [Stage("sink", "items", take)])) as runtime,
            closing(runtime_at(path, [])) as other,
        ):
            running = asyncio.create_task(runtime.run(stop=stop))
            await asyncio.sleep(0.3)
            started = time.monotonic()
            other.publish("items", [make_item()])
            await asyncio.wait_for(seen.wait(), 10)
            took = time.monotonic() - started
            stop.set()
            await running
            return took

    assert asyncio.run(check()) < 2


def publish_many(place: Place, name: str) -> None:
    runtime = open_runtime(place, [])
    for n in range(50):
        runtime.publish("items", [make_item(f"{name}-{n}-{part}") for part in range(3)])


@pytest.mark.slow
def test_processes_that_publish_at_once_lose_nothing(path: Path):
    context = multiprocessing.get_context("spawn")
    others = [
        context.Process(target=publish_many, args=(Place("embedded", str(path)), f"process-{n}")) for n in range(3)
    ]
    for other in others:
        other.start()
    for other in others:
        other.join()
    assert [other.exitcode for other in others] == [0, 0, 0]
    with closing(runtime_at(path, [Stage("sink", "items", nothing)])) as runtime:
        assert runtime.lag() == {"sink": 450}
        asyncio.run(runtime.run(until_idle=True))
        assert runtime.health()["sink"].outcomes == {"dropped": 450}


# --- health, patience, upkeep ---------------------------------------------------------------------------------------


def test_health_says_why_a_stage_waits(path: Path):
    tries = threading.Event()

    def down(item: FeedItem) -> list[Message]:
        if tries.is_set():
            return []
        raise Unavailable("search is down")

    async def check(runtime: EmbeddedRuntime) -> None:
        running = asyncio.create_task(runtime.run(until_idle=True))
        while runtime.health()["index"].waiting != "search is down":
            await asyncio.sleep(0.01)
        tries.set()
        await running

    with closing(runtime_at(path, [Stage("index", "items", down)])) as runtime, capture_logs() as logs:
        runtime.publish("items", [make_item()])
        asyncio.run(asyncio.wait_for(check(runtime), 20))
        assert runtime.health()["index"].waiting == ""
    assert {(line["event"], line["stage"], line["reason"]) for line in logs} == {
        ("unavailable", "index", "search is down")
    }


def test_a_file_that_refuses_writes_for_a_while_loses_nothing(path: Path):
    """Another process holds the write lock longer than SQLite waits."""

    async def check(runtime: EmbeddedRuntime) -> None:
        with closing(sqlite3.connect(path, isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            running = asyncio.create_task(runtime.run(until_idle=True))
            while not runtime.health()["fetch"].waiting:
                await asyncio.sleep(0.02)
            other.execute("ROLLBACK")
            await running

    with pytest.MonkeyPatch.context() as patch, capture_logs():
        patch.setattr("streamer.stores.sqlite_database.BUSY_SECONDS", 0.05)
        with closing(runtime_at(path, [Stage("fetch", "items", article_of, "articles")])) as runtime:
            runtime.publish("items", [make_item(str(n)) for n in range(5)])
            asyncio.run(asyncio.wait_for(check(runtime), 20))
    assert len(keys_of(path, "articles")) == 5


def test_pauses_grow_to_a_quarter_of_a_minute_and_differ():
    for failures, seconds in [(1, 1), (2, 2), (4, 8), (5, 16), (9, 16), (5000, 16)]:
        pauses = [growing_pause(failures) for _ in range(50)]
        assert seconds / 2 <= min(pauses) < max(pauses) <= seconds * 1.5


@pytest.fixture
def old_and_new(path: Path) -> Iterator[EmbeddedRuntime]:
    """Three items 40 days old, of which one stage has passed all and another none, and a new one."""
    stages = [Stage("index", "items", nothing), Stage("alert", "items", nothing)]
    with closing(runtime_at(path, stages[:1])) as runtime:
        runtime.publish("items", [make_item(str(n)) for n in range(3)])
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE log SET at = at - 40 * 86400")
        runtime.publish("items", [make_item("new")])
        asyncio.run(runtime.run(until_idle=True))
    with closing(runtime_at(path, stages)) as runtime:
        yield runtime


def test_pruning_keeps_what_a_stage_has_not_passed(old_and_new: EmbeddedRuntime):
    assert old_and_new.prune(30) == 0
    asyncio.run(old_and_new.run(until_idle=True))
    assert old_and_new.prune(30) == 3
    assert old_and_new.prune(30) == 0
    assert old_and_new.lag() == {"index": 0, "alert": 0}


def test_positions_go_on_after_everything_was_pruned(old_and_new: EmbeddedRuntime):
    asyncio.run(old_and_new.run(until_idle=True))
    assert old_and_new.prune(-1) == 4
    old_and_new.publish("items", [make_item("newest")])
    assert old_and_new.lag() == {"index": 1, "alert": 1}
    asyncio.run(old_and_new.run(until_idle=True))
    assert old_and_new.health()["alert"].outcomes == {"dropped": 5}
