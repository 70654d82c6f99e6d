"""What only the Kafka runtime has to prove: groups, rebalances, a broker that goes away, poison from other programs."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaProducer, TopicPartition
from make import make_article, make_item
from places import Place, open_runtime
from structlog.testing import capture_logs

from agents.errors import Rejected, Unavailable
from schemas.codec import encode
from schemas.events import Article, DeadLetter, FeedItem, Message
from streamer.pipeline import Place as Where
from streamer.pipeline import Stage
from streamer.runtimes import kafka_lane
from streamer.runtimes.kafka import KafkaRuntime, StandsStill
from streamer.runtimes.kafka_consumer import Consumer, MessagesSkipped
from streamer.runtimes.kafka_stage import Timing
from streamer.runtimes.kafka_topics import MESSAGE_BYTES, make_topics, topics

pytestmark = pytest.mark.service

TESTS = Path(__file__).parent
Record = tuple[bytes | None, bytes | None, list[tuple[str, bytes]]]


@pytest.fixture(autouse=True)
def _quiet() -> Iterator[None]:
    with capture_logs():
        yield


@pytest.fixture
def place(kafka_address: str, prefix: str) -> Place:
    return made(kafka_address, prefix)


def made(brokers: str, prefix: str, partitions: int = 4) -> Place:
    asyncio.run(make_topics(brokers, prefix, topics(partitions)))
    return Place("kafka", f"{brokers} {prefix}")


@pytest.fixture
def opened() -> Iterator[Callable[..., KafkaRuntime]]:
    """Open runtimes: `opened(place, stages, **options)`."""
    with ExitStack() as open_ones:

        def open_one(place: Place, stages: list[Stage], **options: Any) -> KafkaRuntime:
            runtime = open_ones.enter_context(closing(open_runtime(place, stages, **options)))
            assert isinstance(runtime, KafkaRuntime)
            return runtime

        yield open_one


def items(n: int) -> list[FeedItem]:
    return [make_item(f"guid-{i}") for i in range(n)]


def article_of(item: FeedItem) -> list[Article]:
    return [make_article(item.guid or "")]


def run(runtime: KafkaRuntime, **options: Any) -> None:
    asyncio.run(asyncio.wait_for(runtime.run(until_idle=True, **options), 60))


async def produce(place: Place, topic: str, records: list[Record]) -> None:
    """Put bytes on a topic as any other program might."""
    brokers, prefix = place.address.split()
    async with AIOKafkaProducer(bootstrap_servers=brokers, max_request_size=2 * MESSAGE_BYTES) as producer:
        for key, value, headers in records:
            await producer.send_and_wait(f"{prefix}-{topic}", value, key=key, headers=headers)


# --- topics -----------------------------------------------------------------------------------------------------------


def test_topics_are_made_once(kafka_address, prefix):
    assert len(asyncio.run(make_topics(kafka_address, prefix, topics()))) == 6
    assert asyncio.run(make_topics(kafka_address, prefix, topics())) == []
    assert {one.name: one.partitions for one in topics()}["events"] == 1


def test_a_worker_waits_for_its_topics(opened, kafka_address, prefix):
    async def check() -> None:
        runtime = opened(Place("kafka", f"{kafka_address} {prefix}"), [Stage("sink", "items", lambda item: [])])
        stop = asyncio.Event()
        running = asyncio.create_task(runtime.run(stop=stop))
        await asyncio.sleep(0.3)
        assert not running.done()
        await make_topics(kafka_address, prefix, topics(1))
        await asyncio.to_thread(runtime.publish, "items", items(1))
        while await asyncio.to_thread(runtime.lag) != {"sink": 0}:
            await asyncio.sleep(0.1)
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(check(), 30))


def test_without_kafka_publishing_is_unavailable(opened):
    runtime = opened(Place("kafka", "127.0.0.1:9 none"), [])
    with pytest.raises(Unavailable, match="Kafka does not answer"):
        runtime.publish("items", items(1))


# --- poison -----------------------------------------------------------------------------------------------------------


def test_poison_of_other_programs_ends_in_the_dead_letters_whole(opened, place: Place):
    poison: list[Record] = [
        (b"key-1", b"\xff\xfe not json", [("trace", b"abc"), ("odd", b"\xff")]),
        (b"key-2", b"", []),
        (b"\xff", None, []),
        (None, b"[1, 2]", []),
    ]
    asyncio.run(produce(place, "items", [*poison, (b"k", encode(make_item()), [])]))
    told: list[Message] = []
    grave: list[DeadLetter] = []
    stages = [
        Stage("fetch", "items", lambda item: told.append(item) or [], "articles"),
        Stage("bury", "dead-letters", lambda letter: grave.append(letter) or []),
    ]
    runtime = opened(place, stages)
    run(runtime)
    assert [message.id for message in told] == [make_item().id]
    assert sorted(letter.payload for letter in grave) == sorted(value or b"" for _, value, _ in poison)
    first = next(letter for letter in grave if letter.payload.startswith(b"\xff"))
    assert (first.message_key, first.headers) == ("key-1", {"trace": "abc", "odd": "\\xff"})
    assert (first.stage, first.topic, first.kind) == ("fetch", "items", "unreadable")
    assert runtime.lag() == {"fetch": 0, "bury": 0}


def test_a_dead_letter_can_be_put_back(opened, place: Place):
    broken, told, grave = [True], [], []

    def fetch(item: FeedItem) -> list[Article]:
        if broken:
            raise Rejected("no such page")
        told.append(item)
        return []

    runtime = opened(
        place, [Stage("fetch", "items", fetch), Stage("bury", "dead-letters", lambda one: grave.append(one) or [])]
    )
    runtime.publish("items", items(3))
    run(runtime)
    assert len(grave) == 3
    broken.clear()
    runtime.put_back(grave)
    run(runtime)
    assert {item.guid for item in told} == {"guid-0", "guid-1", "guid-2"}


def test_an_output_that_is_too_large_makes_its_message_a_dead_letter(opened, place: Place):
    grave = []

    def fetch(item: FeedItem) -> list[Article]:
        text = "x" * (MESSAGE_BYTES + 1) if item.guid == "guid-1" else "short"
        return [make_article(item.guid or "", text)]

    told = []
    stages = [
        Stage("fetch", "items", fetch, "articles"),
        Stage("sink", "articles", lambda article: told.append(article) or []),
        Stage("bury", "dead-letters", lambda letter: grave.append(letter) or []),
    ]
    runtime = opened(place, stages)
    runtime.publish("items", items(3))
    run(runtime)
    assert len(told) == 2
    assert [(one.kind, one.error, one.item_id) for one in grave] == [
        ("rejected", "its outcome is too large", make_item("guid-1").id)
    ]
    with pytest.raises(Rejected, match="larger than Kafka takes"):
        runtime.publish("items", [make_item(body="x" * 4 * MESSAGE_BYTES)])


# --- never past an open message ---------------------------------------------------------------------------------------


def test_no_offset_is_committed_past_an_open_message(opened, kafka_address, prefix, monkeypatch):
    """The first message never ends; the others of its partition, done long ago, stay uncommitted with it."""
    monkeypatch.setattr(kafka_lane, "GRACE_SECONDS", 0.5)
    place = made(kafka_address, prefix, partitions=1)

    async def fetch(item: FeedItem) -> list[Article]:
        if item.guid == "guid-0":
            await asyncio.sleep(60)
        seen.add(item.guid)
        return []

    async def check() -> None:
        stop = asyncio.Event()
        running = asyncio.create_task(runtime.run(stop=stop))
        while len(seen) < 9:
            await asyncio.sleep(0.05)
        await asyncio.sleep(0.5)  # several commits
        assert await asyncio.to_thread(runtime.lag) == {"fetch": 10}
        stop.set()
        running.cancel()
        await asyncio.gather(running, return_exceptions=True)

    seen: set[str | None] = set()
    runtime = opened(place, [Stage("fetch", "items", fetch, "articles", Where.LOOP, 5)])
    runtime.publish("items", items(10))
    asyncio.run(asyncio.wait_for(check(), 60))
    assert runtime.lag() == {"fetch": 10}


def test_a_hole_in_what_is_handed_out_crashes_the_worker():
    """Faust skips what it fetched of a partition that is paused meanwhile. Should it ever do so: start anew."""
    consumer, crashes = bare_consumer()
    tp = TopicPartition("items", 0)
    for offset in (5, 6, 9):
        consumer._to_message(tp, record(tp, offset))
    consumer._open[tp].pop(5)
    consumer._open[tp].pop(6)
    consumer._open[tp].pop(9)
    assert consumer._new_offset(tp) == 7
    assert [str(one) for one in crashes] == ["items/0: 7 to 8 were skipped; they will be read again"]
    assert isinstance(crashes[0], MessagesSkipped)


def test_more_messages_than_a_lane_holds_are_held_back_and_none_is_skipped(opened, kafka_address, prefix):
    place, told = made(kafka_address, prefix, partitions=1), []

    def slow(item: FeedItem) -> list[Message]:
        time.sleep(0.001)
        told.append(item.guid)
        return []

    runtime = opened(place, [Stage("sink", "items", slow)])
    runtime.publish("items", items(1500))
    run(runtime)
    assert told == [f"guid-{n}" for n in range(1500)]


def bare_consumer() -> tuple[Consumer, list[BaseException]]:
    """A consumer without a broker, which notes crashes."""
    consumer, crashes = Consumer.__new__(Consumer), []
    consumer._open, consumer._high = {}, {}
    consumer.crash_app = crashes.append  # type: ignore[method-assign]
    consumer.app = type("App", (), {"consumer_generation_id": 1})()
    return consumer, crashes


def record(tp: TopicPartition, offset: int) -> Any:
    fields = dict.fromkeys(
        ("timestamp_type", "key", "value", "checksum", "serialized_key_size", "serialized_value_size")
    )
    return type("R", (), fields | {"topic": tp.topic, "partition": 0, "offset": offset, "timestamp": 0, "headers": ()})


# --- an outage of our own side ----------------------------------------------------------------------------------------


@pytest.mark.slow
def test_a_worker_stays_in_its_group_through_a_long_outage(opened, place: Place):
    """Longer than the group waits for a worker that is gone. No rebalance: each message is tried by one worker only."""
    down, tried, told = [True], [], []

    def index(item: FeedItem) -> list[Message]:
        if down:
            tried.append(item.guid)
            raise Unavailable("search is down")
        told.append(item.guid)
        return []

    async def check() -> None:
        stop = asyncio.Event()
        runtime = opened(place, [Stage("index", "items", index)], pause=lambda failures: 0.5)
        runtime.publish("items", items(40))
        running = asyncio.create_task(runtime.run(stop=stop))
        await asyncio.sleep(9)
        assert runtime.health()["index"].waiting == "search is down"
        down.clear()
        while await asyncio.to_thread(runtime.lag) != {"index": 0}:
            await asyncio.sleep(0.1)
        assert runtime.health()["index"].waiting == ""
        stop.set()
        await running

    asyncio.run(asyncio.wait_for(check(), 40))
    assert len(set(tried)) == 1
    assert sorted(told) == sorted(f"guid-{n}" for n in range(40))


def test_a_worker_whose_lag_stands_still_ends_itself(opened, place: Place, monkeypatch):
    """A stage that hangs for ever looks alive to the group: only its lag tells."""
    monkeypatch.setattr(kafka_lane, "GRACE_SECONDS", 0.5)

    async def hang(item: FeedItem) -> list[Message]:
        await asyncio.Event().wait()
        return []

    runtime = opened(place, [Stage("fetch", "items", hang, "articles", Where.LOOP)], timing=Timing(still=1))
    runtime.publish("items", items(3))
    with pytest.raises(StandsStill, match="fetch: no message passed for"):
        run(runtime)


# --- kills ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def worker(place: Place, tmp_path: Path) -> Iterator[Callable[[], "subprocess.Popen[bytes]"]]:
    """Start worker processes with toy stages, which end when all is done."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> "subprocess.Popen[bytes]":
        started.append(toy(place, tmp_path / "told.txt"))
        return started[-1]

    yield start
    for one in started:
        one.kill()
        one.wait()


