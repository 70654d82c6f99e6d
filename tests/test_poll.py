"""Polling a real server: nothing new is asked for twice, nothing is lost, servers get the rest they ask for."""

import asyncio
from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from aiohttp import web

from streamer.config import Feed, default_feeds
from streamer.feeds.poll import poll_due, poll_feed
from streamer.stores.sqlite import SqliteStore
from tests.webserver import server_and_client

START = datetime(2026, 3, 20, 12, tzinfo=UTC)
PROSE = "The court heard that the service had sold access to films for more than six years. " * 8


def rss(*names: str, text: str = "Short.") -> str:
    items = "".join(
        f"<item><guid isPermaLink='false'>{name}</guid><title>{name}</title><link>/{name}</link>"
        f"<pubDate>Thu, 12 Mar 2026 1{n}:00:00 GMT</pubDate><description>{text}</description></item>"
        for n, name in enumerate(names)
    )
    return f"<rss version='2.0'><channel><title>G</title>{items}</channel></rss>"


async def inline(function, /, *args):
    return function(*args)


class Desk:
    """A server with a feed, and what polls it."""

    def __init__(self, server, client, store) -> None:
        self.server, self.client, self.store = server, client, store
        self.at = START
        self.published = []
        self.feed = Feed(name="g", outlet="Gazette", url=server.url("/feed"))

    def publish(self, topic, messages):
        assert topic == "items"
        assert self.store.unseen(messages) == list(messages), "entered into the ledger before they were published"
        self.published += messages

    def parts(self):
        return {
            "client": self.client,
            "pool": inline,
            "store": self.store,
            "publish": self.publish,
            "now": lambda: self.at,
        }

    async def poll(self, *, later: timedelta = timedelta(hours=2), feed: Feed | None = None, **more):
        feed = feed or self.feed
        report = await poll_feed(feed, self.state, **self.parts(), random=Random(1), **more)
        self.at += later
        return report

    @property
    def state(self):
        return self.store.feed_states().get(self.feed.url)

    @property
    def last_request(self):
        return self.server.asked("/feed")[-1].headers


def play(tmp_path, act, **limits):
    async def run():
        store = SqliteStore(tmp_path / "state.sqlite")
        try:
            async with server_and_client(**limits) as (server, client):
                await act(Desk(server, client, store))
        finally:
            store.close()

    asyncio.run(run())


def test_new_entries_become_items_and_the_first_poll_is_muted(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss("a", "b"))
        report = await desk.poll()
        assert (report.outcome, report.entries, report.new) == ("new", 2, 2)
        desk.server.on("/feed", body=rss("a", "b", "c"))
        report = await desk.poll()
        assert (report.outcome, report.new) == ("new", 1)
        assert [(item.guid, item.muted) for item in desk.published] == [("a", True), ("b", True), ("c", False)]
        item = desk.published[0]
        assert (item.source, item.url, item.date_basis) == ("Gazette", desk.server.url("/a"), "feed")
        assert item.published_at == datetime(2026, 3, 12, 10, tzinfo=UTC)
        assert item.seen_at == START
        assert [(row.source, row.seen, row.waiting) for row in desk.store.ledger()] == [("Gazette", 3, 3)]

    play(tmp_path, act)


def test_feed_that_tells_its_backlog_is_not_muted(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss("a"))
        await desk.poll(feed=Feed(name="g", url=desk.feed.url, tell_backlog=True))
        assert not desk.published[0].muted

    play(tmp_path, act)


def test_items_come_in_the_order_of_their_dates_though_feeds_list_the_newest_first(tmp_path):
    dated = {"sentence": "Fri, 13", "charge": "Thu, 12", "arrest": "Wed, 11"}
    entries = "".join(
        f"<item><guid>{name}</guid><title>{name}</title><link>/{name}</link>"
        f"<pubDate>{day} Mar 2026 10:00:00 GMT</pubDate></item>"
        for name, day in dated.items()
    )

    async def act(desk):
        desk.server.on("/feed", body=f"<rss version='2.0'><channel><title>G</title>{entries}</channel></rss>")
        await desk.poll()
        assert [item.guid for item in desk.published] == ["arrest", "charge", "sentence"]

    play(tmp_path, act)


