"""JSON Feed 1.0 and 1.1 (jsonfeed.org), read with the tolerance that feeds need."""

from collections.abc import Mapping
from html import escape
from typing import Any

import msgspec

from streamer.feeds.entries import NotAFeed

_LIMIT = 2000


def read_json_feed(body: bytes) -> Mapping[str, Any]:
    """Return a JSON Feed in the names that feedparser uses. Raises NotAFeed."""
    try:
        document = msgspec.json.decode(body)
    except (msgspec.DecodeError, RecursionError, UnicodeDecodeError) as error:
        raise NotAFeed("broken JSON, not a feed") from error
    if not isinstance(document, dict) or "jsonfeed.org/version/" not in _text(document.get("version")):
        raise NotAFeed("JSON, but not a JSON Feed")
    items = document.get("items")
    entries = [_entry(item) for item in items[:_LIMIT] if isinstance(item, dict)] if isinstance(items, list) else []
    feed = {"title": _text(document.get("title")), "link": _text(document.get("home_page_url"))}
    return {"version": "json", "feed": feed, "entries": entries}


def _entry(item: Mapping[str, Any]) -> dict[str, Any]:
    content = _text(item.get("content_html")) or escape(_text(item.get("content_text")), quote=False)
    return {
        "id": _text(item.get("id")),
        "link": _text(item.get("url")) or _text(item.get("external_url")),
        "title": _text(item.get("title")),
        "summary": escape(_text(item.get("summary")), quote=False),
        "content": [{"value": content}],
        "published": _text(item.get("date_published")),
        "updated": _text(item.get("date_modified")),
    }


def _text(value: Any) -> str:
    return value if isinstance(value, str) else str(value) if isinstance(value, int) else ""
