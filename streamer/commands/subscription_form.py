"""From what a user typed to a subscription: every part is checked, and an error says what would be right."""

import base64
import re
import secrets
import zoneinfo
from collections.abc import Iterable, Sequence
from datetime import datetime, time
from urllib.parse import urlsplit

from msgspec.structs import replace

from agents.notice import EVERYTHING
from schemas.events import Subscription
from schemas.ids import make_id
from schemas.query import parse
from schemas.query_tree import Match, either, every, spelling
from schemas.taxonomy import ChangeKind, EventType
from streamer.commands.state import UserError

DEFAULT_CHANGES = (ChangeKind.OPENED, ChangeKind.UPDATED, ChangeKind.CORRECTED)
RATES = ("instant", "daily", "weekly")
_PARTY = ("complainant", "defendant", "target", "authority")
_EMAIL = re.compile(r"[^\s@<>\"',;:]+@[^\s@<>\"',;:]+\.[^\s@<>\"',;:]+\Z")
_QUIET = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-([01]\d|2[0-3]):([0-5]\d)\Z")
ALERT_CONFIDENCE = 0.6
"""How sure an event must be to wake somebody who has not said otherwise: four in five such events are right in every
respect (`make quality`); all others are still found by search."""


def make_subscription(
    *,
    query: str = "",
    to: str = "stdout",
    name: str = "",
    everything: bool = False,
    changes: Sequence[str] = (),
    types: Sequence[str] = (),
    min_confidence: float = ALERT_CONFIDENCE,
    rate: str = "instant",
    time_zone: str = "UTC",
    quiet: str = "",
    mute_until: str = "",
    now: datetime,
) -> Subscription:
    """Return a subscription after checking every part. Raises UserError or QueryError, saying what to do."""
    channel, address = channel_of(to)
    blank = Subscription(
        id=make_id("subscription", channel, address, query, *sorted(changes), *sorted(types)),
        name=name or query or EVERYTHING,
        channel=channel,
        address=address,
        created_at=now,
        secret=new_secret(channel),
    )
    return changed(
        blank,
        query=query,
        everything=everything,
        changes=changes,
        types=types,
        min_confidence=min_confidence,
        rate=rate,
        time_zone=time_zone,
        quiet=quiet,
        mute_until=mute_until,
    )


def changed(
    subscription: Subscription,
    *,
    query: str | None = None,
    to: str | None = None,
    name: str | None = None,
    everything: bool = False,
    changes: Sequence[str] | None = None,
    types: Sequence[str] | None = None,
    min_confidence: float | None = None,
    rate: str | None = None,
    time_zone: str | None = None,
    quiet: str | None = None,
    mute_until: str | None = None,
) -> Subscription:
    """Return the subscription with what is given checked and put in; what is None stays.

    An empty `query` means everything and must be confirmed; empty `quiet` and `mute_until` end both. Raises UserError
    or QueryError.
    """
    zone = subscription.time_zone if time_zone is None else checked_zone(time_zone)
    new: dict[str, object] = {"time_zone": zone, "name": name or None, "min_confidence": min_confidence}
    if query is not None or everything:
        new["query"] = checked_query(query or "", everything=everything)
    if to is not None:
        new["channel"], new["address"] = channel_of(to)
        if new["channel"] != subscription.channel:
            new["secret"] = new_secret(str(new["channel"]))
    if rate is not None:
        new["rate"] = checked_rate(rate)
    if changes is not None:
        new["changes"] = checked_changes(changes) or DEFAULT_CHANGES
    if types is not None:
        new["types"] = checked_types(types)
    known = {key: value for key, value in new.items() if value is not None}
    if quiet is not None:
        known["quiet"] = quiet_hours(quiet)
    if mute_until is not None:
        known["muted_until"] = mute_end(mute_until, zone)
    return replace(subscription, **known)


def checked_query(query: str, *, everything: bool) -> str:
    if query.strip():
        parse(query)
    elif not everything:
        raise UserError("without a query you would be told everything: say --all if you mean it")
    return query.strip()


def checked_rate(rate: str) -> str:
    if rate not in RATES:
        raise UserError(f"--rate {rate!r} is none of {', '.join(RATES)}")
    return rate


def checked_changes(changes: Sequence[str]) -> tuple[ChangeKind, ...]:
    if unknown := [each for each in changes if each not in set(ChangeKind) - {ChangeKind.CORROBORATED}]:
        raise UserError(f"--change {unknown[0]!r} is none of opened, updated, corrected")
    return tuple(ChangeKind(each) for each in changes)


def checked_types(types: Sequence[str]) -> tuple[EventType, ...]:
    if unknown := [each for each in types if each not in set(EventType)]:
        raise UserError(f"--type {unknown[0]!r} is no event type; the types are {', '.join(EventType)}")
    return tuple(EventType(each) for each in types)


def checked_zone(name: str) -> str:
    try:
        zoneinfo.ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError):
        raise UserError(f"--time-zone {name!r} is no time zone; write it like Europe/Paris") from None
    return name


def quiet_hours(written: str) -> tuple[str, str] | None:
    """Return (from, to) of `22:00-07:00`; None for nothing."""
    if not written:
        return None
    start, _, end = written.partition("-")
    if not _QUIET.match(written) or start == end:
        raise UserError(f"--quiet {written!r}: write it like 22:00-07:00")
    return start, end


def mute_end(written: str, time_zone: str) -> datetime | None:
    """Return the moment at which a mute ends: a day's first one, or a time of a day, in the subscriber's time zone."""
    if not written:
        return None
    try:
        at = datetime.fromisoformat(written)
    except ValueError:
        raise UserError(f"--mute-until {written!r}: write it like 2026-08-17 or 2026-08-17T09:00") from None
    local = at if at.tzinfo else datetime.combine(at.date(), at.time() or time(), zoneinfo.ZoneInfo(time_zone))
    return local.astimezone(zoneinfo.ZoneInfo("UTC"))


def scoped(query: str, *, cases: Iterable[str] = (), parties: Iterable[str] = (), services: Iterable[str] = ()) -> str:
    """Return a query for one case, party or service (or any of several), and for what `query` says beside it."""
    names = [Match(field=field, text=name) for name in parties for field in _PARTY]
    scope = [
        *(Match(field="case_id", text=each) for each in cases),
        *names,
        *(Match(field="target", text=each) for each in services),
        *(Match(field="domain", text=each.lower()) for each in services),
    ]
    if not scope:
        return query
    wanted = either(scope)
    return spelling(every([wanted, parse(query).tree])) if query.strip() else spelling(wanted)


def channel_of(to: str) -> tuple[str, str]:
    """Return (channel, address) of what the user gave. Raises UserError if it is neither mail nor web address."""
    if to in ("stdout", "feed"):
        return to, ""
    if to.startswith(("https://", "http://")):
        host = urlsplit(to).hostname
        if not host:
            raise UserError(f"--to {to!r} names no host")
        return ("slack" if host == "hooks.slack.com" else "webhook"), to
    if _EMAIL.match(to):
        return "email", to
    raise UserError(f"--to {to!r} is neither stdout, nor feed, nor an e-mail address, nor an https address")


def new_secret(channel: str) -> str:
    """Return what signs webhooks, or what makes a feed's address hard to guess; empty for other channels."""
    if channel == "webhook":
        return "whsec_" + base64.b64encode(secrets.token_bytes(32)).decode()
    return secrets.token_urlsafe(32) if channel == "feed" else ""
