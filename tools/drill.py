"""The drill: kill workers, the broker and Elasticsearch under load, and count what is left: `make drill`.

Starts a Kafka and an Elasticsearch of its own and two workers as they run in production. Made-up pages go through the
whole chain while one worker is killed, then the broker, then Elasticsearch for a minute, then both workers are told to
stop. At the end every item must be stored, every case be there once, every notice sent once.
"""

import argparse
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from agents.errors import Unavailable
from infra import setup
from infra.node import Node, free_ports
from infra.servers import elastic_node, kafka_node
from schemas.events import FeedItem
from schemas.ids import item_id
from streamer.cluster import open_runtime, open_store
from streamer.config import Cluster
from streamer.contracts import Store
from streamer.runtimes.kafka import KafkaRuntime

TOWNS = ("Port Selby", "Brackwater", "Ostrava Bay", "Lindmouth", "Kesselford", "Aldermoor")
PAGE = """<html><head><title>Two arrested over {site} streams</title></head><body><article>
<h1>Two arrested over {site} streams</h1>
<p>Police in {town} arrested two men on {day} March 2026 over the pirate streaming site {site}.</p>
<p>Officers said the pair had run the site since 2021 and sold passes to viewers in several countries.</p>
</article></body></html>"""
PATIENCE = 600.0


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
    """Two workers as processes, with a home folder whose configuration names the servers."""

    def __init__(self, folder: Path, cluster: Cluster) -> None:
        self._folder, self._cluster = folder, cluster
        self._running: dict[int, subprocess.Popen[bytes]] = {}

    def start(self, number: int) -> None:
        home = self._folder / f"worker-{number}"
        home.mkdir(exist_ok=True)
        (home / "crackdown.toml").write_text(toml(self._cluster))
        with (home / "log").open("ab") as log:
            command = [sys.executable, "-m", "streamer", "--home", str(home), "run"]
            self._running[number] = subprocess.Popen(command, stdout=log, stderr=log)

    def kill(self, number: int) -> None:
        self._running[number].kill()
        self._running[number].wait()

    def stop(self, number: int) -> int:
        self._running[number].send_signal(signal.SIGTERM)
        return self._running[number].wait(60)

    def end(self) -> None:
        for worker in self._running.values():
            worker.kill()
            worker.wait()


def toml(cluster: Cluster) -> str:
    """Return the configuration of a worker, with no feed to poll and a health page of its own."""
    (port,) = free_ports(1)
    settings = {"kafka": cluster.kafka, "elastic": list(cluster.elastic), "health": f"127.0.0.1:{port}"}
    lines = [f"{name} = {json.dumps(value)}" for name, value in settings.items()]
    quiet = '[[feeds]]\nname = "none"\nurl = "https://none.example/feed"\nenabled = false\n'
    whole = "[alerts]\nper_hour = 1000000\nnew_cases = 1000000\n"  # the flood guard would hold what is counted here
    return "[cluster]\n" + "\n".join(lines) + "\n" + whole + quiet


@contextmanager
def servers(folder: Path) -> Iterator[tuple[Node, Node, Cluster]]:
    """Start a broker and a search server, set up."""
    with ExitStack() as stack:
        nodes = [make() for make in (kafka_node, elastic_node)]
        for node in nodes:
            stack.callback(node.remove)
            node.start()
        kafka, elastic = nodes
        cluster = Cluster(kafka=kafka.address, elastic=(elastic.address,))
        config = folder / "setup.toml"
        config.write_text(toml(cluster))
        assert setup.main(["--config", str(config), "indices", "topics"]) == 0
        yield kafka, elastic, cluster


