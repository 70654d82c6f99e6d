"""Notices that tell no single change: a digest of many, a test, a word to the owner about a channel."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from agents.notice import VERSION, one_line, text_of_note
from schemas.events import Notice, Subscription
from schemas.ids import make_id


def note(kind: str, headline: str, lines: Sequence[dict[str, str]], at: datetime) -> dict[str, Any]:
    """Return the facts of a note: its kind (`digest`, `test`, `channel.failing`, …) and lines of `text` and `url`."""
    return {
        "version": VERSION,
        "kind": kind,
        "headline": one_line(headline),
        "lines": [{"text": one_line(line["text"]), "url": line.get("url", "")} for line in lines],
        "made_at": at.isoformat(),
    }


def notice_of(note_id: str, said: dict[str, Any], to: Subscription, at: datetime) -> Notice:
    """Return a note as a notice to one subscription, due at once."""
    return Notice(
        id=note_id,
        subscription_id=to.id,
        channel=to.channel,
        address=to.address,
        subject=said["headline"],
        text=text_of_note(said),
        data=said,
        why=said["kind"],
        created_at=at,
        due_at=at,
    )


def digest_of(notices: Sequence[Notice], to: Subscription) -> Notice:
    """Return one message for many notices: how many more there are, and a line for each.

    It has the first one's id, so that what a crash leaves over goes out under the same id.
    """
    first = notices[0]
    lines = [{"text": one.subject, "url": _link(one)} for one in notices]
    headline = f"{len(notices)} more: {first.subject}"
    said = note("digest", headline, lines, max(one.created_at for one in notices))
    return notice_of(first.id, said, to, first.created_at)


def trial_of(to: Subscription, at: datetime) -> Notice:
    """Return the notice that shows whether a subscription's messages arrive."""
    lines = [{"text": f"This is a test of “{to.name}”. You get it because somebody asked whether notices arrive here."}]
    said = note("test", "Test: this channel works", lines, at)
    return notice_of(make_id("test", to.id, at.isoformat()), said, to, at)


def _link(notice: Notice) -> str:
    events: Any = notice.data.get("events") or [{}]
    return events[0].get("url") or ""
