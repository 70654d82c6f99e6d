"""The drill: kill workers, the broker and Elasticsearch under load, and count what is left: `make drill`.

Starts a Kafka and an Elasticsearch of its own and two workers as they run in production. Made-up pages go through the
whole chain, and every notice to a web server that counts them, while one worker is killed, then the broker, then
Elasticsearch for a minute, then both workers are told to stop. At the end every item must be stored, every case be
there once, every notice have come; twice only under the same id, where a process died between sending and noting it.
"""

import argparse
import os
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from pathlib import Path

from agents.errors import Unavailable
from infra.node import Node
from streamer.cluster import open_runtime, open_store
from streamer.contracts import Store
from streamer.outbox import CLAIMS
from streamer.runtimes.kafka import KafkaRuntime
from tools.drill_parts import Receiver, Workers, crackdown, now, pages, say, servers, toml, until

WORKERS = (1, 2)


def drill(
    n: int, outage: float, grouping: int = 60, *, calm: bool = False, nodes: Sequence[Node] = ()
) -> dict[str, int]:
    """Run the drill with `n` pages and Elasticsearch away for `outage` seconds; return the counts at the end.

    Notices are gathered for `grouping` seconds. With `calm` nothing is killed: how fast it is by itself. `nodes` are a
    broker and a search server to use instead of new ones.
    """
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crackdown-drill-")))
        kafka, elastic, cluster = stack.enter_context(servers(folder, nodes=nodes))
        receiver = Receiver()
        address = stack.enter_context(receiver.listening())
        workers = Workers(folder, lambda: toml(cluster, receiver=address, grouping=grouping))
        store, runtime = open_store(cluster), open_runtime(cluster, [], pool=_no_pool, now=now)
        for end in (store.close, runtime.close, workers.end):
            stack.callback(end)
        crackdown(_desk(folder, workers), "subscribe", "--all", "--min-confidence", "0", "--to", f"http://{address}/")
        publish(n, runtime, store)
        begin(workers, store)
        if not calm:
            strike(n, store=store, workers=workers, kafka=kafka, elastic=elastic, outage=outage)
        seconds = until(lambda: settled(store, receiver, n), "all items stored and all notices received")
        say(f"settled {seconds:.0f} s later")
        return counts(store, receiver)


def _desk(folder: Path, workers: Workers) -> Path:
    home = folder / "desk"
    home.mkdir()
    (home / "crackdown.toml").write_text(workers.configuration())
    return home


def publish(n: int, runtime: KafkaRuntime, store: Store) -> None:
    items = pages(n)
    for start in range(0, n, 500):
        runtime.publish("items", items[start : start + 500])
        store.see(items[start : start + 500])
    say(f"{n} pages published")


def begin(workers: Workers, store: Store) -> None:
    """Start the workers, and tell how long the first takes from nothing to its first message's end."""
    workers.start(1)
    seconds = until(lambda: stored(store) > 0, "the first item has passed", every=0.1)
    say(f"{seconds:.1f} s from the start of a worker to its first stored item")
    workers.start(2)


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
    codes = [workers.stop(number) for number in WORKERS]
    assert codes == [0, 0], codes
    for number in WORKERS:
        workers.start(number)


def stored(store: Store) -> int:
    try:
        return sum(row.stored for row in store.ledger())
    except Unavailable:
        return 0


def settled(store: Store, receiver: Receiver, n: int) -> bool:
    """Return whether nothing moves any more: all notices came, or items that are dead will bring none."""
    try:
        dead = sum(row.dead for row in store.ledger())
        done = len(receiver.got) >= n - dead and stored(store) + dead == n
        return done and not store.outbox(state="waiting", limit=1)
    except Unavailable:
        return False


def counts(store: Store, receiver: Receiver) -> dict[str, int]:
    """Return what there is at the end, and what there must not be."""
    (row,) = store.ledger()
    entries = store.outbox(limit=10_000)
    changes = {(entry.notice.subscription_id, entry.notice.change_id) for entry in entries}
    ids = {entry.notice.id for entry in entries}
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
        "received": len(receiver.got),
        "unknown": len(receiver.got.keys() - ids),
        "told twice": len(entries) - len(changes),
        "again, same id": receiver.got.total() - len(receiver.got),
    }


def wrong(result: Mapping[str, int], n: int) -> dict[str, int]:
    """Return the counts that are not as they must be with `n` pages."""
    due = dict.fromkeys(("seen", "stored", "cases", "notices", "sent", "received"), n)
    due |= dict.fromkeys(("dead", "waiting", "dead letters", "unknown", "told twice"), 0)
    found = {name: result[name] for name, number in due.items() if result[name] != number}
    again = result["again, same id"]
    return found | ({"again, same id": again} if again > CLAIMS else {})


async def _no_pool(*_: object) -> None:
    raise AssertionError("no stage runs here")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=5000)
    parser.add_argument("--outage", type=float, default=60, help="seconds without Elasticsearch")
    parser.add_argument("--grouping", type=int, default=60, help="seconds for which notices are gathered")
    parser.add_argument("--calm", action="store_true", help="kill nothing: how fast it is by itself")
    given = parser.parse_args()
    result = drill(given.pages, given.outage, given.grouping, calm=given.calm)
    for name, number in result.items():
        print(f"{name:16}{number:8}")
    bad = wrong(result, given.pages)
    print(f"NOT as it must be: {bad}" if bad else "as it must be")
    return bool(bad)


if __name__ == "__main__":
    os.umask(0o022)
    sys.exit(main())
