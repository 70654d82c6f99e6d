"""`crackdown review`: what a person should look at."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from streamer.commands.state import JsonFlag, opened_store, out, print_json
from streamer.review import UNSURE, Question, review_queue
from streamer.show import case_line, event_line


def review(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Questions shown.")] = 20,
    below: Annotated[float, typer.Option(min=0, max=1, help="Events of a lower confidence are shown.")] = UNSURE,
    as_json: JsonFlag = False,
) -> None:
    """Show uncertain links and unsure events, with the commands that settle each.

    First what most subscriptions follow, then what most outlets tell, then the oldest. A case that was marked as
    reviewed comes back when a newer event of it is unsure.
    """
    with opened_store() as store:
        found = review_queue(store, limit=limit, below=below, now=datetime.now(UTC))
    if as_json:
        print_json(found)
        return
    for one in found:
        for line in _lines(one):
            out.print(line)
    if not found:
        out.print("nothing to review")


def _lines(one: Question) -> Iterator[Text]:
    followed = f"followed by {one.followers}, since {one.since:%Y-%m-%d}"
    if one.event:
        yield Text.assemble(
            ("is it so?      ", "yellow"), event_line(one.event), (f"  {one.event.confidence:.2f}", "bold")
        )
        yield Text.assemble("               “", (one.event.evidence.strip(), "italic"), "”")
        yield Text(f"               {one.event.outlet}  {one.event.url or ''}", "dim")
        yield Text.assemble("               in ", case_line(one.case))
    if one.other:
        yield Text.assemble(("the same case? ", "yellow"), case_line(one.case))
        yield Text.assemble("           and ", case_line(one.other))
        yield Text("               " + ", ".join(f"{name} {value:+g}" for name, value in one.score.items()), "dim")
    yield Text(f"               {followed}", "dim")
    for command in one.commands:
        yield Text(f"               {command}", "cyan")
