"""What the drills are made of: servers and workers as in production, a receiver that counts, made-up pages."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

from infra import setup
from infra.node import Node, free_ports
from infra.servers import elastic_node, kafka_node
from schemas.events import FeedItem
from schemas.ids import item_id
from streamer.config import Cluster
from streamer.runtimes.kafka_topics import PARTITIONS, make_topics, topics

PATIENCE = 1800.0
TOWNS = ("Port Selby", "Brackwater", "Ostrava Bay", "Lindmouth", "Kesselford", "Aldermoor")
PAGE = """<html><head><title>Two arrested over {site} streams</title></head><body><article>
<h1>Two arrested over {site} streams</h1>
<p>Police in {town} arrested two men on {day} March 2026 over the pirate streaming site {site}.</p>
<p>Officers said the pair had run the site since 2021 and sold passes to viewers in several countries.</p>
</article></body></html>"""


def now() -> datetime:
    return datetime.now(UTC)


def pages(n: int) -> list[FeedItem]:
    """Return items that bring their pages along: one case each."""
    made = []
    for number in range(n):
        site = f"{_word(number)}.example"
        body = PAGE.format(site=site, town=TOWNS[number % len(TOWNS)], day=number % 28 + 1)
        url = f"https://drill.example/{number}"
        made.append(FeedItem(id=item_id("drill", url, None), source="drill", url=url, body=body, seen_at=now()))
    return made


def _word(number: int) -> str:
    letters = "bcdfghklmnprstvz"
    return "".join(letters[number >> shift & 15] + "aeiou"[(number >> shift) % 5] for shift in (12, 8, 4, 0))


class Workers:
    """Workers as processes, each with a home folder of the same configuration but a health page of its own."""

    def __init__(self, folder: Path, configuration: Callable[[], str]) -> None:
        self.configuration = configuration
        self._folder = folder
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int) -> None:
        home = self._folder / f"worker-{number}"
        home.mkdir(exist_ok=True)
        (home / "crackdown.toml").write_text(self.configuration())
        with (home / "log").open("ab") as log:
            command = [sys.executable, "-m", "streamer", "--home", str(home), "run"]
            self._running[number] = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self, number: int) -> None:
        self._running[number].kill()
        self._running[number].wait()

    def stop(self, number: int) -> int:
        """Tell a worker to stop and return its exit code."""
        self._running[number].send_signal(signal.SIGTERM)
        return self._running[number].wait(60)

    def end(self) -> None:
        for worker in self._running.values():
            worker.kill()
            worker.wait()


class Receiver:
    """A web server that takes notices, and how often each came, by the id under which it was sent."""

    def __init__(self) -> None:
        self.got: Counter[str] = Counter()

    @contextmanager
    def listening(self) -> Iterator[str]:
        """Give the `host:port` where it listens while inside."""
        got = self.got

        class Hook(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                self.rfile.read(int(self.headers["Content-Length"]))
                got[self.headers["webhook-id"]] += 1
                self.send_response(204)
                self.end_headers()

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (the standard library's name)
                """Say nothing."""

        with ThreadingHTTPServer(("127.0.0.1", 0), Hook) as server:
            threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.1}, daemon=True).start()
            yield f"127.0.0.1:{server.server_address[1]}"
            server.shutdown()


def toml(cluster: Cluster | None, *, receiver: str = "", grouping: int = 60, fetches: int = 32) -> str:
    """Return a configuration: no feed to poll, no flood guard, as all is counted here; embedded without a cluster."""
    return "\n".join(
        [
            f"grouping_seconds = {grouping}",
            *(_engines(cluster) if cluster else ()),
            "[alerts]\nper_hour = 1000000\nnew_cases = 1000000",
            f"[fetching]\nin_flight = {fetches}\nallow_private = {json.dumps([receiver] if receiver else [])}",
            '[[feeds]]\nname = "none"\nurl = "https://none.example/feed"\nenabled = false\n',
        ]
    )


def _engines(cluster: Cluster) -> list[str]:
    """Return the lines that name the servers, and a health page of its own."""
    (port,) = free_ports(1)
    settings = {"kafka": cluster.kafka, "elastic": list(cluster.elastic), "prefix": cluster.prefix}
    settings["health"] = f"127.0.0.1:{port}"
    return ["[cluster]", *(f"{name} = {json.dumps(value)}" for name, value in settings.items())]


@contextmanager
def servers(
    folder: Path, partitions: int = PARTITIONS, nodes: Sequence[Node] = ()
) -> Iterator[tuple[Node, Node, Cluster]]:
    """Give a broker and a search server, set up: `nodes` if they run already, else new ones."""
    with ExitStack() as stack:
        kafka, elastic = nodes or [_started(make(), stack) for make in (kafka_node, elastic_node)]
        cluster = Cluster(kafka=kafka.address, elastic=(elastic.address,))
        asyncio.run(make_topics(cluster.kafka, cluster.prefix, topics(partitions)))
        set_up(folder, cluster)
        yield kafka, elastic, cluster


def _started(node: Node, stack: ExitStack) -> Node:
    stack.callback(node.remove)
    return node.start()


def set_up(folder: Path, cluster: Cluster) -> None:
    """Run the set-up job."""
    config = folder / "setup.toml"
    config.write_text(toml(cluster))
    assert setup.main(["--config", str(config), "indices", "topics"]) == 0


def crackdown(home: Path, *arguments: str) -> str:
    """Run a command on a home folder and return what it prints."""
    command = [sys.executable, "-m", "streamer", "--home", str(home), *arguments]
    return subprocess.run(command, check=True, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout


def until(done: Callable[[], bool], what: str, every: float = 0.5) -> float:
    """Wait and return for how many seconds. Raises TimeoutError if it takes too long."""
    started = time.monotonic()
    while not done():
        if time.monotonic() - started > PATIENCE:
            raise TimeoutError(f"not reached in {PATIENCE:.0f} s: {what}")
        time.sleep(every)
    say(what)
    return time.monotonic() - started


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)
