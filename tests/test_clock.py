"""Jobs run at their pace, under a lease, and survive their own failures."""

import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from agents.errors import Unavailable
from streamer import clock
from streamer.clock import Job, lease_of, run_clock, run_once
from streamer.worker import utc_now, waker


class Leases:
    """The one method of a store that the clock needs."""

    def __init__(self) -> None:
        self.held: dict[str, str] = {}
        self.asked: list[float] = []

    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        self.asked.append(seconds)
        mine = self.held.setdefault(name, owner) == owner
        if mine and not seconds:
            del self.held[name]
        return mine


def now() -> datetime:
    return datetime(2026, 1, 1, tzinfo=UTC)


async def _once(job: Job, store: Leases, owner: str = "me") -> bool:
    return await run_once(job, lease_of(job, store=store, owner=owner, now=now))  # type: ignore[arg-type]


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


def test_the_lease_is_given_back_when_the_process_stops():
    store, stop = Leases(), asyncio.Event()

    async def work() -> None:
        assert "clock:send" in store.held
        stop.set()

    asyncio.run(run_clock([Job("send", 1, work)], store=store, owner="me", now=now, stop=stop))  # type: ignore[arg-type]
    assert store.held == {}


def test_a_job_keeps_its_lease_however_long_it_takes(monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(clock, "LEASE_SECONDS", 0.03)
    store = Leases()

    async def work() -> None:
        while len(store.asked) < 4:
            await asyncio.sleep(0.01)

    assert asyncio.run(asyncio.wait_for(_once(Job("poll", 0.01, work), store), 10))
    assert set(store.asked) == {0.03}


def test_a_job_that_is_woken_runs_before_its_time_but_not_without_rest():
    runs: list[float] = []
    stop = asyncio.Event()

    async def work() -> None:
        runs.append(asyncio.get_running_loop().time())
        job.wake.set()
        if len(runs) == 3:
            stop.set()

    job = Job("send", 3600, work)
    asyncio.run(
        asyncio.wait_for(run_clock([job], store=Leases(), owner="me", now=now, stop=stop), 10)  # type: ignore[arg-type]
    )
    assert len(runs) == 3
    assert min(after - before for before, after in itertools.pairwise(runs)) >= clock.REST_SECONDS


def test_the_sender_is_woken_when_a_notice_is_due():
    async def main() -> float:
        due, loop = asyncio.Event(), asyncio.get_running_loop()
        noted, started = waker(due, loop), loop.time()
        for _ in range(2):
            await asyncio.to_thread(noted, utc_now() + timedelta(seconds=0.2))
        await asyncio.to_thread(noted, utc_now() + timedelta(days=1))
        await due.wait()
        return loop.time() - started

    assert 0.1 < asyncio.run(asyncio.wait_for(main(), 10)) < 5
