"""Whether channels work, and the word to the owner: once when one begins to fail, once when it ends."""

from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog

from agents.note import note, notice_of
from schemas.events import Notice, Subscription
from schemas.ids import make_id
from streamer.config import Alerts
from streamer.contracts import ChannelState, Store

OWNER = "subscription-owner"
_log = structlog.get_logger()


def owner_of(alerts: Alerts, at: datetime) -> Subscription | None:
    """Return where words to the owner go, which is no subscription of the store; None where nobody is named."""
    if not alerts.owner:
        return None
    channel = "email" if "@" in alerts.owner and "//" not in alerts.owner else "slack"
    return Subscription(
        id=OWNER, name="You look after this", channel=channel, address=alerts.owner, changes=(), created_at=at
    )


def note_failure(
    store: Store,
    subscription: Subscription,
    notices: Sequence[Notice],
    answer: str,
    at: datetime,
    *,
    final: bool,
    owner: Subscription | None,
) -> None:
    """Note that a channel failed; tell the owner if it has just begun to, or if notices were given up (`final`).

    The word goes into the outbox before the state is noted: a crash in between may tell it twice, but never not at all.
    """
    known = store.channels().get(subscription.id)
    since = known.failing_since if known else None
    if final:
        _tell(store, owner, subscription, "channel.ended", occasion=(since or at).isoformat(), answer=answer, at=at)
    elif since is None:
        _tell(store, owner, subscription, "channel.failing", occasion=notices[0].id, answer=answer, at=at)
    if since is None:
        store.save_channel(ChannelState(subscription_id=subscription.id, failing_since=at, answer=answer))


def note_success(store: Store, subscription: Subscription, known: Mapping[str, ChannelState]) -> None:
    """Note that a channel works, unless it was `known` to."""
    state = known.get(subscription.id)
    if state and state.failing_since:
        store.save_channel(ChannelState(subscription_id=subscription.id))
        _log.info("channel works again", subscription=subscription.id)


_HEADLINES = {"channel.failing": "Failing", "channel.ended": "Given up"}


def _tell(
    store: Store,
    owner: Subscription | None,
    subscription: Subscription,
    kind: str,
    *,
    occasion: str,
    answer: str,
    at: datetime,
) -> None:
    """Put a word to the owner, but not through the channel that it is about: `crackdown notices` shows that one."""
    _log.warning(kind, subscription=subscription.id, channel=subscription.channel, answer=answer)
    if owner is None or subscription.id == OWNER:
        return
    remedy = f"Look: crackdown notices. Change: crackdown subscribe --edit {subscription.id} --to ADDRESS"
    lines = [{"text": f"The receiver said: {answer}"}, {"text": remedy}]
    said = note(kind, f"{_HEADLINES[kind]}: {subscription.name} by {subscription.channel}", lines, at)
    store.put_notice(notice_of(make_id(kind, subscription.id, occasion), said, owner, at))