def test_edited_entry_comes_again_under_the_same_id(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss("a"))
        await desk.poll()
        desk.server.on("/feed", body=rss("a", text="Corrected."))
        assert (await desk.poll()).new == 1
        first, second = desk.published
        assert first.id == second.id
        assert first.content_hash != second.content_hash

    play(tmp_path, act)


def test_entries_of_a_full_text_feed_bring_their_page_along(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss("a", text=PROSE))
        await desk.poll(feed=Feed(name="g", url=desk.feed.url, full_text=True))
        [item] = desk.published
        assert PROSE.strip() in item.body
        assert item.content == ""

    play(tmp_path, act)


def test_validators_are_sent_back_byte_for_byte_and_304_is_heeded(tmp_path):
    async def act(desk):
        told = {"ETag": 'W/"x, y"', "Last-Modified": "Thu, 1 Mar 2026 00:00 GMT"}

        async def handle(request):
            known = request.headers.get("If-None-Match") == told["ETag"]
            return web.Response(status=304 if known else 200, body=b"" if known else rss("a").encode(), headers=told)

        desk.server.handlers["/feed"] = handle
        await desk.poll()
        assert "If-None-Match" not in desk.last_request
        report = await desk.poll()
        assert (report.outcome, report.entries) == ("same", 0)
        assert desk.last_request["If-None-Match"] == told["ETag"]
        assert desk.last_request["If-Modified-Since"] == told["Last-Modified"]
        assert desk.state.last_ok_at == START + timedelta(hours=2)

    play(tmp_path, act)


def test_stuck_etag_is_beaten_by_an_unconditional_poll_now_and_then(tmp_path):
    async def act(desk):
        async def stuck(request):
            known = "If-None-Match" in request.headers
            body = rss("a", "b") if desk.published else rss("a")
            return web.Response(status=304 if known else 200, text=None if known else body, headers={"ETag": '"1"'})

        desk.server.handlers["/feed"] = stuck
        for _ in range(100):
            await desk.poll()
        assert [item.guid for item in desk.published] == ["a", "b"]
        assert len(desk.server.asked("/feed")) == 100

    play(tmp_path, act)


def test_same_body_is_not_parsed_again(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss("a"))
        await desk.poll()

        async def no_pool(function, /, *args):
            pytest.fail("parsed again")

        report = await poll_feed(desk.feed, desk.state, **desk.parts() | {"pool": no_pool})
        assert report.outcome == "same"

    play(tmp_path, act)


def test_crash_before_the_state_is_saved_publishes_again_and_loses_nothing(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss("a"))
        publish = desk.publish

        def crash(topic, messages):
            publish(topic, messages)
            raise RuntimeError("killed")

        desk.publish = crash
        with pytest.raises(RuntimeError):
            await desk.poll()
        desk.publish = publish
        assert (await desk.poll()).new == 1
        assert [item.id for item in desk.published] == [desk.published[0].id] * 2
        assert [row.seen for row in desk.store.ledger()] == [1]

    play(tmp_path, act)


@pytest.mark.parametrize(("status", "told"), [(429, "7200"), (503, "Fri, 20 Mar 2026 14:00:00 GMT")])
def test_server_that_asks_for_rest_gets_it_for_all_feeds_of_its_host(tmp_path, status, told):
    async def act(desk):
        headers = {"Retry-After": told, "Date": "Fri, 20 Mar 2026 12:00:00 GMT"}
        desk.server.on("/feed", status=status, headers=headers)
        report = await desk.poll()
        assert (report.outcome, report.reason) == ("failed", f"the site answers {status}")
        assert timedelta(hours=2) <= report.next_at - START <= timedelta(hours=3)
        other = await poll_feed(Feed(name="h", url=desk.server.url("/other")), **desk.parts())
        assert not desk.server.asked("/other")
        assert other.next_at - desk.at >= timedelta(minutes=119)
        assert desk.store.feed_states()[desk.server.url("/other")].failures == 0

    play(tmp_path, act)


def test_failures_back_off_and_success_forgets_them(tmp_path):
    async def act(desk):
        desk.server.on("/feed", status=404)
        pauses = [((await desk.poll()).next_at - desk.at + timedelta(hours=2)) for _ in range(4)]
        assert pauses == sorted(pauses)
        assert pauses[-1] > 6 * pauses[0]
        assert (desk.state.failures, desk.state.last_error) == (4.0, "the site answers 404")
        desk.server.on("/feed", body=rss("a"))
        assert (await desk.poll()).outcome == "new"
        assert (desk.state.failures, desk.state.last_error) == (0.0, "")

    play(tmp_path, act)


