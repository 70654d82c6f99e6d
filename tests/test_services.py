"""The real servers: found, shared by a run, and taken down however the run ends."""

import json
import os
import subprocess
import sys
import time
import uuid
from pathlib import Path

import pytest
from services import or_skip

from infra import artifacts, services
from infra.artifacts import NotAvailable, cache_folder
from infra.java import find_java, java_major
from infra.node import new_folder, remove_folder

HOLDER = """
import os, sys, time
from infra.services import started
print(started("kafka", os.getpid()), flush=True)
time.sleep(120)
"""


def make_java(home: Path, version: str) -> Path:
    (home / "bin").mkdir(parents=True)
    (home / "bin" / "java").touch()
    (home / "release").write_text(f'IMPLEMENTOR="nobody"\nJAVA_VERSION="{version}"\n')
    return home


@pytest.fixture
def no_java(monkeypatch, tmp_path):
    monkeypatch.delenv("ES_JAVA_HOME", raising=False)
    monkeypatch.delenv("JAVA_HOME", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path))


def test_major_version_is_read_from_the_release_file(tmp_path):
    assert java_major(make_java(tmp_path / "a", "25.0.1")) == 25
    assert java_major(make_java(tmp_path / "b", "1.8.0_402")) == 1
    assert java_major(tmp_path / "none") == 0


def test_newest_java_of_the_system_is_taken(no_java, tmp_path):
    make_java(tmp_path / "jvm" / "a-17", "17.0.2")
    newest = make_java(tmp_path / "jvm" / "b-25", "25.0.1")
    make_java(tmp_path / "jvm" / "c-21", "21.0.9")
    assert find_java(17, tmp_path / "jvm") == newest


def test_java_home_is_passed_over_when_too_old(no_java, monkeypatch, tmp_path):
    monkeypatch.setenv("JAVA_HOME", str(make_java(tmp_path / "old", "17.0.2")))
    newer = make_java(tmp_path / "jvm" / "new", "21.0.1")
    assert find_java(17, tmp_path / "jvm") == tmp_path / "old"
    assert find_java(21, tmp_path / "jvm") == newer


def test_missing_java_says_what_to_do(no_java, tmp_path):
    with pytest.raises(NotAvailable, match="Java 21 or later is needed: set JAVA_HOME"):
        find_java(21, tmp_path)


def test_missing_maven_says_so(monkeypatch, tmp_path):
    monkeypatch.setenv("CRACKDOWN_CACHE", str(tmp_path))
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(NotAvailable, match="Maven"):
        artifacts.kafka_jars()


def test_a_changed_download_is_refused(tmp_path):
    (tmp_path / "elasticsearch-9.5.0.zip").write_bytes(b"something else")
    with pytest.raises(NotAvailable, match=r"differs from .*elasticsearch-9\.5\.0\.zip"):
        artifacts._check(tmp_path, Path(artifacts.__file__).parent / "elasticsearch-9.5.0.sha256")


def test_servers_of_the_operator_are_used_as_they_are(monkeypatch):
    monkeypatch.setenv("CRACKDOWN_KAFKA", "kafka.example:9092")
    assert services.address("kafka", os.getpid()) == "kafka.example:9092"


def test_unknown_command_is_refused(capsys):
    assert services.main(["sideways"]) == 2
    assert "up|down|env" in capsys.readouterr().err


@pytest.mark.service
@pytest.mark.slow
def test_two_processes_of_a_run_share_one_server_that_dies_with_it():
    or_skip(lambda: (find_java(17), artifacts.kafka_jars()))
    holder = subprocess.Popen([sys.executable, "-c", HOLDER], stdout=subprocess.PIPE, text=True, cwd=Path.cwd())
    with holder:
        found = holder.stdout.readline().strip()
        state = cache_folder() / "run" / f"kafka-{holder.pid}.json"
        kept = json.loads(state.read_text())
        assert services.started("kafka", holder.pid) == kept["address"] == found
        holder.kill()
    assert gone(kept["server"])
    assert not state.exists()


@pytest.mark.service
@pytest.mark.slow
def test_a_killed_broker_starts_again_on_its_data(mortal):
    node = mortal("kafka")
    node.kill()
    assert not node.answers()
    node.start()
    assert node.answers()


def test_folders_of_killed_processes_are_removed(tmp_path):
    """Those of living ones stay."""
    name = f"thing{uuid.uuid4().hex}"
    command = (
        f"import sys; from infra.node import new_folder; print(new_folder({name!r}), flush=True); sys.stdin.read()"
    )
    holder = subprocess.Popen([sys.executable, "-c", command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    with holder:
        left = Path(holder.stdout.readline().strip())
        (left / "data").symlink_to(tmp_path / "elsewhere")
        (tmp_path / "elsewhere").mkdir()
        mine = [new_folder(name)]
        assert left.exists()
        holder.kill()
    mine.append(new_folder(name))
    assert all(folder.exists() for folder in mine)
    assert not left.exists()
    assert not (tmp_path / "elsewhere").exists()
    for folder in mine:
        remove_folder(folder)


def gone(process: int) -> bool:
    for _ in range(100):
        try:
            os.kill(process, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.1)
    return False
