"""One POST to a subscriber's address: guarded, without redirects, and with the answer told apart."""

import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

import aiohttp

from streamer.config import Fetching
from streamer.feeds.guard import PRIVATE, PrivateAddress, guarded_sockets
from streamer.feeds.retry_after import retry_seconds
from streamer.senders.sending import SEND_SECONDS, SendFailed

_GONE = 410


async def post(url: str, body: bytes, headers: Mapping[str, str], fetching: Fetching) -> str:
    """Return what the receiver answered when it took the body, which is any status of 2xx. Raises SendFailed.

    Only https is spoken, but for the `host:port` pairs that the configuration allows.
    """
    _check(url, fetching)
    session = aiohttp.ClientSession(
        connector=aiohttp.TCPConnector(socket_factory=guarded_sockets(fetching.allow_private)),
        timeout=aiohttp.ClientTimeout(total=SEND_SECONDS, sock_connect=fetching.connect_seconds),
        headers={"User-Agent": fetching.user_agent, "Content-Type": "application/json"},
        cookie_jar=aiohttp.DummyCookieJar(),
        trust_env=False,
    )
    try:
        async with session, session.post(url, data=body, headers=headers, allow_redirects=False) as answer:
            return _taken(answer)
    except TimeoutError as error:
        raise SendFailed("no answer in time") from error
    except (aiohttp.ClientError, OSError, ssl.SSLError, ValueError) as error:
        raise SendFailed(_reason(error)) from error


def _check(url: str, fetching: Fetching) -> None:
    try:
        parts = urlsplit(url)
        pair = f"{parts.hostname}:{parts.port or 80}"
    except ValueError as error:
        raise SendFailed("not a web address", lasting=True) from error
    if not parts.hostname or (parts.scheme != "https" and pair not in fetching.allow_private):
        raise SendFailed("not an https address", lasting=True)


def _taken(answer: aiohttp.ClientResponse) -> str:
    said = f"{answer.status} {answer.reason or ''}".strip()
    if 200 <= answer.status < 300:
        return said
    raise SendFailed(said, retry_after=retry_seconds(answer.headers), gone=answer.status == _GONE)


def _reason(error: Exception) -> str:
    """Return what went wrong without the address: its path may hold a secret."""
    inner = getattr(error, "os_error", error)
    if isinstance(inner, PrivateAddress) or PRIVATE in str(inner):
        return PRIVATE
    return f"no connection ({type(error).__name__})"
