"""`crackdown notices`: what subscribers were told, whether it arrived, and what to do where it did not."""

import asyncio
from datetime import UTC, datetime
from typing import Annotated

import typer
from rich.text import Text

from agents.note import trial_of
from streamer.commands.state import JsonFlag, UserError, home, opened_store, out, print_json
from streamer.contracts import Attempt, OutboxEntry, Store
from streamer.outbox import send
from streamer.senders import make_senders

app = typer.Typer(
    help="Show notices and their delivery; send again, release, test.",
    invoke_without_command=True,
    rich_markup_mode="markdown",
    add_completion=False,
)

STATES = ("waiting", "sent", "failed", "held")
MANY = 10_000


@app.callback(invoke_without_command=True)
def notices(
    context: typer.Context,
    limit: Annotated[int, typer.Option(min=1, max=MANY)] = 20,
    state: Annotated[str | None, typer.Option(help="Only waiting, sent, failed or held ones.")] = None,
    as_json: JsonFlag = False,
) -> None:
    """List notices, newest first, and the channels that fail."""
    if context.invoked_subcommand:
        return
    if state is not None and state not in STATES:
        raise typer.BadParameter(f"{state!r} is none of {', '.join(STATES)}", param_hint="--state")
    with opened_store() as store:
        entries = store.outbox(limit=limit, state=state)
        failing = _failing(store)
    if as_json:
        print_json(entries)
        return
    for line in failing:
        out.print(Text(line, "red"))
    for entry in entries:
        _line(entry)


def _failing(store: Store) -> list[str]:
    """Return a line for each channel that fails now."""
    known = {one.id: one for one in store.subscriptions()}
    found = []
    for state in store.channels().values():
        if state.failing_since:
            name = known[state.subscription_id].name if state.subscription_id in known else "the owner"
            since = f"{state.failing_since:%Y-%m-%d %H:%M}"
            found.append(f"failing since {since}: {name} ({state.subscription_id}): {state.answer}")
    return found


def _line(entry: OutboxEntry) -> None:
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


@app.command()
def resend(
    notice_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    since: Annotated[datetime | None, typer.Option(help="All that were sent or given up since then (UTC).")] = None,
) -> None:
    """Send notices once more, under the same ids. They go out with the next round of `crackdown run`."""
    if not notice_ids and since is None:
        raise UserError("which ones? give ids, or --since 2026-08-17")
    with opened_store() as store:
        found = [_entry(store, each) for each in notice_ids or ()]
        if since:
            ended = [*store.outbox(limit=MANY, state="sent"), *store.outbox(limit=MANY, state="failed")]
            found += [one for one in ended if one.notice.created_at >= since.replace(tzinfo=since.tzinfo or UTC)]
        _requeue(store, found)
    out.print(f"{len(found)} to be sent again", markup=False)


@app.command()
def release(
    notice_ids: Annotated[list[str] | None, typer.Argument(metavar="[ID]...")] = None,
    source: Annotated[str | None, typer.Option(help="All that are held of this source.")] = None,
    everything: Annotated[bool, typer.Option("--all", help="All that are held.")] = False,
) -> None:
    """Let notices go out that were held because one source opened very many cases at once."""
    if not notice_ids and not everything and source is None:
        raise UserError("which ones? give ids, --source or --all; `crackdown notices --state held` lists them")
    with opened_store() as store:
        held = store.outbox(limit=MANY, state="held") if everything or source else []
        found = [one for one in held if everything or one.notice.source == source]
        found += [one for each in notice_ids or () if (one := _entry(store, each)).state == "held"]
        _requeue(store, found)
    out.print(f"{len(found)} released", markup=False)


@app.command()
def test(subscription_id: Annotated[str, typer.Argument(metavar="SUBSCRIPTION")]) -> None:
    """Send a test to a subscription, by the same way as its notices. Exit code 1 if it did not arrive."""
    now, senders = datetime.now(UTC), make_senders(home().config)
    with opened_store() as store:
        subscription = next((one for one in store.subscriptions() if one.id == subscription_id), None)
        if subscription is None:
            raise UserError(f"no subscription {subscription_id}: `crackdown subscribe --list` lists them")
        notice = trial_of(subscription, now)
        store.put_notice(notice, "held")  # so that nobody else takes it
        channels = store.channels()
        arrived = asyncio.run(
            send(store, senders, subscription, [notice], now=lambda: datetime.now(UTC), channels=channels)
        )
        attempt = _entry(store, notice.id).attempts[-1]
        if not arrived:
            store.mark_failed(notice.id, Attempt(at=datetime.now(UTC), ok=False, answer="a test is tried once"), None)
    out.print(f"{'arrived' if arrived else 'did not arrive'}: {attempt.answer}", markup=False)
    raise typer.Exit(0 if arrived else 1)


def _entry(store: Store, notice_id: str) -> OutboxEntry:
    entry = store.outbox_entry(notice_id)
    if entry is None:
        raise UserError(f"no notice {notice_id}: `crackdown notices` lists them")
    return entry


def _requeue(store: Store, entries: list[OutboxEntry]) -> None:
    now = datetime.now(UTC)
    for entry in entries:
        store.requeue(entry.notice.id, now)
