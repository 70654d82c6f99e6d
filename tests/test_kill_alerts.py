"""kill -9 between match, store, send and mark: each notice arrives, and twice only between send and mark."""

import asyncio
import random
from pathlib import Path

import pytest

from streamer.config import Cluster
from streamer.runtimes.kafka_topics import make_topics, topics
from streamer.stores.elastic import connect
from streamer.stores.elastic_setup import remove
from tools.drill_alerts import STEPS, TWICE, drill, ground
from tools.drill_parts import set_up

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_sender_loses_nothing_and_repeats_only_what_was_not_marked(tmp_path: Path, step: str):
    with ground(tmp_path / "home") as place:
        killed, twice = drill(place, step, random.Random(step))
    assert killed or step == "any"
    assert twice == 0 or step in TWICE


@pytest.mark.service
def test_a_killed_sender_of_the_cluster_loses_nothing(
    kafka_address: str, elastic_address: str, prefix: str, tmp_path: Path
):
    asyncio.run(make_topics(kafka_address, prefix, topics(partitions=1)))
    cluster = Cluster(kafka=kafka_address, elastic=(elastic_address,), prefix=prefix)
    set_up(tmp_path, cluster)
    with ground(tmp_path / "home", cluster) as place:
        assert drill(place, "send", random.Random(7))[0]
    with connect([elastic_address]) as client:
        remove(client, prefix)
