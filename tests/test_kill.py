"""kill -9 at any moment, run again: nothing is lost, nothing is told twice, no case is there twice."""

import json
import os
import random
import signal
import socket
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

ARTICLES = Path(__file__).parent / "quality" / "articles"
ROUNDS = 5
KILLS = 2
"""In each round: ten kills of each command."""

pytestmark = [pytest.mark.slow, pytest.mark.timeout(900)]


def crackdown(home: Path, *arguments: str) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "streamer", "--home", str(home), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True)


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    out, err = crackdown(home, *arguments, "--json").communicate(timeout=60)
    assert not err, err.decode()
    return [json.loads(line) for line in out.splitlines()]


def kill_runs(home: Path, *arguments: str, chance: random.Random, seconds: float) -> None:
    """Start the command and kill it with -9 at a random moment, until that has hit a running one `KILLS` times.

    Each run finds less to do than the one before, so a kill that came too late is followed by an earlier one.
    """
    hits = 0
    while hits < KILLS:
        process = crackdown(home, *arguments)
        time.sleep(chance.uniform(0.1, seconds))
        process.kill()
        process.communicate()
        if process.returncode == -signal.SIGKILL:
            hits += 1
        else:
            seconds /= 2


def finish(home: Path, *arguments: str) -> float:
    """Let the command end by itself. Return how long it took, in seconds."""
    start = time.monotonic()
    process = crackdown(home, *arguments)
    _, err = process.communicate(timeout=300)
    assert process.returncode == 0, err.decode()
    return time.monotonic() - start


def assert_adds_up(home: Path) -> Counter[str]:
    total: Counter[str] = Counter()
    for row in rows(home, "ledger"):
        total += Counter({k: v for k, v in row.items() if isinstance(v, int)})
    assert total["seen"] == total["stored"] + total["dropped"] + total["dead"]
    return total


def state(home: Path) -> tuple[Counter[str], list[str], list[str]]:
    """Return the ledger's sums, the cases by what they hold, and the notices sent."""
    cases = sorted(
        json.dumps([c["id"], sorted(c.get("event_ids", []))]) for c in rows(home, "cases", "--limit", "1000")
    )
    notices = sorted(n["notice"]["id"] for n in rows(home, "notices", "--limit", "1000"))
    return assert_adds_up(home), cases, notices


@pytest.fixture
def port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


def start(home: Path, port: int) -> Path:
    """Make a home whose demo serves its outlets at a given port: the same addresses, so the same ids."""
    home.mkdir()
    (home / "demo.json").write_text(json.dumps({"port": port}))
    return home


@pytest.mark.parametrize("arguments", [("demo",), ("ingest", str(ARTICLES))], ids=["demo", "ingest"])
def test_killed_at_random_moments_it_ends_as_if_nothing_had_been(tmp_path: Path, arguments: tuple[str, ...], port: int):
    seconds = finish(start(tmp_path / "calm", port), *arguments)
    calm, chance = state(tmp_path / "calm"), random.Random(20260301)
    for each in range(ROUNDS):
        home = start(tmp_path / str(each), port)
        kill_runs(home, *arguments, chance=chance, seconds=seconds)
        finish(home, *arguments)
        assert state(home) == calm


def test_a_second_run_changes_nothing(tmp_path: Path):
    finish(tmp_path, "ingest", str(ARTICLES))
    before = state(tmp_path)
    finish(tmp_path, "ingest", str(ARTICLES))
    assert state(tmp_path) == before


def test_no_process_outlives_its_killed_parent(tmp_path: Path):
    process = crackdown(tmp_path, "ingest", str(ARTICLES))
    time.sleep(3)
    group = os.getpgid(process.pid)
    process.kill()
    process.communicate()
    deadline = time.monotonic() + 20
    while _alive(group) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert not _alive(group)


def _alive(group: int) -> bool:
    try:
        os.killpg(group, 0)
    except ProcessLookupError:
        return False
    return True
