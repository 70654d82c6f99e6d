"""`crackdown edit`: a person's corrections. They pass through the stream and can be undone."""

import asyncio
import getpass
from datetime import UTC, datetime
from typing import Annotated

import typer

from agents.link_relate import SAYABLE
from schemas.events import Edit
from schemas.ids import make_id
from schemas.taxonomy import EventType
from streamer.commands.cases import resolve_case
from streamer.commands.state import JsonFlag, UserError, home, opened_store, out, print_json
from streamer.contracts import AlreadyRunning
from streamer.worker import open_worker

app = typer.Typer(
    help="Correct cases: merge, split, move, retype, withdraw, rename, review, relate, unrelate, undo.",
    rich_markup_mode="markdown",
    add_completion=False,
)

CaseId = Annotated[str, typer.Argument(metavar="CASE")]
OtherCase = Annotated[str, typer.Argument(metavar="OTHER")]
EventIds = Annotated[list[str], typer.Argument(metavar="EVENT...")]
Note = Annotated[str, typer.Option("--note", help="Why; kept with the edit.")]


@app.command()
def merge(case_id: CaseId, into: Annotated[str, typer.Argument(metavar="INTO")], note: Note = "") -> None:
    """Merge CASE into INTO. The old id redirects for ever."""
    _send("merge", case_id=case_id, into=into, note=note)


@app.command()
def split(case_id: CaseId, event_ids: EventIds, note: Note = "") -> None:
    """Take EVENTs out of CASE into a case of their own."""
    _send("split", case_id=case_id, event_ids=event_ids, note=note)


@app.command()
def move(
    case_id: CaseId, into: Annotated[str, typer.Argument(metavar="INTO")], event_ids: EventIds, note: Note = ""
) -> None:
    """Move EVENTs from CASE to INTO."""
    _send("move", case_id=case_id, into=into, event_ids=event_ids, note=note)


@app.command()
def withdraw(case_id: CaseId, event_ids: EventIds, note: Note = "") -> None:
    """Withdraw EVENTs that are wrong; those who were told of them are told."""
    _send("withdraw", case_id=case_id, event_ids=event_ids, note=note)


@app.command()
def retype(
    case_id: CaseId, event_id: Annotated[str, typer.Argument(metavar="EVENT")], to: str, note: Note = ""
) -> None:
    """Give EVENT the type TO."""
    if to not in set(EventType):
        raise UserError(f"{to!r} is no event type; the types are {', '.join(EventType)}")
    _send("retype", case_id=case_id, event_ids=[event_id], value=to, note=note)


@app.command()
def rename(case_id: CaseId, title: str, note: Note = "") -> None:
    """Give CASE another title."""
    _send("rename", case_id=case_id, value=title, note=note)


@app.command()
def review(case_id: CaseId, note: Note = "") -> None:
    """Mark CASE as reviewed."""
    _send("review", case_id=case_id, note=note)


@app.command()
def relate(
    case_id: CaseId,
    other: OtherCase,
    how: Annotated[str, typer.Option("--as", help=f"What CASE is to OTHER: {', '.join(SAYABLE)}.")] = "related_to",
    note: Note = "",
) -> None:
    """Say how CASE belongs to OTHER without being one with it."""
    if how not in SAYABLE:
        raise UserError(f"{how!r} is no relation; the relations are {', '.join(SAYABLE)}")
    _send("relate", case_id=case_id, into=other, value=how, note=note)


@app.command()
def unrelate(case_id: CaseId, other: OtherCase, note: Note = "") -> None:
    """Say that CASE and OTHER have nothing to do with each other: no rule relates or merges them again."""
    _send("unrelate", case_id=case_id, into=other, note=note)


@app.command()
def undo(edit_id: Annotated[str, typer.Argument(metavar="EDIT")], note: Note = "") -> None:
    """Undo one edit."""
    with opened_store() as store:
        if not any(each.id == edit_id for each in store.edits()):
            raise UserError(f"no edit {edit_id}: `crackdown edit list` lists them")
    _send("undo", value=edit_id, note=note)


@app.command("list")
def list_edits(
    case_id: Annotated[str | None, typer.Argument(metavar="[CASE]")] = None, as_json: JsonFlag = False
) -> None:
    """List edits, of one case or of all."""
    with opened_store() as store:
        found = store.edits(case_id)
    if as_json:
        print_json(found)
        return
    for each in found:
        what = " ".join(filter(None, (each.action, each.case_id, each.into, *each.event_ids, each.value)))
        out.print(f"{each.id}  {each.at:%Y-%m-%d %H:%M}  {what}  by {each.by}  {each.note}", markup=False)


def _send(
    action: str,
    *,
    case_id: str | None = None,
    into: str | None = None,
    event_ids: list[str] | None = None,
    value: str = "",
    note: str = "",
) -> None:
    with opened_store() as store:
        if case_id:
            case_id = resolve_case(store, case_id).id
        if into:
            into = resolve_case(store, into).id
        if case_id and case_id == into:
            raise UserError("the two are one case already")
        known = {linked.event.id for linked in store.timeline(case_id)} if case_id and event_ids else set()
        if missing := set(event_ids or ()) - known:
            raise UserError(f"{case_id} has no event {min(missing)}: `crackdown case {case_id} --json` lists them")
    at = datetime.now(UTC)
    edit = Edit(
        id=make_id("edit", action, case_id or "", into or "", *(event_ids or ()), value, at.isoformat()),
        action=action,
        case_id=case_id,
        into=into,
        event_ids=tuple(event_ids or ()),
        value=value,
        by=getpass.getuser(),
        at=at,
        note=note,
    )
    if asyncio.run(_apply(edit)):
        out.print(f"{edit.id}: {action} done; `crackdown edit undo {edit.id}` takes it back")
    else:
        out.print(f"{edit.id}: handed to the process that runs here")


async def _apply(edit: Edit) -> bool:
    """Publish the edit and apply it. Return False if another process is at work and will do so."""
    async with open_worker(home(), here_only=True) as worker:
        worker.runtime.publish("events", [edit])
        try:
            await worker.drain()
        except AlreadyRunning:
            return False
        return True
