"""The demo is the main job on the embedded default, from the poll to the notices."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from schemas.taxonomy import EventType

pytestmark = pytest.mark.slow


def crackdown(home: Path, *arguments: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "streamer", "--home", str(home), *arguments],
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def rows(home: Path, *arguments: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in crackdown(home, *arguments, "--json").splitlines()]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, str]:
    home = tmp_path_factory.mktemp("demo")
    return home, crackdown(home, "demo")


def test_it_ends_with_cases_notices_ledger_and_searches(played: tuple[Path, str]):
    _, shown = played
    for heading in ("cases", "notices", "The ledger", "Try next"):
        assert heading in shown
    assert "DOES NOT ADD UP" not in shown
    assert shown.count(" search '") == 3


def test_every_search_that_it_proposes_finds_something(played: tuple[Path, str]):
    home, shown = played
    queries = [line.split(" search '", 1)[1].rsplit("'", 1)[0] for line in shown.splitlines() if " search '" in line]
    for query in queries:
        assert rows(home, "search", query)


def test_the_broken_page_and_the_entry_without_link_are_accounted_for(played: tuple[Path, str]):
    home, _ = played
    reasons = {reason for row in rows(home, "ledger") for reason in row.get("reasons", {})}
    assert any(reason.startswith("fetch:") for reason in reasons)
    assert "no link and no text" in reasons or len(rows(home, "dead-letters", "list")) >= 1


def test_the_copy_raised_no_second_new_case(played: tuple[Path, str]):
    home, _ = played
    opened = [
        row["notice"]["case_id"]
        for row in rows(home, "notices", "--limit", "1000")
        if row["notice"]["change"] == "opened"
    ]
    assert len(opened) == len(set(opened))


def test_the_later_edition_is_told_as_a_correction(played: tuple[Path, str]):
    home, _ = played
    changes = {row["notice"]["change"] for row in rows(home, "notices", "--limit", "1000")}
    assert "corrected" in changes


def test_nearly_every_type_of_event_is_found(played: tuple[Path, str]):
    home, _ = played
    found = {hit["document"]["type"] for hit in rows(home, "search", "type:*", "--limit", "1000")}
    assert len(found) >= len(EventType) - 3


def test_running_it_again_changes_nothing(played: tuple[Path, str]):
    home, _ = played
    before = [rows(home, *question) for question in (["ledger"], ["notices", "--limit", "1000"], ["cases"])]
    crackdown(home, "demo")
    assert [rows(home, *question) for question in (["ledger"], ["notices", "--limit", "1000"], ["cases"])] == before
