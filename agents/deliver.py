"""Stage deliver: puts a notice into the outbox, from where the clock's sending loop takes it when it is due."""

from typing import Protocol

from schemas.events import Notice


class Outbox(Protocol):
    def put_notice(self, notice: Notice) -> bool: ...


def deliver(notice: Notice, *, store: Outbox) -> tuple[()]:
    """Keep the notice; one that is there already stays as it is, sent or not."""
    store.put_notice(notice)
    return ()
