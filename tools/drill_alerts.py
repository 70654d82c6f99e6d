"""Kill a sending process with -9 between every two steps, start it again, and count what real receivers got.

    python -m tools.drill_alerts [ROUNDS] [--cluster]

The steps: match (a notice was made), store (it is in the outbox), claim (it is taken for sending), send (its receiver
took it), mark (that was noted). Each notice must reach its receiver at least once; twice, under the same id, only where
the process died between send and mark. Some rounds are killed from outside, at any moment. Without `--cluster` on
SQLite; with it on a Kafka and an Elasticsearch that are started for it.
"""

import argparse
import random
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from agents.alert import notice_id
from schemas.events import Case, CaseUpdate, Event, LinkedEvent, Subscription
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, EventType, Status, TimeRole
from streamer.config import Cluster
from streamer.contracts import Runtime, Store
from streamer.engines import open_runtime, open_store
from streamer.home import open_home
from tools.drill_parts import servers, toml
from tools.drill_receivers import Receivers, receiving

STEPS = ("match", "store", "claim", "send", "mark", "any")
TWICE = {"send", "mark", "any"}
"""Where the crash may fall between send and mark: as several are sent at once, marking one leaves others unmarked."""
UPDATES = 12
MAILBOX = "desk@example.org"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
CHANNELS = ("webhook", "email")
MOST = {"match": UPDATES, "store": 2 * UPDATES, "claim": 1, "send": UPDATES, "mark": 2 * UPDATES}
"""How often each step is taken at least."""


@dataclass(frozen=True)
class Ground:
    """Where the rounds take place."""

    folder: Path
    store: Store
    runtime: Runtime
    receivers: Receivers
    longest: float
    """Seconds that a process works, about: it is killed at some moment of these."""


@contextmanager
def ground(folder: Path, cluster: Cluster | None = None) -> Iterator[Ground]:
    """Give a home folder of either mode with a subscription for each receiver."""
    receivers = Receivers()
    with ExitStack() as stack:
        web_port, mail_port = stack.enter_context(receiving(receivers))
        folder.mkdir()
        mail = f'[mail]\nhost = "127.0.0.1"\nport = {mail_port}\nsender = "alerts@example.org"\ntls = "none"\n'
        (folder / "crackdown.toml").write_text(toml(cluster, receiver=f"127.0.0.1:{web_port}") + mail)
        home = open_home(folder)
        store = stack.enter_context(closing(open_store(home)))
        runtime = stack.enter_context(closing(open_runtime(home, [], pool=_no_pool, now=lambda: datetime.now(UTC))))
        for channel, address in zip(CHANNELS, (f"http://127.0.0.1:{web_port}/hook", MAILBOX), strict=True):
            store.save_subscription(_subscription(channel, address))
        yield Ground(folder, store, runtime, receivers, 8 if cluster else 3)


def _subscription(channel: str, address: str) -> Subscription:
    return Subscription(
        id=f"s-{channel}", name=channel, channel=channel, address=address, secret=SECRET, created_at=datetime.now(UTC)
    )


async def _no_pool(*_: Any) -> Any:
    raise AssertionError("the drill has no work for a pool")


def drill(at: Ground, step: str, chance: random.Random) -> tuple[bool, int]:
    """Run one round; return whether the process was killed, and how many messages came twice.

    Raises AssertionError where a notice was lost or came more often than it may.
    """
    at.receivers.forget()
    updates = [_update(f"{chance.getrandbits(64):x}-{number}") for number in range(UPDATES)]
    at.runtime.publish("cases", updates)
    killed = _run(at, 0, step, chance)
    assert not _run(at, 1, "never", chance)
    _check(at, updates, 2 if step in TWICE and killed else 1)
    twice = sum(number > 1 for number in (*at.receivers.hooks.values(), *at.receivers.mails.values()))
    return killed, twice


def _update(name: str) -> CaseUpdate:
    at = datetime.now(UTC)
    event = Event(
        id=f"event-{name}",
        type=EventType.ARREST,
        status=Status.HAPPENED,
        time_role=TimeRole.NEWS,
        evidence=f"Police arrested person {name}.",
        span=(0, 20),
        defendant=(f"Person {name}",),
    )
    told = LinkedEvent(event=event, article_id=f"article-{name}", article_version="1", source="Tidewire", seen_at=at)
    case = Case(id=f"case-{name}", title=f"Person {name}", opened_at=at, updated_at=at)
    return CaseUpdate(id=make_id("change", name), case=case, change=ChangeKind.OPENED, events=(told,))


def _run(at: Ground, hours: int, step: str, chance: random.Random) -> bool:
    """Let the process work; return whether it was killed."""
    count = chance.randint(1, MOST.get(step, 1))
    command = [sys.executable, "-m", "tools.drill_sender", str(at.folder), str(hours), step, str(count)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    if step == "any":
        time.sleep(chance.uniform(0.5, at.longest))
        process.kill()
    _, err = process.communicate(timeout=240)
    assert process.returncode in (0, -signal.SIGKILL), err.decode()
    return process.returncode != 0


def _check(at: Ground, updates: list[CaseUpdate], most: int) -> None:
    ids = {channel: {notice_id(f"s-{channel}", one.id) for one in updates} for channel in CHANNELS}
    entries = [at.store.outbox_entry(one) for each in ids.values() for one in each]
    assert {entry.state if entry else "lost" for entry in entries} == {"sent"}
    assert set(at.receivers.hooks) == ids["webhook"]
    assert at.receivers.named == {one.case.id for one in updates}
    for got in (at.receivers.hooks, at.receivers.mails):
        assert max(got.values()) <= most, f"{got.most_common(1)} where {most} may come"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("rounds", type=int, nargs="?", default=200)
    parser.add_argument("--cluster", action="store_true", help="on Kafka and Elasticsearch, not on SQLite")
    given = parser.parse_args()
    chance, killed, twice = random.Random(), 0, 0
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crackdown-drill-")))
        cluster = stack.enter_context(servers(folder))[2] if given.cluster else None
        place = stack.enter_context(ground(folder / "home", cluster))
        for number in range(given.rounds):
            step = STEPS[number % len(STEPS)]
            hit, doubled = drill(place, step, chance)
            killed, twice = killed + hit, twice + doubled
            print(f"{number + 1:4} {step:6} {'killed' if hit else 'ended':7} {doubled} twice", flush=True)
    notices = given.rounds * len(CHANNELS) * UPDATES
    print(f"{given.rounds} rounds, {killed} kills, {notices} notices: none lost, {twice} messages came twice")


if __name__ == "__main__":
    main()
