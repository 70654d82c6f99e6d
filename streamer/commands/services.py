"""`crackdown service NAME`."""

from typing import Annotated

import typer

from streamer.commands.state import JsonFlag, opened_store, out, print_json
from streamer.service_history import service_of
from streamer.show_service import service_page


def service(
    name: Annotated[str, typer.Argument(metavar="NAME", help="A site's name or any of its domains.")],
    as_json: JsonFlag = False,
) -> None:
    """Show a service: its names, domains, mirrors and operators as the texts tie them, and every act against it.

    Only what a text says ties two names. Domains that merely look alike are listed apart. The last line subscribes to
    news of the whole service.
    """
    with opened_store() as store:
        found = service_of(store, name)
    if as_json:
        print_json([found] if found else [])
    elif found:
        for line in service_page(found):
            out.print(line)
    else:
        out.print(f"no event acts against {name}", markup=False)
    raise typer.Exit(0 if found else 1)
