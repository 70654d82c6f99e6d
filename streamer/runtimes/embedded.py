"""The runtime of the embedded mode: all stages in one process, all messages in one SQLite file."""

import asyncio
import contextlib
import fcntl
import functools
import os
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from pathlib import Path
from typing import Any

from agents.errors import Unavailable
from schemas.codec import encode
from schemas.events import DeadLetter, Message
from streamer.contracts import AlreadyRunning, StageHealth
from streamer.pipeline import Caller, Output, Stage, attempt
from streamer.runtimes.embedded_log import MessageLog
from streamer.runtimes.lane import Lane, growing_pause
from streamer.stores.sqlite_database import Database

POLL_SECONDS = 0.1
"""How often to look for messages that other processes have published."""


class EmbeddedRuntime:
    """Moves messages through `stages`, all state in the file at `path`.

    `pool` runs what costs processor time; `pause` gives the seconds to wait after so many times Unavailable in a row.
    Any number of processes may publish; one at a time may run.
    """

    def __init__(
        self,
        path: Path | str,
        stages: Sequence[Stage],
        *,
        pool: Caller,
        now: Callable[[], datetime],
        pause: Callable[[int], float] = growing_pause,
    ) -> None:
        self._stages = tuple(stages)
        self._database = Database(path)
        self._log = MessageLog(self._database)
        self._pool, self._now, self._pause = pool, now, pause
        self._loop: asyncio.AbstractEventLoop | None = None
        self._lanes: dict[str, Lane] = {}
        self._outcomes: dict[str, Counter[str]] = {stage.name: Counter() for stage in stages}

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages to a topic; they are safe when this returns. Any thread may call it."""
        self._append([Output(topic, message.key, encode(message)) for message in messages])

    def put_back(self, letters: Sequence[DeadLetter]) -> None:
        """Append the messages of dead letters to the topics that they came from, byte for byte."""
        self._append([Output(letter.topic, letter.message_key, letter.payload) for letter in letters])

    async def run(self, *, until_idle: bool = False, stop: asyncio.Event | None = None) -> None:
        """Work until stopped, or until every stage has passed all of its topic.

        Raises AlreadyRunning if another process works on the file, TooManyBugs if a stage keeps failing.
        """
        with sole_runner(self._database.path), ThreadPoolExecutor(1, thread_name_prefix="stages") as thread:
            self._loop = asyncio.get_running_loop()
            here = functools.partial(_in_thread, thread)
            self._lanes = {stage.name: self._lane(stage, here) for stage in self._stages}
            try:
                await self._work(until_idle=until_idle, stop=stop or asyncio.Event())
            finally:
                self._loop, self._lanes = None, {}

    def lag(self) -> dict[str, int]:
        """Return by stage how many messages wait before it."""
        return self._log.lag(self._stages)

    def health(self) -> dict[str, StageHealth]:
        """Return by stage how it is doing."""
        lag = self.lag()
        waiting = {name: lane.waiting for name, lane in self._lanes.items()}
        return {
            name: StageHealth(lag=lag[name], outcomes=dict(self._outcomes[name]), waiting=waiting.get(name, ""))
            for name in lag
        }

    def prune(self, days: float) -> int:
        """Delete messages older than this that all stages have passed. Return how many."""
        return self._log.prune(self._stages, self._now().timestamp() - days * 86_400)

    def close(self) -> None:
        self._database.close()

    def _append(self, outputs: Sequence[Output]) -> None:
        self._log.append(outputs, self._now().timestamp())
        if self._loop is not None:
            with contextlib.suppress(RuntimeError):  # the loop has just been closed: nobody is left to wake
                self._loop.call_soon_threadsafe(self._wake, {output.topic for output in outputs})

    def _lane(self, stage: Stage, here: Caller) -> Lane:
        return Lane(
            stage,
            self._log,
            attempt=functools.partial(attempt, stage, here=here, pool=self._pool, now=self._now),
            here=here,
            now=self._now,
            pause=self._pause,
            published=self._wake,
            outcomes=self._outcomes[stage.name],
        )

    async def _work(self, *, until_idle: bool, stop: asyncio.Event) -> None:
        lanes = list(self._lanes.values())
        feeding = [asyncio.create_task(lane.feed()) for lane in lanes]
        committing = [asyncio.create_task(lane.commit()) for lane in lanes]
        watching = [asyncio.create_task(stop.wait()), asyncio.create_task(self._watch(until_idle=until_idle))]
        try:
            done, _ = await asyncio.wait([*feeding, *committing, *watching], return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            await _end([*feeding, *watching])
            await asyncio.gather(*(lane.close() for lane in lanes))
            ended = await asyncio.gather(*committing, return_exceptions=True)
        for failure in ended:  # of the last writes; what ended the run has been raised already
            if isinstance(failure, Exception):
                raise failure

    async def _watch(self, *, until_idle: bool) -> None:
        """Wake the lanes for what other processes publish. Return when all is done, if asked to."""
        seen: dict[str, int] = {}
        while True:
            with contextlib.suppress(Unavailable):  # the lanes tell of it
                heads = self._log.heads()
                self._wake({topic for topic, head in heads.items() if head != seen.get(topic)})
                seen = heads
                if until_idle and self._is_idle():
                    return
            await asyncio.sleep(POLL_SECONDS)

    def _is_idle(self) -> bool:
        return all(lane.is_empty for lane in self._lanes.values()) and not any(self.lag().values())

    def _wake(self, topics: set[str]) -> None:
        for lane in self._lanes.values():
            if lane.stage.source in topics:
                lane.wake.set()


async def _in_thread(thread: ThreadPoolExecutor, function: Callable[..., Any], /, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(thread, functools.partial(function, *args))


async def _end(tasks: Sequence[asyncio.Task[Any]]) -> None:
    for task in tasks:
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)


@contextlib.contextmanager
def sole_runner(path: Path) -> Iterator[None]:
    """Hold the right to run the stages on the file at `path`. The system takes it back when this process dies.

    Raises AlreadyRunning if another process holds it.
    """
    with path.with_name(path.name + ".lock").open("a+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            file.seek(0)
            raise AlreadyRunning(f"{path}: process {file.read() or '?'} works on it already") from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield
