"""`crackdown serve`: feeds for readers, and the addresses that end subscriptions."""

import asyncio
import os
import secrets
from pathlib import Path
from typing import Annotated

import typer

from streamer.commands.state import UserError, home, opened_store, out
from streamer.serve import Site, case_path, feed_path, serve_site

KEY_NAME = "serve.key"
KEY_BYTES = 32


def serve(
    case: Annotated[str | None, typer.Option(metavar="ID", help="Show the secret address of a case's feed.")] = None,
    show: Annotated[bool, typer.Option("--list", help="Show the secret addresses of all feed subscriptions.")] = False,
) -> None:
    """Serve feeds and unsubscribing on this machine; a web server with TLS stands before it.

    Examples:\n
      crackdown subscribe 'country:ES' --to feed\n
      crackdown serve --list\n
      crackdown serve
    """
    place = home()
    settings, key = place.config.serve, _key(place.path)
    url = settings.url or f"http://{settings.host}:{settings.port}"
    with opened_store() as store:
        if case:
            if store.case(case) is None:
                raise UserError(f"no case {case}: `crackdown cases` lists them")
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


def _key(folder: Path) -> bytes:
    """Return the key of the cases' addresses, made once and kept in the home folder."""
    path = folder / KEY_NAME
    try:
        with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
            file.write(secrets.token_bytes(KEY_BYTES))
    except FileExistsError:
        pass
    key = path.read_bytes()
    if len(key) < KEY_BYTES:
        raise UserError(f"{path}: too short to keep addresses secret: remove it")
    return key
