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
    key = os.environ.get(cluster.api_key_env)
    return ElasticStore(connect(cluster.elastic, api_key=key, ca_certs=cluster.ca_certs or None), cluster.prefix)


def open_runtime(
    cluster: Cluster, stages: Sequence[Stage], *, pool: Caller, now: Callable[[], datetime]
) -> KafkaRuntime:
    return KafkaRuntime(stages, brokers=cluster.kafka, prefix=cluster.prefix, pool=pool, now=now)
