"""The process that the alert drill kills: `python -m tools.drill_sender HOME HOURS STEP COUNT`.

It matches, stores and sends all that waits on a home folder of either mode, and kills itself after a step was taken so
many times.
"""

import asyncio
import dataclasses
import os
import signal
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from schemas.events import Notice, Subscription
from streamer.contracts import Store
from streamer.engines import open_runtime, open_store
from streamer.home import open_home
from streamer.outbox import send_due
from streamer.pipeline import Stage, stages
from streamer.senders import make_senders
from streamer.senders.sending import Sender

GROUPING = 60
MANY = 1_000_000
"""No flood guard: all is counted."""
PATIENCE = 60.0
"""Seconds for which a search may not show yet what was stored, at most."""
STEPS_OF = {"put_notice": "store", "claim_due": "claim", "mark_sent": "mark"}
"""Methods of the store, and the step that is taken when they return."""


class Fuse:
    """Kills this process after a step was taken so many times."""

    def __init__(self, step: str, count: int) -> None:
        self.step, self.left = step, count

    def burn(self, step: str) -> None:
        self.left -= step == self.step
        if step == self.step and self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)

    def after(self, step: str, function: Callable[..., Any]) -> Callable[..., Any]:
        """Return the function with the fuse behind it."""

        def mined(*args: Any, **kwargs: Any) -> Any:
            result = function(*args, **kwargs)
            self.burn(step)
            return result

        return mined


class MinedSender:
    def __init__(self, sender: Sender, fuse: Fuse) -> None:
        self.sender, self.fuse, self.size = sender, fuse, sender.size

    async def __call__(self, notices: Sequence[Notice], subscription: Subscription, /) -> str:
        answer = await self.sender(notices, subscription)
        self.fuse.burn("send")
        return answer


def work(folder: Path, hours: int, step: str, count: int) -> None:
    """Match, store and send all that waits; the clock is ahead by so many hours, past what a dead process holds."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    home, fuse = open_home(folder), Fuse(step, count)
    with closing(open_store(home)) as store:
        for name, taken in STEPS_OF.items():
            setattr(store, name, fuse.after(taken, getattr(store, name)))
        table = stages(
            store=store,
            get=_nothing,
            extract=_nothing,
            now=now,
            grouping_seconds=GROUPING,
            per_hour=MANY,
            new_cases=MANY,
        )
        with closing(open_runtime(home, _mined(table, fuse), pool=_nothing, now=now)) as runtime:
            asyncio.run(runtime.run(until_idle=True))
        senders = {name: MinedSender(one, fuse) for name, one in make_senders(home.config).items()}
        asyncio.run(_send_all(store, senders, lambda: now() + timedelta(seconds=GROUPING)))


async def _send_all(store: Store, senders: Mapping[str, Sender], now: Callable[[], datetime]) -> None:
    """Send until nothing waits."""
    give_up = time.monotonic() + PATIENCE
    while True:
        await send_due(store, senders, now=now, owner=str(os.getpid()))
        if not store.outbox(limit=1, state="waiting"):
            return
        assert time.monotonic() < give_up, "notices wait that are not sent"
        await asyncio.sleep(0.2)


async def _nothing(*_: Any, **__: Any) -> Any:
    raise AssertionError("neither fetched nor pooled in this drill")


def _mined(table: Sequence[Stage], fuse: Fuse) -> list[Stage]:
    rows = {row.name: row for row in table}
    match: Callable[..., Any] = rows["alert"].run
    listed = fuse.after("match", lambda message: list(match(message)))
    return [dataclasses.replace(rows["alert"], run=listed), rows["deliver"]]


if __name__ == "__main__":
    work(Path(sys.argv[1]), int(sys.argv[2]), sys.argv[3], int(sys.argv[4]))