def test_feed_that_is_gone_for_a_day_is_paused(tmp_path):
    async def act(desk):
        desk.server.on("/feed", status=410)
        assert (await desk.poll(later=timedelta(hours=23))).outcome == "failed"
        assert (await desk.poll()).outcome == "failed"
        assert (await desk.poll()).outcome == "paused"
        assert "gone" in desk.state.paused
        assert await poll_due([desk.feed], **desk.parts()) == []

    play(tmp_path, act)


def test_web_page_in_place_of_the_feed_names_the_feed_it_advertises(tmp_path):
    async def act(desk):
        page = "<html><head><link rel='alternate' type='application/rss+xml' href='/real.xml'></head></html>"
        desk.server.on("/feed", body=page, headers={"Content-Type": "text/html"})
        report = await desk.poll()
        assert report.reason == f"a web page, not a feed; it advertises {desk.server.url('/real.xml')}"
        assert desk.state.body_hash == ""

    play(tmp_path, act)


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [(403, {"cf-mitigated": "challenge"}, "challenge"), (302, {"Location": "http://10.0.0.1/"}, "private")],
)
def test_other_failures_have_a_reason(tmp_path, status, headers, reason):
    async def act(desk):
        desk.server.on("/feed", status=status, headers=headers)
        report = await desk.poll()
        assert report.outcome == "failed"
        assert reason in report.reason

    play(tmp_path, act)


def test_feed_larger_than_the_limit_fails(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss(*"abc", text="x" * 20_000))
        assert "larger than" in (await desk.poll()).reason

    play(tmp_path, act, max_bytes=10_000)


def test_redirect_that_held_becomes_the_address(tmp_path):
    async def act(desk):
        desk.server.on("/feed", status=301, headers={"Location": "/new"})
        desk.server.on("/new", body=rss("a"))
        for _ in range(11):
            await desk.poll(later=timedelta(days=1))
        assert desk.state.effective_url == desk.server.url("/new")
        assert len(desk.server.asked("/feed")) == 10
        desk.server.on("/new", status=404)
        await desk.poll()
        await desk.poll()
        assert len(desk.server.asked("/feed")) == 11

    play(tmp_path, act)


def test_empty_polls_are_counted(tmp_path):
    async def act(desk):
        desk.server.on("/feed", body=rss("a"))
        await desk.poll()
        for number in range(3):
            desk.server.on("/feed", body=rss() + f"<!-- {number} -->")
            assert (await desk.poll()).outcome == "same"
        assert desk.state.empty_polls == 3

    play(tmp_path, act)


def test_only_feeds_that_are_due_and_enabled_are_polled_and_a_bug_stops_no_other(tmp_path):
    async def act(desk):
        for path in ("/feed", "/bad", "/off"):
            desk.server.on(path, body=rss(path[1:]))
        bad = Feed(name="bad", url=desk.server.url("/bad"))
        off = Feed(name="off", url=desk.server.url("/off"), enabled=False)

        async def pool(function, /, *args):
            if args[2].endswith("/bad"):
                raise ZeroDivisionError
            return function(*args)

        parts = desk.parts() | {"pool": pool}
        reports = await poll_due([bad, desk.feed, off], **parts)
        assert [(report.name, report.outcome) for report in reports] == [("bad", "failed"), ("g", "new")]
        assert await poll_due([bad, desk.feed, off], **parts) == []
        assert desk.store.feed_states()[bad.url].last_error == "bug: ZeroDivisionError"
        desk.at += timedelta(hours=2)
        assert [report.name for report in await poll_due([desk.feed], **parts)] == ["g"]

    play(tmp_path, act)


def test_default_feeds_have_names_and_addresses_of_their_own():
    feeds = default_feeds()
    assert len({feed.name for feed in feeds}) == len({feed.url for feed in feeds}) == len(feeds)
    assert all(feed.url.startswith("https://") for feed in feeds)
    assert sum(feed.enabled for feed in feeds) >= 25
    assert not next(feed for feed in feeds if feed.name == "mpa").enabled
