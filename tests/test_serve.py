"""The small web server: our own reader understands its feeds, a link alone ends nothing, and secrets stay secret."""

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from aiohttp.test_utils import TestClient, TestServer
from casework import DAY, case, event, linked
from lxml import html
from mailing import notice, subscription
from msgspec.structs import replace

from schemas.events import Party, Subscription
from schemas.taxonomy import TimeRole
from streamer.addresses import case_links, case_path, feed_path
from streamer.config import Cluster, Config, ConfigError, Serve
from streamer.contracts import Attempt
from streamer.feeds.entries import FeedDocument
from streamer.feeds.parse import parse_feed
from streamer.home import Home
from streamer.senders.sending import unsubscribe_token
from streamer.serve import Site, make_app
from streamer.stores.sqlite import SqliteStore

KEY = b"k" * 32
URL = "https://alerts.example.org"
BOUNCES = "bounces-secret-0123456789"
FEED = replace(
    subscription("ana", channel="feed", secret="feed-secret-0123456789abcdef"), name="Raids <b>& arrests</b>"
)
MAIL = subscription("bea", channel="email", address="Bea@example.org")
ENDED = Attempt(at=DAY, ok=True, answer="in the feed")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    for one in (FEED, MAIL):
        opened.save_subscription(one)
    yield opened
    opened.close()


def ask(store: SqliteStore, what: Callable[[TestClient[Any, Any]], Awaitable[Any]], bounces: str = BOUNCES) -> Any:
    async def main() -> Any:
        async with TestClient(TestServer(make_app(Site(store, KEY, URL, bounces)))) as client:
            return await what(client)

    return asyncio.run(main())


def get(store: SqliteStore, path: str, **headers: str) -> tuple[aiohttp.ClientResponse, bytes]:
    async def one(client: TestClient[Any, Any]) -> Any:
        answer = await client.get(path, headers=headers)
        return answer, await answer.read()

    return ask(store, one)


def post(store: SqliteStore, path: str, bounces: str = BOUNCES, **body: Any) -> int:
    async def one(client: TestClient[Any, Any]) -> int:
        return (await client.post(path, **body)).status

    return ask(store, one, bounces)


def read(body: bytes) -> FeedDocument:
    return parse_feed(body, "utf-8", f"{URL}/feed", DAY)


def fill(store: SqliteStore, number: int = 2) -> None:
    for place in range(1, number + 1):
        one = notice(FEED, place, subject=f"Person {place} <arrested> & \x07charged")
        store.put_notice(one)
        store.mark_sent(one.id, ENDED)
    store.put_notice(notice(FEED, 99, subject="not yet sent"))
    store.put_notice(notice(MAIL, 98, subject="somebody else's"))


@pytest.mark.parametrize("ending", ["atom", "json"])
def test_our_own_reader_reads_the_feed(store: SqliteStore, ending: str) -> None:
    fill(store)
    answer, body = get(store, f"{feed_path(FEED)}.{ending}")
    assert answer.status == 200
    feed = read(body)
    assert "Raids" in feed.title
    assert [one.guid for one in feed.entries] == [f"urn:crackdown:{notice(FEED, each).id}" for each in (2, 1)]
    assert feed.entries[0].url == "https://gazette.example/first"
    assert feed.entries[0].published_at == notice(FEED, 2).created_at
    assert "Police" in feed.entries[0].content
    assert b"\x07" not in body


def test_text_is_never_markup(store: SqliteStore) -> None:
    fill(store)
    _, body = get(store, f"{feed_path(FEED)}.atom")
    assert b"<arrested>" not in body
    assert b"<b>" not in body
    _, told = get(store, f"{feed_path(FEED)}.json")
    feed = json.loads(told)
    assert feed["items"][0]["title"] == "Person 2 <arrested> & charged"
    assert "content_html" not in feed["items"][0]
    assert feed["feed_url"] == f"{URL}{feed_path(FEED)}.json"


def test_a_reader_that_has_it_gets_nothing_again(store: SqliteStore) -> None:
    fill(store)
    path = f"{feed_path(FEED)}.atom"
    answer, _ = get(store, path)
    tag, modified = answer.headers["ETag"], answer.headers["Last-Modified"]
    assert get(store, path, **{"If-None-Match": tag})[0].status == 304
    assert get(store, path, **{"If-None-Match": '"other"', "If-Modified-Since": modified})[0].status == 200
    assert get(store, path, **{"If-Modified-Since": modified})[0].status == 304
    more = notice(FEED, 50)
    store.put_notice(more)
    store.mark_sent(more.id, ENDED)
    assert get(store, path, **{"If-None-Match": tag})[0].status == 200


def test_a_case_has_a_feed_that_follows_it(store: SqliteStore) -> None:
    arrest = linked(event("arrest", defendant=("Mara Lindqvist",)))
    gone = linked(event("raid"), withdrawn="edited article")
    store.save_case(case(id="case-1", event_ids=(arrest.event.id, gone.event.id)), [arrest, gone])
    store.save_case(case(id="case-2", merged_into="case-1"))
    for case_id in ("case-1", "case-2"):
        answer, body = get(store, f"{case_path(KEY, case_id)}.atom")
        assert answer.status == 200
        assert [one.guid for one in read(body).entries] == [f"urn:crackdown:{arrest.event.id}"]


