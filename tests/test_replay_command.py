"""`crackdown replay` and `crackdown review` as processes, with the real stages on our own labelled articles."""

import fcntl
import json
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from msgspec.structs import replace

from schemas.query import parse
from streamer.stores.sqlite import SqliteStore

ARTICLES = Path(__file__).parent / "quality" / "articles"
ROUNDS = 5

pytestmark = [pytest.mark.slow, pytest.mark.timeout(600)]


def start(home: Path, *arguments: str) -> subprocess.Popen[str]:
    command = [sys.executable, "-m", "streamer", "--home", str(home), *arguments]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def crackdown(home: Path, *arguments: str) -> tuple[int, str, str]:
    process = start(home, *arguments)
    out, err = process.communicate(timeout=300)
    return process.returncode, out, err


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    code, out, err = crackdown(home, *arguments, "--json")
    assert code == 0, err
    return [json.loads(line) for line in out.splitlines()]


@pytest.fixture(scope="module")
def stocked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that read our own labelled articles, with a subscriber who was told of them."""
    home = tmp_path_factory.mktemp("stocked")
    assert crackdown(home, "subscribe", "--all")[0] == 0
    code, _, err = crackdown(home, "ingest", str(ARTICLES), "--tell")
    assert code == 0, err
    return home


@pytest.fixture
def home(stocked: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(stocked, tmp_path / "home"))


def state(home: Path) -> dict[str, Any]:
    """Return all that people see: cases, what search finds, the ledger, the notices and the edits."""
    with closing(SqliteStore(home / "crackdown.sqlite")) as store:
        cases, _ = store.list_cases(limit=1000)
        hits = store.search(parse("confidence:>0"), limit=1000).hits
        return {
            "cases": {case.id: replace(case, updated_at=case.opened_at) for case in cases},
            "signposts": list(store.signposts()),
            "found": {hit.document.event_id: hit.document.case_id for hit in hits},
            "ledger": store.ledger(),
            "notices": {entry.notice.id: entry.state for entry in store.outbox(limit=1000)},
            "edits": store.edits(),
        }


def damage(home: Path) -> None:
    """Make tables as a worse coder would have left them: a third of the cases is not there."""
    with closing(sqlite3.connect(home / "crackdown.sqlite", isolation_level=None)) as connection:
        connection.execute("CREATE TEMP TABLE gone AS SELECT id FROM cases ORDER BY id LIMIT 30")
        connection.execute("CREATE TEMP TABLE numbers AS SELECT number FROM documents WHERE case_id IN gone")
        connection.execute("BEGIN")
        for where in (
            "documents_words WHERE rowid IN numbers",
            "documents WHERE number IN numbers",
            "events WHERE case_id IN gone",
            "cases WHERE id IN gone",
        ):
            connection.execute(f"DELETE FROM {where}")
        connection.execute("COMMIT")


def test_the_same_version_changes_nothing_on_real_articles(home: Path):
    before = state(home)
    code, out, err = crackdown(home, "replay", "--apply")
    assert code == 0, err
    assert "no difference" in out
    assert state(home) == before
    code, out, _ = crackdown(home, "replay", "--from", "events", "--apply", "--no-backup")
    assert (code, "no difference" in out) == (0, True)
    assert state(home) == before
    (backup,) = home.glob("*.backup")
    with closing(sqlite3.connect(backup)) as connection:
        assert connection.execute("SELECT count(*) FROM articles").fetchone()[0] > len(list(ARTICLES.iterdir())) - 1


def test_what_is_missing_comes_back_under_its_ids(home: Path):
    before = state(home)
    damage(home)
    (report,) = rows(home, "replay")
    assert report["cases"] == {"opened": 30}
    assert sum(report["gained"].values()) == report["events_after"] - report["events_before"]
    assert report["lost"] == {}
    assert state(home) != before
    assert crackdown(home, "replay", "--apply", "--no-backup")[0] == 0
    assert state(home) == before


def test_killed_at_any_moment_it_leaves_the_old_state_or_the_new(home: Path, tmp_path: Path):
    new = state(home)
    damage(home)
    old = state(home)
    begun = time.monotonic()
    assert crackdown(Path(shutil.copytree(home, tmp_path / "calm")), "replay", "--apply")[0] == 0
    seconds = time.monotonic() - begun
    chance = random.Random(20260302)
    codes = []
    for _ in range(ROUNDS):
        process = start(home, "replay", "--apply")
        time.sleep(seconds * chance.uniform(0.3, 1.0))
        process.kill()
        process.communicate()
        codes.append(process.returncode)
        found = state(home)
        assert found in (old, new)
        if found == new:
            damage(home)
    assert codes.count(-signal.SIGKILL) >= ROUNDS // 2
    assert crackdown(home, "replay", "--apply")[0] == 0
    assert state(home) == new
    assert list(home.glob("*.replay*")) == []


def test_it_refuses_while_another_process_works_here(home: Path):
    with (home / "crackdown.sqlite.lock").open("a+") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        code, _, err = crackdown(home, "replay", "--apply")
    assert (code, err.count("\n")) == (2, 1)
    assert "works on it already" in err


def test_telling_without_applying_is_a_mistake(tmp_path: Path):
    code, _, err = crackdown(tmp_path, "replay", "--tell")
    assert code == 2
    assert "--apply" in err


def test_an_empty_home_has_nothing_to_replay_or_review(tmp_path: Path):
    assert "no difference" in crackdown(tmp_path, "replay", "--apply")[1]
    assert "nothing to review" in crackdown(tmp_path, "review")[1]


def test_the_commands_of_the_queue_settle_its_questions(home: Path):
    questions = rows(home, "review", "--limit", "1000", "--below", "1")
    assert len(questions) > 50
    question = questions[0]
    _, command = question["commands"][0]
    assert crackdown(home, *command.split()[1:])[0] == 0
    left = rows(home, "review", "--limit", "1000", "--below", "1")
    assert question["commands"] not in [one["commands"] for one in left]
