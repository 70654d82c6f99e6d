"""A stage as a Faust app with one agent, in a consumer group of its own.

A group per stage, because each stage has its own position: one that stands still holds up no other stage of its topic.
"""

import asyncio
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka.errors import MessageSizeTooLargeError
from faust.tables import TableManager
from faust.types import TP, Message
from mode import CrashingSupervisor

from streamer.pipeline import DEAD_LETTERS, Delivery, Output, Stage
from streamer.runtimes import kafka_consumer
from streamer.runtimes.health import STILL_SECONDS
from streamer.runtimes.kafka_lane import Lane, Policy, Taken
from streamer.runtimes.kafka_topics import LETTER_BYTES, MESSAGE_BYTES

POLL_RECORDS = 50
DAY_SECONDS = 24 * 60 * 60
SEND_SECONDS = 60.0
"""How long the broker may take to confirm an output before it is sent again."""
CLOSE_SECONDS = 10.0
"""How long finished work may take to be confirmed before a partition is given back."""


@dataclass(frozen=True)
class Timing:
    """Seconds of the group's protocol: what a restart and a crash cost."""

    commit: float = 1.0
    session: float = 10.0
    """After so long without a heartbeat a worker counts as dead. The broker's least is 6."""
    heartbeat: float = 2.0
    still: float = STILL_SECONDS
    """Without progress, while messages wait, the process ends."""


DEFAULT_TIMING = Timing()


class StageApp:
    """Runs one stage on the partitions that the group gives to this process. Make it in a running loop."""

    def __init__(self, stage: Stage, policy: Policy, *, brokers: str, prefix: str, timing: Timing) -> None:
        self.stage = stage
        self.failed: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        """Gets the exception that must stop the worker."""
        self._policy = policy
        self._lanes: dict[TP, tuple[Lane[Message], asyncio.Task[None]]] = {}
        self._held: set[TP] = set()
        self.app = make_app(f"{prefix}-{stage.name}", brokers=brokers, timing=timing)
        topic = self.app.topic(f"{prefix}-{stage.source}")
        self.app.agent(topic, name=stage.name, concurrency=1, supervisor_strategy=CrashingSupervisor)(self._take)

    @property
    def consumer(self) -> kafka_consumer.Consumer:
        consumer = self.app.consumer
        assert isinstance(consumer, kafka_consumer.Consumer)
        return consumer

    @property
    def is_empty(self) -> bool:
        return not any(len(lane) for lane, _ in self._lanes.values())

    @property
    def partitions(self) -> set[TP]:
        """Those that the group gives to this process."""
        return self.app.consumer.assignment()

    async def start(self) -> None:
        self.app.finalize()
        self.consumer.drain = self.drain
        await self.app.start()

    async def stop(self) -> None:
        """Finish what is under way, commit, leave the group."""
        await self.app.stop()

    def raise_failure(self) -> None:
        """Raise what must stop the worker: from a lane, or from inside of Faust."""
        if self.failed.done():
            self.failed.result()
        if self.app.crashed:
            raise self.app.crash_reason or RuntimeError(f"{self.stage.name}: consumer crashed")

    async def drain(self) -> None:
        """End all lanes: what is under way may finish for a while, the rest is left for whoever gets the partitions."""
        lanes, self._lanes = list(self._lanes.values()), {}
        self._held.clear()
        await asyncio.gather(*(lane.close() for lane, _ in lanes))
        running = [task for _, task in lanes]
        if running:
            _, late = await asyncio.wait(running, timeout=CLOSE_SECONDS)
            for task in late:
                task.cancel()

    async def _take(self, stream: Any) -> None:
        async for event in stream.noack().events():
            self._add(event.message)

    def _add(self, message: Message) -> None:
        """Queue a message. A partition whose lane is full is not fetched; the group still sees this worker alive."""
        tp = TP(message.tp.topic, message.tp.partition)
        lane, _ = self._lanes.get(tp) or self._new_lane(tp)
        lane.add(message, delivery_of(self.stage, message))
        if len(lane) >= self._policy.limit and tp not in self._held:
            self._held.add(tp)
            self.consumer.hold(tp)

    def _new_lane(self, tp: TP) -> tuple[Lane[Message], asyncio.Task[None]]:
        lane = Lane[Message](self._policy, done=lambda message: self._done(tp, lane, message))
        task = asyncio.create_task(lane.run())
        task.add_done_callback(self._ended)
        self._lanes[tp] = lane, task
        return lane, task

    def _done(self, tp: TP, lane: Lane[Message], message: Message) -> None:
        self.consumer.done(message)
        if tp in self._held and len(lane) <= self._policy.limit // 2:
            self._held.discard(tp)
            self.consumer.release(tp)

    def _ended(self, lane: asyncio.Task[None]) -> None:
        if not lane.cancelled() and lane.exception() and not self.failed.done():
            self.failed.set_exception(lane.exception() or RuntimeError())


