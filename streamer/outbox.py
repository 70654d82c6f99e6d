"""The sending loop: takes what is due out of the outbox, one message per subscription, and keeps what came of it.

A notice is marked sent only when the receiver said so; while the store is down, that is noted as soon as it is back. A
crash between sending and marking sends it once more, under the same id. Subscriptions are sent to side by side, so one
that stalls holds nobody else.
"""

import asyncio
import random
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial

import msgspec
import structlog

from agents.due import quiet_end
from agents.errors import Unavailable
from agents.note import digest_of
from schemas.events import Notice, Subscription
from streamer.channels import note_failure, note_success
from streamer.contracts import Attempt, ChannelState, OutboxEntry, Store
from streamer.senders.sending import SEND_SECONDS, Sender, SendFailed

SCHEDULE = tuple(timedelta(seconds=s) for s in (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400))
"""The wait after each failed attempt: ten attempts over 75 hours (Standard Webhooks). Then it is given up."""
JITTER = 0.1
"""Up to so much of each wait is added, so that receivers are not hit by all at once."""
HOLD = timedelta(seconds=3 * SEND_SECONDS)
"""How long a claim holds: longer than any attempt; after a crash, the notice is free again."""
DIGEST_SIZE = 60
"""Lines of a digest at most: a webhook's body stays small."""
CLAIMS = 100
"""Notices taken at a time; all are sent side by side, so every attempt ends before its claim does."""

FEW = 20
"""Attempts that may be left without an answer before sending slows down."""
NOTE_SECONDS = 0.2
"""Pause before it is noted again that a message arrived: shorter than the sending loop's, which would send it again."""

_unnoted: set[str] = set()
"""Notices that arrived, which the store does not know yet."""
_left_running: set[asyncio.Task[int]] = set()
"""Attempts that were not waited for: only a reference keeps a task alive."""
_log = structlog.get_logger()


async def send_due(
    store: Store,
    senders: Mapping[str, Sender],
    *,
    now: Callable[[], datetime],
    owner: str,
    patience: float | None = None,
    tell: Subscription | None = None,
) -> int:
    """Send all that is due; return how many notices were taken by their receivers.

    `owner` names this process among those that may send, `tell` who hears of channels that fail. After `patience`
    seconds, receivers that have not answered are left to go on by themselves; None waits for all. The more are left,
    the longer the next ones are waited for. Raises Unavailable while the store is down.
    """
    taken = 0
    while claimed := await asyncio.to_thread(_claim, store, now(), owner):
        known = [*await asyncio.to_thread(store.subscriptions), *([tell] if tell else [])]
        subscriptions = {one.id: one for one in known}
        not_arrived = [one for one in claimed if one.id not in _unnoted]
        awake = await asyncio.to_thread(_put_off, store, not_arrived, subscriptions, now())
        channels = await asyncio.to_thread(store.channels)
        sending = {
            asyncio.create_task(
                send(
                    store,
                    senders,
                    subscriptions.get(group[0].subscription_id),
                    group,
                    now=now,
                    channels=channels,
                    tell=tell,
                )
            )
            for group in messages(awake, senders)
        }
        if not sending:
            continue
        done, pending = await asyncio.wait(sending, timeout=patience and patience * (1 + len(_left_running) / FEW))
        _leave(pending)
        taken += sum(task.result() for task in done)
    return taken


def _claim(store: Store, at: datetime, owner: str) -> list[Notice]:
    return store.claim_due(at, owner, at + HOLD, CLAIMS)


def _put_off(
    store: Store, notices: Sequence[Notice], subscriptions: Mapping[str, Subscription], at: datetime
) -> list[Notice]:
    """Let notices wait whose subscribers have quiet hours now, such as digests and further tries; return the others."""
    awake = []
    for notice in notices:
        subscription = subscriptions.get(notice.subscription_id)
        end = quiet_end(subscription, at) if subscription else None
        if end:
            store.requeue(notice.id, end)
        else:
            awake.append(notice)
    return awake


def _leave(tasks: set[asyncio.Task[int]]) -> None:
    for task in tasks:
        _left_running.add(task)
        task.add_done_callback(_ended)


def _ended(task: asyncio.Task[int]) -> None:
    _left_running.discard(task)
    if not task.cancelled() and task.exception():
        _log.warning("cannot note what came of a notice; it will go out again", reason=str(task.exception()))


