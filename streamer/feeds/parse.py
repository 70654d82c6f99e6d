"""Parse: the bytes of a feed become entries. It runs in a process that can be killed.

feedparser is given bytes in a BytesIO and nothing else: handed a string it would fetch an address or open a file. Its
clean-up of HTML is off (quadratic on hostile input, and not needed: entries are never shown as markup), and it is not
told where the feed comes from, because it would resolve ids against that.
"""

import html
import io
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any
from urllib.parse import urljoin

import feedparser
from msgspec.structs import replace

from schemas.ids import canonical_url, text_hash
from streamer.feeds.autodiscovery import advertised_feeds
from streamer.feeds.dates import feed_date
from streamer.feeds.entries import Entry, FeedDocument, NotAFeed
from streamer.feeds.jsonfeed import read_json_feed

_ENTRIES = 2000
"""Further ones are left out: they are the oldest, and parsers are quadratic in their number."""
_CONTENT = 500_000
"""Longest content of an entry, in characters."""
_TITLE = 1000
_ENTITIES = re.compile(rb"<!\s*ENTITY", re.IGNORECASE)
_ENTITY_SCAN = 64 * 1024
_TAG = re.compile(r"</?[a-zA-Z][^<>]{0,300}>")
_ENTRY = re.compile(rb"<(?:\w{1,20}:)?(?:item|entry)[\s>]")
_PERIODS = {"hourly": 60, "daily": 1440, "dayly": 1440, "weekly": 10080, "monthly": 43200, "yearly": 525600}
"""Minutes of an `sy:updatePeriod`."""
_SAME_STAMP = 3
"""If so many entries or more all have one date of update, it is the date of the document and says nothing."""


def parse_feed(body: bytes, charset: str, url: str, now: datetime) -> FeedDocument:
    """Return the feed in `body`, which came from `url`; relative links are resolved against it.

    Raises NotAFeed, saying what the document is and, of a web page, which feeds it advertises.
    """
    body = body.removeprefix(b"\xef\xbb\xbf").lstrip()
    if not body:
        raise NotAFeed("empty answer")
    if _ENTITIES.search(body, 0, _ENTITY_SCAN):
        raise NotAFeed("declares entities, which can make a small document huge")
    found = read_json_feed(body) if body[:1] == b"{" else _parsed(body, charset)
    entries = [dict(entry) for entry in found.get("entries", ())[:_ENTRIES]]
    if not found.get("version") and not entries:
        raise NotAFeed(_what_else(body, url))
    channel = found.get("feed", {})
    base = _joined(url, channel.get("link", "")) or url
    return FeedDocument(
        title=_plain(channel.get("title", "")),
        entries=tuple(_unique(_entry(raw, base, now, _stamp(entries)) for raw in entries)),
        minutes=_minutes(channel),
    )


def _parsed(body: bytes, charset: str) -> Mapping[str, Any]:
    starts = [match.start() for match in _ENTRY.finditer(body)]
    if len(starts) > 2 * _ENTRIES:  # some are mentioned in text
        body = body[: starts[2 * _ENTRIES]]
    told = _charset(body, charset)
    media_type = f"application/xml; charset={told}" if told else "application/xml"
    parsed: Mapping[str, Any] = feedparser.parse(  # type: ignore[no-untyped-call, attr-defined]
        io.BytesIO(body),
        response_headers={"content-type": media_type},
        sanitize_html=False,
        resolve_relative_uris=False,
    )
    return parsed


def _charset(body: bytes, told: str) -> str:
    """Return the encoding to go by: servers name wrong ones, but what is valid UTF-8 beyond ASCII hardly is another."""
    try:
        return "" if body.decode("utf-8").isascii() else "utf-8"
    except UnicodeDecodeError:
        return told if re.fullmatch(r"[\w.:-]{1,40}", told) else ""


def _what_else(body: bytes, url: str) -> str:
    if not re.search(rb"<(?:html|head|body|!doctype html)", body[:4096], re.IGNORECASE):
        return "neither RSS, Atom nor JSON Feed"
    advertised = advertised_feeds(body, url)
    told = f"; it advertises {' and '.join(advertised)}" if advertised else ""
    return f"a web page, not a feed{told}"


def _stamp(entries: Sequence[Mapping[str, Any]]) -> str:
    """Return the date of update that all entries share, if they do; else nothing."""
    stamps = {entry.get("updated", "") for entry in entries}
    return stamps.pop() if len(entries) >= _SAME_STAMP and len(stamps) == 1 else ""


def _entry(raw: Mapping[str, Any], base: str, now: datetime, stamp: str) -> Entry:
    title, content = _plain(raw.get("title", ""))[:_TITLE], _content(raw)
    updated = raw.get("updated", "")
    dates = (feed_date(raw.get(name), now) for name in ("published", "updated", "created"))
    return Entry(
        guid=(raw.get("id") or "").strip() or None,
        url=_joined(base, raw.get("feedburner_origlink") or raw.get("link") or ""),
        title=title,
        content=content,
        published_at=next((date for date in dates if date), None),
        content_hash=text_hash("\n".join((title, content, "" if updated == stamp else updated))),
    )


def _content(raw: Mapping[str, Any]) -> str:
    texts = [raw.get("summary", ""), *(part.get("value", "") for part in raw.get("content", ()))]
    return max((text for text in texts if isinstance(text, str)), key=len, default="")[:_CONTENT]


def _plain(markup: str) -> str:
    """Return a title as text: publishers write markup and entities into it, sometimes twice escaped."""
    return " ".join(html.unescape(_TAG.sub("", html.unescape(markup))).split())


def _joined(base: str, target: str) -> str | None:
    """Return an absolute web address, None if there is none."""
    if not target.strip():
        return None
    try:
        joined = urljoin(base, target.strip())
        canonical_url(joined)
    except ValueError:
        return None
    return joined


def _unique(entries: Iterator[Entry]) -> Iterator[Entry]:
    """Yield the entries with ids that differ: some feeds use one for many entries, some use none.

    The first use of an id keeps it; a repeated one gets the address added. An entry with neither id nor address is
    known by its text.
    """
    seen: set[str] = set()
    for entry in entries:
        guid = entry.guid
        if guid and guid in seen and entry.url:
            guid = f"{guid}|{entry.url}"
        elif not guid and not entry.url:
            guid = f"text:{text_hash(entry.title + entry.content)}"
        if guid:
            seen.add(guid)
        yield replace(entry, guid=guid)


def _minutes(channel: Mapping[str, Any]) -> int | None:
    """Return the pace that the publisher asks for, in minutes."""
    ttl = str(channel.get("ttl", "")).strip()
    wishes = [int(ttl)] if ttl.isdigit() and len(ttl) < 7 else []
    period = _PERIODS.get(str(channel.get("sy_updateperiod", "")).strip().lower())
    if period:
        try:
            often = float(channel.get("sy_updatefrequency", 1))
        except ValueError:
            often = 1.0
        wishes.append(round(period / often) if often > 0 else period)
    return max(wishes, default=None)
