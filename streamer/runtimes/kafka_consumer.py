"""A Faust consumer that never commits past a message that is still open.

Faust's own acknowledgements are ignored: an offset can be committed only when the stage has said `done` of every
message up to it, in the generation of the group in which it was handed out. Private names of Faust 0.15.3 are
overridden here and nowhere else; the version is pinned.
"""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Iterator
from typing import Any

from faust.transport import drivers
from faust.transport.drivers import aiokafka as driver
from faust.types import TP, Message

SCHEME = "lowwater"
"""Of the broker's address, for consumers of this kind."""


class MessagesSkipped(Exception):
    """Faust handed out a message but not the ones before it."""


class Consumer(driver.Consumer):
    """Commits the lowest open offset of each partition."""

    drain: Callable[[], Awaitable[None]] | None = None
    """Ends the work under way, before partitions are given back."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        self._open: dict[TP, dict[int, None]] = {}
        self._high: dict[TP, int] = {}
        self._released = asyncio.Event()
        super().__init__(*args, **kwargs)

    def done(self, message: Message) -> None:
        """Say that a message and all that came of it are safe."""
        if message.generation_id == self.app.consumer_generation_id:
            self._open.get(message.tp, {}).pop(message.offset, None)

    def hold(self, tp: TP) -> None:
        """Fetch no more of a partition. What was fetched still arrives: `pause_partitions` would skip it for good."""
        self.on_buffer_full(tp)

    def release(self, tp: TP) -> None:
        self.on_buffer_drop(tp)
        self._released.set()

    async def _wait_next_records(self, timeout: float) -> Any:  # noqa: ASYNC109 (overridden)
        """While every partition is held, wait for the first that is not. (Faust itself would sleep for a second.)"""
        if self.flow_active and not self._get_active_partitions():
            self._released.clear()
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(self._released.wait(), timeout)
            if not self._get_active_partitions():
                return {}, set()
        return await super()._wait_next_records(timeout)

    def _to_message(self, tp: TP, record: Any) -> Any:
        high = self._high.get(tp)
        if high is not None and record.offset > high + 1:
            self._skipped(tp, high + 1, record.offset)
        if high is None or record.offset > high:  # what is read again after a seek is open or done already
            self._high[tp] = record.offset
            self._open.setdefault(tp, {})[record.offset] = None
        return super()._to_message(tp, record)

    def _skipped(self, tp: TP, start: int, end: int) -> None:
        """Never commit past a hole, and start anew: our topics are not compacted, so something was left out."""
        self._open.setdefault(tp, {})[start] = None
        lost = MessagesSkipped(f"{tp.topic}/{tp.partition}: {start} to {end - 1} were skipped; they will be read again")
        self.crash_app(lost)

    def crash_app(self, reason: BaseException) -> None:
        self.app.loop.create_task(self.app.crash(reason))

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        return (tp for tp in list(self._open) if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        return next(iter(self._open[tp]), self._high[tp] + 1)

    async def wait_empty(self) -> None:
        if self.drain is not None:
            await self.drain()
        await self.commit_and_end_transactions()

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        await super().on_partitions_revoked(revoked)  # drains and commits, so forget only then
        self._forget(revoked)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        self._forget(set(self._open))
        await super().on_partitions_assigned(assigned, generation_id)

    def _forget(self, tps: set[TP]) -> None:
        for tp in tps:
            self._open.pop(tp, None)
            self._high.pop(tp, None)


class Transport(driver.Transport):
    Consumer = Consumer


drivers.TRANSPORTS.aliases[SCHEME] = f"{__name__}:Transport"
