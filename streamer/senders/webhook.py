"""Notices by webhook, after the Standard Webhooks specification 1.0.0.

`webhook-id` is the notice's id, the same on every attempt: the receiver's idempotency key. Bodies stay under 20 kB.
"""

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

import msgspec
from standardwebhooks.webhooks import EmptyWebhookSecretError, Webhook

from schemas.events import Notice, Subscription
from streamer.config import Fetching
from streamer.senders.post import post
from streamer.senders.sending import SendFailed

MAX_BYTES = 20_000
"""Of a body, by the specification's advice."""


class WebhookSender:
    size = 1

    def __init__(self, fetching: Fetching) -> None:
        self._fetching = fetching

    async def __call__(self, notices: Sequence[Notice], subscription: Subscription) -> str:
        (notice,) = notices
        body = body_of(notice)
        headers = signed(notice.id, body, subscription.secret, datetime.now(UTC))
        return await post(subscription.address, body, headers, self._fetching)


def signed(message_id: str, body: bytes, secrets: str, at: datetime) -> dict[str, str]:
    """Return the three headers of the specification, with one signature for each of the secrets (split by blanks).

    Raises SendFailed if there is no usable secret.
    """
    try:
        signatures = [Webhook(secret).sign(message_id, at, body.decode()) for secret in secrets.split()]
    except (ValueError, EmptyWebhookSecretError) as error:
        raise SendFailed("the subscription's signing secret cannot be used", lasting=True) from error
    if not signatures:
        raise SendFailed("the subscription has no signing secret", lasting=True)
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(at.timestamp())),
        "webhook-signature": " ".join(signatures),
    }


def body_of(notice: Notice) -> bytes:
    """Return the payload: `type`, `timestamp`, `data`. Of a notice that is too long, the outer parts are left out."""
    data: dict[str, Any] = {
        "notice_id": notice.id,
        "change_id": notice.change_id,
        "subscription_id": notice.subscription_id,
        **notice.data,
    }
    for shortened in (data, _without(data, "timeline"), _without(data, "timeline", "parties"), _bare(data)):
        kind = f"case.{notice.change}" if notice.change else data["kind"]
        payload = {"type": kind, "timestamp": notice.created_at, "data": shortened}
        body = msgspec.json.encode(payload)
        if len(body) < MAX_BYTES:
            break
    return body


def _without(data: dict[str, Any], *names: str) -> dict[str, Any]:
    case = {name: value for name, value in data.get("case", {}).items() if name not in names}
    return data | ({"case": case} if case else {}) | {"shortened": True}


def _bare(data: dict[str, Any]) -> dict[str, Any]:
    case = {name: value for name, value in data.get("case", {}).items() if name in ("id", "title", "state")}
    return {name: value for name, value in data.items() if name != "events"} | {"case": case, "shortened": True}
