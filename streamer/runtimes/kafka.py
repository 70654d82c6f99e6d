"""The runtime of the cluster mode: the stages as Faust agents on Kafka topics, in any number of processes."""

import asyncio
import contextlib
import functools
import os
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

import structlog

from agents.errors import Unavailable
from schemas.codec import encode
from schemas.events import DeadLetter, Message
from streamer.contracts import StageHealth
from streamer.pipeline import BUG_LIMIT, Caller, Output, Result, Stage, TooManyBugs, as_dead_letter, attempt
from streamer.runtimes.health import Stillness
from streamer.runtimes.kafka_broker import Broker
from streamer.runtimes.kafka_lane import Policy
from streamer.runtimes.kafka_logs import thin_out_logs
from streamer.runtimes.kafka_stage import DEFAULT_TIMING, StageApp, Timing, send
from streamer.runtimes.lane import growing_pause

LOOK_SECONDS = 0.1
STOP_SECONDS = 25.0
"""How long a stop may take. A client that waits for a dead broker would otherwise never end."""

_log = structlog.get_logger()


class StandsStill(Exception):
    """Messages wait and none is passed, for no known reason: end the process, a new one may do better."""


class KafkaRuntime:
    """Moves messages through `stages` on the topics of `prefix`, made before by `kafka_topics.make_topics`.

    `brokers` is `host:port`, several with commas. `pool` runs what costs processor time; `pause` gives the seconds to
    wait after so many times Unavailable in a row. Any number of processes may run and publish.
    """

    def __init__(
        self,
        stages: Sequence[Stage],
        *,
        brokers: str,
        prefix: str,
        pool: Caller,
        now: Callable[[], datetime],
        pause: Callable[[int], float] = growing_pause,
        timing: Timing = DEFAULT_TIMING,
    ) -> None:
        self._stages = tuple(stages)
        self._brokers, self._prefix, self._timing = brokers, prefix, timing
        self._pool, self._now, self._pause = pool, now, pause
        self._broker = Broker(brokers, prefix)
        self._outcomes: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}
        self._bugs: Counter[str] = Counter()
        self._waiting: dict[str, str] = {}
        self._still: dict[str, float] = {}

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages to a topic; they are safe when this returns. Any thread may call it.

        Raises Unavailable while Kafka is down, Rejected for a message that is too large.
        """
        self._broker.publish([Output(topic, message.key, encode(message)) for message in messages])

    def put_back(self, letters: Sequence[DeadLetter]) -> None:
        """Append the messages of dead letters to the topics that they came from, byte for byte. Raises Unavailable."""
        self._broker.publish([Output(letter.topic, letter.message_key, letter.payload) for letter in letters])

    async def run(self, *, until_idle: bool = False, stop: asyncio.Event | None = None) -> None:
        """Work until stopped, or until every stage has passed all of its topic.

        Waits for Kafka and its topics. Raises TooManyBugs if a stage keeps failing, and what crashes a consumer.
        """
        thin_out_logs()
        stop = stop or asyncio.Event()
        await self._until_ready(stop)
        if stop.is_set():
            return
        with _threads(self._stages) as here:
            apps = [self._app(stage, here[stage.name]) for stage in self._stages]
            looking = asyncio.create_task(self._look_after(apps))
            try:
                await asyncio.gather(*(app.start() for app in apps))
                await self._watch(apps, looking, until_idle=until_idle, stop=stop)
            finally:
                looking.cancel()
                with _dead_man(STOP_SECONDS):
                    await asyncio.gather(*(app.stop() for app in apps), return_exceptions=True)

    def lag(self) -> dict[str, int]:
        """Return by stage how many messages wait before it. Raises Unavailable."""
        return {stage: sum(waiting.values()) for stage, waiting in self._lags().items()}

    def health(self) -> dict[str, StageHealth]:
        """Return by stage how it is doing in this process. Any thread may call it."""
        try:
            lag, kafka = self.lag(), ""
        except Unavailable as error:
            lag, kafka = {}, str(error)
        return {
            stage.name: StageHealth(
                lag=lag.get(stage.name, 0),
                outcomes=dict(self._outcomes[stage.name]),
                waiting=self._waiting.get(stage.name) or kafka,
                still=self._still.get(stage.name, 0.0),
            )
            for stage in self._stages
        }

    def passed(self, stage: str) -> int:
        """Return how many messages a stage has passed in this process."""
        return self._outcomes[stage].total()

    def prune(self, days: float) -> int:  # noqa: ARG002 (the contract's signature)
        """Leave it to Kafka, which deletes messages by the retention that its topics were made with."""
        return 0

    def close(self) -> None:
        self._broker.close()

    def _lags(self) -> dict[str, dict[Any, int]]:
        return self._broker.lag({stage.name: stage.source for stage in self._stages})

    async def _until_ready(self, stop: asyncio.Event) -> None:
        """Wait until Kafka answers and has the topics."""
        failures = 0
        while not stop.is_set():
            try:
                missing = await asyncio.to_thread(self._broker.missing, [stage.source for stage in self._stages])
                reason = f"no topic {self._prefix}-{missing[0]}: has the set-up run?" if missing else ""
            except Unavailable as error:
                reason = str(error)
            if not reason:
                return
            failures += 1
            _log.error("unavailable", reason=reason, failures=failures)
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), self._pause(failures))

    def _app(self, stage: Stage, here: Caller) -> StageApp:
        app: StageApp
        policy = Policy(
            stage=stage.name,
            attempt=functools.partial(attempt, stage, here=here, pool=self._pool, now=self._now),
            too_large=lambda letter: as_dead_letter(stage, letter, "rejected", "its outcome is too large", self._now()),
            send=lambda outputs: send(app.app, self._prefix, outputs),
            slots=asyncio.Semaphore(stage.in_flight),
            limit=max(200, 8 * stage.in_flight),
            pause=self._pause,
            finished=functools.partial(self._count, stage),
            waiting=functools.partial(self._waiting.__setitem__, stage.name),
        )
        app = StageApp(stage, policy, brokers=self._brokers, prefix=self._prefix, timing=self._timing)
        return app

    def _count(self, stage: Stage, result: Result) -> None:
        self._outcomes[stage.name][result.outcome] += 1
        self._bugs[stage.name] = self._bugs[stage.name] + 1 if result.outcome == "bug" else 0
        if self._bugs[stage.name] >= BUG_LIMIT:
            raise TooManyBugs(f"{stage.name}: {BUG_LIMIT} bugs in a row; see the log, then start again")

    async def _watch(
        self, apps: Sequence[StageApp], looking: asyncio.Task[None], *, until_idle: bool, stop: asyncio.Event
    ) -> None:
        """Return when told to stop or when all is done, if asked to. Raises what must end the worker."""
        while not stop.is_set():
            if looking.done():
                looking.result()
            for app in apps:
                app.raise_failure()
            if until_idle and await self._is_idle(apps):
                return
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(stop.wait(), LOOK_SECONDS)

    async def _look_after(self, apps: Sequence[StageApp]) -> None:
        """Raise StandsStill when messages wait before this process, none is passed, and nothing explains it."""
        stillness = Stillness()
        while True:
            await asyncio.sleep(self._timing.still / 10)
            try:
                lags = await asyncio.to_thread(self._lags)
            except Unavailable:
                stillness = Stillness()
                continue
            for app in apps:
                name = app.stage.name
                self._still[name] = stillness.note(
                    name,
                    lag=sum(lags[name].get(tp, 0) for tp in app.partitions),
                    passed=self.passed(name),
                    at=time.monotonic(),
                    excused=bool(self._waiting.get(name)),
                )
                if self._still[name] > self._timing.still:
                    raise StandsStill(f"{name}: no message passed for {self._still[name]:.0f} s, though some wait")

    async def _is_idle(self, apps: Sequence[StageApp]) -> bool:
        if not all(app.is_empty for app in apps):
            return False
        await asyncio.gather(*(app.consumer.commit() for app in apps))
        try:
            lag = await asyncio.to_thread(self.lag)
        except Unavailable:
            return False
        return not any(lag.values()) and all(app.is_empty for app in apps)


async def _in_thread(thread: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, functools.partial(function, *args))


@contextlib.contextmanager
def _threads(stages: Sequence[Stage]) -> Iterator[dict[str, Caller]]:
    """Give each stage threads of its own: they mostly wait for Elasticsearch, so none should wait for another too."""
    with contextlib.ExitStack() as stack:
        yield {
            stage.name: functools.partial(
                _in_thread, stack.enter_context(ThreadPoolExecutor(stage.in_flight, thread_name_prefix=stage.name))
            )
            for stage in stages
        }


@contextlib.contextmanager
def _dead_man(seconds: float) -> Iterator[None]:
    """End the process if what is inside takes too long: nothing is committed that is not safe."""
    timer = threading.Timer(seconds, os._exit, (1,))
    timer.daemon = True
    timer.start()
    try:
        yield
    finally:
        timer.cancel()
