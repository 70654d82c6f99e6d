"""Ids: every id is a hash of what makes the thing the same thing, so doing work twice makes nothing twice."""

import base64
import hashlib
import re
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit

_TRACKING = re.compile(r"(?:utm_\w+|fbclid|gclid|dclid|msclkid|mc_[ce]id|igshid|ref_src|cmpid|at_\w+)\Z", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


def make_id(kind: str, *parts: str) -> str:
    """Return `kind-` and 20 letters and digits (100 bits) that depend on every part and on their borders."""
    digest = hashlib.sha256()
    for part in (kind, *parts):
        data = part.encode()
        digest.update(len(data).to_bytes(8, "big"))
        digest.update(data)
    return f"{kind}-{base64.b32encode(digest.digest()).decode().lower()[:20]}"


def text_hash(text: str) -> str:
    """Return 32 hex digits that change when a word of the text changes; white space does not count."""
    return hashlib.sha256(" ".join(text.split()).encode()).hexdigest()[:32]


def canonical_url(url: str) -> str:
    """Return the form of a web address under which its copies fall together.

    The scheme becomes https, the host lower case without a default port, the fragment and the parameters that only
    track readers go, the other parameters keep their order. Raises ValueError on what is no http(s) address.
    """
    parts = urlsplit(url.strip())
    host = (parts.hostname or "").rstrip(".").lower()
    if parts.scheme.lower() not in _DEFAULT_PORTS or not host:
        raise ValueError(f"not a web address: {url!r}")
    if ":" in host:
        host = f"[{host}]"
    if parts.port not in (None, _DEFAULT_PORTS[parts.scheme.lower()]):
        host = f"{host}:{parts.port}"
    path = quote(unquote(parts.path), safe="/:@!$&'()*+,;=~-._") or "/"
    query = urlencode([(k, v) for k, v in parse_qsl(parts.query, keep_blank_values=True) if not _TRACKING.match(k)])
    return urlunsplit(("https", host, path, query, ""))


def is_web(url: str) -> bool:
    """Return whether `canonical_url` takes an address."""
    try:
        return bool(canonical_url(url))
    except ValueError:
        return False


def item_id(source: str, guid: str | None, url: str | None) -> str:
    """Return the id of a feed entry or file: its source and raw guid, else its canonical address; never a date.

    Raises ValueError if there is neither.
    """
    if guid:
        return make_id("item", source, "guid", guid)
    if url:
        return make_id("item", source, "url", canonical_url(url))
    raise ValueError("an item needs a guid or an address")


def article_id(address: str, part: int = 0) -> str:
    """Return the id of a story: the canonical address (or path) of its page, and its place among the page's stories."""
    return make_id("article", address, str(part)) if part else make_id("article", address)
