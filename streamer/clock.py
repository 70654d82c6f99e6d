"""Work that time starts, not a message: polling, putting items back, sending what is due, pruning the log."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

import structlog

from agents.errors import Unavailable
from streamer.contracts import Store

LEASE_SECONDS = 15.0
"""How long a job of a killed process waits for another one; a job that takes longer prolongs its lease meanwhile."""
REST_SECONDS = 0.05
"""Least time from a run of a job to the next, however often it is woken: what comes meanwhile is done in one go."""
_log = structlog.get_logger()

Lease = Callable[[float], Awaitable[bool]]
"""Takes, prolongs or (with 0 seconds) gives back the lease of one job."""


@dataclass(frozen=True)
class Job:
    """A piece of work to be done every so many seconds, by one process at a time.

    Doing it in two processes at once must harm nothing: one that is frozen for longer than its lease goes on after it.
    """

    name: str
    seconds: float
    run: Callable[[], Awaitable[Any]]
    wake: asyncio.Event = field(default_factory=asyncio.Event)
    """Set it when there is work before its time."""


async def run_clock(
    jobs: Sequence[Job], *, store: Store, owner: str, now: Callable[[], datetime], stop: asyncio.Event
) -> None:
    """Run every job at its pace until `stop` is set. A job that fails is logged and comes again."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(_repeat(job, lease_of(job, store=store, owner=owner, now=now), stop=stop))


async def _repeat(job: Job, lease: Lease, *, stop: asyncio.Event) -> None:
    while not stop.is_set():
        job.wake.clear()
        await run_once(job, lease)
        await _rest(job, stop)
    with suppress(Unavailable):
        await lease(0.0)


async def _rest(job: Job, stop: asyncio.Event) -> None:
    """Wait until a job's time has come, somebody wakes it, or all is to stop."""
    until, woken = asyncio.create_task(stop.wait()), asyncio.create_task(job.wake.wait())
    seconds = max(REST_SECONDS, job.seconds * random.uniform(0.9, 1.1))  # noqa: S311 (no secret)
    try:
        await asyncio.wait([until], timeout=min(REST_SECONDS, seconds))
        await asyncio.wait([until, woken], timeout=seconds - REST_SECONDS, return_when=asyncio.FIRST_COMPLETED)
    finally:
        until.cancel()
        woken.cancel()


def lease_of(job: Job, *, store: Store, owner: str, now: Callable[[], datetime]) -> Lease:
    """Return the lease of a job. It is asked for in a thread: a store that does not answer must not stop the loop."""

    async def lease(seconds: float) -> bool:
        return await asyncio.to_thread(store.lease, f"clock:{job.name}", owner, now(), seconds)

    return lease


async def run_once(job: Job, lease: Lease) -> bool:
    """Run a job if this process holds its lease. Return whether it ran to its end."""
    seconds = max(LEASE_SECONDS, 2 * job.seconds)
    try:
        if not await lease(seconds):
            return False
        async with _prolonged(partial(lease, seconds)):
            await job.run()
    except Unavailable as error:
        _log.warning("waiting", job=job.name, reason=str(error))
        return False
    except Exception:  # noqa: BLE001 (one broken job must not stop the others)
        _log.exception("job failed", job=job.name)
        return False
    return True


@asynccontextmanager
async def _prolonged(lease: Callable[[], Awaitable[bool]]) -> AsyncIterator[None]:
    """Prolong a lease again and again while inside."""

    async def prolong() -> None:
        while True:
            await asyncio.sleep(LEASE_SECONDS / 3)
            with suppress(Unavailable):
                await lease()

    prolonging = asyncio.create_task(prolong())
    try:
        yield
    finally:
        prolonging.cancel()
