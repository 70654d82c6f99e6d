"""Functions that processes of the tests' pools run: they must be importable there."""

import os
import signal
import time
from pathlib import Path

from agents.errors import Rejected
from agents.grammar.model import shipped_models


class Awkward(Exception):
    """Cannot be unpickled: its arguments are not those of its constructor."""

    def __init__(self, line: int, column: int) -> None:
        super().__init__(f"at {line}:{column}")


def double(number: int) -> int:
    return 2 * number


def process_id() -> int:
    return os.getpid()


def hang(seconds: float = 600) -> None:
    """Hang as C code does: no Python signal handler runs."""
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGTERM, signal.SIGINT})
    time.sleep(seconds)


def hoard() -> int:
    return len(bytearray(3 * 1024**3))


def die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def die_once(marker: str) -> str:
    path = Path(marker)
    if not path.exists():
        path.touch()
        die()
    return "second try"


def reject() -> None:
    raise Rejected("not a page")


def fail_awkwardly() -> None:
    raise Awkward(3, 7)


def leave() -> None:
    raise SystemExit(3)


def models_loaded() -> int:
    """Return how often the coder's models were read here, or where this process was made."""
    return shipped_models.cache_info().misses