def messages(notices: Sequence[Notice], senders: Mapping[str, Sender]) -> list[list[Notice]]:
    """Return notices in the groups that go out as one message: of one subscription, due at one time.

    The same notices make the same groups in the same order on every attempt, whatever else has become due.
    """
    groups: dict[tuple[str, str, datetime, bool], list[Notice]] = defaultdict(list)
    for notice in sorted(notices, key=lambda one: (one.created_at, one.id)):
        groups[notice.subscription_id, notice.channel, notice.due_at, notice.digest].append(notice)
    found = []
    for (_, channel, _, digest), group in groups.items():
        size = DIGEST_SIZE if digest else senders[channel].size if channel in senders else len(group)
        found += [group[start : start + size] for start in range(0, len(group), size)]
    return found


async def send(
    store: Store,
    senders: Mapping[str, Sender],
    subscription: Subscription | None,
    notices: Sequence[Notice],
    *,
    now: Callable[[], datetime],
    channels: Mapping[str, ChannelState],
    tell: Subscription | None = None,
) -> int:
    """Send one message and keep what came of it; return how many notices arrived.

    `channels` is what is known of them, `tell` who hears of it where this one fails.
    """
    if subscription is None or not subscription.active:
        failure = SendFailed("the subscription has ended", lasting=True)
        await asyncio.to_thread(_note_failure, store, notices, failure, now())
        return 0
    try:
        answer = await _attempt(senders, subscription, notices)
    except SendFailed as failure:
        final = await asyncio.to_thread(_note_failure, store, notices, failure, now())
        await asyncio.to_thread(
            note_failure, store, subscription, notices, str(failure), now(), final=final, owner=tell
        )
        await asyncio.to_thread(_end_if_gone, store, subscription, failure)
        return 0
    attempt = Attempt(at=now(), ok=True, answer=answer)
    await _noted(partial(_note_success, store, subscription, notices, attempt, channels), notices)
    return len(notices)


async def _noted(note: Callable[[], None], notices: Sequence[Notice]) -> None:
    """Note what arrived, however long the store is down: what is never noted goes out again."""
    ids = {notice.id for notice in notices}
    _unnoted.update(ids)
    try:
        while True:
            if await asyncio.to_thread(_succeeds, note):
                return
            await asyncio.sleep(NOTE_SECONDS)
    finally:
        _unnoted.difference_update(ids)


def _succeeds(note: Callable[[], None]) -> bool:
    try:
        note()
    except Unavailable as error:
        _log.warning("cannot note yet that a message arrived", reason=str(error))
        return False
    return True


async def _attempt(senders: Mapping[str, Sender], subscription: Subscription, notices: Sequence[Notice]) -> str:
    sender = senders.get(subscription.channel)
    if sender is None:
        raise SendFailed(f"no sender is set up for {subscription.channel}")
    try:
        async with asyncio.timeout(1.5 * SEND_SECONDS):
            return await sender([digest_of(notices, subscription)] if notices[0].digest else notices, subscription)
    except TimeoutError:
        raise SendFailed("no answer in time") from None
    except SendFailed:
        raise
    except Exception as error:
        _log.exception("bug", sender=subscription.channel)
        raise SendFailed(f"bug in the sender: {type(error).__name__}") from error


def _note_success(
    store: Store,
    subscription: Subscription,
    notices: Sequence[Notice],
    attempt: Attempt,
    channels: Mapping[str, ChannelState],
) -> None:
    """Mark the last one first: whatever a crash leaves over goes out again under the first one's id."""
    for notice in reversed(notices):
        store.mark_sent(notice.id, attempt)
    note_success(store, subscription, channels)


def _note_failure(store: Store, notices: Sequence[Notice], failure: SendFailed, at: datetime) -> bool:
    """Keep a failed attempt; return whether notices were given up."""
    attempt, given_up = Attempt(at=at, ok=False, answer=str(failure)), False
    for notice in notices:
        next_at = None if failure.lasting else next_attempt(store.outbox_entry(notice.id), at, failure.retry_after)
        store.mark_failed(notice.id, attempt, next_at)
        if next_at is None:
            _log.warning("given up", notice=notice.id, channel=notice.channel, answer=attempt.answer)
            given_up = True
    return given_up


def _end_if_gone(store: Store, subscription: Subscription, failure: SendFailed) -> None:
    if failure.gone:
        store.save_subscription(msgspec.structs.replace(subscription, active=False, ended=str(failure)))
        _log.warning("subscription ended: its address is gone", subscription=subscription.id)


def next_attempt(entry: OutboxEntry | None, at: datetime, retry_after: float | None) -> datetime | None:
    """Return when to try again: by the schedule, but not before the receiver wants it; None when it is spent."""
    tried = len(entry.attempts) if entry else 0
    if tried >= len(SCHEDULE):
        return None
    wait = SCHEDULE[tried] * (1 + JITTER * random.random())  # noqa: S311 (no secret)
    return at + max(wait, timedelta(seconds=retry_after or 0))
