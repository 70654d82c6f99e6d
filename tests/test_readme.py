"""What the README names exists."""

import re
from pathlib import Path

import pytest

from streamer.cli import COMMANDS

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text("utf-8")
MAKEFILE = (ROOT / "Makefile").read_text("utf-8")


@pytest.mark.parametrize("target", sorted(set(re.findall(r"make ([a-z]+)(?=[`  ])", README))))
def test_make_target_exists(target: str):
    assert re.search(rf"^{target}:", MAKEFILE, re.MULTILINE)


@pytest.mark.parametrize("command", sorted(set(re.findall(r"^crackdown ([a-z-]+)", README, re.MULTILINE))))
def test_command_exists(command: str):
    assert command in COMMANDS


@pytest.mark.parametrize(
    "path", sorted(set(re.findall(r"`((?:agents|schemas|streamer|tests|infra|tools)/[\w./-]*)`", README)))
)
def test_file_exists(path: str):
    assert (ROOT / path).exists()


def test_every_command_is_shown_or_listed_by_help():
    assert set(re.findall(r"^crackdown ([a-z-]+)", README, re.MULTILINE)) <= set(COMMANDS)
    assert len(COMMANDS) >= 13


def test_every_setting_in_the_example_is_known():
    import tomllib

    import msgspec

    from streamer.config import Config

    example = re.search(r"```toml\n(.*?)```", README, re.DOTALL)
    assert example
    assert msgspec.convert(tomllib.loads(example[1]), Config).mail.host
