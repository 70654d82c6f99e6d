"""`crackdown replay`: read and link all stored articles once more."""

import asyncio
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from agents.classify import classify
from streamer.commands.state import JsonFlag, UserError, err, home, out, print_json
from streamer.contracts import AlreadyRunning, Conflict
from streamer.engines import open_swap
from streamer.home import Home
from streamer.pipeline import TooManyBugs
from streamer.replay import Replay, replay
from streamer.replay_report import Report
from streamer.replayed import Swap
from streamer.runtimes.embedded import EmbeddedRuntime, sole_runner
from streamer.show_replay import report_lines
from streamer.stores.sqlite import SqliteStore
from streamer.stores.sqlite_replay import back_up, replay_file, replayed, swap_in
from streamer.worker import Worker, open_worker, utc_now

_PASS_SECONDS = 60
"""How long the stages behind link may take to pass what it has published."""


class Start(StrEnum):
    """What a replay starts from."""

    ARTICLES = "articles"
    EVENTS = "events"


def replay_(
    start: Annotated[
        Start, typer.Option("--from", help="articles: classify and link again. events: link again only.")
    ] = Start.ARTICLES,
    apply: Annotated[
        bool, typer.Option("--apply", help="Put the result in the place of what is there, in one step.")
    ] = False,
    tell: Annotated[
        bool, typer.Option("--tell", help="With --apply: tell subscribers of gained and lost events; else nobody is.")
    ] = False,
    backup: Annotated[
        bool, typer.Option(help="With --apply: keep the database as it was, dated; not in a cluster.")
    ] = True,
    as_json: JsonFlag = False,
) -> None:
    """Read and link all stored articles again with this version, and show what would change.

    Nothing is changed without --apply. People's edits are applied again; ids of cases lead on. What subscribers were
    told is never told again. In a cluster all goes on meanwhile but the linking of new articles, which waits; taking
    over makes indices, so the environment needs ELASTIC_PASSWORD there.

    Examples:\n
      crackdown replay                       # what would this version read otherwise?\n
      crackdown replay --from events         # the same events, linked again\n
      crackdown replay --apply --tell        # take it over, and tell subscribers of the difference
    """
    if tell and not apply:
        raise UserError("--tell says what was taken over: add --apply")
    report = asyncio.run(_replay(home(), start, apply=apply, tell=tell, backup=backup))
    if as_json:
        print_json([report])
        return
    for line in report_lines(report):
        out.print(line)
    out.print("taken over" if apply else "nothing was changed; --apply takes it over", style="bold")


async def _replay(place: Home, start: Start, *, apply: bool, tell: bool, backup: bool) -> Report:
    async with open_worker(place, here_only=True) as worker:
        swap = open_swap(place, worker.store, owner=worker.owner, now=utc_now)
        if swap is None:
            return await _here(worker, start, apply=apply, tell=tell, backup=backup)
        if not apply:
            with replay_file(place.database) as file:
                return (await _fill(worker, file, start, tell=False)).report
        with swap as opened:
            return await _beside_others(worker, opened, start, tell=tell)


async def _here(worker: Worker, start: Start, *, apply: bool, tell: bool, backup: bool) -> Report:
    """Replay where this process is the only one."""
    database = worker.home.database
    await worker.runtime.run(until_idle=True)
    with sole_runner(database), replay_file(database) as file:
        if any(worker.runtime.lag().values()):
            raise UserError("other commands left work in the stream just now: try again")
        work = await _fill(worker, file, start, tell=tell)
        if apply:
            if backup:
                back_up(database, _backup(database))
            swap_in(database, file, ledger=start is Start.ARTICLES, revived=work.revived)
    with suppress(AlreadyRunning):  # then that process carries on
        await worker.runtime.run(until_idle=True)
    return work.report


async def _beside_others(worker: Worker, swap: Swap, start: Start, *, tell: bool) -> Report:
    """Replay and take it over where other processes work too: all but link goes on."""
    publish = partial(worker.runtime.publish, "cases")
    with swap.alone():
        await asyncio.to_thread(swap.finish, publish)
    await worker.runtime.run(until_idle=True)
    with swap.alone(), replay_file(worker.home.database) as file:
        await _until_passed(worker)
        work = await _fill(worker, file, start, tell=tell)
        with replayed(file, ledger=start is Start.ARTICLES, revived=work.revived) as made:
            try:
                swap.put_in_place(made)
            except Conflict as error:
                raise UserError(f"{error}: nothing was changed; try again") from error
    await asyncio.to_thread(swap.finish, publish)
    return work.report


async def _until_passed(worker: Worker) -> None:
    """Wait until what link has published is indexed and told: it is of the old tables."""
    for _ in range(_PASS_SECONDS):
        lag = await asyncio.to_thread(worker.runtime.lag)
        if not any(lag[stage] for stage in ("index", "alert", "deliver")):
            return
        await asyncio.sleep(1)
    raise UserError("changes of cases wait, and no worker takes them: nothing was changed; is one running?")


async def _fill(worker: Worker, file: Path, start: Start, *, tell: bool) -> Replay:
    with (
        closing(SqliteStore(file)) as new,
        closing(EmbeddedRuntime(file, (), pool=worker.pool, now=utc_now)) as stream,
        _shown_progress(worker.store.statistics()["articles"]) as passed,
    ):
        work = Replay(
            old=worker.store,
            new=new,
            classify=classify if start is Start.ARTICLES else None,
            pool=worker.pool,
            now=utc_now,
            publish=partial(stream.publish, "cases") if tell else None,
            in_flight=2 * worker.pool.processes,
        )
        try:
            await replay(work, passed)
        except TooManyBugs as error:
            raise UserError(f"{error}; nothing was changed") from error
        return work


def _backup(database: Path) -> Path:
    return database.with_name(f"{database.name}.{datetime.now(UTC):%Y-%m-%dT%H%M%SZ}.backup")


@contextmanager
def _shown_progress(total: int) -> Iterator[Callable[[], None]]:
    columns = (TextColumn("replay"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with Progress(*columns, console=err, transient=True, disable=not err.is_terminal) as progress:
        bar = progress.add_task("replay", total=total)
        yield lambda: progress.advance(bar)
