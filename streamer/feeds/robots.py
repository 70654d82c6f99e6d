"""robots.txt, as RFC 9309 has it: kept for a day; 4xx means that all is allowed, no answer or 5xx that nothing is."""

import asyncio
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from protego import Protego

_KEPT = 24 * 3600.0
_KEPT_UNREACHABLE = 3600.0
MAX_BYTES = 500 * 1024
"""What lies beyond is ignored (RFC 9309, section 2.5)."""
_ORIGINS = 4096
"""So many sites are remembered."""


class RobotsUnreachable(Exception):
    """robots.txt cannot be had now, so nothing of the site may be fetched for the time being."""


class Source(Protocol):
    """Gets a robots.txt: its status and text. Raises RobotsUnreachable if there is no answer."""

    async def __call__(self, url: str) -> tuple[int, str]: ...


@dataclass(frozen=True)
class _Known:
    rules: Protego | None
    """None if robots.txt could not be had."""
    until: float


class Robots:
    """Remembers what sites allow to an agent. `clock` gives seconds that only grow."""

    def __init__(self, user_agent: str, source: Source, clock: Callable[[], float]) -> None:
        self._agent = user_agent.partition("/")[0]
        self._source, self._clock = source, clock
        self._known: dict[str, _Known] = {}
        self._asking: dict[str, asyncio.Task[_Known]] = {}

    async def allows(self, url: str) -> bool:
        """Return whether the page may be fetched. Raises RobotsUnreachable."""
        rules = await self._rules(url)
        return bool(rules.can_fetch(url, self._agent))

    async def delay(self, url: str) -> float:
        """Return the seconds that the site wants between two requests, 0 if it does not say."""
        return float((await self._rules(url)).crawl_delay(self._agent) or 0)

    async def _rules(self, url: str) -> Protego:
        parts = urlsplit(url)
        origin = f"{parts.scheme}://{parts.netloc}"
        known = self._known.get(origin)
        if known is None or known.until <= self._clock():
            known = await self._asked_once(origin)
        if known.rules is None:
            raise RobotsUnreachable(f"robots.txt of {parts.hostname} cannot be had")
        return known.rules

    def _asked_once(self, origin: str) -> Awaitable[_Known]:
        """Ask, or wait for the answer that another task has asked for."""
        task = self._asking.get(origin)
        if task is None:
            task = self._asking[origin] = asyncio.create_task(self._ask(origin))
            task.add_done_callback(lambda _: self._asking.pop(origin, None))
        return asyncio.shield(task)

    async def _ask(self, origin: str) -> _Known:
        try:
            status, text = await self._source(f"{origin}/robots.txt")
        except RobotsUnreachable:
            status, text = 503, ""
        if status >= 500 or status == 429:
            known = _Known(None, self._clock() + _KEPT_UNREACHABLE)
        else:
            rules = Protego.parse(text if status < 300 else "")
            known = _Known(rules, self._clock() + _KEPT)
        while len(self._known) >= _ORIGINS:
            del self._known[next(iter(self._known))]
        self._known[origin] = known
        return known
