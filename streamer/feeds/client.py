"""The HTTP client: polite, bounded, and deaf to cookies. Everything that leaves for a publisher goes through here.

Redirects are followed by hand, so that each hop is checked and known. Bodies are counted as they are decoded, so a
compressed bomb stops at the limit. What goes wrong has a kind and a plain reason.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urljoin, urlsplit

import aiohttp

from agents.fetch import NotNow, Page, Refused
from agents.page_charset import decoded
from streamer.config import Fetching
from streamer.feeds import robots
from streamer.feeds.guard import PRIVATE, guarded_sockets
from streamer.feeds.retry_after import retry_seconds

MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
_CONNECTIONS_A_HOST = 2
_LONGEST_WAIT = 30.0
"""A page whose turn comes later (seconds) is put off instead, so that it does not hold up those of other hosts."""
_LONGEST_DELAY = 60.0
"""Of a robots.txt's Crawl-delay, in seconds."""
_URL_LIMIT = 4096
_HOSTS = 10_000
"""So many hosts' turns are remembered."""
_PAGES = {"text/html": "text/html", "application/xhtml+xml": "text/html", "text/plain": "text/plain", "": "text/html"}
"""What is read as a page, and as what."""


class Hop(NamedTuple):
    """A redirect that was followed."""

    status: int
    url: str
    """Where it led."""


class Answer(NamedTuple):
    """A whole answer to a GET, of any status but a redirect."""

    url: str
    """The address that gave it, after redirects."""
    status: int
    headers: Mapping[str, str]
    """Names in any case."""
    body: bytes
    hops: tuple[Hop, ...] = ()

    @property
    def media_type(self) -> str:
        return self.headers.get("Content-Type", "").partition(";")[0].strip().lower()

    @property
    def charset(self) -> str:
        rest = self.headers.get("Content-Type", "").lower().partition("charset=")[2]
        return rest.partition(";")[0].strip(" \"'")


class FetchError(Exception):
    """No whole answer could be had; `kind` is one word for counting, the text is a plain reason.

    Kinds: `bad_url`, `private_address`, `dns`, `tls`, `timeout`, `connection`, `encoding`, `too_large`, `redirects`,
    `resting` (the host asked to be left alone until later).
    """

    def __init__(self, kind: str, reason: str, *, retry_after: float | None = None) -> None:
        super().__init__(reason)
        self.kind = kind
        self.retry_after = retry_after

    @property
    def lasting(self) -> bool:
        """True if trying again later would not help."""
        return self.kind in ("bad_url", "private_address", "too_large", "redirects")


