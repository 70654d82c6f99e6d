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
from typing import Any

import pytest
from msgspec import convert
from msgspec.structs import asdict

from infra import setup
from infra.node import free_ports
from schemas.documents import Document
from streamer.runtimes.health import check
from streamer.runtimes.kafka_topics import make_topics, topics
from streamer.stores.elastic import connect
from streamer.stores.elastic_setup import remove

pytestmark = [pytest.mark.service, pytest.mark.slow]

QUIET = '\n[[feeds]]\nname = "none"\nurl = "https://none.example/feed"\nenabled = false\n'
"""A feed that is not polled: without any, the default list would be."""
ARCHIVE = Path(__file__).parent.parent / "streamer" / "demo" / "archive"


@pytest.fixture
def cluster(elastic_address: str, kafka_address: str, prefix: str, tmp_path: Path) -> Iterator[Path]:
    """A home folder whose configuration names the real servers, set up; each topic has one partition."""
    asyncio.run(make_topics(kafka_address, prefix, topics(partitions=1)))
    home = tmp_path / "cluster"
    home.mkdir()
    (port,) = free_ports(1)
    settings = {"kafka": kafka_address, "elastic": [elastic_address], "prefix": prefix, "health": f"127.0.0.1:{port}"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    (home / "crackdown.toml").write_text("[cluster]\n" + "\n".join(lines) + QUIET)
    assert setup.main(["--config", str(home / "crackdown.toml"), "indices", "topics"]) == 0
    yield home
    with connect([elastic_address]) as client:
        remove(client, prefix)


def crackdown(home: Path, *arguments: str) -> str:
    command = [sys.executable, "-m", "streamer", "--home", str(home), *arguments]
    done = subprocess.run(command, capture_output=True, text=True, timeout=150, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in crackdown(home, *arguments, "--json").splitlines()]


def told(home: Path) -> dict[str, Any]:
    """Return what a user sees of a home, without the times at which it was done."""
    crackdown(home, "subscribe", "--all")
    crackdown(home, "ingest", "--tell", str(ARCHIVE))
    cases = sorted(rows(home, "cases", "--limit", "1000"), key=lambda case: str(case["id"]))
    hits = sorted(rows(home, "search", "*", "--limit", "1000"), key=lambda hit: str(hit["document"]["event_id"]))
    return {
        "cases": [untimed(case) for case in cases],
        "events": [untimed(asdict(convert(hit["document"], Document))) for hit in hits],
        "notices": sorted(str(row["notice"]["id"]) for row in rows(home, "notices", "--limit", "1000")),
        "ledger": rows(home, "ledger"),
    }


def untimed(record: dict[str, Any]) -> dict[str, Any]:
    passing = {"opened_at", "updated_at", "seen_at", "indexed_at", "revision", "case_revision", "link_score"}
    return {name: value for name, value in record.items() if name not in passing}


def test_both_modes_find_the_same(cluster: Path, tmp_path: Path):
    """Document by document. One partition, because what links to what may depend on the order of arrival."""
    embedded, clustered = told(tmp_path / "embedded"), told(cluster)
    assert len(embedded["cases"]) > 10
    assert clustered == embedded


def test_a_worker_starts_is_well_and_stops_when_told(cluster: Path):
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
