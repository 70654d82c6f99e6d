"""The cluster mode put together from its configuration."""

import os
from collections.abc import Callable, Sequence
from datetime import datetime

from streamer.config import Cluster
from streamer.pipeline import Caller, Stage
from streamer.runtimes.kafka import KafkaRuntime
from streamer.stores.elastic import ElasticStore, connect


def open_store(cluster: Cluster) -> ElasticStore:
    """Return the store in the indices of the cluster's prefix; nothing is sent yet."""
    password = os.environ.get(cluster.password_env, "")
    client = connect(cluster.elastic, user=cluster.user, password=password, ca_certs=cluster.ca_certs)
    return ElasticStore(client, cluster.prefix)


def open_runtime(
    cluster: Cluster, stages: Sequence[Stage], *, pool: Caller, now: Callable[[], datetime]
) -> KafkaRuntime:
    return KafkaRuntime(stages, brokers=cluster.kafka, prefix=cluster.prefix, pool=pool, now=now)
