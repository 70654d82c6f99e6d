"""Keeps the Kafka client from filling the log: in an outage it says the same a hundred times a second."""

import logging
import time
from collections.abc import Callable

PAUSE_SECONDS = 30.0
CHATTY = ("aiokafka", "faust", "mode")


class OncePer(logging.Filter):
    """Lets a message of a place in the code through once in so many seconds, with how many were left out since."""

    def __init__(self, seconds: float = PAUSE_SECONDS, clock: Callable[[], float] = time.monotonic) -> None:
        super().__init__()
        self._seconds, self._clock = seconds, clock
        self._last: dict[tuple[str, int], float] = {}
        self._left_out: dict[tuple[str, int], int] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        place, now = (record.pathname, record.lineno), self._clock()
        if now - self._last.get(place, -self._seconds) < self._seconds:
            self._left_out[place] = self._left_out.get(place, 0) + 1
            return False
        self._last[place] = now
        left_out = self._left_out.pop(place, 0)
        if left_out:
            record.msg, record.args = f"{record.getMessage()} (and {left_out} times more before)", ()
        return True


def thin_out_logs() -> None:
    """Thin out what the Kafka client and Faust log, by the loggers that there are now."""
    for name, logger in list(logging.root.manager.loggerDict.items()):
        known = isinstance(logger, logging.Logger) and any(isinstance(one, OncePer) for one in logger.filters)
        if name.split(".")[0] in CHATTY and isinstance(logger, logging.Logger) and not known:
            logger.addFilter(OncePer())
