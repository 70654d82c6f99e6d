"""How a worker is doing: per stage, in numbers, over HTTP, and for a container's check.

A process that is there may still do nothing. What counts is that messages which wait are passed: a stage stands still
when messages wait before it and none has been passed for a while, unless it says what it waits for.
"""

import contextlib
import json
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import msgspec
from prometheus_client import CollectorRegistry, Gauge, generate_latest

from streamer.contracts import StageHealth

STILL_SECONDS = 300.0
"""So long without progress, while messages wait, is a standstill: longer than any stage may take for one message."""


@dataclass
class Stillness:
    """Measures for how long each stage has stood still. Times are seconds of a clock that never jumps."""

    _passed: dict[str, tuple[int, float]] = field(default_factory=dict)

    def note(self, stage: str, *, lag: int, passed: int, at: float, excused: bool = False) -> float:
        """Return for how many seconds messages have waited before a stage while it passed none, and had no excuse."""
        before, since = self._passed.get(stage, (passed, at))
        if passed != before or lag == 0 or excused:
            since = at
        self._passed[stage] = passed, since
        return at - since


def verdict(stages: Mapping[str, StageHealth], limit: float = STILL_SECONDS) -> str:
    """Return what is wrong, for people; empty if nothing is. Waiting for our own side is told too, but apart."""
    troubles = [f"{name}: {one.lag} wait, none passed for {one.still:.0f} s" for name, one in still(stages, limit)]
    troubles += [f"{name} waits: {one.waiting}" for name, one in stages.items() if one.waiting]
    return "; ".join(troubles)


def still(stages: Mapping[str, StageHealth], limit: float = STILL_SECONDS) -> list[tuple[str, StageHealth]]:
    """Return the stages that stand still and do not know why: a new process may help these."""
    return [(name, one) for name, one in stages.items() if one.still > limit and not one.waiting]


def report(stages: Mapping[str, StageHealth], limit: float = STILL_SECONDS) -> tuple[HTTPStatus, dict[str, Any]]:
    """Return the status and the body of the health page: 503 while anything is wrong."""
    trouble = verdict(stages, limit)
    status = HTTPStatus.SERVICE_UNAVAILABLE if trouble else HTTPStatus.OK
    return status, {
        "ok": not trouble,
        "trouble": trouble,
        "stages": {name: msgspec.to_builtins(one) for name, one in stages.items()},
    }


def metrics(stages: Mapping[str, StageHealth]) -> bytes:
    """Return the same numbers in the form that Prometheus reads."""
    registry = CollectorRegistry()
    lag = Gauge("crackdown_lag", "Messages that wait before a stage", ["stage"], registry=registry)
    stand = Gauge(
        "crackdown_still_seconds", "Seconds without progress while messages wait", ["stage"], registry=registry
    )
    ended = Gauge("crackdown_messages", "Messages by how they ended", ["stage", "outcome"], registry=registry)
    for name, one in stages.items():
        lag.labels(name).set(one.lag)
        stand.labels(name).set(one.still)
        for outcome, n in one.outcomes.items():
            ended.labels(name, outcome).set(n)
    return generate_latest(registry)


@contextlib.contextmanager
def serve(health: Callable[[], Mapping[str, StageHealth]], *, host: str, port: int) -> Iterator[int]:
    """Answer on `/health` and `/metrics` in a thread while inside; give the port (chosen, if `port` is 0)."""

    class Pages(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.path == "/metrics":
                self._answer(HTTPStatus.OK, "text/plain; version=0.0.4", metrics(health()))
            elif self.path == "/health":
                status, body = report(health())
                self._answer(status, "application/json", json.dumps(body).encode())
            else:
                self._answer(HTTPStatus.NOT_FOUND, "text/plain", b"see /health and /metrics\n")

        def _answer(self, status: HTTPStatus, kind: str, body: bytes) -> None:
            self.send_response(status)
            self.send_header("Content-Type", kind)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the name is the standard library's)
            """Say nothing: the check comes every few seconds."""

    with ThreadingHTTPServer((host, port), Pages) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True)
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


def check(address: str) -> str:
    """Return what a worker's health page complains of; empty if it is well. For the container's check."""
    try:
        with urllib.request.urlopen(f"http://{address}/health", timeout=5):
            return ""
    except urllib.error.HTTPError as error:
        return str(json.load(error).get("trouble", error))
    except OSError as error:
        return f"no answer from {address}: {error}"


if __name__ == "__main__":
    sys.exit(check(sys.argv[1]) or None)
