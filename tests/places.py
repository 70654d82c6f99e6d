"""Where the contract tests keep their data. A further implementation is a further kind here and a row in conftest.py.

A place can be sent to another process and opened there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from make import NOW

from streamer.contracts import Store
from streamer.pipeline import Stage
from streamer.runtimes.embedded import EmbeddedRuntime
from streamer.runtimes.kafka import KafkaRuntime
from streamer.runtimes.kafka_stage import Timing
from streamer.stores.elastic import ElasticStore, connect
from streamer.stores.sqlite import SqliteStore


@dataclass(frozen=True)
class Place:
    kind: str
    """`sqlite` or `elastic`; `embedded` or `kafka`."""
    address: str


async def call(function: Callable[..., Any], /, *args: Any) -> Any:
    """Stand in for a pool of processes: calls the function at once."""
    return function(*args)


def at_once(failures: int) -> float:
    """Stand in for the growing pauses."""
    return 0.01


def open_store(place: Place) -> Store:
    if place.kind == "sqlite":
        return SqliteStore(place.address)
    url, prefix = place.address.split()
    return ElasticStore(connect([url]), prefix)


def open_runtime(place: Place, stages: Sequence[Stage], **options: Any) -> EmbeddedRuntime | KafkaRuntime:
    options = {"pool": call, "now": lambda: NOW, "pause": at_once} | options
    if place.kind == "embedded":
        return EmbeddedRuntime(place.address, stages, **options)
    brokers, prefix = place.address.split()
    options = {"timing": Timing(commit=0.2, session=6, heartbeat=1)} | options
    return KafkaRuntime(stages, brokers=brokers, prefix=prefix, **options)
