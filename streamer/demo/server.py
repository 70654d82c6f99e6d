"""Plays the invented outlets of the bundled archive on this machine: feeds, pages, robots.txt.

The archive holds the pages and feeds as their outlets would publish them, under `https://www.<outlet>.example/`. When
served, these addresses are replaced by the server's own, so that a poller finds every page here. Three things are
wrong on purpose: one page is cut off in its head, one feed entry leads to no page, and one has no link at all.
"""

from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from hashlib import sha256
from importlib.resources import files
from importlib.resources.abc import Traversable
from typing import Self

from aiohttp import web

from streamer.config import Feed

OUTLETS = {
    "harbourledger": "The Harbour Ledger",
    "swarmreport": "Swarm Report",
    "meridianwire": "Meridian Wire",
    "packetandgavel": "Packet & Gavel",
}

_ROBOTS = "User-agent: *\nDisallow: /search\n"
_EDITIONS = (datetime(2025, 9, 12, 9, 30, tzinfo=UTC), datetime(2025, 9, 13, 8, 12, tzinfo=UTC))
"""When the feeds and pages say that they were last changed: at first, and after the correction."""


@dataclass(frozen=True)
class _Paper:
    """What is sent for one address."""

    body: bytes
    media_type: str
    changed_at: datetime

    @property
    def etag(self) -> str:
        return sha256(self.body).hexdigest()[:20]


class DemoServer:
    """Serves the archive on 127.0.0.1 while its `async with` block runs.

    `port` 0 takes any free one; give the same port again to keep the same page addresses, and so the same ids.
    Raises OSError on a port that is taken.
    """

    def __init__(self, port: int = 0) -> None:
        self.port = port
        self._later = False
        app = web.Application()
        app.router.add_get("/robots.txt", _robots)
        app.router.add_get("/{outlet}/{name:[a-z0-9-]+}{tail:/?}", self._page)
        app.router.add_get("/{outlet}/feed.xml", self._feed)
        self._runner = web.AppRunner(app, access_log=None)

    async def __aenter__(self) -> Self:
        await self._runner.setup()
        site = web.TCPSite(self._runner, "127.0.0.1", self.port)
        await site.start()
        self.port = self._runner.addresses[0][1]
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._runner.cleanup()

    @property
    def address(self) -> str:
        """Host and port, in the form of the setting `allow_private`."""
        return f"127.0.0.1:{self.port}"

    @property
    def feeds(self) -> tuple[Feed, ...]:
        """The outlets' feeds, as a configuration lists them; their first poll is told to subscribers."""
        base = f"http://{self.address}"
        return tuple(
            Feed(name=outlet, outlet=title, url=f"{base}/{outlet}/feed.xml", tell_backlog=True)
            for outlet, title in OUTLETS.items()
        )

    def turn_page(self) -> None:
        """Publish the later edition: one article is corrected, and its feed entry is updated."""
        self._later = True

    async def _feed(self, request: web.Request) -> web.Response:
        atom = request.match_info["outlet"] == "swarmreport"
        return self._send(request, "feed.xml", "application/atom+xml" if atom else "application/rss+xml")

    async def _page(self, request: web.Request) -> web.Response:
        return self._send(request, f"{request.match_info['name']}.html", "text/html")

    def _send(self, request: web.Request, name: str, media_type: str) -> web.Response:
        paper = self._paper(request.match_info["outlet"], name, media_type)
        if paper is None:
            raise web.HTTPNotFound(text="This page is no longer here.")
        headers = {"ETag": f'"{paper.etag}"', "Last-Modified": format_datetime(paper.changed_at, usegmt=True)}
        if _is_known(request, paper):
            return web.Response(status=304, headers=headers)
        return web.Response(body=paper.body, content_type=paper.media_type, charset="utf-8", headers=headers)

    def _paper(self, outlet: str, name: str, media_type: str) -> _Paper | None:
        if outlet not in OUTLETS:
            return None
        archive = files("streamer.demo") / "archive"
        later = archive / "later" / outlet / name
        corrected = self._later and later.is_file()
        file = later if corrected else archive / outlet / name
        if not file.is_file():
            return None
        return _Paper(self._addressed(file), media_type, _EDITIONS[corrected])

    def _addressed(self, file: Traversable) -> bytes:
        """Return the file with the outlets' addresses replaced by this server's."""
        text = file.read_text("utf-8")
        for outlet in OUTLETS:
            text = text.replace(f"https://www.{outlet}.example/", f"http://{self.address}/{outlet}/")
        return text.encode()


async def _robots(_: web.Request) -> web.Response:
    return web.Response(text=_ROBOTS)


def _is_known(request: web.Request, paper: _Paper) -> bool:
    """True if the client has this version: by its ETag, else by its date (RFC 9110, section 13.2.2)."""
    if request.if_none_match is not None:
        return any(tag.value in ("*", paper.etag) for tag in request.if_none_match)
    since = request.headers.get("If-Modified-Since", "")
    try:
        return parsedate_to_datetime(since) >= paper.changed_at
    except (TypeError, ValueError):
        return False
