"""A web server on this machine that answers as a test says."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager

from aiohttp import web

from streamer.config import Fetching
from streamer.feeds.client import Client

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


class WebServer:
    """Answers each path by the handler set for it, and keeps the requests it got."""

    def __init__(self) -> None:
        self.handlers: dict[str, Handler] = {}
        self.requests: list[web.BaseRequest] = []
        self.port = 0

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def on(
        self, path: str, *, status: int = 200, body: str | bytes = b"", headers: dict[str, str] | None = None
    ) -> None:
        """Answer a path always the same."""
        data = body.encode() if isinstance(body, str) else body

        async def handle(_: web.Request) -> web.Response:
            return web.Response(status=status, body=data, headers=headers)

        self.handlers[path] = handle

    def asked(self, path: str) -> list[web.BaseRequest]:
        return [request for request in self.requests if request.path == path]

    async def answer(self, request: web.Request) -> web.StreamResponse:
        self.requests.append(request)
        handler = self.handlers.get(request.path)
        return await handler(request) if handler else web.Response(status=404, text="nothing here")


@asynccontextmanager
async def web_server() -> AsyncIterator[WebServer]:
    server = WebServer()
    app = web.Application()
    app.router.add_route("*", "/{tail:.*}", server.answer)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    server.port = runner.addresses[0][1]
    try:
        yield server
    finally:
        await runner.cleanup()
        await asyncio.sleep(0.02)  # connections with bytes left to send need a moment to notice


@asynccontextmanager
async def server_and_client(**limits: object) -> AsyncIterator[tuple[WebServer, Client]]:
    """A server, and a client that may reach it and waits for nobody."""
    async with web_server() as server:
        settings = {"per_host_seconds": 0, "allow_private": (f"127.0.0.1:{server.port}",), **limits}
        async with Client(Fetching(**settings)) as client:
            yield server, client
