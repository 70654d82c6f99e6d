"""The contract of a runtime: order, fan-out, the error policy, restarts, kills."""

import asyncio
import os
import random
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from make import make_article, make_item
from places import Place, open_runtime
from structlog.testing import capture_logs

from agents.errors import Rejected, Unavailable
from schemas.events import Article, DeadLetter, FeedItem, Message
from streamer.contracts import Runtime
from streamer.pipeline import BUG_LIMIT, Stage, TooManyBugs
from streamer.pipeline import Place as Where

RuntimeOf = Callable[..., Runtime]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    """Keep the many tracebacks of bugs from being drawn, which takes longer than all the rest."""
    with capture_logs():
        yield


class Torn(Message, frozen=True, kw_only=True, tag="feed_item"):
    """Says that it is an item and is none."""


class Sink(list[Any]):
    """A last stage that remembers what it got."""

    def stage(self, source: str, name: str = "sink") -> Stage:
        return Stage(name, source, self.take)

    def take(self, message: Message) -> list[Message]:
        self.append(message)
        return []


def items(n: int) -> list[FeedItem]:
    return [make_item(f"guid-{i}") for i in range(n)]


def article_of(item: FeedItem) -> list[Article]:
    return [make_article(item.guid or "")]


def names(messages: Iterable[Message]) -> list[str]:
    """Return which item each message goes back to."""
    return [(getattr(message, "url", "") or message.id).rpartition("/")[2] for message in messages]


def run(runtime: Runtime, **options: Any) -> None:
    asyncio.run(asyncio.wait_for(runtime.run(until_idle=True, **options), timeout=60))


def raise_for(guid: str, error: Exception) -> Callable[[FeedItem], list[Article]]:
    def stage(item: FeedItem) -> list[Article]:
        if item.guid == guid:
            raise error
        return article_of(item)

    return stage


# --- movement -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("place", list(Where))
@pytest.mark.parametrize("in_flight", [1, 5])
def test_messages_pass_through_the_stages_in_order(runtime_of: RuntimeOf, place: Where, in_flight: int):
    async def fetch(item: FeedItem) -> list[Article]:
        await asyncio.sleep(random.random() / 100)
        return article_of(item)

    sink = Sink()
    stage = Stage("fetch", "items", fetch if place is Where.LOOP else article_of, "articles", place, in_flight)
    runtime = runtime_of([stage, sink.stage("articles")])
    runtime.publish("items", items(30))
    run(runtime)
    assert names(sink) == [f"guid-{n}" for n in range(30)]
    assert runtime.lag() == {"fetch": 0, "sink": 0}


def test_two_stages_of_one_topic_each_get_every_message(runtime_of: RuntimeOf):
    first, second = Sink(), Sink()
    runtime = runtime_of([first.stage("items", "index"), second.stage("items", "alert")])
    runtime.publish("items", items(10))
    run(runtime)
    assert names(first) == names(second) == [f"guid-{n}" for n in range(10)]


def test_a_message_may_become_many_or_none(runtime_of: RuntimeOf):
    def split(item: FeedItem) -> list[Article]:
        return [make_article(f"{item.guid}-{n}") for n in range(int(str(item.guid)[-1]))]

    sink = Sink()
    runtime = runtime_of([Stage("fetch", "items", split, "articles"), sink.stage("articles")])
    runtime.publish("items", items(4))
    run(runtime)
    assert len(sink) == 0 + 1 + 2 + 3


def test_nothing_to_do_is_done_at_once(runtime_of: RuntimeOf):
    runtime = runtime_of([Sink().stage("items")])
    run(runtime)
    assert runtime.lag() == {"sink": 0}


def test_lag_counts_what_waits(runtime_of: RuntimeOf):
    runtime = runtime_of([Stage("fetch", "items", article_of, "articles"), Sink().stage("articles")])
    runtime.publish("items", items(7))
    assert runtime.lag() == {"fetch": 7, "sink": 0}


def test_in_flight_is_used_and_not_exceeded(runtime_of: RuntimeOf):
    now, most = 0, 0

    async def fetch(item: FeedItem) -> list[Article]:
        nonlocal now, most
        now += 1
        most = max(most, now)
        await asyncio.sleep(0.01)
        now -= 1
        return []

    runtime = runtime_of([Stage("fetch", "items", fetch, "articles", Where.LOOP, 4)])
    runtime.publish("items", items(40))
    run(runtime)
    assert most == 4


