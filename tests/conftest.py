"""Fixtures of the contract tests: every store and every runtime, each test on a fresh one."""

from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import pytest
from places import Place, open_runtime, open_store

from streamer.contracts import Runtime, Store
from streamer.pipeline import Stage


@pytest.fixture(params=["sqlite"])
def store_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(request.param, str(tmp_path / "store.sqlite"))


@pytest.fixture
def store(store_place: Place) -> Iterator[Store]:
    with closing(open_store(store_place)) as opened:
        yield opened


@pytest.fixture(params=["embedded"])
def runtime_place(request: pytest.FixtureRequest, tmp_path: Path) -> Place:
    return Place(request.param, str(tmp_path / "log.sqlite"))


@pytest.fixture
def runtime_of(runtime_place: Place) -> Iterator[Callable[..., Runtime]]:
    """Return what opens a runtime on the test's place: `runtime_of(stages, pool=…, now=…, pause=…)`."""
    with ExitStack() as opened:

        def start(stages: Sequence[Stage], **options: Any) -> Runtime:
            return opened.enter_context(closing(open_runtime(runtime_place, stages, **options)))

        yield start
