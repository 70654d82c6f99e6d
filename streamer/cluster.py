"""The cluster mode put together from its configuration."""

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime

from streamer.config import Cluster
from streamer.contracts import Store
from streamer.pipeline import Caller, Stage
from streamer.runtimes.kafka import KafkaRuntime
from streamer.stores.elastic import ElasticStore, connect
from streamer.stores.elastic_swap import ElasticSwap

ADMIN = "elastic"


def open_store(cluster: Cluster) -> ElasticStore:
    """Return the store in the indices of the cluster's prefix; nothing is sent yet."""
    password = os.environ.get(cluster.password_env, "")
    client = connect(cluster.elastic, user=cluster.user, password=password, ca_certs=cluster.ca_certs)
    return ElasticStore(client, cluster.prefix)


def admin_account() -> dict[str, str]:
    """Return the account that may make indices, if the environment has its password."""
    password = os.environ.get("ELASTIC_PASSWORD", "")
    return {"user": ADMIN, "password": password} if password else {}


@contextmanager
def open_swap(cluster: Cluster, store: Store, *, owner: str, now: Callable[[], datetime]) -> Iterator[ElasticSwap]:
    """Give what puts the tables of a replay in place."""
    with connect(cluster.elastic, **admin_account(), ca_certs=cluster.ca_certs) as client:
        yield ElasticSwap(client, cluster.prefix, store, owner=owner, now=now)


def open_runtime(
    cluster: Cluster, stages: Sequence[Stage], *, pool: Caller, now: Callable[[], datetime]
) -> KafkaRuntime:
    return KafkaRuntime(stages, brokers=cluster.kafka, prefix=cluster.prefix, pool=pool, now=now)