def test_a_stage_that_runs_here_is_never_in_two_messages_at_once(runtime_of: RuntimeOf):
    inside = {f"stage-{n}": threading.Lock() for n in range(3)}
    seen: Counter[str] = Counter()

    def alone(name: str, item: FeedItem) -> list[Message]:
        assert inside[name].acquire(blocking=False)
        time.sleep(0.001)
        seen[name] += 1
        inside[name].release()
        return []

    runtime = runtime_of([Stage(name, "items", partial(alone, name)) for name in inside])
    runtime.publish("items", items(20))
    run(runtime)
    assert seen == dict.fromkeys(inside, 20)


def test_messages_published_while_it_runs_are_worked_on_promptly(runtime_of: RuntimeOf):
    async def check() -> float:
        seen, stop = asyncio.Event(), asyncio.Event()
        loop = asyncio.get_running_loop()

        def take(item: FeedItem) -> list[Message]:
            loop.call_soon_threadsafe(seen.set)
            return []

        runtime = runtime_of([Stage("sink", "items", take)])
        running = asyncio.create_task(runtime.run(stop=stop))
        for _ in range(2):  # the first waits for the run to begin
            seen.clear()
            started = time.monotonic()
            await asyncio.to_thread(runtime.publish, "items", items(1))
            await asyncio.wait_for(seen.wait(), 30)
        took = time.monotonic() - started
        stop.set()
        await asyncio.wait_for(running, 10)
        return took

    assert asyncio.run(check()) < 1


# --- the error policy -----------------------------------------------------------------------------------------------


def test_a_rejected_message_is_buried_and_the_rest_goes_on(runtime_of: RuntimeOf):
    sink, grave = Sink(), Sink()
    stage = Stage("fetch", "items", raise_for("guid-1", Rejected("no such page")), "articles")
    runtime = runtime_of([stage, sink.stage("articles"), grave.stage("dead-letters", "bury")])
    runtime.publish("items", items(3))
    run(runtime)
    assert names(sink) == ["guid-0", "guid-2"]
    [letter] = grave
    assert isinstance(letter, DeadLetter)
    assert (letter.stage, letter.topic, letter.kind, letter.error) == ("fetch", "items", "rejected", "no such page")
    assert letter.item_id == make_item("guid-1").id


def test_an_unreadable_message_is_buried_whole(runtime_of: RuntimeOf):
    sink, grave = Sink(), Sink()
    runtime = runtime_of([sink.stage("items"), grave.stage("dead-letters", "bury")])
    runtime.publish("items", [Torn(id="torn"), *items(1)])
    run(runtime)
    assert names(sink) == ["guid-0"]
    [letter] = grave
    assert letter.kind == "unreadable"
    assert letter.payload == b'{"schema":"feed_item","schema_version":1,"id":"torn"}'
    assert letter.message_key == "torn"


def test_a_bug_is_buried_and_the_rest_goes_on(runtime_of: RuntimeOf):
    sink, grave = Sink(), Sink()
    stage = Stage("fetch", "items", raise_for("guid-1", KeyError("surprise")), "articles")
    runtime = runtime_of([stage, sink.stage("articles"), grave.stage("dead-letters", "bury")])
    runtime.publish("items", items(3))
    run(runtime)
    assert names(sink) == ["guid-0", "guid-2"]
    assert [(letter.kind, letter.error) for letter in grave] == [("bug", "KeyError: 'surprise'")]


def test_bugs_in_a_row_stop_the_run(runtime_of: RuntimeOf):
    tried = []

    def broken(item: FeedItem) -> list[Message]:
        tried.append(item)
        raise ZeroDivisionError

    runtime = runtime_of([Stage("fetch", "items", broken, "articles")])
    runtime.publish("items", items(3 * BUG_LIMIT))
    with pytest.raises(TooManyBugs, match=f"fetch: {BUG_LIMIT} bugs in a row"):
        run(runtime)
    assert runtime.lag()["fetch"] == 2 * BUG_LIMIT


def test_bugs_between_good_messages_do_not_stop_the_run(runtime_of: RuntimeOf):
    def shaky(item: FeedItem) -> list[Message]:
        if not str(item.guid).endswith("0"):
            raise ZeroDivisionError
        return []

    grave = Sink()
    runtime = runtime_of([Stage("fetch", "items", shaky, "articles"), grave.stage("dead-letters", "bury")])
    runtime.publish("items", items(40))
    run(runtime)
    assert len(grave) == 36


