"""One partition of a stage's topic on its way through the stage.

    partition ──add──▶ window of works in order ──finish──▶ outputs confirmed ──▶ done

Several works may be under way at once, but outputs are sent in the order of the inputs, and a message is done only when
the broker has confirmed everything that came of it.
"""

import asyncio
import itertools
import random
from collections import deque
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from enum import Enum
from typing import Generic, TypeVar

import structlog

from agents.errors import Unavailable
from streamer.pipeline import Delivery, Output, Result

BATCH = 100
"""At most so many messages are confirmed together,"""
BATCH_SECONDS = 0.02
"""gathered for at most so long, if more wait behind them: a request for each would cost more than the work."""
GRACE_SECONDS = 8.0
"""How long work that is under way may take to finish before the partition is given back."""
RESEND_SECONDS = 0.1, 5.0
"""First and longest pause before outputs that the broker did not take are sent again."""

M = TypeVar("M")
_log = structlog.get_logger()


class Taken(Enum):
    """What the broker says to an output."""

    YES = "yes"
    NO = "no"
    """Not this time."""
    NEVER = "never"
    """It is too large."""


@dataclass(frozen=True)
class Policy:
    """What a lane needs from its stage."""

    stage: str
    attempt: Callable[[Delivery], Awaitable[Result]]
    """Raises only Unavailable."""
    too_large: Callable[[Delivery], Result]
    """What becomes of a message whose outputs the broker can never take."""
    send: Callable[[Sequence[Output]], Awaitable[list[Taken]]]
    """Sends outputs in order and says of each whether the broker has it."""
    slots: asyncio.Semaphore
    """One for each message that the stage may work on at once, on all its partitions."""
    limit: int
    """How many messages a lane may hold before its partition is held back."""
    pause: Callable[[int], float]
    """Seconds to wait after so many times Unavailable in a row."""
    finished: Callable[[Result], None]
    """Told of each result, in order; may raise to stop the stage."""
    waiting: Callable[[str], None]
    """Told why the stage stands still, or that it does no more."""


@dataclass(eq=False)
class _Work(Generic[M]):
    message: M
    delivery: Delivery
    task: asyncio.Task[Result] | None = None
    busy: bool = False


class Lane(Generic[M]):
    """Moves one partition. `run` it as a task; `add` to it; `close` it once."""

    def __init__(self, policy: Policy, *, done: Callable[[M], None]) -> None:
        self._policy, self._done = policy, done
        self._window: deque[_Work[M]] = deque()
        self._filled = asyncio.Event()
        self._closing = False

    def __len__(self) -> int:
        return len(self._window)

    def add(self, message: M, delivery: Delivery) -> None:
        """Queue a message."""
        work = _Work(message, delivery)
        work.task = asyncio.create_task(self._settle(work))
        self._window.append(work)
        self._filled.set()

    async def run(self) -> None:
        """Send what is finished, in order, until the lane is closed."""
        while works := await self._finished():
            results = [work.task.result() for work in works if work.task]
            await self._send_all(works, results)
            for work, result in zip(works, results, strict=True):
                self._done(work.message)
                self._window.popleft()
                self._policy.finished(result)

    async def close(self) -> None:
        """Let work that is under way finish for a while, give up the rest."""
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

    async def _settle(self, work: _Work[M]) -> Result:
        """Return how a message ended, however long our side is unavailable."""
        async with self._policy.slots:
            for attempts in itertools.count(1):
                work.busy = True
                try:
                    result = await self._policy.attempt(_again(work.delivery, attempts))
                except Unavailable as error:
                    work.busy = False
                    await self._wait_out(str(error) or "unavailable", attempts)
                else:
                    self._policy.waiting("")
                    return result
        raise AssertionError("unreachable")

    async def _wait_out(self, reason: str, failures: int) -> None:
        self._policy.waiting(reason)
        seconds = self._policy.pause(failures)
        _log.error("unavailable", stage=self._policy.stage, reason=reason, failures=failures, seconds=seconds)
        await asyncio.sleep(seconds)

    async def _finished(self) -> list[_Work[M]]:
        """Return works from the front that have ended, at least one; none if the lane is closed and nothing is left."""
        while not self._window:
            if self._closing:
                return []
            self._filled.clear()
            await self._filled.wait()
        await self._ended(0)
        await self._ended(min(BATCH, len(self._window)) - 1, BATCH_SECONDS)
        return [*itertools.takewhile(_has_ended, itertools.islice(self._window, BATCH))]

    async def _ended(self, place: int, seconds: float | None = None) -> None:
        """Wait for the end of a work in the window, at most so long."""
        task = self._window[place].task
        assert task is not None
        if not task.done():
            await asyncio.wait({task}, timeout=seconds)

    async def _send_all(self, works: Sequence[_Work[M]], results: list[Result]) -> None:
        """Send the outputs of results until all are taken. From the first that was not, all are sent again in order."""
        pause, longest = RESEND_SECONDS
        start = await self._send(works, results, 0)
        while start < len(results):
            self._policy.waiting("Kafka does not take outputs")
            await asyncio.sleep(pause * random.uniform(0.5, 1.5))  # noqa: S311 (no secret)
            pause = min(2 * pause, longest)
            start = await self._send(works, results, start)
            self._policy.waiting("")

    async def _send(self, works: Sequence[_Work[M]], results: list[Result], start: int) -> int:
        """Send the outputs from a place on, and return the place of the first message of which one was not taken."""
        taken = iter(await self._policy.send([output for result in results[start:] for output in result.outputs]))
        first = len(results)
        for place in range(start, len(results)):
            answers = [next(taken) for _ in results[place].outputs]
            if Taken.NEVER in answers:
                results[place] = self._policy.too_large(works[place].delivery)
            if any(answer is not Taken.YES for answer in answers):
                first = min(first, place)
        return first


def _again(delivery: Delivery, attempts: int) -> Delivery:
    return delivery if attempts == 1 else Delivery(**(vars(delivery) | {"attempts": attempts}))


def _has_ended(work: _Work[M]) -> bool:
    return work.task is not None and work.task.done() and not work.task.cancelled()
