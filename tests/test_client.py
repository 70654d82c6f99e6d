"""The HTTP client is bounded and polite, follows redirects with open eyes, and says plainly what went wrong."""

import asyncio
import contextlib
import gzip
import time
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import brotli
import pytest
from aiohttp import web

from agents.fetch import NotNow, Refused
from streamer.config import Fetching
from streamer.feeds.client import Client, FetchError
from tests.webserver import server_and_client


def play(act, **limits):
    async def run():
        async with server_and_client(**limits) as (server, client):
            return await act(server, client)

    return asyncio.run(run())


def failure(act, **limits) -> FetchError:
    with pytest.raises(FetchError) as caught:
        play(act, **limits)
    return caught.value


def test_answer_is_whole_and_the_request_is_plain():
    async def act(server, client):
        server.on("/feed", body="<rss/>", headers={"Content-Type": "text/xml; charset=ISO-8859-1", "Set-Cookie": "a=1"})
        first = await client.get(server.url("/feed"), headers={"If-None-Match": 'W/"é'.encode().decode("latin-1")})
        await client.get(server.url("/feed"))
        return server, first

    server, first = play(act)
    assert (first.status, first.body, first.media_type, first.charset) == (200, b"<rss/>", "text/xml", "iso-8859-1")
    one, two = server.requests
    assert one.headers["User-Agent"].startswith("Crackdown/")
    assert one.headers["Accept-Encoding"] == "gzip, br"
    assert "Cookie" not in two.headers
    assert "Referer" not in two.headers


@pytest.mark.parametrize("coding", ["gzip", "br"])
def test_compressed_bodies_are_read_and_bombs_stop_at_the_limit(coding):
    pack = gzip.compress if coding == "gzip" else brotli.compress

    async def small(server, client):
        server.on("/feed", body=pack(b"<rss/>"), headers={"Content-Encoding": coding})
        return await client.get(server.url("/feed"))

    async def bomb(server, client):
        server.on("/feed", body=pack(bytes(30_000_000)), headers={"Content-Encoding": coding})
        return await client.get(server.url("/feed"))

    assert play(small).body == b"<rss/>"
    error = failure(bomb, max_bytes=1_000_000)
    assert error.kind == "too_large"
    assert error.lasting


def test_body_that_lies_about_its_coding_is_named():
    async def act(server, client):
        server.on("/feed", body=b"<rss/>", headers={"Content-Encoding": "gzip"})
        await client.get(server.url("/feed"))

    assert failure(act).kind == "encoding"


def test_dripping_server_is_left_in_time():
    async def act(server, client):
        async def drip(request):
            response = web.StreamResponse()
            await response.prepare(request)
            with contextlib.suppress(ConnectionError):
                while request.transport is not None:
                    await response.write(b"x")
                    await asyncio.sleep(0.02)
            return response

        server.handlers["/feed"] = drip
        await client.get(server.url("/feed"))

    started = time.monotonic()
    assert failure(act, total_seconds=0.3).kind == "timeout"
    assert time.monotonic() - started < 2


def test_redirects_are_followed_and_known():
    async def act(server, client):
        server.on("/old", status=301, headers={"Location": "/moved"})
        server.on("/moved", status=302, headers={"Location": server.url("/feed")})
        server.on("/feed", body="here")
        return server, await client.get(server.url("/old"))

    server, answer = play(act)
    assert answer.body == b"here"
    assert answer.url == server.url("/feed")
    assert [(hop.status, hop.url) for hop in answer.hops] == [
        (301, server.url("/moved")),
        (302, server.url("/feed")),
    ]


def test_circle_of_redirects_ends():
    async def act(server, client):
        server.on("/a", status=302, headers={"Location": "/a"})
        try:
            await client.get(server.url("/a"))
        finally:
            assert len(server.requests) == 6

    assert failure(act).kind == "redirects"


@pytest.mark.parametrize(
    ("target", "kind"),
    [
        ("http://169.254.169.254/latest/meta-data", "private_address"),
        ("http://[::ffff:127.0.0.1]:{port}/", "private_address"),
        ("http://0.0.0.0:{port}/", "private_address"),
        ("http://127.0.0.1:1/", "private_address"),
        ("file:///etc/passwd", "bad_url"),
        ("http://user:secret@127.0.0.1:{port}/", "bad_url"),
        ("http://[broken/", "redirects"),
    ],
)
def test_redirect_to_where_it_must_not_go_is_refused(target, kind):
    async def act(server, client):
        server.on("/", body="inside")
        server.on("/a", status=301, headers={"Location": target.format(port=server.port)})
        await client.get(server.url("/a"))

    error = failure(act)
    assert error.kind == kind
    assert error.lasting
    assert "secret" not in str(error)


