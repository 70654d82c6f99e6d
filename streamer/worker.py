"""One process that does the whole job: store, pool, client, runtime and clock, put together."""

import asyncio
import os
import socket
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractContextManager, asynccontextmanager, nullcontext, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from typing import Any

from agents.bury import source_of
from agents.extract import Story, extract
from agents.fetch import Extract
from schemas.events import DeadLetter
from streamer.addresses import case_links
from streamer.channels import owner_of
from streamer.clock import Job, run_clock
from streamer.config import Config, Feed, default_feeds
from streamer.contracts import KeepsLag, Runtime, Store
from streamer.engines import open_runtime, open_store
from streamer.feeds.client import Client
from streamer.feeds.poll import PollReport, poll_due, poll_feed
from streamer.home import Home
from streamer.outbox import send_due
from streamer.pipeline import Caller, Place, stages
from streamer.pool import Pool
from streamer.runtimes.health import serve
from streamer.senders import make_senders
from streamer.senders.sending import Sender

PRELOAD = ("streamer.preload",)
"""What the processes of the pool load once, before they are made."""

SEND_SECONDS = 1.0
"""How often a process looks for notices that are due, unless it knows of one."""
SOON_SECONDS = 120.0
"""A notice that is due later than this is found by looking."""
PATIENCE = 0.25
"""How long receivers are waited for before the next notices go out."""


def utc_now() -> datetime:
    return datetime.now(UTC)


@dataclass(frozen=True)
class Worker:
    """The parts of a running process."""

    home: Home
    store: Store
    runtime: Runtime
    pool: Pool
    client: Client
    senders: Mapping[str, Sender]
    owner: str
    due: asyncio.Event
    """Set when a notice is due."""

    async def drain(self) -> None:
        """Work until every message has passed every stage, then send what is due."""
        await self.runtime.run(until_idle=True)
        await self.send()

    async def run(self, stop: asyncio.Event) -> None:
        """Work and keep the clock's jobs going until `stop` is set."""
        clock = run_clock(self.jobs(), store=self.store, owner=self.owner, now=utc_now, stop=stop)
        with self._health_page():
            async with asyncio.TaskGroup() as group:
                group.create_task(self.pool.start())
                group.create_task(self.runtime.run(stop=stop))
                group.create_task(clock)

    def _health_page(self) -> AbstractContextManager[object]:
        """Answer on the page that a container's check reads, in cluster mode."""
        cluster = self.home.config.cluster
        if cluster is None:
            return nullcontext()
        host, _, port = cluster.health.rpartition(":")
        return serve(self.runtime.health, host=host, port=int(port))

    def jobs(self) -> list[Job]:
        """Return what time starts."""
        return [
            Job("poll", 15, self.poll),
            Job("put back", 10, self.put_back),
            Job("send", SEND_SECONDS, partial(self.send, patience=PATIENCE), self.due),
            Job("prune", 3600, self.prune),
            *([Job("lag", 60, self.note_lag)] if isinstance(self.store, KeepsLag) else []),
        ]

    async def poll(self) -> None:
        """Poll the feeds that are due."""
        await poll_due(
            configured_feeds(self.home.config),
            client=self.client,
            pool=self.pool,
            store=self.store,
            publish=self.runtime.publish,
            now=utc_now,
        )

    async def poll_now(self, feed: Feed) -> PollReport:
        """Poll one feed, due or not."""
        state = await asyncio.to_thread(self.store.feed_states)
        return await poll_feed(
            feed,
            state.get(feed.url),
            client=self.client,
            pool=self.pool,
            store=self.store,
            publish=self.runtime.publish,
            now=utc_now,
        )

    async def put_back(self) -> None:
        """Put items whose page could not be had before back at the head of the stream."""
        due = await asyncio.to_thread(self.store.due_items, utc_now())
        await asyncio.to_thread(self.runtime.publish, "items", due)
        await asyncio.to_thread(self.store.forget_postponed, [item.id for item in due])

    async def send(self, patience: float | None = None) -> None:
        """Send the notices that are due. Receivers that do not answer within `patience` seconds are not waited for."""
        tell = owner_of(self.home.config.alerts, utc_now())
        await send_due(self.store, self.senders, now=utc_now, owner=self.owner, patience=patience, tell=tell)

    async def note_lag(self) -> None:
        """Keep how many messages wait, where a dashboard shows it over time."""
        if isinstance(self.store, KeepsLag):
            lag = await asyncio.to_thread(self.runtime.lag)
            await asyncio.to_thread(self.store.note_lag, lag, utc_now())

    async def prune(self) -> None:
        """Delete messages that every stage has passed long ago."""
        await asyncio.to_thread(self.runtime.prune, self.home.config.keep_log_days)


