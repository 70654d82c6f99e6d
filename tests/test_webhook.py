"""Webhooks to a real server: signed, never redirected, never to a private address, and every failure told apart."""

import asyncio
import json
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest
from aiohttp import web
from mailing import SECRET, notice, subscription
from standardwebhooks import Webhook

from schemas.events import Notice
from streamer.config import Config, ConfigError, Fetching, Mail
from streamer.senders import make_senders, sending, slack
from streamer.senders import post as posting
from streamer.senders.sending import Sender, SendFailed
from streamer.senders.slack import SlackSender
from streamer.senders.webhook import MAX_BYTES, WebhookSender, body_of, signed

Answer = Callable[[web.Request], Awaitable[web.StreamResponse]]
TO = subscription(channel="webhook")


class Hook:
    """What a server was sent."""

    def __init__(self) -> None:
        self.bodies: list[bytes] = []
        self.headers: list[dict[str, str]] = []


def deliver(
    answer: Answer | web.Response | None = None,
    *,
    sender: type[WebhookSender | SlackSender] = WebhookSender,
    notices: list[Notice] | None = None,
    allow: bool = True,
    **fields: Any,
) -> tuple[str, Hook]:
    """Send to a server of this machine that gives `answer`; return what the sender said and what the server got."""
    hook = Hook()

    async def receive(request: web.Request) -> web.StreamResponse:
        hook.bodies.append(await request.read())
        hook.headers.append(dict(request.headers))
        if callable(answer):
            return await answer(request)
        return answer or web.Response(status=204)

    async def main() -> str:
        runner = web.AppRunner(web.Application())
        runner.app.router.add_route("*", "/{path:.*}", receive)
        await runner.setup()
        site = web.TCPSite(runner, "127.0.0.1", 0)
        await site.start()
        port = runner.addresses[0][1]
        to = subscription(channel="webhook", address=f"http://127.0.0.1:{port}/hook/secret-path", **fields)
        fetching = Fetching(allow_private=(f"127.0.0.1:{port}",) if allow else ())
        try:
            return await sender(fetching)(notices or [notice(TO)], to)
        finally:
            await runner.cleanup()

    return asyncio.run(main()), hook


def test_the_payload_verifies_with_the_published_library() -> None:
    said, hook = deliver()
    assert said == "204 No Content"
    payload = Webhook(SECRET).verify(hook.bodies[0], hook.headers[0])
    one = notice(TO)
    assert hook.headers[0]["webhook-id"] == one.id
    assert (payload["type"], payload["data"]["notice_id"], payload["data"]["version"]) == ("case.opened", one.id, 1)
    assert payload["data"]["headline"] == "New case: Person 1 arrested (Sweden)"


def test_both_keys_sign_while_one_replaces_the_other() -> None:
    other = "whsec_C2FVsBQIhrscChlQIMV+b5sSYspob7oD"
    _, hook = deliver(secret=f"{SECRET} {other}")
    for secret in (SECRET, other):
        Webhook(secret).verify(hook.bodies[0], hook.headers[0])


@pytest.mark.parametrize("secret", ["", "whsec_", "whsec_%%%", "é"])
def test_without_a_usable_secret_nothing_is_sent(secret: str) -> None:
    with pytest.raises(SendFailed, match="signing secret") as caught:
        signed("id", b"{}", secret, datetime.now(UTC))
    assert caught.value.lasting


@pytest.mark.parametrize(
    ("response", "answer", "lasting", "gone", "retry_after"),
    [
        (web.Response(status=500), "500 Internal Server Error", False, False, None),
        (web.Response(status=404), "404 Not Found", False, False, None),
        (web.Response(status=410), "410 Gone", True, True, None),
        (web.Response(status=429, headers={"Retry-After": "120"}), "429 Too Many Requests", False, False, 120),
        (web.Response(status=302, headers={"Location": "/other"}), "302 Found", False, False, None),
    ],
)
def test_only_success_is_success(
    response: web.Response, answer: str, lasting: bool, gone: bool, retry_after: float | None
) -> None:
    hooks: list[str] = []

    async def told(request: web.Request) -> web.StreamResponse:
        hooks.append(request.path)
        return web.Response(status=response.status, headers=response.headers)

    with pytest.raises(SendFailed, match=answer) as caught:
        deliver(told)
    failure = caught.value
    assert (failure.lasting, failure.gone, failure.retry_after) == (lasting, gone, retry_after)
    assert hooks == ["/hook/secret-path"]


