"""Jobs run at their pace, under a lease, and survive their own failures."""

import asyncio
from datetime import UTC, datetime

from agents.errors import Unavailable
from streamer.clock import Job, run_clock, run_once


class Leases:
    """The one method of a store that the clock needs."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}

    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        return self.held.setdefault(name, owner) == owner


def now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


async def _once(job: Job, store: Leases, owner: str = "me") -> bool:
    return await run_once(job, store=store, owner=owner, now=now)  # type: ignore[arg-type]


def test_only_the_holder_of_the_lease_runs_a_job():
    runs = []

    async def work() -> None:
        runs.append(1)

    store, job = Leases(), Job("poll", 1, work)
    assert asyncio.run(_once(job, store, "me"))
    assert not asyncio.run(_once(job, store, "other"))
    assert len(runs) == 1


def test_a_job_that_fails_comes_again():
    seen = []
    stop = asyncio.Event()

    async def work() -> None:
        seen.append(1)
        if len(seen) == 1:
            raise Unavailable("mail server away")
        if len(seen) == 2:
            raise RuntimeError("a bug")
        stop.set()

    async def main() -> None:
        await run_clock([Job("send", 0.01, work)], store=Leases(), owner="me", now=now, stop=stop)  # type: ignore[arg-type]

    asyncio.run(asyncio.wait_for(main(), 10))
    assert len(seen) == 3