async def send(app: faust.App, prefix: str, outputs: Sequence[Output]) -> list[Taken]:
    """Send outputs in order, all at once, and wait until the broker has answered for each."""
    confirmations = [await _queued(app, prefix, output) for output in outputs]
    return [_taken(answer) for answer in await asyncio.gather(*confirmations, return_exceptions=True)]


async def _queued(app: faust.App, prefix: str, output: Output) -> Awaitable[Any]:
    """Hand an output to the producer; return what will tell of its confirmation, and never raise."""
    if len(output.payload) > (LETTER_BYTES if output.topic == DEAD_LETTERS else MESSAGE_BYTES):
        return _failed(MessageSizeTooLargeError())
    try:
        topic, key = f"{prefix}-{output.topic}", output.key.encode()
        return await app.producer.send(topic, key, output.payload, None, None, None)
    except Exception as error:  # noqa: BLE001 (whatever it is, the output is not safe yet)
        return _failed(error.__cause__ or error)


def _failed(error: BaseException) -> Awaitable[Any]:
    future: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
    future.set_exception(error)
    return future


def _taken(answer: object) -> Taken:
    if isinstance(answer, MessageSizeTooLargeError):
        return Taken.NEVER
    return Taken.NO if isinstance(answer, BaseException) else Taken.YES


def delivery_of(stage: Stage, message: Message) -> Delivery:
    """Return a Kafka message as the policy takes it. Bytes that are no text are written out."""
    headers: Any = message.headers or ()
    pairs: Any = headers.items() if isinstance(headers, dict) else headers
    return Delivery(
        stage.source,
        message.value or b"",
        _text(message.key or b""),
        {_text(name): _text(value or b"") for name, value in pairs},
    )


def _text(value: bytes | str) -> str:
    return value if isinstance(value, str) else value.decode("utf-8", "backslashreplace")


class _Tables(TableManager):
    async def on_start(self) -> None:
        """Begin at once. Faust waits a second for tables to be made; here are none."""
        if not self.should_stop:
            await self._update_channels()
            await self.recovery.start()


class _App(faust.App):
    def _create_directories(self) -> None:
        """Make none: without tables nothing would be in them, and a killed worker would leave them behind."""


def make_app(name: str, *, brokers: str, timing: Timing) -> faust.App:
    """Return a Faust app without any of its own ideas: no tables, folders, leader, web server, serializers, topics."""
    return _App(
        name,
        broker=";".join(f"{kafka_consumer.SCHEME}://{broker}" for broker in brokers.split(",")),
        store="memory://",
        TableManager=_Tables,
        autodiscover=False,
        web_enabled=False,
        key_serializer="raw",
        value_serializer="raw",
        table_standby_replicas=0,
        topic_disable_leader=True,
        topic_allow_declare=False,
        topic_partitions=1,
        stream_wait_empty=True,
        stream_buffer_maxsize=4096,
        cython_optimizations=False,
        agent_supervisor=CrashingSupervisor,
        worker_redirect_stdouts=False,
        broker_commit_interval=timing.commit,
        broker_max_poll_records=POLL_RECORDS,
        broker_session_timeout=timing.session,
        broker_heartbeat_interval=timing.heartbeat,
        broker_rebalance_timeout=120.0,
        broker_max_poll_interval=7 * DAY_SECONDS,  # an outage may last: waiting is no reason to leave the group
        stream_processing_timeout=7 * DAY_SECONDS,
        broker_commit_livelock_soft_timeout=7 * DAY_SECONDS,
        consumer_auto_offset_reset="earliest",
        consumer_metadata_max_age_ms=10_000,
        consumer_max_fetch_size=LETTER_BYTES,
        producer_acks=-1,
        producer_linger=0,
        producer_compression_type="gzip",
        producer_max_request_size=2 * LETTER_BYTES,
        producer_max_batch_size=128 * 1024,
        producer_request_timeout=SEND_SECONDS,
    )
