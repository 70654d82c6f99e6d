"""Stage deliver: puts a notice into the outbox, from where the clock's sending loop takes it when it is due."""

from collections.abc import Callable
from datetime import datetime
from typing import Protocol

from agents.flood import Counts, guarded, word_of
from schemas.events import Notice, Subscription


class Outbox(Counts, Protocol):
    def put_notice(self, notice: Notice, state: str = "waiting") -> bool: ...


def deliver(
    notice: Notice,
    *,
    store: Outbox,
    per_hour: int = 20,
    new_cases: int = 100,
    owner: Subscription | None = None,
    due: Callable[[datetime], None] = lambda _: None,
) -> tuple[()]:
    """Keep the notice, as the flood guard allows; one that is there already stays as it is, sent or not.

    `owner` is told that a source is held, once a day. `due` hears when a notice that was kept is due.
    """
    allowed, state = guarded(notice, store=store, per_hour=per_hour, new_cases=new_cases)
    if state == "held" and owner:
        store.put_notice(word_of(notice, owner, new_cases))
    store.put_notice(allowed, state)
    if state == "waiting":
        due(allowed.due_at)
    return ()