def drill(n: int, outage: float) -> dict[str, int]:
    """Run the drill with `n` pages and Elasticsearch away for `outage` seconds; return the counts at the end."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crackdown-drill-")))
        kafka, elastic, cluster = stack.enter_context(servers(folder))
        store, workers = open_store(cluster), Workers(folder, cluster)
        runtime = open_runtime(cluster, [], pool=_no_pool, now=now)
        stack.callback(store.close)
        stack.callback(runtime.close)
        stack.callback(workers.end)
        subscribe(folder, cluster)
        publish(n, runtime, store)
        workers.start(1)
        workers.start(2)
        strike(n, store=store, workers=workers, kafka=kafka, elastic=elastic, outage=outage)
        until(lambda: settled(store, n), "all items stored and all notices sent")
        return counts(store)


def strike(n: int, *, store: Store, workers: Workers, kafka: Node, elastic: Node, outage: float) -> None:
    """Do the damage, each when a part of the pages has passed."""
    until(lambda: stored(store) >= n * 0.15, "15 % stored")
    say("kill -9 of worker 1")
    workers.kill(1)
    workers.start(1)
    until(lambda: stored(store) >= n * 0.35, "35 % stored")
    say("kill -9 of the broker, 5 s")
    kafka.kill()
    time.sleep(5)
    kafka.start()
    until(lambda: stored(store) >= n * 0.55, "55 % stored")
    say(f"kill -9 of Elasticsearch, {outage:.0f} s")
    elastic.kill()
    time.sleep(outage)
    elastic.start()
    until(lambda: stored(store) >= n * 0.75, "75 % stored")
    say("both workers told to stop, and started again")
    codes = [workers.stop(1), workers.stop(2)]
    assert codes == [0, 0], codes
    workers.start(1)
    workers.start(2)


def subscribe(folder: Path, cluster: Cluster) -> None:
    home = folder / "desk"
    home.mkdir()
    (home / "crackdown.toml").write_text(toml(cluster))
    command = [sys.executable, "-m", "streamer", "--home", str(home), "subscribe", "--all", "--min-confidence", "0"]
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)


def publish(n: int, runtime: KafkaRuntime, store: Store) -> None:
    items = pages(n)
    for start in range(0, n, 500):
        runtime.publish("items", items[start : start + 500])
        store.see(items[start : start + 500])
    say(f"{n} pages published")


def stored(store: Store) -> int:
    try:
        return sum(row.stored for row in store.ledger())
    except Unavailable:
        return 0


def settled(store: Store, n: int) -> bool:
    try:
        told = len(store.outbox(limit=10_000)) >= n and not store.outbox(state="waiting", limit=1)
        return told and stored(store) == n
    except Unavailable:
        return False


def counts(store: Store) -> dict[str, int]:
    """Return what there is at the end, and what there must not be."""
    (row,) = store.ledger()
    entries = store.outbox(limit=10_000)
    told = Counter((entry.notice.subscription_id, entry.notice.change_id) for entry in entries)
    return {
        "seen": row.seen,
        "stored": row.stored,
        "dead": row.dead,
        "waiting": row.waiting,
        "dead letters": len(store.dead_letters(limit=10_000)),
        "cases": int(store.statistics()["cases"]),
        "events": int(store.statistics()["events"]),
        "notices": len(entries),
        "sent": sum(entry.state == "sent" for entry in entries),
        "told twice": sum(number > 1 for number in told.values())
        + sum(sum(attempt.ok for attempt in entry.attempts) > 1 for entry in entries),
    }


def until(done: Callable[[], bool], what: str) -> None:
    deadline = time.monotonic() + PATIENCE
    while not done():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not reached in {PATIENCE:.0f} s: {what}")
        time.sleep(0.5)
    say(what)


def say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {what}", flush=True)


async def _no_pool(*_: object) -> None:
    raise AssertionError("no stage runs here")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--outage", type=float, default=60, help="seconds without Elasticsearch")
    given = parser.parse_args()
    result = drill(given.pages, given.outage)
    for name, number in result.items():
        print(f"{name:14}{number:8}")
    wrong = {name: result[name] for name in ("dead", "waiting", "dead letters", "told twice") if result[name]}
    missing = {name for name in ("seen", "stored", "cases") if result[name] != given.pages}
    print("as it must be" if not wrong and not missing else f"NOT as it must be: {wrong} {missing}")
    return bool(wrong or missing)


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
