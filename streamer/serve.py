"""The small web server: cases and feeds under secret addresses, one-click unsubscribing (RFC 8058), and bounced mail.

It shows what the store holds and ends subscriptions; it does nothing else. What it does not know is not found.
"""

import asyncio
import hashlib
import hmac
from base64 import b64encode
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.utils import format_datetime
from html import escape
from typing import Any

import msgspec
from aiohttp import web
from msgspec.structs import replace

from agents.case_page import STYLE, case_page
from schemas.events import Case, Subscription
from streamer.addresses import case_path
from streamer.contracts import Store
from streamer.senders.feed import FeedPage, page_of_case, page_of_subscription
from streamer.senders.feed_formats import ATOM_TYPE, JSON_TYPE, atom, json_feed
from streamer.senders.sending import unsubscribe_token

ITEMS = 100
"""Of a feed."""
MAX_BODY = 64 * 1024
HARD = {"hard", "permanent", "complaint"}
"""Kinds of bounces after which nothing more is sent; a full mailbox is not one."""
_STYLE_HASH = b64encode(hashlib.sha256(STYLE.encode()).digest()).decode()
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'; "
    f"style-src 'sha256-{_STYLE_HASH}'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "private, max-age=60",
    "Server": "crackdown",
}
_FORMATS = {"atom": (ATOM_TYPE, atom), "json": (JSON_TYPE, json_feed)}
_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>{title}</title></head>'
    "<body><h1>{title}</h1>\n{body}\n</body></html>\n"
)
_FORM = (
    '<p>{name}</p><form method="post"><input type="hidden" name="List-Unsubscribe" value="One-Click">'
    '<button type="submit">Unsubscribe</button></form>'
)


@dataclass(frozen=True)
class Site:
    """What the server needs: the store, the key of the cases' addresses, its own address, the bounces' secret."""

    store: Store
    key: bytes
    url: str
    bounces: str = ""
    """Empty: no bounces are taken."""


def make_app(site: Site) -> web.Application:
    """Return the application."""
    app = web.Application(client_max_size=MAX_BODY)
    app.on_response_prepare.append(_secured)
    app.add_routes(
        [
            web.get(r"/feeds/{token:[\w-]{20,100}}.{format:atom|json}", _handler(site, _subscription_feed)),
            web.get(r"/cases/{case_id:[\w-]{1,80}}/{token:\w{40}}.{format:atom|json}", _handler(site, _case_feed)),
            web.get(r"/cases/{case_id:[\w-]{1,80}}/{token:\w{40}}", _handler(site, _case)),
            web.get(r"/unsubscribe/{token:[\w-]{10,100}}", _handler(site, _ask)),
            web.post(r"/unsubscribe/{token:[\w-]{10,100}}", _posted(site, _unsubscribe)),
            web.post(r"/bounces/{token:[\w-]{16,200}}", _posted(site, _bounce)),
        ]
    )
    return app


async def serve_site(site: Site, host: str, port: int) -> None:
    """Serve until cancelled."""
    runner = web.AppRunner(make_app(site), access_log=None)  # addresses are secrets: none may get into a log
    await runner.setup()
    try:
        await web.TCPSite(runner, host, port).start()
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()


Handler = Callable[[web.Request], Any]


