"""`crackdown ingest`: files and folders go through the whole chain."""

import asyncio
from collections.abc import Sequence
from itertools import islice
from pathlib import Path
from typing import Annotated

import typer

from streamer.commands.state import JsonFlag, UserError, err, home, out, print_json
from streamer.files import UnusablePath, find_files, read_items
from streamer.progress import shown_progress
from streamer.worker import Worker, open_worker, utc_now

BATCH = 200
"""Files read and published at a time: bounds memory on an archive of any size."""


def ingest(
    paths: Annotated[list[Path], typer.Argument(metavar="PATH...", help="Files and folders: .html, .md, .txt.")],
    tell: Annotated[
        bool, typer.Option("--tell", help="Alert subscribers as if this were news; by default an import is silent.")
    ] = False,
    as_json: JsonFlag = False,
) -> None:
    """Read files and folders: HTML, plain text, archived pages (front matter, then the page as Markdown).

    The files are taken in the order of their dates. A file that was read before and has not changed is passed over.
    """
    try:
        files = find_files(paths)
    except UnusablePath as error:
        raise UserError(str(error)) from None
    counts = asyncio.run(_ingest(files, muted=not tell))
    if as_json:
        print_json([counts])
        return
    out.print(
        f"{counts['files']:,} files: {counts['new']:,} new or changed, {counts['files'] - counts['new']:,} known. "
        f"Stored in all: {counts['events']:,} events in {counts['cases']:,} cases"
    )
    if counts["dead"]:
        out.print(f"{counts['dead']:,} could not be worked on: `crackdown dead-letters list` says why", style="yellow")


async def _ingest(files: Sequence[Path], *, muted: bool) -> dict[str, int]:
    async with open_worker(home()) as worker:
        new = publish_files(worker, files, muted=muted)
        async with shown_progress(worker.runtime, err):
            await worker.drain()
        stored = worker.store.statistics()
        dead = len(worker.store.dead_letters(limit=10_000))
        return {"files": len(files), "new": new, "events": stored["events"], "cases": stored["cases"], "dead": dead}


def publish_files(worker: Worker, files: Sequence[Path], *, muted: bool) -> int:
    """Put the files that are new or changed at the head of the stream, then into the ledger. Return how many."""
    items = read_items(files, now=utc_now, muted=muted)
    new = 0
    while batch := list(islice(items, BATCH)):
        fresh = worker.store.unseen(batch)
        worker.runtime.publish("items", fresh)
        worker.store.see(fresh)
        new += len(fresh)
    return new
