"""What all commands share: the home folder, output as JSON, errors in one line."""

import contextlib
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.console import Console

from streamer.contracts import Store
from streamer.engines import open_store
from streamer.home import Home, open_home

JsonFlag = Annotated[bool, typer.Option("--json", help="Print JSON, one object a line.")]


class UserError(Exception):
    """Something the user can put right: one line, exit code 2, no traceback."""


@dataclass
class Options:
    """What was said before the command's name."""

    home: Path | None = None
    config: Path | None = None


options = Options()
out = Console(highlight=False, soft_wrap=True)
err = Console(stderr=True, highlight=False, soft_wrap=True)


def home() -> Home:
    return open_home(options.home, options.config)


@contextlib.contextmanager
def opened_store() -> Iterator[Store]:
    """Open the store of the home folder for the length of a command."""
    store = open_store(home())
    try:
        yield store
    finally:
        store.close()


def print_json(rows: Iterable[Any]) -> None:
    """Print records or dicts, one JSON object a line."""
    for row in rows:
        sys.stdout.buffer.write(msgspec.json.encode(row) + b"\n")
    sys.stdout.buffer.flush()
