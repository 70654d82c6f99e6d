"""Kill a sending process with -9 between every two steps, start it again, and count what real receivers got.

    python -m tools.drill_alerts [ROUNDS]

The steps: match (a notice was made), store (it is in the outbox), claim (it is taken for sending), send (its receiver
took it), mark (that was noted). Each notice must reach its receiver at least once; twice, under the same id, only where
the process died between send and mark. Some rounds are killed from outside, at any moment.
"""

import asyncio
import dataclasses
import os
import random
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing, contextmanager
from datetime import UTC, datetime, timedelta
from email import message_from_bytes, policy
from pathlib import Path
from threading import Thread
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller

from schemas.events import Case, CaseUpdate, Event, LinkedEvent, Notice, Subscription
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, EventType, Status, TimeRole
from streamer.contracts import Attempt
from streamer.home import open_home
from streamer.outbox import send_due
from streamer.pipeline import Stage, stages
from streamer.runtimes.embedded import EmbeddedRuntime
from streamer.senders import make_senders
from streamer.senders.sending import Sender
from streamer.stores.sqlite import SqliteStore

STEPS = ("match", "store", "claim", "send", "mark", "any")
TWICE = {"send", "mark", "any"}
"""Where the crash may fall between send and mark: as several are sent at once, marking one leaves others unmarked."""
UPDATES = 12
MAILBOX = "desk@example.org"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
GROUPING = 60
MOST = {"match": UPDATES, "store": 2 * UPDATES, "claim": 1, "send": UPDATES, "mark": 2 * UPDATES}
"""How often each step is taken at least."""


# --- the process that is killed ---------------------------------------------------------------------------------------


class Fuse:
    """Kills this process after a step was taken so many times."""

    def __init__(self, step: str, count: int) -> None:
        self.step, self.left = step, count

    def burn(self, step: str) -> None:
        self.left -= step == self.step
        if step == self.step and self.left <= 0:
            os.kill(os.getpid(), signal.SIGKILL)


class MinedStore(SqliteStore):
    fuse: Fuse

    def put_notice(self, notice: Notice, state: str = "waiting") -> bool:
        put = super().put_notice(notice, state)
        self.fuse.burn("store")
        return put

    def claim_due(self, now: datetime, owner: str, until: datetime, limit: int = 100) -> list[Notice]:
        claimed = super().claim_due(now, owner, until, limit)
        self.fuse.burn("claim")
        return claimed

    def mark_sent(self, notice_id: str, attempt: Attempt) -> None:
        super().mark_sent(notice_id, attempt)
        self.fuse.burn("mark")


class MinedSender:
    def __init__(self, sender: Sender, fuse: Fuse) -> None:
        self.sender, self.fuse, self.size = sender, fuse, sender.size

    async def __call__(self, notices: Sequence[Notice], subscription: Subscription, /) -> str:
        answer = await self.sender(notices, subscription)
        self.fuse.burn("send")
        return answer


def work(folder: Path, hours: int, step: str, count: int) -> None:
    """Match, store and send all that waits; the clock is ahead by so many hours, past what a dead process holds."""

    def now() -> datetime:
        return datetime.now(UTC) + timedelta(hours=hours)

    home, fuse = open_home(folder), Fuse(step, count)
    with closing(MinedStore(home.database)) as store:
        store.fuse = fuse
        table = stages(store=store, get=_nothing, extract=_nothing, now=now, grouping_seconds=GROUPING)
        with closing(EmbeddedRuntime(home.database, _mined(table, fuse), pool=_nothing, now=now)) as runtime:
            asyncio.run(runtime.run(until_idle=True))
        senders = {name: MinedSender(one, fuse) for name, one in make_senders(home.config).items()}
        later = timedelta(seconds=GROUPING)
        asyncio.run(send_due(store, senders, now=lambda: now() + later, owner=str(os.getpid())))


async def _nothing(*_: Any, **__: Any) -> Any:
    raise NotImplementedError


def _mined(table: Sequence[Stage], fuse: Fuse) -> list[Stage]:
    rows = {row.name: row for row in table}
    match: Callable[..., Any] = rows["alert"].run

    def mined(message: Any) -> list[Any]:
        notices = list(match(message))
        fuse.burn("match")
        return notices

    return [dataclasses.replace(rows["alert"], run=mined), rows["deliver"]]


# --- the receivers ----------------------------------------------------------------------------------------------------