def test_a_case_has_a_page_with_its_quotes_and_their_sources(store: SqliteStore) -> None:
    quote, gone = "Police led <b>her</b> away.", "A claim that was taken back."
    arrest = linked(event("arrest", defendant=("Mara Lindqvist",), evidence=quote, time_role=TimeRole.BACKGROUND))
    other = linked(event("raid", evidence="Doors & desks."), url="javascript:alert(1)", title="<i>Raid</i>")
    withdrawn = linked(event("charge", evidence=gone), withdrawn="edited article")
    parties = (Party(name="Mara <Lindqvist>", role="defendant", status="arrested"),)
    store.save_case(case(id="case-1", parties=parties), [arrest, other, withdrawn])
    answer, body = get(store, case_path(KEY, "case-1"))
    tree = html.fromstring(body.decode())
    text = tree.text_content()
    assert answer.status == 200
    assert [link.get("href") for link in tree.xpath("//a")] == ["https://gazette.example/first"]
    assert not tree.xpath("//b | //i | //script")
    for told in (quote, "Doors & desks.", "<i>Raid</i>", "Mara <Lindqvist> (defendant): arrested"):
        assert told in text
    assert "before 2025-03-01: Mara Lindqvist arrested" in text
    assert gone not in text
    assert get(store, case_path(b"other" * 8, "case-1"))[0].status == 404


def test_notices_link_to_a_case_only_where_readers_can_open_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def link(config: Config) -> str:
        return case_links(Home(tmp_path, config))("case-1")

    seen = Serve(url=f"{URL}/")
    assert link(Config()) == ""
    assert link(Config(serve=seen)).startswith(f"{URL}/cases/case-1/")
    assert link(Config(serve=seen)) == link(Config(serve=seen))
    assert link(Config(serve=seen, cluster=Cluster())) == ""
    monkeypatch.setenv("CRACKDOWN_SERVE_KEY", KEY.decode())
    assert link(Config(serve=seen, cluster=Cluster())) == URL + case_path(KEY, "case-1")
    monkeypatch.setenv("CRACKDOWN_SERVE_KEY", "short")
    with pytest.raises(ConfigError, match="CRACKDOWN_SERVE_KEY: too short"):
        link(Config(serve=seen))


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/feeds/feed-secret-0123456789abcdeg.atom",
        f"{feed_path(FEED)}.html",
        f"{case_path(b'x' * 32, 'case-1')}.atom",
        f"{case_path(KEY, 'case-9')}.atom",
        "/feeds/.atom",
        "/unsubscribe/unsubscribe-unknown",
        "/feeds/whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw.atom",
    ],
)
def test_what_is_not_known_is_not_found(store: SqliteStore, path: str) -> None:
    store.save_case(case(id="case-1"))
    assert get(store, path)[0].status == 404


def test_an_ended_feed_is_gone(store: SqliteStore) -> None:
    store.save_subscription(replace(FEED, active=False))
    assert get(store, f"{feed_path(FEED)}.atom")[0].status == 410


def test_headers_keep_browsers_and_caches_in_check(store: SqliteStore) -> None:
    for path in (f"{feed_path(FEED)}.atom", "/nowhere"):
        answer, _ = get(store, path)
        assert answer.headers["Content-Security-Policy"].startswith("default-src 'none'")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert answer.headers["Server"] == "crackdown"


def found(store: SqliteStore, one: Subscription) -> Subscription:
    return next(each for each in store.subscriptions() if each.id == one.id)


def test_following_the_link_ends_nothing_but_posting_does(store: SqliteStore) -> None:
    odd = replace(subscription("odd", channel="email"), name="<script>x</script>")
    store.save_subscription(odd)
    path = f"/unsubscribe/{unsubscribe_token(odd)}"
    answer, body = get(store, path)
    assert answer.status == 200
    assert b'<form method="post">' in body
    assert b"<script>" not in body
    assert found(store, odd).active
    assert post(store, path) == 400
    assert found(store, odd).active
    assert post(store, path, data={"List-Unsubscribe": "One-Click"}) == 200
    assert (found(store, odd).active, found(store, odd).ended) == (False, "unsubscribed")
    assert post(store, path, data={"List-Unsubscribe": "One-Click"}) == 200
    assert found(store, MAIL).active


def test_a_hard_bounce_ends_what_goes_to_the_address(store: SqliteStore) -> None:
    path = f"/bounces/{BOUNCES}"
    assert post(store, path, json={"email": "bea@example.org", "type": "soft"}) == 204
    assert found(store, MAIL).active
    assert post(store, path, json={"email": "BEA@example.org", "type": "hard"}) == 204
    assert found(store, MAIL).ended == "mail bounced: hard"
    assert found(store, FEED).active
    assert post(store, path, data=b"{broken") == 400
    assert post(store, path, data=b"x" * 100_000) == 413


def test_bounces_need_the_secret(store: SqliteStore) -> None:
    wrong = {"email": MAIL.address, "type": "hard"}
    assert post(store, "/bounces/bounces-secret-0123456780", json=wrong) == 404
    assert post(store, f"/bounces/{BOUNCES}", bounces="", json=wrong) == 404
    assert found(store, MAIL).active
