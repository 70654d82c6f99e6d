"""How slow this machine is just now: limits on time are for the work, not for the machine."""

import time

REFERENCE = 0.06
"""Seconds of processor time that the loop takes on a laptop."""


def slowness() -> float:
    """Return how many times longer than on a laptop a fixed loop takes, 1 at least."""
    return max(1.0, min(_loop() for _ in range(3)) / REFERENCE)


def _loop() -> float:
    start = time.process_time()
    for number in range(1_000_000):
        number * number
    return time.process_time() - start
