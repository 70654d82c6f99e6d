"""Which engines carry the stages: one SQLite file, or Kafka and Elasticsearch where the configuration names them."""

from collections.abc import Callable, Sequence
from datetime import datetime
from importlib import import_module
from types import ModuleType

from streamer.config import ConfigError
from streamer.contracts import Runtime, Store
from streamer.home import Home
from streamer.pipeline import Caller, Stage
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


def _cluster() -> ModuleType:
    """Import what only the cluster mode has installed, when it is asked for."""
    try:
        return import_module("streamer.cluster")
    except ModuleNotFoundError as error:
        raise ConfigError(f"cluster mode needs {error.name}: pip install 'crackdown[cluster]'") from error
