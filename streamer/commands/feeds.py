"""`crackdown feeds`: is every source alive?"""

from datetime import UTC, datetime

import typer
from rich.table import Table
from rich.text import Text

from streamer.commands.state import JsonFlag, home, opened_store, out, print_json
from streamer.feeds.health import health
from streamer.worker import configured_feeds

STYLES = {"ok": "green", "new": "dim", "quiet": "yellow", "stale": "yellow", "failing": "red", "paused": "red"}


def feeds(as_json: JsonFlag = False) -> None:
    """Show each feed's health: when it was polled, when it last brought news, what is wrong.

    Exit code 1 if a feed is failing, stale or paused.
    """
    wanted = configured_feeds(home().config)
    with opened_store() as store:
        rows = health(store.feed_states(), wanted, datetime.now(UTC))
    if as_json:
        print_json(rows)
    else:
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
    raise typer.Exit(1 if any(row.health in ("failing", "stale", "paused") for row in rows) else 0)


def _ago(at: datetime | None) -> str:
    return f"{at:%Y-%m-%d %H:%M}" if at else "never"
