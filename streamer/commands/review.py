"""`crackdown review`: what a person should look at."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from streamer.acts import told_at
from streamer.commands.state import JsonFlag, opened_store, out, print_json
from streamer.review import UNSURE, Question, review_queue
from streamer.show import case_line, event_line
from streamer.show_score import score_words

SHOWN = 3
"""Events of one question that are printed."""


def review(
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Questions shown.")] = 20,
    below: Annotated[float, typer.Option(min=0, max=1, help="Acts of a lower confidence are shown.")] = UNSURE,
    recaps: Annotated[bool, typer.Option("--recaps", help="Also what articles only recall.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show uncertain links and unsure events, with the one command for each answer.

    First what most subscriptions follow, then what most outlets tell, then the oldest. A case that was marked as
    reviewed comes back when a newer event of it is unsure.
    """
    with opened_store() as store:
        found = review_queue(store, limit=limit, below=below, recaps=recaps, now=datetime.now(UTC))
    if as_json:
        print_json(found)
        return
    for one in found:
        for line in _lines(one):
            out.print(line)
    if not found:
        out.print("nothing to review")


def _lines(one: Question) -> Iterator[Text]:
    if one.other:
        yield Text.assemble(("one case? ", "yellow"), case_line(one.case))
        yield Text.assemble("      and ", case_line(one.other))
        shared = f"both name {', '.join(one.shared[:4])}; " if one.shared else ""
        yield Text(f"          {shared}{score_words(one.score)}", "dim")
    else:
        yield Text.assemble(("is it so?  ", "yellow"), case_line(one.case))
    for linked in one.events[:SHOWN]:
        yield Text.assemble("          ", event_line(linked.event), (f"  {linked.event.confidence:.2f}", "bold"))
        yield Text.assemble("            “", (linked.event.evidence.strip(), "italic"), "”")
        yield Text(f"            {linked.source}, {told_at(linked):%Y-%m-%d}  {linked.url or ''}", "dim")
    if len(one.events) > SHOWN:
        yield Text(f"          and {len(one.events) - SHOWN} more: crackdown case {one.case.id}", "dim")
    yield Text(f"          followed by {one.followers}, since {one.since:%Y-%m-%d}", "dim")
    width = max(len(answer) for answer, _ in one.commands)
    for answer, command in one.commands:
        yield Text.assemble(f"          {answer + ':':{width + 1}} ", (command, "cyan"))
