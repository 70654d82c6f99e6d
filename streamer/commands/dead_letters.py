"""`crackdown dead-letters`: what could not be worked on, and the way back."""

import asyncio
from collections.abc import Sequence
from typing import Annotated

import typer
from rich.text import Text

from schemas.events import DeadLetter
from streamer.commands.state import JsonFlag, UserError, home, opened_store, out, print_json
from streamer.contracts import Store
from streamer.worker import open_worker, replay

app = typer.Typer(
    help="Show and replay messages that could not be worked on.", rich_markup_mode="markdown", add_completion=False
)


@app.command("list")
def list_letters(
    stage: Annotated[str | None, typer.Option(help="Only of this stage.")] = None,
    every: Annotated[bool, typer.Option("--all", help="Also those replayed already.")] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000)] = 100,
    as_json: JsonFlag = False,
) -> None:
    """List dead letters, newest first."""
    with opened_store() as store:
        letters = store.dead_letters(stage=stage, waiting=not every, limit=limit)
    if as_json:
        print_json(letters)
        return
    for letter in letters:
        out.print(
            Text.assemble(
                (f"{letter.id}  ", "dim"),
                (f"{letter.failed_at:%Y-%m-%d %H:%M}  ", "cyan"),
                (f"{letter.stage} {letter.kind}  ", "red" if letter.kind == "bug" else "yellow"),
                letter.error,
                ("  replayed" if letter.replayed_at else "", "green"),
            )
        )
    if not letters:
        out.print("no dead letters")


@app.command()
def show(letter_id: Annotated[str, typer.Argument(metavar="ID")], as_json: JsonFlag = False) -> None:
    """Show one dead letter with its whole message."""
    with opened_store() as store:
        letter = _find(store, letter_id)
    if as_json:
        print_json([letter])
        return
    out.print(f"{letter.stage}: {letter.kind}: {letter.error}", style="bold", markup=False)
    out.print(
        f"topic {letter.topic}, key {letter.message_key}, failed {letter.failed_at:%Y-%m-%d %H:%M:%S} UTC", markup=False
    )
    out.print(letter.payload.decode("utf-8", "backslashreplace"), markup=False)


@app.command("replay")
def replay_letters(
    letter_ids: Annotated[list[str] | None, typer.Argument(metavar="ID...")] = None,
    every: Annotated[bool, typer.Option("--all", help="All that wait.")] = False,
    stage: Annotated[str | None, typer.Option(help="With --all: only of this stage.")] = None,
) -> None:
    """Put dead letters back where they came from; the next `run` works on them again."""
    if bool(letter_ids) == every:
        raise UserError("name the letters to replay, or say --all")
    with opened_store() as store:
        wanted = store.dead_letters(stage=stage, limit=10_000) if every else [_find(store, i) for i in letter_ids or ()]
    asyncio.run(_replay(wanted))
    out.print(f"{len(wanted)} put back; `crackdown run` or `crackdown ingest` works on them")


async def _replay(letters: Sequence[DeadLetter]) -> None:
    async with open_worker(home()) as worker:
        replay(worker, letters)


def _find(store: Store, letter_id: str) -> DeadLetter:
    letter = store.dead_letter(letter_id)
    if letter is None:
        raise UserError(f"no dead letter {letter_id}: `crackdown dead-letters list` lists them")
    return letter
