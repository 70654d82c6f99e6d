"""`crackdown feeds`: is every source alive? And how a feed that is polled no more is taken up again."""

from collections import Counter
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from shlex import quote
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from streamer.commands.state import JsonFlag, UserError, home, opened_store, out, print_json
from streamer.config import Feed
from streamer.contracts import Store
from streamer.feeds.health import FeedHealth, health
from streamer.feeds.record import resumed
from streamer.worker import configured_feeds

STYLES = {"ok": "green", "new": "dim", "quiet": "yellow", "stale": "yellow", "failing": "red", "paused": "red"}
MANY = 10_000


def feeds(
    resume: Annotated[
        str | None, typer.Option(metavar="NAME", help="Poll this paused feed again, at the next round.")
    ] = None,
    as_json: JsonFlag = False,
) -> None:
    """Show each feed's health: when it was polled, when it last brought news, what is wrong; and sources that are held.

    Exit code 1 if a feed is failing, stale or paused, or a source is held.
    """
    wanted = configured_feeds(home().config)
    with opened_store() as store:
        if resume is not None:
            _resume(store, wanted, resume)
            return
        held = Counter(entry.notice.source for entry in store.outbox(limit=MANY, state="held") if entry.notice.source)
        rows = health(store.feed_states(), wanted, datetime.now(UTC), held)
    if as_json:
        print_json(rows)
    else:
        _show(rows, held)
    wrong = any(row.health in ("failing", "stale", "paused") for row in rows)
    raise typer.Exit(1 if wrong or held else 0)


def _resume(store: Store, wanted: Sequence[Feed], name: str) -> None:
    feed = next((one for one in wanted if name in (one.name, one.url)), None)
    if feed is None:
        raise UserError(f"no feed {name}: `crackdown feeds` lists them")
    state = store.feed_states().get(feed.url)
    if state is None or not state.paused:
        raise UserError(f"{feed.name} is not paused")
    store.save_feed_state(resumed(state))
    out.print(f"{feed.name} is polled again with the next round of `crackdown run`", markup=False)


def _show(rows: Sequence[FeedHealth], held: Mapping[str, int]) -> None:
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("feed", "health", "last polled", "last new", "what"):
        table.add_column(heading)
    for row in rows:
        table.add_row(
            Text(row.name),
            Text(row.health, STYLES.get(row.health, "")),
            _ago(row.last_polled_at),
            _ago(row.last_new_at),
            Text(row.sentence),
        )
    out.print(table)
    for source, number in held.items():
        remedy = f"look: crackdown notices --state held; let go: crackdown notices release --source {quote(source)}"
        out.print(Text(f"held, as it opened very many cases: {source}, {number} notices wait ({remedy})", "red"))


def _ago(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"
