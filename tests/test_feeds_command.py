"""`crackdown feeds`: what is paused can be resumed, and what is held is seen."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
import typer
from mailing import notice, subscription

from schemas.taxonomy import ChangeKind
from streamer.commands import state
from streamer.commands.feeds import feeds
from streamer.commands.state import UserError
from streamer.contracts import FeedState
from streamer.stores.sqlite import SqliteStore

URL = "https://tidewire.example/feed"
LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[SqliteStore]:
    monkeypatch.setattr(state.options, "home", tmp_path)
    (tmp_path / "crackdown.toml").write_text(f'[[feeds]]\nname = "Tidewire"\nurl = "{URL}"\n')
    opened = SqliteStore(tmp_path / "crackdown.sqlite")
    yield opened
    opened.close()


def test_a_paused_feed_is_resumed_by_name(store: SqliteStore) -> None:
    gone = FeedState(url=URL, name="Tidewire", paused="gone (410)", gone_at=LONG_AGO, next_at=LONG_AGO, failures=3)
    store.save_feed_state(gone)
    feeds(resume="Tidewire")
    assert store.feed_states()[URL] == FeedState(url=URL, name="Tidewire")


@pytest.mark.parametrize(("name", "said"), [("Tidewire", "is not paused"), ("Nobody", "no feed Nobody")])
def test_what_cannot_be_resumed_is_told(store: SqliteStore, name: str, said: str) -> None:
    store.save_feed_state(FeedState(url=URL, name="Tidewire"))
    with pytest.raises(UserError, match=said):
        feeds(resume=name)


def test_a_source_that_is_held_is_shown(store: SqliteStore, capsys: pytest.CaptureFixture[str]) -> None:
    for number in (1, 2):
        one = notice(subscription(), number, source="Tidewire", change=ChangeKind.OPENED)
        store.put_notice(one, "held")
    with pytest.raises(typer.Exit) as ended:
        feeds()
    assert ended.value.exit_code == 1
    assert "Tidewire, 2 notices wait" in " ".join(capsys.readouterr().out.split())
    with pytest.raises(typer.Exit):
        feeds(as_json=True)
    assert json.loads(capsys.readouterr().out)["held"] == 2
