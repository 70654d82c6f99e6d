"""Progress of a running process, for people: one bar per stage, on a terminal only."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from streamer.contracts import Runtime

SHOWN = ("fetch", "classify", "link", "index", "alert", "deliver")


@asynccontextmanager
async def shown_progress(runtime: Runtime, console: Console) -> AsyncIterator[None]:
    """Draw the stages' progress while the block runs."""
    columns = (TextColumn("{task.description:9}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, console=console, transient=True, disable=not console.is_terminal) as progress:
        watcher = asyncio.create_task(_follow(runtime, progress))
        try:
            yield
        finally:
            watcher.cancel()
            await asyncio.gather(watcher, return_exceptions=True)


async def _follow(runtime: Runtime, progress: Progress) -> None:
    bars = {name: progress.add_task(name, total=None) for name in SHOWN}
    while True:
        for name, health in runtime.health().items():
            if name in bars:
                done = sum(health.outcomes.values())
                progress.update(bars[name], completed=done, total=done + health.lag)
        await asyncio.sleep(0.2)
