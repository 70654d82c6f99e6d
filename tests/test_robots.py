"""robots.txt is obeyed for pages and not asked for feeds."""

import asyncio

import pytest

from agents.fetch import NotNow, Refused
from streamer.feeds.robots import Robots, RobotsUnreachable
from tests.webserver import server_and_client

AGENT = "Crackdown/0.1 (+https://example.org; feed reader)"


class Site:
    """Plays a site's robots.txt and counts how often it is asked for."""

    def __init__(self, status: int, text: str = "") -> None:
        self.status, self.text = status, text
        self.asked: list[str] = []
        self.time = 0.0
        self.robots = Robots(AGENT, self.answer, lambda: self.time)

    async def answer(self, url: str) -> tuple[int, str]:
        self.asked.append(url)
        await asyncio.sleep(0)
        if self.status == 0:
            raise RobotsUnreachable("no answer")
        return self.status, self.text


def test_rules_for_us_and_for_all():
    site = Site(200, "User-agent: *\nDisallow: /\n\nUser-agent: crackdown\nDisallow: /private\nCrawl-delay: 7\n")

    async def act():
        assert await site.robots.allows("https://example.org/story")
        assert not await site.robots.allows("https://example.org/private/story")
        assert await site.robots.delay("https://example.org/story") == 7

    asyncio.run(act())


@pytest.mark.parametrize("status", [401, 403, 404, 410])
def test_site_without_robots_allows_all(status):
    assert asyncio.run(Site(status, "Disallow: /").robots.allows("https://example.org/"))


@pytest.mark.parametrize("status", [0, 429, 500, 503])
def test_site_whose_robots_cannot_be_had_allows_nothing_for_now(status):
    site = Site(status)

    async def act():
        with pytest.raises(RobotsUnreachable):
            await site.robots.allows("https://example.org/")
        site.status, site.time = 404, 3601.0
        assert await site.robots.allows("https://example.org/")

    asyncio.run(act())


def test_answer_is_shared_and_kept_for_a_day():
    site = Site(200)

    async def act():
        await asyncio.gather(*(site.robots.allows(f"https://example.org/{number}") for number in range(5)))
        site.time = 86_399.0
        await site.robots.allows("https://example.org/6")
        assert site.asked == ["https://example.org/robots.txt"]
        site.time = 86_401.0
        await site.robots.allows("https://example.org/7")
        await site.robots.allows("http://example.org:81/7")
        assert len(site.asked) == 3

    asyncio.run(act())


def test_client_asks_for_pages_and_not_for_feeds():
    async def act():
        async with server_and_client() as (server, client):
            server.on("/robots.txt", body="User-agent: *\nDisallow: /closed\n")
            server.on("/open", body="<p>a</p>", headers={"Content-Type": "text/html"})
            server.on("/closed", body="<rss/>")
            server.on("/moved", status=302, headers={"Location": "/closed"})
            assert (await client.get(server.url("/closed"))).status == 200
            assert not server.asked("/robots.txt")
            await client.get_page(server.url("/open"))
            with pytest.raises(Refused, match=r"robots\.txt"):
                await client.get_page(server.url("/closed"))
            assert len(server.asked("/robots.txt")) == 1
            assert len(server.asked("/closed")) == 1

    asyncio.run(act())


def test_page_of_a_site_without_an_answer_for_robots_is_put_off():
    async def act():
        async with server_and_client() as (server, client):
            server.on("/robots.txt", status=503)
            with pytest.raises(NotNow, match=r"robots\.txt"):
                await client.get_page(server.url("/open"))

    asyncio.run(act())
