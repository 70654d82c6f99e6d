"""Which feeds a web page advertises."""

from urllib.parse import urljoin, urlsplit

import lxml.html
from lxml.etree import ParserError

_TYPES = {"application/rss+xml", "application/atom+xml", "application/feed+json", "application/rdf+xml"}
_HEAD = 256 * 1024
"""So much of the page (bytes) is looked at: the links stand in its head."""
_MOST = 5


def advertised_feeds(body: bytes, url: str) -> list[str]:
    """Return the addresses of the feeds in a page's `link` elements, in its order, at most 5."""
    try:
        tree = lxml.html.document_fromstring(body[:_HEAD])  # type: ignore[no-untyped-call]
    except (ParserError, ValueError):
        return []
    found: dict[str, None] = {}
    for link in tree.iter("link"):
        kind = (link.get("type") or "").partition(";")[0].strip().lower()
        if "alternate" in (link.get("rel") or "").lower().split() and kind in _TYPES:
            address = _address(url, link.get("href") or "")
            if address:
                found[address] = None
    return list(found)[:_MOST]


def _address(url: str, target: str) -> str:
    try:
        joined = urljoin(url, target.strip())
        return joined if urlsplit(joined).scheme in ("http", "https") else ""
    except ValueError:
        return ""
