"""Real receivers of notices on this machine, which count what comes: a web server and a mail server."""

import asyncio
import socket
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from threading import Thread
from typing import Any

from aiohttp import web
from aiosmtpd.controller import Controller


class Receivers:
    """A web server and a mail server on this machine, and what they got."""

    def __init__(self) -> None:
        self.hooks: Counter[str] = Counter()
        self.mails: Counter[str] = Counter()
        self.named: set[str] = set()
        """The cases that mails told of."""

    def forget(self) -> None:
        """Forget what came, before the next round."""
        self.hooks, self.mails, self.named = Counter(), Counter(), set()

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
