"""`crackdown ledger`: the fate of every item."""

from typing import Annotated

import typer

from streamer.commands.state import JsonFlag, opened_store, out, print_json
from streamer.show import ledger_table, total_row


def ledger(
    reasons: Annotated[bool, typer.Option("--reasons", help="Show how often each reason was given.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show per source what became of every item seen: seen = stored + dropped + dead + waiting.

    Exit code 1 if the sums do not add up.
    """
    with opened_store() as store:
        rows = store.ledger()
    total = total_row(rows)
    if as_json:
        print_json(rows)
    else:
        out.print(ledger_table(rows))
        for reason, n in sorted(total.reasons.items(), key=lambda pair: -pair[1]) if reasons else ():
            out.print(f"{n:8,}  {reason}", markup=False)
    if total.seen != total.stored + total.dropped + total.dead + total.waiting:
        raise typer.Exit(1)
