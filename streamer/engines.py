"""Which engines carry the stages: one SQLite file, or Kafka and Elasticsearch where the configuration names them."""

from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from importlib import import_module
from types import ModuleType

from streamer.config import ConfigError
from streamer.contracts import Runtime, Store
from streamer.home import Home
from streamer.pipeline import Caller, Stage
from streamer.replayed import Swap
from streamer.runtimes.embedded import EmbeddedRuntime
from streamer.stores.sqlite import SqliteStore


def open_store(home: Home) -> Store:
    """Return the store. Raises ConfigError where it cannot be opened."""
    if home.config.cluster is None:
        return SqliteStore(home.database)
    store: Store = _cluster().open_store(home.config.cluster)
    return store


def open_runtime(home: Home, stages: Sequence[Stage], *, pool: Caller, now: Callable[[], datetime]) -> Runtime:
    """Return the runtime for these stages. Raises ConfigError where it cannot be opened."""
    if home.config.cluster is None:
        return EmbeddedRuntime(home.database, stages, pool=pool, now=now)
    runtime: Runtime = _cluster().open_runtime(home.config.cluster, stages, pool=pool, now=now)
    return runtime


def open_swap(
    home: Home, store: Store, *, owner: str, now: Callable[[], datetime]
) -> AbstractContextManager[Swap] | None:
    """Return what puts the tables of a replay in place beside other processes; None where one process does all."""
    if home.config.cluster is None:
        return None
    swap: AbstractContextManager[Swap] = _cluster().open_swap(home.config.cluster, store, owner=owner, now=now)
    return swap


def _cluster() -> ModuleType:
    """Import what only the cluster mode has installed, when it is asked for."""
    try:
        return import_module("streamer.cluster")
    except ModuleNotFoundError as error:
        raise ConfigError(f"cluster mode needs {error.name}: pip install 'crackdown[cluster]'") from error
