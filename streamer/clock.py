"""Work that time starts, not a message: polling, putting items back, sending what is due, pruning the log."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import structlog

from agents.errors import Unavailable
from streamer.contracts import Store

_log = structlog.get_logger()


@dataclass(frozen=True)
class Job:
    """A piece of work to be done every so many seconds, by one process at a time."""

    name: str
    seconds: float
    run: Callable[[], Awaitable[Any]]


async def run_clock(
    jobs: Sequence[Job], *, store: Store, owner: str, now: Callable[[], datetime], stop: asyncio.Event
) -> None:
    """Run every job at its pace until `stop` is set. A job that fails is logged and comes again."""
    async with asyncio.TaskGroup() as group:
        for job in jobs:
            group.create_task(_repeat(job, store=store, owner=owner, now=now, stop=stop))


async def _repeat(job: Job, *, store: Store, owner: str, now: Callable[[], datetime], stop: asyncio.Event) -> None:
    while not stop.is_set():
        await run_once(job, store=store, owner=owner, now=now)
        with suppress(TimeoutError):
            await asyncio.wait_for(stop.wait(), job.seconds * random.uniform(0.9, 1.1))  # noqa: S311 (no secret)


async def run_once(job: Job, *, store: Store, owner: str, now: Callable[[], datetime]) -> bool:
    """Run a job if this process holds its lease. Return whether it ran to its end."""
    try:
        if not store.lease(f"clock:{job.name}", owner, now(), max(60.0, 3 * job.seconds)):
            return False
        await job.run()
    except Unavailable as error:
        _log.warning("waiting", job=job.name, reason=str(error))
        return False
    except Exception:  # noqa: BLE001 (one broken job must not stop the others)
        _log.exception("job failed", job=job.name)
        return False
    return True
