"""One stage on its way along its topic: read, work, write down what came out.

    log ──feed──▶ window of works in order ──commit──▶ log

Several works may be under way at once. Only finished works at the front of the window are committed, their outputs and
the stage's new position in one transaction: so the position never passes an unfinished message, and outputs keep the
order of the inputs. A work that finishes early waits in the window; after a crash it is simply done again.
"""

import asyncio
import itertools
import random
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import structlog

from agents.errors import Unavailable
from streamer.pipeline import BUG_LIMIT, Caller, Delivery, Output, Result, Stage, TooManyBugs
from streamer.runtimes.embedded_log import Entry, MessageLog

BATCH = 100
"""At most so many messages a transaction,"""
BATCH_SECONDS = 0.05
"""gathered for at most so long."""
GRACE_SECONDS = 5.0
"""How long work that is under way may take to finish after the order to stop."""
_READ = 100

T = TypeVar("T")

_log = structlog.get_logger()


def growing_pause(failures: int) -> float:
    """Return how many seconds to wait after so many failures in a row: 1, 2, 4, 8, 16, give or take half."""
    return 2.0 ** min(failures - 1, 4) * random.uniform(0.5, 1.5)  # noqa: S311 (no secret)


@dataclass(eq=False)
class _Work:
    entry: Entry
    task: asyncio.Task[Result] | None = None
    busy: bool = False


class Lane:
    """Moves one stage. `feed` and `commit` are run as tasks beside each other, until `close`."""

    def __init__(
        self,
        stage: Stage,
        log: MessageLog,
        *,
        attempt: Callable[[Delivery], Awaitable[Result]],
        here: Caller,
        now: Callable[[], datetime],
        pause: Callable[[int], float],
        published: Callable[[set[str]], None],
        outcomes: Counter[str],
    ) -> None:
        self.stage = stage
        self.waiting = ""
        """Why the stage stands still; empty while it moves."""
        self.wake = asyncio.Event()
        """Set it when there may be new messages."""
        self._log, self._attempt, self._here, self._now = log, attempt, here, now
        self._pause, self._published, self._outcomes = pause, published, outcomes
        self._window: list[_Work] = []
        self._filled, self._room = asyncio.Event(), asyncio.Event()
        self._slots = asyncio.Semaphore(stage.in_flight)
        self._limit = max(2 * BATCH, 8 * stage.in_flight)
        self._read_to = log.positions().get(stage.name, 0)
        self._bugs = 0
        self._closing = False

    @property
    def is_empty(self) -> bool:
        return not self._window

    async def feed(self) -> None:
        """Read messages and queue work on them, for ever."""
        while True:
            self.wake.clear()
            entries = await self._patiently(self._read)
            if not entries:
                await self.wake.wait()
            for entry in entries:
                await self._make_room()
                self._start(entry)

    async def commit(self) -> None:
        """Write down what is finished, in order, until the lane is closed."""
        while works := await self._finished():
            results = self._up_to_bug_limit([_result(work) for work in works])
            outputs = [output for result in results for output in result.outputs]
            await self._patiently(self._write, works[len(results) - 1].entry.position, outputs)
            del self._window[: len(results)]
            self._room.set()
            self._outcomes.update(result.outcome for result in results)
            self._published({output.topic for output in outputs})
            if self._bugs >= BUG_LIMIT:
                raise TooManyBugs(f"{self.stage.name}: {self._bugs} bugs in a row; see the log, then start again")

    async def close(self) -> None:
        """Let work that is under way finish for a while, give up the rest. Call it once `feed` has been ended."""
        self._closing = True
        tasks = [(work.task, work.busy) for work in self._window if work.task]
        for task, busy in tasks:
            if not busy:
                task.cancel()
        if tasks:
            _, late = await asyncio.wait([task for task, _ in tasks], timeout=GRACE_SECONDS)
            for task in late:
                task.cancel()
            await asyncio.gather(*(task for task, _ in tasks), return_exceptions=True)
        self._filled.set()

    async def _read(self) -> list[Entry]:
        return self._log.read(self.stage.source, self._read_to, _READ)

    async def _write(self, position: int, outputs: list[Output]) -> None:
        await self._here(self._log.advance, self.stage.name, position, outputs, self._now().timestamp())

    async def _make_room(self) -> None:
        while len(self._window) >= self._limit:
            self._room.clear()
            await self._room.wait()

    def _start(self, entry: Entry) -> None:
        work = _Work(entry)
        work.task = asyncio.create_task(self._settle(work))
        self._window.append(work)
        self._read_to = entry.position
        self._filled.set()

    async def _settle(self, work: _Work) -> Result:
        """Return how a message ended, however long our side is unavailable."""
        entry = work.entry
        async with self._slots:
            for attempts in itertools.count(1):
                work.busy = True
                try:
                    result = await self._attempt(
                        Delivery(self.stage.source, entry.payload, entry.key, entry.headers, attempts)
                    )
                except Unavailable as error:
                    work.busy = False
                    await self._wait_out(error, attempts)
                else:
                    self.waiting = ""
                    return result
        raise AssertionError("unreachable")

    async def _wait_out(self, error: Unavailable, failures: int) -> None:
        self.waiting = str(error) or "unavailable"
        seconds = self._pause(failures)
        _log.error("unavailable", stage=self.stage.name, reason=self.waiting, failures=failures, seconds=seconds)
        await asyncio.sleep(seconds)

    async def _patiently(self, action: Callable[..., Awaitable[T]], *args: Any) -> T:
        """Do what the file itself may refuse for a while (a full disk). Raises Unavailable once the lane is closed."""
        for failures in itertools.count(1):
            try:
                return await action(*args)
            except Unavailable as error:
                if self._closing:
                    raise
                await self._wait_out(error, failures)
        raise AssertionError("unreachable")

    async def _finished(self) -> list[_Work]:
        """Return finished works from the front of the window: some, or none if the lane is closed."""
        while not self._window and not self._closing:
            self._filled.clear()
            await self._filled.wait()
        works: list[_Work] = []
        ends = 0.0
        for work in itertools.islice(self._upcoming(), BATCH):
            if not await _is_finished(work, None if not works else ends - time.monotonic()):
                break
            ends = ends or time.monotonic() + BATCH_SECONDS
            works.append(work)
        return works

    def _upcoming(self) -> Iterator[_Work]:
        """Yield the window's works in order, those too that are added meanwhile."""
        for place in itertools.count():
            if place >= len(self._window):
                return
            yield self._window[place]

    def _up_to_bug_limit(self, results: list[Result]) -> list[Result]:
        for count, result in enumerate(results, start=1):
            self._bugs = self._bugs + 1 if result.outcome == "bug" else 0
            if self._bugs >= BUG_LIMIT:
                return results[:count]
        return results


async def _is_finished(work: _Work, seconds: float | None) -> bool:
    """Wait for a work's end, at most so long. A cancelled work does not count as finished."""
    assert work.task is not None
    if not work.task.done():
        if seconds is not None and seconds <= 0:
            return False
        await asyncio.wait({work.task}, timeout=seconds)
    return work.task.done() and not work.task.cancelled()


def _result(work: _Work) -> Result:
    assert work.task is not None
    return work.task.result()
