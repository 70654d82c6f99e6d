"""`crackdown demo`: the real path, fed by invented outlets on this machine."""

import asyncio
import sys
from collections.abc import Sequence
from pathlib import Path

import msgspec
from msgspec.structs import replace
from rich.rule import Rule
from rich.text import Text

from schemas.events import Record
from schemas.query import parse
from streamer.commands import state
from streamer.commands.state import err, out
from streamer.commands.subscription_form import make_subscription
from streamer.config import Config, Fetching
from streamer.contracts import OutboxEntry
from streamer.demo.server import DemoServer
from streamer.home import Home, open_home
from streamer.progress import shown_progress
from streamer.show import case_line, ledger_table
from streamer.worker import Worker, open_worker, utc_now

HOME = Path(".crackdown-demo")
STATE = "demo.json"
SUBSCRIBER = "the demo's reader"
NOTICES = 3
"""How many notices are shown whole."""
SEARCHES = ("type:sentence prison_months:>=12", "status:(sought OR ordered)", "streamharbor type:(arrest OR raid)")


def demo() -> None:
    """Poll, fetch, classify, link, index and alert on a bundled archive of invented news, and show what came of it.

    All of it is kept in the folder .crackdown-demo (or --home), so that you can search it afterwards. Running it again
    changes nothing.
    """
    folder = state.options.home or HOME
    asyncio.run(_demo(open_home(folder)))


async def _demo(home: Home) -> None:
    saved = _saved(home)
    async with DemoServer(saved.port) as server:
        _save(home, replace(saved, port=server.port))
        async with open_worker(_with_outlets(home, server)) as worker:
            await _play(worker, server, corrected=saved.corrected)
            _report(worker)


class _Saved(Record, frozen=True, kw_only=True):
    """What a run of the demo leaves for the next one, so that it finds the same outlets as they were."""

    port: int = 0
    """The same port makes the same addresses, and so the same articles."""
    corrected: bool = False
    """True once the later edition is out: it is not taken back."""


def _saved(home: Home) -> _Saved:
    try:
        return msgspec.json.decode((home.path / STATE).read_bytes(), type=_Saved)
    except (OSError, msgspec.DecodeError):
        return _Saved()


def _save(home: Home, saved: _Saved) -> None:
    (home.path / STATE).write_bytes(msgspec.json.encode(saved))


def _with_outlets(home: Home, server: DemoServer) -> Home:
    """Return the home with a configuration that polls the demo's outlets, and lets the guard through to them alone."""
    fetching = replace(Fetching(), allow_private=(server.address,), per_host_seconds=0.0)
    return Home(home.path, Config(feeds=server.feeds, fetching=fetching, grouping_seconds=0))


async def _play(worker: Worker, server: DemoServer, *, corrected: bool) -> None:
    """Poll the outlets in the morning, and again after one of them has corrected an article."""
    worker.store.save_subscription(make_subscription(everything=True, to="feed", name=SUBSCRIBER, now=utc_now()))
    if not corrected:
        await _poll(worker, server, "the first edition")
    _save(worker.home, _Saved(port=server.port, corrected=True))
    server.turn_page()
    await _poll(worker, server, "an hour later, with a correction")


async def _poll(worker: Worker, server: DemoServer, edition: str) -> None:
    err.print(f"polling {len(server.feeds)} outlets: {edition}", style="dim")
    for feed in server.feeds:
        await worker.poll_now(feed)
    async with shown_progress(worker.runtime, err):
        await worker.drain()


def _report(worker: Worker) -> None:
    store = worker.store
    found, _ = store.list_cases(limit=100)
    out.print(Rule(f"{len(found)} cases", align="left"))
    for case in found:
        out.print(case_line(case))
    entries = store.outbox(limit=1000)
    out.print(Rule(f"{len(entries)} notices", align="left"))
    for entry in entries:
        out.print(entry.notice.subject, markup=False)
    out.print(Rule("Some of them, as a subscriber reads them", align="left"))
    for entry in _telling(entries):
        out.print(entry.notice.text.rstrip(), markup=False)
        out.print()
    out.print(Rule("The ledger: what became of every item", align="left"))
    out.print(ledger_table(store.ledger()))
    for letter in store.dead_letters():
        out.print(f"dead letter at {letter.stage}: {letter.error}", style="dim", markup=False)
    out.print(Rule("Try next", align="left"))
    program = f"{_program()} --home {worker.home.path}"
    for query in SEARCHES:
        total = store.search(parse(query), limit=1).total
        out.print(Text.assemble(f"{program} search '{query}'", (f"   ({total} events)", "dim")))
    out.print(f"{program} case {found[0].id}", markup=False)


def _program() -> str:
    """Return the command as it was called, so that what is proposed can be pasted."""
    return sys.argv[0] if Path(sys.argv[0]).name == "crackdown" else "crackdown"


def _telling(entries: Sequence[OutboxEntry]) -> list[OutboxEntry]:
    """Return a correction, an update and new cases: one of each kind first."""
    kinds = {entry.notice.change: entry for entry in entries}
    chosen = list(kinds.values())
    return (chosen + [entry for entry in entries if entry not in chosen])[:NOTICES]
