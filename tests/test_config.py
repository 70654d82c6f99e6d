"""The configuration is checked as a whole, and an error says where."""

import re
from pathlib import Path

import pytest

from streamer.config import Config, ConfigError, load_config
from streamer.home import default_home, open_home


def write(path: Path, text: str) -> Path:
    path.write_text(text, "utf-8")
    return path


def test_an_empty_file_gives_the_defaults(tmp_path: Path):
    assert load_config(write(tmp_path / "c.toml", "")) == Config()


def test_feeds_and_limits_are_read(tmp_path: Path):
    config = load_config(
        write(
            tmp_path / "c.toml",
            '[[feeds]]\nname = "Docket"\nurl = "https://docket.example/feed"\n[fetching]\nin_flight = 4\n',
        )
    )
    assert config.feeds[0].name == "Docket"
    assert config.fetching.in_flight == 4


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("feeds = 3", r"Expected `array`, got `int` - at `\$.feeds`"),
        ('[[feeds]]\nname = "x"', "missing required field `url`"),
        ('colour = "red"', "unknown field `colour`"),
        ("= broken", "not valid TOML"),
    ],
)
def test_a_wrong_setting_is_named_with_its_place(tmp_path: Path, text: str, said: str):
    with pytest.raises(ConfigError, match=said):
        load_config(write(tmp_path / "c.toml", text))


def test_a_missing_file_is_named(tmp_path: Path):
    with pytest.raises(ConfigError, match=r"none\.toml: no such file"):
        load_config(tmp_path / "none.toml")


def test_the_home_folder_is_made_for_its_owner_alone(tmp_path: Path):
    home = open_home(tmp_path / "new" / "home")
    assert home.path.stat().st_mode & 0o777 == 0o700
    assert home.config == Config()


def test_the_file_in_the_home_folder_is_the_configuration(tmp_path: Path):
    write(tmp_path / "crackdown.toml", "processes = 3")
    assert open_home(tmp_path).config.processes == 3


def test_the_environment_names_the_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("CRACKDOWN_HOME", str(tmp_path))
    assert default_home() == tmp_path
    monkeypatch.delenv("CRACKDOWN_HOME")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "data"))
    assert default_home() == tmp_path / "data" / "crackdown"


def test_a_home_that_is_a_file_is_refused_in_one_line(tmp_path: Path):
    with pytest.raises(ConfigError, match="cannot be used as home"):
        open_home(write(tmp_path / "file", ""))


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('[[feeds]]\nname = "x"\nurl = "ftp://news.example"', "$.feeds[0].url"),
        ('[serve]\nurl = "javascript:alert(1)"', "$.serve.url"),
        ('[[feeds]]\nname = ""\nurl = "https://news.example/feed"', "$.feeds[0].name"),
        ("processes = -1", "$.processes"),
        ("[serve]\nport = 99999", "$.serve.port"),
        ("[alerts]\nper_hour = 0", "$.alerts.per_hour"),
        ('[[feeds]]\nname = "x"\nurl = "https://a.example"\n' * 2, "two feeds are called 'x'"),
    ],
)
def test_a_setting_that_cannot_work_is_named(tmp_path: Path, text: str, said: str):
    path = tmp_path / "crackdown.toml"
    path.write_text(text)
    with pytest.raises(ConfigError, match=re.escape(said)):
        load_config(path)
