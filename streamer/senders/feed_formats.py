"""A feed as Atom (RFC 4287) and as JSON Feed 1.1. Texts go in as text: no reader can take them for markup."""

from xml.etree import ElementTree as ET

import msgspec

from streamer.senders.feed import FeedPage

ATOM_TYPE = "application/atom+xml"
JSON_TYPE = "application/feed+json"
_ATOM = "http://www.w3.org/2005/Atom"
_SPACE = "urn:crackdown:"
"""Before every id, which must be an address of some kind."""


def atom(page: FeedPage, address: str) -> bytes:
    """Return the feed in Atom; `address` is its own, without which readers cannot subscribe to a saved file."""
    root = ET.Element("feed", xmlns=_ATOM)
    _put(root, "id", _SPACE + page.id)
    _put(root, "title", page.title)
    _put(root, "updated", page.updated.isoformat())
    ET.SubElement(ET.SubElement(root, "author"), "name").text = "Crackdown"
    ET.SubElement(root, "link", rel="self", href=address)
    for item in page.items:
        entry = ET.SubElement(root, "entry")
        _put(entry, "id", _SPACE + item.id)
        _put(entry, "title", item.title)
        _put(entry, "published", item.at.isoformat())
        _put(entry, "updated", item.at.isoformat())
        if item.url:
            ET.SubElement(entry, "link", rel="alternate", href=item.url)
        ET.SubElement(entry, "content", type="text").text = item.text
    written: bytes = ET.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def json_feed(page: FeedPage, address: str) -> bytes:
    """Return the feed in JSON Feed."""
    items = [
        {
            "id": _SPACE + item.id,
            "title": item.title,
            "content_text": item.text,
            "date_published": item.at.isoformat(),
            **({"url": item.url} if item.url else {}),
        }
        for item in page.items
    ]
    return msgspec.json.encode(
        {
            "version": "https://jsonfeed.org/version/1.1",
            "title": page.title,
            "feed_url": address,
            "authors": [{"name": "Crackdown"}],
            "items": items,
        }
    )


def _put(parent: ET.Element, name: str, text: str) -> None:
    ET.SubElement(parent, name).text = text
