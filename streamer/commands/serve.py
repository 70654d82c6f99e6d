"""`crackdown serve`: cases and feeds for readers, and the addresses that end subscriptions."""

import asyncio
import os
from typing import Annotated

import typer

from streamer.addresses import case_path, feed_path, site_key
from streamer.commands.state import UserError, home, opened_store, out
from streamer.serve import Site, serve_site


def serve(
    case: Annotated[
        str | None, typer.Option(metavar="ID", help="Show the secret addresses of a case's page and feed.")
    ] = None,
    show: Annotated[bool, typer.Option("--list", help="Show the secret addresses of all feed subscriptions.")] = False,
) -> None:
    """Serve case pages, feeds and unsubscribing on this machine; a web server with TLS stands before it.

    Examples:\n
      crackdown subscribe 'country:ES' --to feed\n
      crackdown serve --list\n
      crackdown serve
    """
    place = home()
    settings, key = place.config.serve, site_key(place)
    url = settings.url or f"http://{settings.host}:{settings.port}"
    with opened_store() as store:
        if case:
            if store.case(case) is None:
                raise UserError(f"no case {case}: `crackdown cases` lists them")
            out.print(f"{url}{case_path(key, case)}", markup=False)
            out.print(f"{url}{case_path(key, case)}.atom", markup=False)
            return
        if show:
            for one in store.subscriptions():
                if one.channel == "feed" and one.active:
                    out.print(f"{one.name}: {url}{feed_path(one)}.atom", markup=False)
            return
        bounces = os.environ.get(settings.bounces_env, "")
        out.print(f"serving on {settings.host}:{settings.port}", markup=False)
        asyncio.run(serve_site(Site(store, key, url, bounces), settings.host, settings.port))
