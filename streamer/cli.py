"""The command line: `crackdown`."""

import sys
from importlib import import_module
from importlib.metadata import version
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup
from typer.main import get_command

from agents.errors import Unavailable
from schemas.query import QueryError
from streamer.commands import state
from streamer.config import ConfigError
from streamer.contracts import AlreadyRunning
from streamer.logs import set_up_logs

COMMANDS = {
    "demo": "demo:demo",
    "run": "run:run",
    "ingest": "ingest:ingest",
    "classify": "classify:classify_files",
    "explain": "explain:explain_file",
    "search": "search:search",
    "cases": "cases:cases",
    "case": "cases:case",
    "service": "services:service",
    "subscribe": "subscribe:subscribe",
    "notices": "notices:app",
    "serve": "serve:serve",
    "feeds": "feeds:feeds",
    "ledger": "ledger:ledger",
    "review": "review:review",
    "replay": "replay:replay_",
    "dead-letters": "dead_letters:app",
    "edit": "edit:app",
}
"""By name: the module in `streamer.commands`, and in it the function, or the app of a group of commands."""


class _Commands(TyperGroup):
    """Imports a command's module when it is called for: `search` does not pay for what `run` needs."""

    def list_commands(self, ctx: Any) -> list[str]:  # noqa: ARG002 (typer's signature)
        return list(COMMANDS)

    def get_command(self, ctx: Any, cmd_name: str) -> Any:  # noqa: ARG002 (typer's signature)
        if cmd_name not in COMMANDS:
            return None
        module, _, name = COMMANDS[cmd_name].partition(":")
        found = getattr(import_module(f"streamer.commands.{module}"), name)
        if not isinstance(found, typer.Typer):
            one = typer.Typer(rich_markup_mode="markdown", add_completion=False)
            one.command(cmd_name)(found)
            found = one
        command = get_command(found)
        command.name = cmd_name
        return command


app = typer.Typer(
    name="crackdown",
    cls=_Commands,
    help="Find enforcement events in the news, tie them into cases, be told once when one opens or moves.\n\n"
    "Start with `crackdown demo`, then `crackdown run` for live feeds or `crackdown ingest PATH` for files.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    rich_markup_mode="markdown",
)


def _show_version(wanted: bool) -> None:
    if wanted:
        typer.echo(f"crackdown {version('crackdown')}")
        raise typer.Exit


@app.callback()
def _options(
    home: Annotated[
        Path | None,
        typer.Option(help="Folder for all state (default: CRACKDOWN_HOME, else your data folder).", metavar="DIR"),
    ] = None,
    config: Annotated[
        Path | None, typer.Option(help="Configuration file (default: crackdown.toml in the home folder).")
    ] = None,
    verbose: Annotated[bool, typer.Option("--verbose", "-v", help="Log every step to standard error.")] = False,
    _version: Annotated[
        bool, typer.Option("--version", help="Show the version.", callback=_show_version, is_eager=True)
    ] = False,
) -> None:
    state.options.home, state.options.config = home, config
    set_up_logs(verbose=verbose)


def main() -> None:
    """Run the command line. Exit codes: 0 done, 1 nothing found, 2 wrong input, 3 a server is away, 130 interrupted."""
    try:
        app(prog_name="crackdown")
    except (state.UserError, ConfigError, QueryError, AlreadyRunning) as error:
        state.err.print(f"crackdown: {error}", style="red", markup=False)
        sys.exit(2)
    except Unavailable as error:
        state.err.print(f"crackdown: {error}; try again later", style="red", markup=False)
        sys.exit(3)
    except KeyboardInterrupt:
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
