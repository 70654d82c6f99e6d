"""Imports point one way, and each outside library has one home."""

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

import agents
import schemas
import streamer

ROOT = Path(__file__).parent.parent
MODULES = sorted(path for package in ("schemas", "agents", "streamer") for path in (ROOT / package).rglob("*.py"))
STAGES = ("fetch", "classify", "link", "index", "alert", "deliver", "bury")
MAY_IMPORT = {"schemas": {"schemas"}, "agents": {"schemas", "agents"}, "streamer": {"schemas", "agents", "streamer"}}
HOMES = {
    "faust": ["streamer/runtimes/kafka"],
    "mode": ["streamer/runtimes/kafka"],
    "aiokafka": ["streamer/runtimes/kafka"],
    "elasticsearch": ["streamer/stores/elastic"],
    "elastic_transport": ["streamer/stores/elastic"],
    "sqlite3": ["streamer/stores/sqlite", "streamer/runtimes/embedded"],
    "aiohttp": ["streamer/feeds/", "streamer/senders/", "streamer/demo/", "streamer/serve"],
    "feedparser": ["streamer/feeds/"],
    "trafilatura": ["agents/extract", "agents/page"],
    "pebble": ["streamer/pool"],
    "typer": ["streamer/cli", "streamer/commands/"],
    "aiosmtplib": ["streamer/senders/"],
    "standardwebhooks": ["streamer/senders/"],
}
"""Where a library may be imported: modules whose path begins so. aiohttp has a second home with the senders, which are
HTTP clients too, and the demo's server."""


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


def imports(path: Path) -> Iterator[str]:
    """Yield the full names that a module imports, wherever in it."""
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{name_of(path)}: relative import"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_imports_point_one_way(path: Path):
    package = name_of(path).split("/")[0]
    ours = {name.split(".")[0] for name in imports(path)} & {"schemas", "agents", "streamer", "infra", "tests", "tools"}
    assert ours <= MAY_IMPORT[package]


@pytest.mark.parametrize("stage", STAGES)
def test_stages_do_not_import_each_other(stage: str):
    path = ROOT / "agents" / f"{stage}.py"
    others = {f"agents.{other}" for other in STAGES if other != stage}
    assert not [name for name in imports(path) if any((name + ".").startswith(other + ".") for other in others)]


@pytest.mark.parametrize("library", HOMES)
def test_a_library_has_one_home(library: str):
    users = [name_of(path) for path in MODULES if any(name.split(".")[0] == library for name in imports(path))]
    assert not [user for user in users if not user.startswith(tuple(HOMES[library]))]


def test_nothing_imports_the_command_line():
    users = [name_of(path) for path in MODULES if any(name.startswith("streamer.cli") for name in imports(path))]
    assert users in ([], ["streamer/__main__.py"])


def test_the_packages_are_ours():
    """`agents` and `schemas` are names that other distributions use too."""
    for package in (agents, schemas, streamer):
        assert Path(str(package.__file__)).parent.parent == ROOT
