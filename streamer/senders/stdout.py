"""Notices on standard output: for the demo, for pipes, and for a first look."""

import sys
from collections.abc import Sequence

from schemas.events import Notice, Subscription
from streamer.senders.sending import SendFailed

_RULE = "-" * 72


class StdoutSender:
    size = 50

    async def __call__(self, notices: Sequence[Notice], _subscription: Subscription) -> str:
        try:
            for notice in notices:
                print(_RULE, notice.text, sep="\n", end="")
            sys.stdout.flush()
        except OSError as error:
            raise SendFailed(f"standard output: {error.strerror}") from error
        return "written"