def test_host_name_that_leads_to_a_private_address_is_refused():
    async def act(server, client):
        await client.get(server.url("/", host="localhost"))

    assert failure(act, allow_private=()).kind == "private_address"


def test_nothing_is_listening():
    async def act(_, client):
        async with Client(Fetching(allow_private=("127.0.0.1:9",))) as other:
            await other.get("http://127.0.0.1:9/")

    error = failure(act)
    assert (error.kind, error.lasting) == ("connection", False)


@pytest.mark.parametrize("seconds", [True, False])
def test_host_that_asks_for_rest_gets_it(seconds):
    server_time = datetime.now(UTC) - timedelta(days=400)
    told = {"Date": format_datetime(server_time, usegmt=True)}
    told["Retry-After"] = "120" if seconds else format_datetime(server_time + timedelta(minutes=2), usegmt=True)

    async def act(server, client):
        server.on("/a", status=429, headers=told)
        server.on("/b", body="b")
        assert (await client.get(server.url("/a"))).status == 429
        await client.get(server.url("/b"))

    error = failure(act)
    assert error.kind == "resting"
    assert error.retry_after == pytest.approx(120, abs=2)


# --- pages ----------------------------------------------------------------------------------------------------------


def page(server, path="/story", body="<p>Text</p>", **known):
    server.on(path, body=body, headers={"Content-Type": "text/html"} | known.pop("headers", {}), **known)


def test_page_is_read_whatever_charset_the_server_claims():
    async def act(server, client):
        page(server, body="<p>Tōkyō – “raid”</p>".encode(), headers={"Content-Type": "text/html; charset=iso-8859-1"})
        page(server, "/old", body="<p>Zürich</p>".encode("cp1252"), headers={"Content-Type": "text/html; charset=x-no"})
        return await client.get_page(server.url("/story")), await client.get_page(server.url("/old"))

    new, old = play(act)
    assert new.body == "<p>Tōkyō – “raid”</p>"
    assert old.body == "<p>Zürich</p>"


@pytest.mark.parametrize(
    ("status", "headers", "reason"),
    [
        (404, {}, "404"),
        (410, {}, "410"),
        (403, {"cf-mitigated": "challenge"}, "challenge"),
        (200, {"Content-Type": "application/pdf"}, "application/pdf"),
    ],
)
def test_page_that_will_not_be_had_is_refused(status, headers, reason):
    async def act(server, client):
        page(server, status=status, headers=headers)
        await client.get_page(server.url("/story"))

    with pytest.raises(Refused, match=reason):
        play(act)


def test_page_on_a_private_address_is_refused():
    async def act(server, client):
        await client.get_page("http://192.168.0.1/story")

    with pytest.raises((Refused, NotNow)):
        play(act)


@pytest.mark.parametrize(("status", "told", "wait"), [(503, "30", 30), (429, "90000000", 86400), (500, "", None)])
def test_page_of_a_site_in_trouble_is_put_off(status, told, wait):
    async def act(server, client):
        page(server, status=status, headers={"Retry-After": told})
        await client.get_page(server.url("/story"))

    with pytest.raises(NotNow) as caught:
        play(act)
    assert caught.value.retry_after == wait


def test_pages_of_one_host_keep_their_distance_and_wait_no_longer_than_they_should():
    async def act(server, client):
        page(server)
        started = time.monotonic()
        visits = [client.get_page(server.url("/story")) for _ in range(3)]
        return await asyncio.gather(*visits, return_exceptions=True), time.monotonic() - started

    pages, seconds = play(act, per_host_seconds=0.1)
    assert {page.body for page in pages} == {"<p>Text</p>"}
    assert 0.2 <= seconds < 5
    (_, second, third), seconds = play(act, per_host_seconds=40)
    assert seconds < 5
    assert isinstance(third, NotNow)
    assert not second.counts
    assert second.retry_after == pytest.approx(40, abs=1)
