"""Notices to a Slack-compatible incoming webhook."""

from collections.abc import Sequence

import msgspec

from schemas.events import Notice, Subscription
from streamer.config import Fetching
from streamer.senders.post import post

MAX_TEXT = 3000
"""Characters of a section; Slack refuses longer ones."""


class SlackSender:
    size = 5

    def __init__(self, fetching: Fetching) -> None:
        self._fetching = fetching

    async def __call__(self, notices: Sequence[Notice], subscription: Subscription) -> str:
        return await post(subscription.address, body_of(notices), {}, self._fetching)


def body_of(notices: Sequence[Notice]) -> bytes:
    """Return the message: a heading and a section for each notice, and a plain line for notifications."""
    blocks: list[dict[str, object]] = []
    for notice in notices:
        heading = {"type": "plain_text", "text": notice.subject[:150]}
        section = {"type": "mrkdwn", "text": escaped(notice.text)[:MAX_TEXT]}
        blocks += [{"type": "header", "text": heading}, {"type": "section", "text": section}]
    return msgspec.json.encode(
        {"text": escaped("; ".join(one.subject for one in notices))[:MAX_TEXT], "blocks": blocks}
    )


def escaped(text: str) -> str:
    """Return text that is no markup to Slack: no links, no mentions of people or channels."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
