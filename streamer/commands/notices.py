"""`crackdown notices`: what subscribers were told, and whether it arrived."""

from typing import Annotated

import typer
from rich.text import Text

from streamer.commands.state import JsonFlag, UserError, opened_store, out, print_json

app = typer.Typer(
    help="Show notices and their delivery.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
    add_completion=False,
)

STATES = ("waiting", "sent", "failed", "held")


@app.callback(invoke_without_command=True)
def notices(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 20,
    state: Annotated[str | None, typer.Option(help="Only waiting, sent, failed or held ones.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List notices, newest first."""
    if context.invoked_subcommand:
        return
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"{state!r} is none of {', '.join(STATES)}", param_hint="--state")
    with opened_store() as store:
        entries = store.outbox(limit=limit, state=state)
    if as_json:
        print_json(entries)
        return
    for entry in entries:
        notice = entry.notice
        out.print(
            Text.assemble(
                (f"{notice.id}  ", "dim"),
                (f"{entry.state:8} ", "green" if entry.state == "sent" else "yellow"),
                (f"{notice.created_at:%Y-%m-%d %H:%M}  ", "cyan"),
                notice.subject,
                (f"  → {notice.channel} {notice.address}", "dim"),
            )
        )


@app.command()
def show(notice_id: Annotated[str, typer.Argument(metavar="ID")], as_json: JsonFlag = False) -> None:
    """Show one notice as its reader got it, and every attempt to deliver it."""
    with opened_store() as store:
        entry = store.outbox_entry(notice_id)
    if entry is None:
        raise UserError(f"no notice {notice_id}: `crackdown notices` lists them")
    if as_json:
        print_json([entry])
        return
    out.print(entry.notice.text, markup=False)
    out.print(Text(f"{entry.state}; due {entry.due_at:%Y-%m-%d %H:%M} UTC", "bold"))
    for attempt in entry.attempts:
        mark = ("ok", "green") if attempt.ok else ("failed", "red")
        out.print(Text.assemble(f"{attempt.at:%Y-%m-%d %H:%M:%S} ", mark, f" {attempt.answer}"))
