"""Fixtures: real servers, and a fresh prefix of topics and indices for each test."""

import os
import threading
import uuid
from collections.abc import Callable, Iterator
from contextlib import suppress
from typing import TypeVar

import pytest

from infra.artifacts import NotAvailable
from infra.node import Node
from infra.services import NODES, address

T = TypeVar("T")
_MANY = 20
"""Tests for which it pays to start a server before one of them asks for it."""


def owner() -> int:
    """The process whose end takes the servers down: that of pytest, or the one that started pytest-xdist's workers."""
    return os.getppid() if "PYTEST_XDIST_WORKER" in os.environ else os.getpid()


def or_skip(find: Callable[[], T]) -> T:
    """Return what `find` finds; skip the test where the machine cannot run the server, but fail in CI."""
    try:
        return find()
    except NotAvailable as error:
        if os.environ.get("CI") == "true":
            pytest.fail(f"CI needs the real servers: {error}")
        pytest.skip(str(error))


def pytest_collection_finish(session: pytest.Session) -> None:
    """Start the servers while the first tests run, if many will want them."""
    wanted = sum(item.get_closest_marker("service") is not None for item in getattr(session, "items", ()))
    if wanted > _MANY and not session.config.option.collectonly:
        for name in NODES:
            threading.Thread(target=_start_early, args=[name], daemon=True).start()


def _start_early(name: str) -> None:
    with suppress(NotAvailable):  # the tests will say so
        address(name, owner())


@pytest.fixture(scope="session")
def kafka_address() -> str:
    return or_skip(lambda: address("kafka", owner()))


@pytest.fixture(scope="session")
def elastic_address() -> str:
    return or_skip(lambda: address("elastic", owner()))


@pytest.fixture
def prefix() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture(scope="session")
def mortals() -> Iterator[dict[str, Node]]:
    """Keep servers that tests may kill: one of each kind for the whole run."""
    nodes: dict[str, Node] = {}
    yield nodes
    for node in nodes.values():
        node.remove()
        assert not node.folder.exists()


@pytest.fixture
def mortal(mortals: dict[str, Node]) -> Callable[[str], Node]:
    """Return what gives a running server, `kafka` or `elastic`, that the test may kill and start again."""

    def running(name: str) -> Node:
        if name not in mortals:
            mortals[name] = or_skip(NODES[name])
        node = mortals[name]
        return node if node.process else node.start()

    return running
