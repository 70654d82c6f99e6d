"""`crackdown subscribe`: who wants to be told of what."""

import base64
import re
import secrets
import zoneinfo
from datetime import UTC, datetime
from typing import Annotated
from urllib.parse import urlsplit

import typer
from msgspec.structs import replace
from rich.text import Text

from schemas.events import Subscription
from schemas.ids import make_id
from schemas.query import parse
from schemas.taxonomy import ChangeKind, EventType
from streamer.commands.state import JsonFlag, UserError, home, opened_store, out, print_json

DEFAULT_CHANGES = (ChangeKind.OPENED, ChangeKind.UPDATED, ChangeKind.CORRECTED)
RATES = ("instant", "daily", "weekly")
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:]+\Z")


def subscribe(
    query: Annotated[
        str, typer.Argument(metavar="[QUERY]", help="What to be told of, in the query language of `search`.")
    ] = "",
    to: Annotated[str, typer.Option(help="stdout, an e-mail address, or the https address of a webhook.")] = "stdout",
    name: Annotated[str, typer.Option(help="Shown in every notice; default: the query.")] = "",
    everything: Annotated[bool, typer.Option("--all", help="Yes, tell me everything.")] = False,
    change: Annotated[list[str] | None, typer.Option(help="opened, updated or corrected; default: all three.")] = None,
    event_type: Annotated[list[str] | None, typer.Option("--type", help="Only these event types.")] = None,
    min_confidence: Annotated[float, typer.Option(min=0, max=1, help="Only events at least this sure.")] = 0.0,
    rate: Annotated[str, typer.Option(help="instant, daily or weekly.")] = "instant",
    time_zone: Annotated[str, typer.Option(help="For daily and weekly notices, such as Europe/Paris.")] = "UTC",
    remove: Annotated[str | None, typer.Option(metavar="ID", help="End this subscription instead.")] = None,
    show: Annotated[bool, typer.Option("--list", help="List subscriptions instead.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Subscribe to new and moving cases.

    Examples:\n
      crackdown subscribe --all\n
      crackdown subscribe 'type:(arrest OR raid) country:ES' --to desk@example.org --rate daily\n
      crackdown subscribe 'complainant:Nintendo' --to https://example.org/hook --change opened
    """
    if show:
        _list(as_json=as_json)
        return
    if remove:
        _end(remove)
        return
    subscription = make_subscription(
        query=query,
        to=to,
        name=name,
        everything=everything,
        changes=change or (),
        types=event_type or (),
        min_confidence=min_confidence,
        rate=rate,
        time_zone=time_zone,
        now=datetime.now(UTC),
    )
    if subscription.channel == "email" and not home().config.mail.host:
        raise UserError("no mail server is set up: add [mail] with host and sender to crackdown.toml")
    with opened_store() as store:
        store.save_subscription(subscription)
    if as_json:
        print_json([subscription])
        return
    out.print(f"{subscription.id}: {subscription.name} → {subscription.channel} {subscription.address}", markup=False)
    if subscription.secret:
        out.print(f"signing secret, shown only now: {subscription.secret}", markup=False)


def make_subscription(
    *,
    query: str = "",
    to: str = "stdout",
    name: str = "",
    everything: bool = False,
    changes: list[str] | tuple[str, ...] = (),
    types: list[str] | tuple[str, ...] = (),
    min_confidence: float = 0.0,
    rate: str = "instant",
    time_zone: str = "UTC",
    now: datetime,
) -> Subscription:
    """Return a subscription after checking every part. Raises UserError or QueryError, saying what to do."""
    if not query.strip() and not everything:
        raise UserError("without a query you would be told everything: say --all if you mean it")
    if query.strip():
        parse(query)
    if rate not in RATES:
        raise UserError(f"--rate {rate!r} is none of {', '.join(RATES)}")
    if unknown := [each for each in changes if each not in set(ChangeKind) - {ChangeKind.CORROBORATED}]:
        raise UserError(f"--change {unknown[0]!r} is none of opened, updated, corrected")
    if unknown := [each for each in types if each not in set(EventType)]:
        raise UserError(f"--type {unknown[0]!r} is no event type; the types are {', '.join(EventType)}")
    try:
        zoneinfo.ZoneInfo(time_zone)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        raise UserError(f"--time-zone {time_zone!r} is no time zone; write it like Europe/Paris") from None
    channel, address = channel_of(to)
    return Subscription(
        id=make_id("subscription", channel, address, query, *sorted(changes), *sorted(types)),
        name=name or query or "everything",
        channel=channel,
        address=address,
        query=query,
        changes=tuple(ChangeKind(each) for each in changes) or DEFAULT_CHANGES,
        types=tuple(EventType(each) for each in types),
        min_confidence=min_confidence,
        rate=rate,
        time_zone=time_zone,
        created_at=now,
        secret="whsec_" + base64.b64encode(secrets.token_bytes(32)).decode() if channel == "webhook" else "",
    )


def channel_of(to: str) -> tuple[str, str]:
    """Return (channel, address) of what the user gave. Raises UserError if it is neither mail nor web address."""
    if to == "stdout":
        return "stdout", ""
    if to.startswith(("https://", "http://")):
        host = urlsplit(to).hostname
        if not host:
            raise UserError(f"--to {to!r} names no host")
        return ("slack" if host == "hooks.slack.com" else "webhook"), to
    if _EMAIL.match(to):
        return "email", to
    raise UserError(f"--to {to!r} is neither stdout, nor an e-mail address, nor an https address")


def _list(*, as_json: bool) -> None:
    with opened_store() as store:
        found = store.subscriptions()
    if as_json:
        print_json([_without_secret(each) for each in found])
        return
    for each in found:
        ended = "" if each.active else "  ended"
        line = f"{each.id}  {each.name}  → {each.channel} {each.address}  {each.rate}{ended}"
        out.print(Text(line, "" if each.active else "dim"))


def _end(subscription_id: str) -> None:
    with opened_store() as store:
        found = {each.id: each for each in store.subscriptions()}
        if subscription_id not in found:
            raise UserError(f"no subscription {subscription_id}: `crackdown subscribe --list` lists them")
        store.save_subscription(replace(found[subscription_id], active=False))
    out.print(f"{subscription_id} ended")


def _without_secret(subscription: Subscription) -> Subscription:
    return replace(subscription, secret="")