def test_a_receiver_that_stalls_or_hangs_up_is_left(monkeypatch: pytest.MonkeyPatch) -> None:
    async def stall(_: web.Request) -> web.StreamResponse:
        await asyncio.sleep(0.8)
        return web.Response()

    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport
        request.transport.close()
        return web.Response()

    with monkeypatch.context() as patch:
        patch.setattr(posting, "SEND_SECONDS", 0.2)
        with pytest.raises(SendFailed, match="no answer in time"):
            deliver(stall)
    with pytest.raises(SendFailed, match="no connection") as caught:
        deliver(hang_up)
    assert "secret-path" not in str(caught.value)


def test_a_private_address_is_never_dialled() -> None:
    with pytest.raises(SendFailed, match="not an https address"):
        deliver(allow=False)
    for address in ("https://127.0.0.1:9/x", "https://localhost:9/x", "https://[::1]:9/x", "https://169.254.169.254/"):
        with pytest.raises(SendFailed, match="private or reserved address"):
            asyncio.run(WebhookSender(Fetching())([notice(TO)], subscription(address=address)))


@pytest.mark.parametrize("address", ["", "http://hooks.example/x", "ftp://hooks.example/", "https:///x", "https://[x/"])
def test_an_address_that_cannot_be_used_is_a_lasting_failure(address: str) -> None:
    with pytest.raises(SendFailed) as caught:
        asyncio.run(WebhookSender(Fetching())([notice(TO)], subscription(address=address)))
    assert caught.value.lasting


@pytest.mark.parametrize("quote", [10, 900, 40_000])
def test_a_payload_stays_under_the_limit(quote: int) -> None:
    one = notice(TO)
    event = one.data["events"][0] | {"quote": "q" * quote}  # type: ignore[index]
    case = one.data["case"] | {"timeline": [{"line": "x" * 200}] * 60, "parties": [{"name": "p" * 60}] * 150}  # type: ignore[operator]
    body = body_of(msgspec.structs.replace(one, data=one.data | {"events": [event], "case": case}))
    assert len(body) < MAX_BYTES
    data = json.loads(body)["data"]
    assert data["headline"] == one.subject
    assert data["shortened"] is True
    assert data["case"]["id"] == "case-1"
    assert ("events" in data) == (quote < 1000)


def test_slack_gets_text_that_is_no_markup() -> None:
    one = notice(TO, subject="<!channel> & <https://x|y>", text="<b>" + "x" * 5000)
    _, hook = deliver(sender=SlackSender, notices=[one, one])
    body = json.loads(hook.bodies[0])
    assert body["text"].startswith("&lt;!channel&gt; &amp; ")
    assert len(body["blocks"]) == 4
    assert body["blocks"][1]["text"]["text"].startswith("&lt;b&gt;xxx")
    assert len(body["blocks"][1]["text"]["text"]) == slack.MAX_TEXT


def test_channels_are_made_from_the_configuration() -> None:
    assert set(make_senders(Config())) == {"stdout", "webhook", "slack", "feed"}
    senders = make_senders(Config(mail=Mail(host="localhost", sender="a@b.example")))
    mailer: Sender = senders["email"]
    assert mailer.size == 20
    with pytest.raises(ConfigError):
        make_senders(Config(mail=Mail(host="localhost")))


def test_the_unsubscribe_token_is_of_one_subscription() -> None:
    tokens = {sending.unsubscribe_token(one) for one in (TO, subscription("bo"), subscription(secret="x"))}
    assert len(tokens) == 3
