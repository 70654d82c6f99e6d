"""The cluster mode as a whole, by the commands that a container runs: it finds the same as the embedded mode."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from streamer.config import Cluster
from streamer.runtimes.health import check
from streamer.runtimes.kafka_topics import make_topics, topics
from streamer.stores.elastic import connect
from streamer.stores.elastic_setup import remove
from tools.drill_modes import differences, held, make_homes, told
from tools.drill_parts import crackdown, set_up

pytestmark = [pytest.mark.service, pytest.mark.slow]

ARCHIVE = Path(__file__).parent.parent / "streamer" / "demo" / "archive"


@pytest.fixture
def homes(elastic_address: str, kafka_address: str, prefix: str, tmp_path: Path) -> Iterator[tuple[Path, Path]]:
    """An embedded home, and one whose configuration names the real servers, set up; each topic has one partition."""
    asyncio.run(make_topics(kafka_address, prefix, topics(partitions=1)))
    cluster = Cluster(kafka=kafka_address, elastic=(elastic_address,), prefix=prefix)
    set_up(tmp_path, cluster)
    yield make_homes(tmp_path, cluster)
    with connect([elastic_address]) as client:
        remove(client, prefix)


def test_both_modes_find_the_same(homes: tuple[Path, Path]):
    """Document by document. One partition, because what links to what may depend on the order of arrival.

    And a replay by the same version changes nothing in a cluster either.
    """
    embedded, clustered = (told(home, ARCHIVE) for home in homes)
    assert len(embedded["cases"]) > 10
    assert all(found for kind, found in embedded.items() if kind != "dead letters")
    assert differences(embedded, clustered) == []
    done = crackdown(homes[1], "replay", "--apply")
    assert done.endswith("no difference\ntaken over\n")
    assert differences(clustered, held(homes[1])) == []


def test_a_worker_starts_is_well_and_stops_when_told(homes: tuple[Path, Path]):
    cluster = homes[1]
    command = [sys.executable, "-m", "streamer", "--home", str(cluster), "run"]
    address = json.loads((cluster / "crackdown.toml").read_text().partition("health = ")[2].partition("\n")[0])
    with subprocess.Popen(command, env=os.environ | {"PYTHONUNBUFFERED": "1"}) as worker:
        started = time.monotonic()
        while check(address) and time.monotonic() - started < 15:
            time.sleep(0.2)
        trouble = check(address)
        worker.send_signal(signal.SIGTERM)
        assert worker.wait(30) == 0
    assert trouble == ""
