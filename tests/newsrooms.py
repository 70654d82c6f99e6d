"""Newsrooms as fixtures: `room` on a database, `either` on each store."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from places import Place
from replays import Newsroom

from streamer.contracts import Store
from streamer.stores.elastic import connect, utc_now
from streamer.stores.elastic_swap import ElasticSwap
from streamer.stores.sqlite import SqliteStore


@pytest.fixture
def room(tmp_path: Path) -> Iterator[Newsroom]:
    path = tmp_path / "crackdown.sqlite"
    with closing(SqliteStore(path)) as store:
        yield Newsroom(path, store)


@pytest.fixture
def either(store: Store, store_place: Place, tmp_path: Path) -> Iterator[Newsroom]:
    """A newsroom on either store."""
    path = tmp_path / "file.sqlite"
    if store_place.kind == "sqlite":
        yield Newsroom(Path(store_place.address), store)
        return
    url, prefix = store_place.address.split()
    with connect([url]) as client:
        yield Newsroom(path, store, ElasticSwap(client, prefix, store, owner="test", now=utc_now))
