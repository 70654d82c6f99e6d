"""The flood guard: nobody is sent more than so many notices an hour, and a feed that runs wild is looked at first.

Nothing is dropped. What is over the limit is told in one message at the end of the hour, a line each; what is held
waits until a person releases it.
"""

from datetime import datetime, timedelta
from shlex import quote
from typing import Protocol

from msgspec.structs import replace

from agents.note import note, notice_of
from schemas.events import Notice, Subscription
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind

HOUR = timedelta(hours=1)
UNLIMITED = {"stdout", "feed"}
"""Channels in which nobody is disturbed by the number."""


class Counts(Protocol):
    """The part of the store that counts notices."""

    def planned(self, subscription_id: str, since: datetime, until: datetime) -> int: ...
    def opened_cases(self, source: str, since: datetime) -> int: ...


def guarded(notice: Notice, *, store: Counts, per_hour: int, new_cases: int) -> tuple[Notice, str]:
    """Return the notice as it may go out, and its state in the outbox: `waiting` or `held`.

    `per_hour` is how many notices a subscription gets one by one in an hour (by the clock), `new_cases` how many cases
    one source may open within an hour before further ones are held.
    """
    if _is_wild(notice, store, new_cases):
        return notice, "held"
    hour = notice.due_at.replace(minute=0, second=0, microsecond=0)
    if notice.channel in UNLIMITED or store.planned(notice.subscription_id, hour, hour + HOUR) < per_hour:
        return notice, "waiting"
    return replace(notice, digest=True, due_at=hour + HOUR), "waiting"


def word_of(held: Notice, owner: Subscription, new_cases: int) -> Notice:
    """Return the word to the owner that a source is held: the same for all of its notices of one day."""
    at = held.created_at
    go = f"crackdown notices release --source {quote(held.source)}"
    lines = (
        f"It opened {new_cases} cases within an hour. Notices of further new cases wait until you have looked.",
        f"The first that waits: {held.subject}",
        f"Look: crackdown notices --state held. Let go: {go}",
    )
    said = note("source.held", f"Held: {held.source} opens very many cases", [{"text": line} for line in lines], at)
    return notice_of(make_id("source.held", held.source, at.date().isoformat()), said, owner, at)


def _is_wild(notice: Notice, store: Counts, new_cases: int) -> bool:
    if notice.change is not ChangeKind.OPENED or not notice.source:
        return False
    return store.opened_cases(notice.source, notice.created_at - HOUR) >= new_cases
