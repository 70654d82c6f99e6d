"""Stage bury: keeps what could not be worked on, and says so in the ledger."""

from typing import Protocol

from schemas.codec import UnreadablePayload, decode
from schemas.events import DeadLetter


class Graveyard(Protocol):
    """The part of the store that bury writes."""

    def put_dead_letter(self, letter: DeadLetter) -> None: ...
    def record(
        self, item_id: str, source: str, outcome: str, reason: str = "", content_hash: str | None = None
    ) -> None: ...


def bury(letter: DeadLetter, *, store: Graveyard) -> tuple[()]:
    """Keep a dead letter whole until somebody replays it; the item that it goes back to, if any, counts as dead."""
    store.put_dead_letter(letter)
    if letter.item_id:
        store.record(letter.item_id, source_of(letter), "dead", f"{letter.stage}: {letter.error[:80]}")
    return ()


def source_of(letter: DeadLetter) -> str:
    """Return the ledger row of the item behind a dead letter; empty if its payload cannot be read."""
    try:
        return str(getattr(decode(letter.payload), "source", ""))
    except UnreadablePayload:
        return ""