class Receivers:
    """A web server and a mail server on this machine, and what they got."""

    def __init__(self) -> None:
        self.hooks: Counter[str] = Counter()
        self.mails: Counter[str] = Counter()
        self.named: set[str] = set()
        """The cases that mails told of."""

    async def hook(self, request: web.Request) -> web.Response:
        self.hooks[request.headers["webhook-id"]] += 1
        return web.Response(status=204)

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 (aiosmtpd's name)
        message = message_from_bytes(envelope.content, policy=policy.default)
        body = message.get_body(("plain",))
        assert body is not None
        self.mails[str(message["Message-ID"])] += 1
        self.named |= {word.rstrip(")") for word in body.get_content().split() if word.startswith("case-")}
        return "250 taken"


@contextmanager
def receiving(receivers: Receivers) -> Iterator[tuple[int, int]]:
    """Run the receivers; give the ports of (web, mail)."""
    loop, ports = asyncio.new_event_loop(), list[int]()

    async def start() -> web.AppRunner:
        app = web.Application()
        app.router.add_post("/hook", receivers.hook)
        runner = web.AppRunner(app)
        await runner.setup()
        await web.TCPSite(runner, "127.0.0.1", 0).start()
        ports.append(runner.addresses[0][1])
        return runner

    runner = loop.run_until_complete(start())
    thread = Thread(target=loop.run_forever, daemon=True)
    thread.start()
    mail = Controller(receivers, hostname="127.0.0.1", port=_free_port())
    mail.start()
    try:
        yield ports[0], mail.port
    finally:
        mail.stop()
        asyncio.run_coroutine_threadsafe(runner.cleanup(), loop).result(10)
        loop.call_soon_threadsafe(loop.stop)
        thread.join()
        loop.close()


def _free_port() -> int:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return int(free.getsockname()[1])


# --- the rounds -------------------------------------------------------------------------------------------------------


def drill(folder: Path, step: str, chance: random.Random) -> tuple[bool, int]:
    """Run one round; return whether the process was killed, and how many messages came twice.

    Raises AssertionError where a notice was lost or came more often than it may.
    """
    receivers = Receivers()
    with receiving(receivers) as (web_port, mail_port):
        _prepare(folder, web_port, mail_port)
        killed = _run(folder, 0, step, chance)
        assert not _run(folder, 1, "never", chance)
    _check(folder, receivers, 2 if step in TWICE and killed else 1)
    twice = sum(number > 1 for number in (*receivers.hooks.values(), *receivers.mails.values()))
    return killed, twice


def _prepare(folder: Path, web_port: int, mail_port: int) -> None:
    folder.mkdir()
    (folder / "crackdown.toml").write_text(
        f'[mail]\nhost = "127.0.0.1"\nport = {mail_port}\nsender = "alerts@example.org"\ntls = "none"\n'
        f'[fetching]\nallow_private = ["127.0.0.1:{web_port}"]\n'
    )
    home, at = open_home(folder), datetime.now(UTC)
    with closing(SqliteStore(home.database)) as store, closing(_publisher(home.database)) as runtime:
        hook = f"http://127.0.0.1:{web_port}/hook"
        for channel, address in (("webhook", hook), ("email", MAILBOX)):
            store.save_subscription(
                Subscription(
                    id=f"s-{channel}", name=channel, channel=channel, address=address, secret=SECRET, created_at=at
                )
            )
        runtime.publish("cases", [_update(number, at) for number in range(UPDATES)])


def _publisher(database: Path) -> EmbeddedRuntime:
    return EmbeddedRuntime(database, [], pool=_nothing, now=lambda: datetime.now(UTC))


def _update(number: int, at: datetime) -> CaseUpdate:
    event = Event(
        id=f"event-{number}",
        type=EventType.ARREST,
        status=Status.HAPPENED,
        time_role=TimeRole.NEWS,
        evidence=f"Police arrested person {number}.",
        span=(0, 20),
        defendant=(f"Person {number}",),
    )
    told = LinkedEvent(event=event, article_id=f"article-{number}", article_version="1", source="Tidewire", seen_at=at)
    case = Case(id=f"case-{number}", title=f"Person {number}", opened_at=at, updated_at=at)
    return CaseUpdate(id=make_id("change", str(number)), case=case, change=ChangeKind.OPENED, events=(told,))


def _run(folder: Path, hours: int, step: str, chance: random.Random) -> bool:
    """Let the process work; return whether it was killed."""
    count = chance.randint(1, MOST.get(step, 1))
    command = [sys.executable, "-m", "tools.drill_alerts", "work", str(folder), str(hours), step, str(count)]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, cwd=Path(__file__).parent.parent)
    if step == "any":
        time.sleep(chance.uniform(0.5, 3))
        process.kill()
    _, err = process.communicate(timeout=120)
    assert process.returncode in (0, -signal.SIGKILL), err.decode()
    return process.returncode != 0


def _check(folder: Path, receivers: Receivers, most: int) -> None:
    with closing(SqliteStore(open_home(folder).database)) as store:
        entries = store.outbox(limit=1000)
    assert len(entries) == 2 * UPDATES
    assert {entry.state for entry in entries} == {"sent"}
    assert set(receivers.hooks) == {entry.notice.id for entry in entries if entry.notice.channel == "webhook"}
    assert receivers.named == {f"case-{number}" for number in range(UPDATES)}
    for got in (receivers.hooks, receivers.mails):
        assert max(got.values()) <= most, f"{got.most_common(1)} where {most} may come"


def main(rounds: int) -> None:
    chance, killed, twice = random.Random(), 0, 0
    for number in range(rounds):
        step = STEPS[number % len(STEPS)]
        with tempfile.TemporaryDirectory() as folder:
            hit, doubled = drill(Path(folder) / "home", step, chance)
        killed, twice = killed + hit, twice + doubled
        print(f"{number + 1:4} {step:6} {'killed' if hit else 'ended':7} {doubled} twice", flush=True)
    print(f"{rounds} rounds, {killed} kills, {rounds * 2 * UPDATES} notices: none lost, {twice} messages came twice")


if __name__ == "__main__":
    if sys.argv[1:2] == ["work"]:
        work(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4], int(sys.argv[5]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 200)