class Client:
    """Gets feeds and pages. Use it as an async context manager, in one event loop."""

    def __init__(self, fetching: Fetching) -> None:
        self._fetching = fetching
        self._session: aiohttp.ClientSession | None = None
        self._robots = robots.Robots(fetching.user_agent, self._robots_txt, time.monotonic)
        self._turns: dict[str, float] = {}
        self._resting: dict[str, float] = {}

    async def __aenter__(self) -> Self:
        limits = self._fetching
        self._session = aiohttp.ClientSession(
            connector=aiohttp.TCPConnector(
                limit=limits.in_flight,
                limit_per_host=_CONNECTIONS_A_HOST,
                socket_factory=guarded_sockets(limits.allow_private),
            ),
            timeout=aiohttp.ClientTimeout(total=limits.total_seconds, sock_connect=limits.connect_seconds),
            headers={"User-Agent": limits.user_agent, "Accept-Encoding": "gzip, br"},
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
        )
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def get(self, url: str, *, headers: Mapping[str, str] | None = None) -> Answer:
        """Return the answer at the end of the redirects. Raises FetchError."""
        hops: list[Hop] = []
        while True:
            answer = await self._one(url, headers or {})
            target = answer.headers.get("Location", "")
            if answer.status not in _REDIRECTS or not target:
                self._note_rest(answer)
                return answer._replace(hops=tuple(hops))
            if len(hops) == MAX_REDIRECTS:
                raise FetchError("redirects", f"more than {MAX_REDIRECTS} redirects")
            url = _joined(answer.url, target)
            hops.append(Hop(answer.status, url))

    async def get_page(self, url: str) -> Page:
        """Return an article's page, when it is its host's turn and if robots.txt allows it.

        Raises `agents.fetch.Refused` (it will not be had) or `agents.fetch.NotNow` (perhaps later).
        """
        try:
            await self._permission(url)
            answer = await self.get(url, headers={"Accept": "text/html, application/xhtml+xml;q=0.9, */*;q=0.1"})
            if urlsplit(answer.url).netloc != urlsplit(url).netloc and not await self._robots.allows(answer.url):
                raise Refused("robots.txt forbids it")
        except robots.RobotsUnreachable as error:
            raise NotNow(str(error)) from error
        except FetchError as error:
            if error.lasting:
                raise Refused(str(error)) from error
            raise NotNow(str(error), retry_after=error.retry_after) from error
        return _page(answer)

    async def _permission(self, url: str) -> None:
        """Wait for the host's turn. Raises Refused, NotNow, FetchError or RobotsUnreachable."""
        _checked(url)
        if not await self._robots.allows(url):
            raise Refused("robots.txt forbids it")
        delay = min(await self._robots.delay(url), _LONGEST_DELAY)
        host, now = urlsplit(url).netloc.lower(), time.monotonic()
        turn = max(now, self._turns.get(host, 0.0))
        if turn - now > _LONGEST_WAIT:
            raise NotNow("other pages of its host go first", retry_after=turn - now, counts=False)
        if len(self._turns) >= _HOSTS:
            self._turns = {name: at for name, at in self._turns.items() if at > now}
        self._turns[host] = turn + max(self._fetching.per_host_seconds, delay)
        await asyncio.sleep(turn - now)

    async def _one(self, url: str, headers: Mapping[str, str]) -> Answer:
        """Return the answer of one request, redirects too, with a body within the limit."""
        _checked(url)
        self._check_rest(url)
        assert self._session is not None, "the client is used outside of its context"
        try:
            async with self._session.get(url, headers=headers, allow_redirects=False) as response:
                body = b"" if response.status in _REDIRECTS else await self._body(response)
                return Answer(str(response.url), response.status, response.headers, body)
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError, UnicodeError) as error:
            raise _named(error) from error

    async def _body(self, response: aiohttp.ClientResponse) -> bytes:
        parts: list[bytes] = []
        size = 0
        async for part in response.content.iter_chunked(64 * 1024):
            parts.append(part)
            size += len(part)
            if size > self._fetching.max_bytes:
                raise FetchError("too_large", f"larger than {self._fetching.max_bytes} bytes")
        return b"".join(parts)

    async def _robots_txt(self, url: str) -> tuple[int, str]:
        try:
            answer = await self.get(url)
        except FetchError as error:
            if error.kind in ("redirects", "too_large"):  # RFC 9309, sections 2.3.1.2 and 2.5
                return 404, ""
            raise robots.RobotsUnreachable(str(error)) from error
        return answer.status, answer.body[: robots.MAX_BYTES].decode("utf-8", "replace")

    def _note_rest(self, answer: Answer) -> None:
        """Leave the host alone for as long as it asks."""
        if answer.status in (429, 503):
            seconds = retry_seconds(answer.headers)
            if seconds:
                self._resting[urlsplit(answer.url).netloc.lower()] = time.monotonic() + seconds

    def _check_rest(self, url: str) -> None:
        host, now = urlsplit(url).netloc.lower(), time.monotonic()
        left = self._resting.get(host, now) - now
        if left > 0:
            raise FetchError("resting", "the host asked to be left alone for a while", retry_after=left)
        self._resting.pop(host, None)


def _checked(url: str) -> None:
    """Raise FetchError unless the address is a plain http(s) one."""
    try:
        parts = urlsplit(url)
        plain = parts.scheme in ("http", "https") and parts.hostname and parts.port != 0 and not parts.username
    except ValueError:
        plain = False
    if not plain or len(url) > _URL_LIMIT:
        raise FetchError("bad_url", "not a plain http or https address")


def _joined(base: str, target: str) -> str:
    try:
        return urljoin(base, target.strip())
    except ValueError:
        raise FetchError("redirects", "redirect to what is no address") from None


_ERRORS: tuple[tuple[type[Exception], str, str], ...] = (
    (aiohttp.ClientConnectorDNSError, "dns", "the host name is not known"),
    (aiohttp.ClientSSLError, "tls", "no secure connection (certificate or protocol)"),
    (ssl.SSLError, "tls", "no secure connection (certificate or protocol)"),
    (TimeoutError, "timeout", "no answer in time"),
    (aiohttp.InvalidURL, "bad_url", "not a plain http or https address"),
    (UnicodeError, "bad_url", "not a plain http or https address"),
    (aiohttp.ClientPayloadError, "encoding", "the answer broke off or is wrongly encoded"),
)


def _named(error: Exception) -> FetchError:
    """Return what went wrong, told without the address (it may hold a secret)."""
    if PRIVATE in str(error):
        return FetchError("private_address", "the address is private or reserved")
    for kind_of_error, kind, reason in _ERRORS:
        if isinstance(error, kind_of_error):
            return FetchError(kind, reason)
    return FetchError("connection", f"no connection ({type(error).__name__})")


def _page(answer: Answer) -> Page:
    status = answer.status
    if status in (408, 425, 429) or status >= 500:
        raise NotNow(f"the site answers {status}", retry_after=retry_seconds(answer.headers))
    if status == 403 and answer.headers.get("cf-mitigated") == "challenge":
        raise Refused("the site demands a challenge that only browsers pass")
    if status != 200:
        raise Refused(f"the site answers {status}")
    media_type = _PAGES.get(answer.media_type)
    if media_type is None:
        raise Refused(f"not a page but {answer.media_type[:60]}")
    return Page(url=answer.url, body=decoded(answer.body, answer.charset), media_type=media_type)
