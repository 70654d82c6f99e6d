"""Fixtures of the contract tests: every store and every runtime, each test on a fresh one."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from places import Place, open_runtime, open_store

from streamer.contracts import Runtime, Store
from streamer.pipeline import Stage
from streamer.runtimes.kafka_topics import make_topics, topics
from streamer.stores.elastic import connect
from streamer.stores.elastic_setup import remove, set_up

pytest_plugins = ("services", "newsrooms")


@pytest.fixture(params=["sqlite", pytest.param("elastic", marks=pytest.mark.service)])
def store_place(request: pytest.FixtureRequest, tmp_path: Path, prefix: str) -> Iterator[Place]:
    if request.param == "sqlite":
        yield Place("sqlite", str(tmp_path / "store.sqlite"))
        return
    url = request.getfixturevalue("elastic_address")
    with connect([url]) as client:
        set_up(client, prefix)
        yield Place("elastic", f"{url} {prefix}")
        remove(client, prefix)


@pytest.fixture
def store(store_place: Place) -> Iterator[Store]:
    with closing(open_store(store_place)) as opened:
        yield opened


@pytest.fixture(params=["embedded", pytest.param("kafka", marks=pytest.mark.service)])
def runtime_place(request: pytest.FixtureRequest, tmp_path: Path, prefix: str) -> Place:
    """Return where a runtime keeps its messages. On Kafka each topic has one partition, so there is one order."""
    if request.param == "embedded":
        return Place("embedded", str(tmp_path / "log.sqlite"))
    brokers = request.getfixturevalue("kafka_address")
    asyncio.run(make_topics(brokers, prefix, topics(partitions=1)))
    return Place("kafka", f"{brokers} {prefix}")


@pytest.fixture
def runtime_of(runtime_place: Place) -> Iterator[Callable[..., Runtime]]:
    """Return what opens a runtime on the test's place: `runtime_of(stages, pool=…, now=…, pause=…)`."""
    with ExitStack() as opened:

        def start(stages: Sequence[Stage], **options: Any) -> Runtime:
            return opened.enter_context(closing(open_runtime(runtime_place, stages, **options)))

        yield start