@pytest.mark.parametrize("place", list(Where))
def test_unavailable_is_waited_out_in_place(runtime_of: RuntimeOf, place: Where):
    """The message is tried again until it works; nothing overtakes it, and other stages go on meanwhile."""
    failures = Counter[str]()

    def flaky(item: FeedItem) -> list[Article]:
        failures[str(item.guid)] += 1
        if item.guid == "guid-1" and failures["guid-1"] < 5:
            raise Unavailable("search is down")
        return article_of(item)

    async def flaky_fetch(item: FeedItem) -> list[Article]:
        return flaky(item)

    sink, other = Sink(), Sink()
    stage = Stage("fetch", "items", flaky_fetch if place is Where.LOOP else flaky, "articles", place)
    runtime = runtime_of([stage, sink.stage("articles"), other.stage("items", "other")])
    runtime.publish("items", items(3))
    run(runtime)
    assert failures == {"guid-0": 1, "guid-1": 5, "guid-2": 1}
    assert names(sink) == names(other) == ["guid-0", "guid-1", "guid-2"]


def test_other_stages_go_on_while_one_is_unavailable(runtime_of: RuntimeOf):
    async def check() -> None:
        stop = asyncio.Event()

        def down(item: FeedItem) -> list[Message]:
            raise Unavailable("search is down")

        other = Sink()
        runtime = runtime_of([Stage("index", "items", down), other.stage("items", "other")])
        runtime.publish("items", items(5))
        running = asyncio.create_task(runtime.run(stop=stop))
        while len(other) < 5:
            await asyncio.sleep(0.01)
        await asyncio.sleep(0.2)
        stop.set()
        await asyncio.wait_for(running, 10)
        assert runtime.lag() == {"index": 5, "other": 0}

    asyncio.run(asyncio.wait_for(check(), 30))


# --- stops and kills ------------------------------------------------------------------------------------------------


def test_a_new_run_goes_on_where_the_old_one_stopped(runtime_of: RuntimeOf):
    async def stop_early(sink: Sink) -> None:
        stop = asyncio.Event()
        loop = asyncio.get_running_loop()

        def fetch(item: FeedItem) -> list[Article]:
            if item.guid == "guid-20":
                loop.call_soon_threadsafe(stop.set)
                time.sleep(0.05)
            return article_of(item)

        runtime = runtime_of([Stage("fetch", "items", fetch, "articles"), sink.stage("articles")])
        runtime.publish("items", items(50))
        await asyncio.wait_for(runtime.run(stop=stop), 20)

    sink = Sink()
    asyncio.run(stop_early(sink))
    assert len(sink) < 50
    runtime = runtime_of([Stage("fetch", "items", article_of, "articles"), sink.stage("articles")])
    assert 0 < runtime.lag()["fetch"] <= 30
    run(runtime)
    assert sorted(set(names(sink))) == sorted(f"guid-{n}" for n in range(50))


def test_it_stops_promptly_when_idle(runtime_of: RuntimeOf):
    async def check() -> float:
        stop = asyncio.Event()
        running = asyncio.create_task(runtime_of([Sink().stage("items")]).run(stop=stop))
        await asyncio.sleep(0.3)
        started = time.monotonic()
        stop.set()
        await running
        return time.monotonic() - started

    assert asyncio.run(check()) < 2


@pytest.mark.slow
def test_nothing_is_lost_when_the_worker_is_killed_again_and_again(runtime_place: Place, tmp_path: Path):
    n = 300
    told = tmp_path / "told.txt"
    runtime = open_runtime(runtime_place, [])
    runtime.publish("items", items(n))
    runtime.close()  # type: ignore[attr-defined]
    tests = Path(__file__).parent
    command = [sys.executable, str(tests / "toy_worker.py"), runtime_place.kind, runtime_place.address, str(told)]
    environment = os.environ | {"PYTHONPATH": f"{tests}:{tests.parent}"}
    kills = 0
    for _ in range(60):
        with subprocess.Popen(command, env=environment) as worker:
            try:
                assert worker.wait(random.uniform(0.5, 1.2) if kills < 8 else 60) == 0
                break
            except subprocess.TimeoutExpired:
                worker.send_signal(signal.SIGKILL)
                kills += 1
    assert kills >= 3, "the test was too short to kill anything"
    assert set(told.read_text().split()) == {f"guid-{i}-{part}" for i in range(n) for part in "ab"}
