"""The bundled archive is what the demo promises, and its server behaves as a feed's server should."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from importlib.resources import files
from pathlib import Path

import aiohttp
import feedparser
import pytest

from streamer.demo.server import OUTLETS, DemoServer

ARCHIVE = Path(str(files("streamer.demo"))) / "archive"
PAGES = sorted(path for path in ARCHIVE.rglob("*.html") if path.parent.parent.name != "later")
CORRECTED = "harbourledger/streamharbor-organiser-jailed"
BROKEN = "packetandgavel/ghost-fleet-botnet-servers-go-quiet"


def visit(act: Callable[[DemoServer, aiohttp.ClientSession], Awaitable[None]]) -> None:
    async def play() -> None:
        async with DemoServer() as server, aiohttp.ClientSession(f"http://{server.address}") as session:
            await act(server, session)

    asyncio.run(play())


def entries(outlet: str, folder: Path = ARCHIVE) -> list[feedparser.FeedParserDict]:
    return feedparser.parse(io.BytesIO((folder / outlet / "feed.xml").read_bytes())).entries


def test_there_are_at_least_25_readable_pages():
    assert len(PAGES) - 1 >= 25


@pytest.mark.parametrize("outlet", OUTLETS)
def test_each_feed_is_well_formed_with_unique_ids(outlet):
    parsed = feedparser.parse(io.BytesIO((ARCHIVE / outlet / "feed.xml").read_bytes()))
    assert not parsed.bozo
    assert parsed.version == ("atom10" if outlet == "swarmreport" else "rss20")
    ids = [entry.id for entry in parsed.entries]
    assert len(set(ids)) == len(ids) > 5


def test_every_page_is_in_its_feed_and_one_entry_leads_nowhere():
    linked = {tuple(entry.link.rstrip("/").split("/")[-2:]) for o in OUTLETS for entry in entries(o) if "link" in entry}
    kept = {(f"www.{path.parent.name}.example", path.stem) for path in PAGES}
    assert kept <= linked
    assert [name for _, name in linked - kept] == ["registrar-suspends-moonlark-domains-251030"]


def test_one_entry_has_no_link_and_carries_its_text():
    (entry,) = [entry for outlet in OUTLETS for entry in entries(outlet) if "link" not in entry]
    assert "Hong Kong Customs seized" in entry.summary


def test_one_article_was_copied_by_a_second_outlet():
    def quotes(path: str) -> bool:
        return "a leg and a half of a racehorse" in (ARCHIVE / path).read_text("utf-8")

    assert quotes("meridianwire/streamharbor-operator-admits-fraud.html")
    assert quotes("harbourledger/chepstow-man-admits-streaming-fraud.html")


def test_feeds_and_pages_lead_to_the_server_itself():
    async def act(server, session):
        for feed in server.feeds:
            parsed = feedparser.parse(io.BytesIO(await (await session.get(feed.url)).read()))
            links = [entry.link for entry in parsed.entries if "link" in entry]
            assert all(link.startswith(f"http://{server.address}/{feed.name}/") for link in links)
            answers = [(await session.get(link)).status for link in links]
            assert answers.count(404) == (feed.name == "swarmreport")
            assert set(answers) <= {200, 404}

    visit(act)


def test_a_known_feed_is_not_sent_again():
    async def act(server, session):
        first = await session.get("/meridianwire/feed.xml")
        by_tag = await session.get("/meridianwire/feed.xml", headers={"If-None-Match": first.headers["ETag"]})
        by_date = await session.get(
            "/meridianwire/feed.xml", headers={"If-Modified-Since": first.headers["Last-Modified"]}
        )
        stale = await session.get("/meridianwire/feed.xml", headers={"If-None-Match": '"other"'})
        nonsense = await session.get("/meridianwire/feed.xml", headers={"If-Modified-Since": "yesterday"})
        assert [r.status for r in (first, by_tag, by_date, stale, nonsense)] == [200, 304, 304, 200, 200]
        assert await by_tag.read() == b""

    visit(act)


def test_the_later_edition_corrects_one_article_and_updates_its_entry():
    async def act(server, session):
        before = await session.get(f"/{CORRECTED}")
        feed = await session.get("/harbourledger/feed.xml")
        other = await session.get("/swarmreport/feed.xml")
        server.turn_page()
        after = await session.get(f"/{CORRECTED}")
        later = await session.get("/harbourledger/feed.xml", headers={"If-None-Match": feed.headers["ETag"]})
        unmoved = await session.get("/swarmreport/feed.xml", headers={"If-None-Match": other.headers["ETag"]})
        assert "£412,000, to be paid" in await before.text()
        assert "£241,000, to be paid" in await after.text()
        assert (later.status, unmoved.status) == (200, 304)
        assert "2025-09-13" in await later.text()

    visit(act)


def test_an_updated_entry_keeps_its_id():
    def jailed(folder: Path) -> str:
        return next(entry.id for entry in entries("harbourledger", folder) if "jailed" in entry.title)

    assert jailed(ARCHIVE) == jailed(ARCHIVE / "later")


def test_the_broken_page_ends_before_its_text_begins():
    async def act(_, session):
        text = await (await session.get(f"/{BROKEN}")).text()
        assert "<script>" in text
        assert "<body" not in text

    visit(act)


@pytest.mark.parametrize(
    "path", ["/", "/nowhere/feed.xml", "/later/feed.xml", "/swarmreport/..%2Ffeed", "/swarmreport/x"]
)
def test_what_is_not_in_the_archive_is_not_found(path):
    async def act(_, session):
        assert (await session.get(path)).status == 404

    visit(act)


def test_robots_are_told_what_they_may_read():
    async def act(_, session):
        assert "Disallow: /search" in await (await session.get("/robots.txt")).text()

    visit(act)


def test_the_same_port_can_be_taken_again():
    async def ports() -> list[int]:
        async with DemoServer() as first:
            port = first.port
        async with DemoServer(port) as second:
            return [port, second.port]

    first, second = asyncio.run(ports())
    assert first == second > 0