def toy(place: Place, told: Path) -> "subprocess.Popen[bytes]":
    command = [sys.executable, str(TESTS / "toy_worker.py"), place.kind, place.address, str(told)]
    return subprocess.Popen(command, env=os.environ | {"PYTHONPATH": f"{TESTS}:{TESTS.parent}"})


def wait_for_lines(told: Path, n: int) -> None:
    for _ in range(400):
        if told.exists() and len(told.read_bytes().split()) >= n:
            return
        time.sleep(0.1)
    pytest.fail(f"{told.name} never got {n} lines")


def all_told(told: Path, n: int) -> bool:
    return set(told.read_text().split()) == {f"guid-{i}-{part}" for i in range(n) for part in "ab"}


@pytest.mark.slow
def test_a_second_worker_takes_over_from_a_killed_one(opened, place: Place, worker, tmp_path: Path):
    told = tmp_path / "told.txt"
    opened(place, []).publish("items", items(300))
    first, second = worker(), worker()
    wait_for_lines(told, 80)
    first.kill()
    assert second.wait(60) == 0
    assert all_told(told, 300)


@pytest.mark.slow
def test_a_worker_told_to_stop_leaves_in_time_and_loses_nothing(opened, place: Place, worker, tmp_path: Path):
    told = tmp_path / "told.txt"
    opened(place, []).publish("items", items(300))
    first = worker()
    wait_for_lines(told, 100)
    first.send_signal(signal.SIGTERM)
    started = time.monotonic()
    assert first.wait(20) == 0
    assert time.monotonic() - started < 10
    assert worker().wait(60) == 0
    assert all_told(told, 300)


@pytest.mark.slow
def test_workers_outlive_a_killed_broker(opened, mortal, prefix, tmp_path: Path):
    node, told = mortal("kafka"), tmp_path / "told.txt"
    place = made(node.address, prefix)
    opened(place, []).publish("items", items(300))
    workers = [toy(place, told), toy(place, told)]
    try:
        wait_for_lines(told, 80)
        node.kill()
        time.sleep(5)
        node.start()
        assert [one.wait(60) for one in workers] == [0, 0]
    finally:
        for one in workers:
            one.kill()
            one.wait()
    assert all_told(told, 300)
