"""How long it takes from an article on the log to the notice at its receiver, at a steady rate, in the embedded mode.

    python -m tools.bench_latency [--rate 50] [--seconds 60] [--grouping 0]

A whole worker runs, with its pool and its clock. Invented pages, each of a case of its own, are put on the log one by
one; a web server on this machine takes the webhooks (without grouping) and a mail server the mails (with it). What the
machine cannot keep up with shows as latency that grows; the rate reached is told beside it.
"""

import argparse
import asyncio
import contextlib
import random
import re
import statistics
import tempfile
import time
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from aiohttp import web

from schemas.events import FeedItem, Subscription
from schemas.ids import item_id
from streamer.home import open_home
from streamer.worker import Worker, open_worker
from tools.drill_alerts import MAILBOX, SECRET
from tools.drill_receivers import Receivers, receiving

PAGE = """<!doctype html><html><head><title>Police arrest {name} over {site}</title></head><body><article>
<h1>Police arrest {name} over {site}</h1>
<p>Port Selby Police arrested {name} on Monday over the pirate streaming site {site}, the force said.</p>
<p>{filler}</p><p>{filler_too}</p></article></body></html>"""
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
WORDS = re.findall(
    r"\w+",
    "the of and to in a that was for on with as by at from it their harbour streets while people watched evening rain"
    " market stalls near old bridge where boats return each morning after long weeks away visitors often ask about"
    " stories which neighbours tell slowly over bread tea some remember summer music children dancing along walls",
)
PATIENCE = 90.0
"""Seconds that are waited for what is still on its way at the end."""
WARMUP = 40
"""Articles that are not measured: the first load models and open connections. Their notices are waited for."""


class Timed(Receivers):
    """Receivers that note when they first heard of each site."""

    def __init__(self) -> None:
        super().__init__()
        self.heard: dict[str, float] = {}

    async def hook(self, request: web.Request) -> web.Response:
        self._hear(await request.text())
        return web.Response(status=204)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        self._hear(envelope.content.decode("utf-8", "replace").replace("=\r\n", ""))
        return "250 taken"

    def _hear(self, text: str) -> None:
        at = time.monotonic()
        for site in re.findall(r"site-\d+-\w+\.example", text):
            self.heard.setdefault(site, at)


def page(number: int, chance: random.Random) -> tuple[str, str]:
    """Return a site's name and the page that tells of its case."""

    first, last, other = ("".join(chance.choices(SYLLABLES, k=3)) for _ in range(3))
    site = f"site-{number}-{other}.example"
    name = f"{first.capitalize()} {last.capitalize()}"
    filler, too = (" ".join(chance.choices(WORDS, k=60)).capitalize() + "." for _ in range(2))
    return site, PAGE.format(name=name, site=site, filler=filler, filler_too=too)


async def publish(worker: Worker, rate: float, numbers: range) -> dict[str, float]:
    """Put pages on the log at a steady rate; return when each was put there."""
    chance, published, start = random.Random(numbers.start), dict[str, float](), time.monotonic()
    for place in numbers:
        site, body = page(place, chance)
        url = f"https://bench.example/{place}"
        item = FeedItem(id=item_id("bench", url, url), source="bench", url=url, seen_at=datetime.now(UTC), body=body)
        await asyncio.sleep(max(0.0, start + (place - numbers.start) / rate - time.monotonic()))
        published[site] = time.monotonic()
        await asyncio.to_thread(worker.runtime.publish, "items", [item])
    return published


async def measure(folder: Path, receivers: Timed, rate: float, number: int) -> dict[str, float]:
    """Run a worker while pages are published, and until their notices are out; return when each was published."""
    stop = asyncio.Event()
    async with open_worker(open_home(folder)) as worker:
        running = asyncio.create_task(worker.run(stop))
        await publish(worker, rate, range(WARMUP))
        await heard(receivers, WARMUP)
        published = await publish(worker, rate, range(WARMUP, WARMUP + number))
        await heard(receivers, WARMUP + number)
        stop.set()
        await running
    return published


async def heard(receivers: Timed, number: int) -> None:
    """Wait until so many notices came, for a while."""
    end = time.monotonic() + PATIENCE
    while len(receivers.heard) < number and time.monotonic() < end:  # noqa: ASYNC110 (another thread hears)
        await asyncio.sleep(0.2)


def prepare(folder: Path, ports: tuple[int, int], grouping: int) -> None:
    """Write the configuration, and one subscription to everything."""
    web_port, mail_port = ports
    (folder / "crackdown.toml").write_text(
        f"grouping_seconds = {grouping}\n"
        f'[mail]\nhost = "127.0.0.1"\nport = {mail_port}\nsender = "alerts@example.org"\ntls = "none"\n'
        f'[fetching]\nallow_private = ["127.0.0.1:{web_port}"]\n'
        "[alerts]\nper_hour = 1000000\nnew_cases = 1000000\n"
        '[[feeds]]\nname = "none"\nurl = "https://bench.example/feed"\nenabled = false\n'
    )
    channel, address = ("email", MAILBOX) if grouping else ("webhook", f"http://127.0.0.1:{web_port}/hook")
    wish = Subscription(
        id="s-1", name="all", channel=channel, address=address, secret=SECRET, created_at=datetime.now(UTC)
    )

    async def save() -> None:
        async with open_worker(open_home(folder), here_only=True) as worker:
            worker.store.save_subscription(wish)

    asyncio.run(save())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rate", type=float, default=50, help="articles a second")
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--grouping", type=int, default=0, help="seconds for which notices are gathered")
    args = parser.parse_args()
    receivers, number = Timed(), round(args.rate * args.seconds)
    with tempfile.TemporaryDirectory() as name, contextlib.ExitStack() as stack:
        prepare(Path(name), stack.enter_context(receiving(receivers)), args.grouping)
        published = asyncio.run(measure(Path(name), receivers, args.rate, number))
    sites = [site for site in published if site in receivers.heard]
    taken = sorted(receivers.heard[site] - published[site] for site in sites)
    if not taken:
        raise SystemExit("no notice arrived")
    span = max(receivers.heard[site] for site in sites) - min(published.values())
    print(
        f"{number} articles at {args.rate:g}/s, grouping {args.grouping} s: {len(sites)} notices arrived,"
        f" {len(sites) / span:.1f}/s from first to last; article published to notice received:"
        f" median {statistics.median(taken):.2f} s, 99th percentile {taken[int(0.99 * len(taken))]:.2f} s"
    )


if __name__ == "__main__":
    main()