def _handler(site: Site, answer: Callable[[Site, web.Request], web.Response]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return await asyncio.to_thread(answer, site, request)

    return handle


def _posted(site: Site, answer: Callable[[Site, web.Request, bytes], web.Response]) -> Handler:
    async def handle(request: web.Request) -> web.Response:
        return await asyncio.to_thread(answer, site, request, await request.read())

    return handle


async def _secured(_request: web.Request, response: web.StreamResponse) -> None:
    response.headers.update(_HEADERS)


# --- feeds ------------------------------------------------------------------------------------------------------------


def _subscription_feed(site: Site, request: web.Request) -> web.Response:
    feeds = [one for one in site.store.subscriptions() if one.channel == "feed"]
    subscription = _with_token(feeds, lambda one: one.secret, request.match_info["token"])
    if not subscription.active:
        raise web.HTTPGone(text="this feed has ended\n")
    entries = site.store.outbox(limit=ITEMS, state="sent", subscription_id=subscription.id)
    page = page_of_subscription(subscription, [entry.notice for entry in entries])
    return _document(site, request, page)


def _case(site: Site, request: web.Request) -> web.Response:
    case = _case_of(site, request)
    return web.Response(text=case_page(case, site.store.timeline(case.id)), content_type="text/html")


def _case_feed(site: Site, request: web.Request) -> web.Response:
    case = _case_of(site, request)
    page = page_of_case(case, site.store.timeline(case.id))
    return _document(site, request, replace(page, items=page.items[:ITEMS]))


def _case_of(site: Site, request: web.Request) -> Case:
    """Return the case of a secret address: where a merged one leads. Raises HTTPNotFound."""
    case_id = request.match_info["case_id"]
    path = case_path(site.key, case_id)
    if not hmac.compare_digest(path, f"/cases/{case_id}/{request.match_info['token']}"):
        raise web.HTTPNotFound
    case = site.store.case(case_id)
    while case and case.merged_into:
        case = site.store.case(case.merged_into)
    if case is None:
        raise web.HTTPNotFound
    return case


def _document(site: Site, request: web.Request, page: FeedPage) -> web.Response:
    """Return the feed in the format that was asked for, or 304 where the reader has it already."""
    media_type, write = _FORMATS[request.match_info["format"]]
    body = write(page, site.url.rstrip("/") + request.path)
    tag = hashlib.sha256(body).hexdigest()[:32]
    headers = {"ETag": f'"{tag}"', "Last-Modified": format_datetime(page.updated.replace(microsecond=0), usegmt=True)}
    if _is_known(request, tag, page):
        return web.Response(status=304, headers=headers)
    return web.Response(body=body, content_type=media_type, charset="utf-8", headers=headers)


def _is_known(request: web.Request, tag: str, page: FeedPage) -> bool:
    if request.if_none_match is not None:
        return any(one.value in (tag, "*") for one in request.if_none_match)
    since = request.if_modified_since
    return since is not None and page.updated.replace(microsecond=0) <= since


# --- the end of subscriptions -----------------------------------------------------------------------------------------


def _ask(site: Site, request: web.Request) -> web.Response:
    """Ask before anything ends: mail scanners follow links, and must not unsubscribe anybody."""
    subscription = _with_token(site.store.subscriptions(), unsubscribe_token, request.match_info["token"])
    if not subscription.active:
        return _shown("Unsubscribed", "<p>Nothing more will be sent.</p>")
    return _shown("Unsubscribe?", _FORM.format(name=escape(subscription.name)))


def _unsubscribe(site: Site, request: web.Request, body: bytes) -> web.Response:
    subscription = _with_token(site.store.subscriptions(), unsubscribe_token, request.match_info["token"])
    if b"List-Unsubscribe" not in body or b"One-Click" not in body:
        raise web.HTTPBadRequest(text="the body must say List-Unsubscribe=One-Click\n")
    if subscription.active:
        site.store.save_subscription(replace(subscription, active=False, ended="unsubscribed"))
    return _shown("Unsubscribed", "<p>Nothing more will be sent.</p>")


class _Bounced(msgspec.Struct, frozen=True):
    """What a mail service tells of an address."""

    email: str
    type: str


def _bounce(site: Site, request: web.Request, body: bytes) -> web.Response:
    """End the subscriptions of an address that takes no mail: `{"email": …, "type": "hard"}`."""
    if not site.bounces or not _same(site.bounces, request.match_info["token"]):
        raise web.HTTPNotFound
    try:
        bounced = msgspec.json.decode(body, type=_Bounced)
    except msgspec.MsgspecError as error:
        raise web.HTTPBadRequest(text='send {"email": ADDRESS, "type": "hard"}\n') from error
    for one in site.store.subscriptions() if bounced.type.lower() in HARD else ():
        if one.active and one.channel == "email" and one.address.casefold() == bounced.email.strip().casefold():
            site.store.save_subscription(replace(one, active=False, ended=f"mail bounced: {bounced.type.lower()}"))
    return web.Response(status=204)


def _with_token(
    subscriptions: Iterable[Subscription], token_of: Callable[[Subscription], str], token: str
) -> Subscription:
    """Return the subscription of a token. Raises HTTPNotFound."""
    found = next((one for one in subscriptions if _same(token_of(one), token)), None)
    if found is None:
        raise web.HTTPNotFound
    return found


def _same(left: str, right: str) -> bool:
    """Compare secrets in a time that tells nothing about them."""
    return hmac.compare_digest(left.encode(), right.encode())


def _shown(title: str, body: str) -> web.Response:
    return web.Response(text=_PAGE.format(title=title, body=body), content_type="text/html")
