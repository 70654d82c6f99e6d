"""Writes of several threads as one bulk, which costs hardly more than the bulk of one."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from threading import Lock
from typing import Generic, TypeVar

from agents.errors import Unavailable

W = TypeVar("W")
R = TypeVar("R")


@dataclass(eq=False)
class _Part(Generic[W, R]):
    """What one thread writes, and what came of it."""

    writes: Sequence[W]
    results: list[R] | None = None
    error: Exception | None = None


class Together(Generic[W, R]):
    """Joins what threads write at the same time. `send` writes a list and returns a result for each write.

    While one bulk is under way, the writes of other threads gather for the next. So nobody waits for longer than one
    bulk before its own, and who writes alone does not wait at all.
    """

    def __init__(self, send: Callable[[Sequence[W]], list[R]]) -> None:
        self._send = send
        self._gathering, self._sending = Lock(), Lock()
        self._gathered: list[_Part[W, R]] = []

    def write(self, writes: Sequence[W]) -> list[R]:
        """Return the results of these writes. Raises what `send` raises for them, whatever others write."""
        part = _Part[W, R](writes)
        with self._gathering:
            self._gathered.append(part)
        with self._sending:
            if part.results is None and part.error is None:
                self._send_gathered()
        if part.error:
            raise part.error
        return part.results or []

    def _send_gathered(self) -> None:
        with self._gathering:
            parts, self._gathered = self._gathered, []
        try:
            results = iter(self._send([write for part in parts for write in part.writes]))
        except Unavailable as error:
            for part in parts:
                part.error = Unavailable(str(error))
        except Exception:  # noqa: BLE001 (one that cannot be sent must not fail the others)
            for part in parts:
                self._send_alone(part)
        else:
            for part in parts:
                part.results = [next(results) for _ in part.writes]

    def _send_alone(self, part: _Part[W, R]) -> None:
        try:
            part.results = self._send(part.writes)
        except Exception as error:  # noqa: BLE001 (raised in the thread whose it is)
            part.error = error
