"""What a sender is: it carries the notices of one subscription, and says what the receiver answered."""

from collections.abc import Sequence
from typing import Protocol

from schemas.events import Notice, Subscription
from schemas.ids import make_id

SEND_SECONDS = 20.0
"""How long one attempt may take."""


class SendFailed(Exception):
    """The receiver did not take the message. The text says what it answered: short, and never a secret."""

    def __init__(
        self, answer: str, *, retry_after: float | None = None, lasting: bool = False, gone: bool = False
    ) -> None:
        super().__init__(answer[:200])
        self.retry_after = retry_after
        """Seconds for which the receiver wants to be left alone."""
        self.lasting = lasting or gone
        """True if the same message will never be taken."""
        self.gone = gone
        """True if the address will never take anything: its subscription ends."""


class Sender(Protocol):
    """Carries notices to one subscriber."""

    size: int
    """How many notices it puts into one message at most."""

    async def __call__(self, notices: Sequence[Notice], subscription: Subscription, /) -> str:
        """Return what the receiver said when it took the message. Raises SendFailed."""


def unsubscribe_token(subscription: Subscription) -> str:
    """Return what stands for a subscription in the address that ends it: nobody can guess it from the outside."""
    return make_id("unsubscribe", subscription.id, subscription.secret, subscription.created_at.isoformat())
