"""Fixtures: real servers, and a fresh prefix of topics and indices for each test."""

import os
import uuid
from collections.abc import Callable, Iterator
from typing import TypeVar

import pytest

from infra.artifacts import NotAvailable
from infra.node import Node
from infra.services import address

T = TypeVar("T")


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


@pytest.fixture(scope="session")
def kafka_address() -> str:
    return or_skip(lambda: address("kafka", owner()))


@pytest.fixture(scope="session")
def elastic_address() -> str:
    return or_skip(lambda: address("elastic", owner()))


@pytest.fixture
def prefix() -> str:
    return f"t{uuid.uuid4().hex[:12]}"


@pytest.fixture
def own_node() -> Iterator[Callable[[Callable[[], Node]], Node]]:
    """Start a server for one test alone, so that it may be killed."""
    nodes: list[Node] = []

    def start(make: Callable[[], Node]) -> Node:
        nodes.append(or_skip(make))
        return nodes[-1].start()

    yield start
    for node in nodes:
        node.remove()