@asynccontextmanager
async def open_worker(home: Home, *, here_only: bool = False) -> AsyncIterator[Worker]:
    """Put a process together on the home folder, and take it down again.

    With `here_only` it works only on the stages that need neither the network nor the pool: enough for edits.
    """
    config = home.config
    store = open_store(home)
    pool, due = Pool(config.processes, preload=PRELOAD), asyncio.Event()
    async with Client(config.fetching) as client:
        table = stages(
            store=store,
            get=client.get_page,
            extract=extractor(pool),
            now=utc_now,
            processes=pool.processes,
            fetches=config.fetching.in_flight,
            grouping_seconds=config.grouping_seconds,
            per_hour=config.alerts.per_hour,
            new_cases=config.alerts.new_cases,
            owner=owner_of(config.alerts, utc_now()),
            case_url=case_links(home),
            due=waker(due, asyncio.get_running_loop()) if config.cluster is None else _ignore,
        )
        rows = [row for row in table if row.place is Place.HERE or not here_only]
        runtime = open_runtime(home, rows, pool=pool, now=utc_now)
        try:
            yield Worker(home, store, runtime, pool, client, make_senders(config), _owner(), due)
        finally:
            runtime.close()
            pool.close()
            store.close()


def waker(event: asyncio.Event, loop: asyncio.AbstractEventLoop) -> Callable[[datetime], None]:
    """Return what sets the event when a notice is due, if that is soon. Any thread may call it."""
    planned: set[datetime] = set()

    def set_at(at: datetime) -> None:
        planned.discard(at)
        event.set()

    def plan(at: datetime) -> None:
        seconds = (at - utc_now()).total_seconds()
        if at not in planned and seconds < SOON_SECONDS:
            planned.add(at)
            loop.call_later(max(0.0, seconds), set_at, at)

    def due(at: datetime) -> None:
        with suppress(RuntimeError):  # the loop has just been closed: nobody is left to wake
            loop.call_soon_threadsafe(plan, at)

    return due


def _ignore(_: datetime) -> None:
    """Do nothing: in a cluster another process may be the one that sends, and each look is a request."""


def configured_feeds(config: Config) -> tuple[Feed, ...]:
    """Return the feeds of the configuration, else the default list."""
    return config.feeds or default_feeds()


def extractor(pool: Caller) -> Extract:
    """Return `extract` as a coroutine that runs in the pool, where a page that hangs a parser can be killed."""

    async def extract_in_pool(body: str, **known: Any) -> list[Story]:
        stories: list[Story] = await pool(partial(extract, body, **known))
        return stories

    return extract_in_pool


def replay(worker: Worker, letters: Sequence[DeadLetter]) -> None:
    """Put dead letters back where they came from. Their items wait again in the ledger, before the stream has them."""
    at = utc_now()
    for letter in letters:
        if letter.item_id:
            worker.store.record(letter.item_id, source_of(letter), "waiting", "replayed")
    worker.runtime.put_back(letters)
    for letter in letters:
        worker.store.mark_replayed(letter.id, at)


def _owner() -> str:
    return f"{socket.gethostname()}:{os.getpid()}"
