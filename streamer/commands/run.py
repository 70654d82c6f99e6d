"""`crackdown run`: poll feeds for ever."""

import asyncio
import signal
from typing import Annotated

import typer
from msgspec.structs import replace

from streamer.commands.state import err, home
from streamer.config import Cluster
from streamer.home import Home
from streamer.worker import configured_feeds, open_worker


def run(
    cluster: Annotated[
        bool, typer.Option("--cluster", help="On Kafka and Elasticsearch, as [cluster] in the configuration says.")
    ] = False,
) -> None:
    """Poll the feeds, work on what they bring, tell subscribers; until ctrl-C.

    The feeds are those of the configuration file, else the default list. A feed's first poll is silent.
    """
    place = home()
    config = replace(place.config, feeds=configured_feeds(place.config))
    if cluster and config.cluster is None:
        config = replace(config, cluster=Cluster())
    asyncio.run(_run(Home(place.path, config)))


async def _run(place: Home) -> None:
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    async with open_worker(place) as worker:
        enabled = [feed for feed in place.config.feeds if feed.enabled]
        err.print(f"polling {len(enabled)} feeds; state in {place.path}; ctrl-C ends", style="dim", markup=False)
        await worker.run(stop)
    err.print("stopped; nothing is lost", style="dim")
