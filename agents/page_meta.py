"""What the head of an HTML page says about its story: title, time of publication, site, and whether it is all there."""

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any, NamedTuple

import lxml.html
import msgspec


class Meta(NamedTuple):
    title: str = ""
    published_at: datetime | None = None
    """With its time of day; aware UTC."""
    site: str = ""
    partial: bool = False
    """True if the page says that its text is not free (schema.org `isAccessibleForFree`)."""


_DATE_NAMES = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "dc.date.issued",
    "parsely-pub-date",
)
_DEPTH = 6
"""JSON-LD is looked through so many levels deep."""


def page_meta(tree: lxml.html.HtmlElement) -> Meta:
    """Return what meta elements, JSON-LD and the first `time` element say. Wrong or odd values are passed over."""
    named = _named(tree)
    facts = list(_facts(tree))
    dates = [
        *(fact.get("datePublished") for fact in facts),
        *(named.get(name) for name in _DATE_NAMES),
        *(element.get("datetime") for element in tree.iter("time")),
    ]
    return Meta(
        title=named.get("og:title") or _first_text(tree, "h1") or _page_title(tree),
        published_at=next((date for date in map(iso_moment, dates) if date), None),
        site=named.get("og:site_name", ""),
        partial=any(str(fact.get("isAccessibleForFree", "")).lower() == "false" for fact in facts),
    )


def iso_moment(value: Any) -> datetime | None:
    """Return an ISO 8601 date or time as aware UTC (naive ones are taken as UTC); None if it is none."""
    if not isinstance(value, str):
        return None
    try:
        moment = datetime.fromisoformat(value.strip())
    except ValueError:
        return None
    try:
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except OverflowError:
        return None


def _named(tree: lxml.html.HtmlElement) -> dict[str, str]:
    """Return the page's meta elements by name or property; of several of a name, the first."""
    named: dict[str, str] = {}
    for element in tree.iter("meta"):
        name = element.get("property") or element.get("name") or element.get("itemprop") or ""
        content = (element.get("content") or "").strip()
        if name and content:
            named.setdefault(name.strip().lower(), content)
    return named


def _facts(tree: lxml.html.HtmlElement) -> Iterator[dict[str, Any]]:
    """Yield the objects in the page's JSON-LD that speak of an article."""
    for script in tree.iter("script"):
        if "ld+json" not in (script.get("type") or ""):
            continue
        try:
            data = msgspec.json.decode((script.text or "").strip())
        except (msgspec.DecodeError, RecursionError, UnicodeEncodeError):
            continue
        yield from _articles(data, _DEPTH)


def _articles(data: Any, depth: int) -> Iterator[dict[str, Any]]:
    if depth == 0 or not isinstance(data, list | dict):
        return
    if isinstance(data, dict) and ("datePublished" in data or "isAccessibleForFree" in data):
        yield data
    for value in data.values() if isinstance(data, dict) else data:
        yield from _articles(value, depth - 1)


def _first_text(tree: lxml.html.HtmlElement, tag: str) -> str:
    element = next(tree.iter(tag), None)
    return "" if element is None else " ".join(element.text_content().split())


def _page_title(tree: lxml.html.HtmlElement) -> str:
    """Return the text of the title element without the site's name behind a dash or bar."""
    title = _first_text(tree, "title")
    return re.split(r"\s[|–—»]\s|\s-\s(?=[^-]{1,40}\Z)", title)[0]
