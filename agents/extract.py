"""Extract: a page becomes the stories on it, as plain text with headings, lists and quotes.

The text form is the same for every kind of page: `# Title`, then blocks parted by blank lines: paragraphs, `## `
headings, `- ` list items, `> ` quotes. Words are those of the page. Navigation, share links, author boxes, related
posts and comments are left out, so that no other post's headline becomes an event.
"""

import re
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import accumulate, pairwise
from typing import NamedTuple
from urllib.parse import urljoin

from agents.errors import Rejected
from agents.page_blocks import Block, markdown_blocks, text_blocks
from agents.page_charset import decoded
from agents.page_dates import address_date
from agents.page_story import Found, page_rules, stories
from schemas.events import Link, Record
from schemas.ids import canonical_url

_ADDRESS_LINE = re.compile(
    r"\s*(?:original\s+)?(?:url|address|source):\s*(https?://\S{1,2000})[ \t]*\r?\n", re.IGNORECASE
)

_TAIL = 2000
"""So many characters before a cut may be half a link."""

MAX_BYTES = 5 * 1024 * 1024
"""A longer page is refused. Source: measured run times of the parsers on hostile pages."""
MAX_LINKS = 40
"""Of one story. Half of 1,045 real ones have 5 or less, one in fifty more than 14."""


class _Given(NamedTuple):
    """What is known of a page from outside of it."""

    url: str | None
    title: str
    published_at: datetime | None
    source: str


class Story(Record, frozen=True, kw_only=True):
    """One story of a page."""

    title: str
    text: str
    """`# Title`, then the story; see the top of this module."""
    url: str | None = None
    published_at: datetime | None = None
    date_basis: str = ""
    """Where that comes from: `byline`, `front matter`, `page`, `feed` or `address`; empty if there is none."""
    source: str = ""
    links: tuple[Link, ...] = ()
    """To other pages, in the order of the text."""
    text_status: str = "full"
    """`full`, or `partial` for a teaser, a paywall's opening or an archive copy that was cut."""
    part: int = 0
    """Place among the stories of the page, from 0."""


def extract(
    body: str | bytes,
    *,
    url: str | None,
    media_type: str,
    title: str = "",
    published_at: datetime | None = None,
    source: str = "",
) -> list[Story]:
    """Return the stories of a page, in the order of the page.

    `media_type` is `text/markdown` (an archived page, with or without front matter), `text/plain` or `text/html`.
    `title`, `published_at` and `source` are what the feed or file says; what the page itself says goes first.
    Raises Rejected on a page that is empty, too large or holds no story.
    """
    if len(body) > MAX_BYTES:
        raise Rejected(f"page larger than {MAX_BYTES} bytes")
    text = decoded(body) if isinstance(body, bytes) else body
    if not text.strip():
        raise Rejected("empty page")
    given = _Given(url=url, title=title, published_at=published_at, source=source)
    return _from_html(text, given) if media_type == "text/html" else _from_text(text, media_type, given)


def _from_html(text: str, given: _Given) -> list[Story]:
    from agents.page_html import html_stories  # noqa: PLC0415 (a second to import, which archived pages need not pay)

    found, meta = html_stories(text, url=given.url, title=given.title)
    dates = ((meta.published_at, "page"), (given.published_at, "feed"), (address_date(given.url), "address"))
    known = given._replace(title=given.title or meta.title, source=given.source or meta.site)
    return _assembled(found, known, dates, partial=meta.partial)


def _from_text(text: str, media_type: str, given: _Given) -> list[Story]:
    front, text = _front_matter(text)
    cut = bool(front) and text.rstrip().endswith("...")
    text = _without_cut_end(text) if cut else text
    told, text = _address_line(text)
    named = front.get("url", "")
    url = given.url or (named if named.startswith(("https://", "http://")) else None) or told
    blocks = markdown_blocks(text) if front or media_type == "text/markdown" else text_blocks(text)
    known = _Given(
        url=url,
        title=given.title or front.get("title", ""),
        published_at=given.published_at,
        source=given.source or front.get("source", ""),
    )
    dates = (
        (given.published_at, "feed"),
        (_day(front.get("date", "")), "front matter"),
        (address_date(url), "address"),
    )
    return _assembled(stories(blocks, title=known.title, rules=page_rules(url)), known, dates, partial=cut)


Dates = Sequence[tuple[datetime | None, str]]
"""Dates with their basis, the most trusted first."""


def _assembled(found: Sequence[Found], known: _Given, dates: Dates, *, partial: bool) -> list[Story]:
    """Return the stories with title, text and date. Raises Rejected if there is no text at all.

    Of an archive copy that was cut within the navigation, the headline is left, and worth keeping.
    """
    whole = [story for story in found if story.blocks] or [story for story in found if partial and known.title]
    if not whole:
        raise Rejected("no article text found on the page")
    known = known if len(whole) == 1 else known._replace(title="")
    last = len(whole) - 1
    return [_finished(part, story, known, dates, partial=partial and part == last) for part, story in enumerate(whole)]


def _finished(part: int, story: Found, known: _Given, dates: Dates, *, partial: bool) -> Story:
    title = " ".join((known.title or story.title or _first_words(story.blocks)).split())
    date, basis = _best_date(story.date, dates)
    return Story(
        title=title,
        text=render(title, story.blocks),
        links=tuple(_links(title, story.blocks, known.url or "")),
        url=known.url,
        published_at=date,
        date_basis=basis,
        source=known.source,
        text_status="partial" if partial else "full",
        part=part,
    )


def render(title: str, blocks: Sequence[Block]) -> str:
    """Return blocks as text."""
    return "".join(_pieces(title, blocks)) + "\n"


def _pieces(title: str, blocks: Sequence[Block]) -> Iterator[str]:
    """Yield the headline, and each block with what parts it from the one before."""
    yield f"# {' '.join(title.split())}"
    last = ""
    for block in blocks:
        start = {"heading": "## ", "item": "- ", "quote": "> "}.get(block.kind, "")
        yield ("\n" if block.kind == last == "item" else "\n\n") + start + block.text
        last = block.kind


def _links(title: str, blocks: Sequence[Block], page: str) -> list[Link]:
    """Return the links of the blocks, each with the place of its block; the first one to an address counts."""
    ends = list(accumulate(map(len, _pieces(title, blocks))))
    found: dict[str, Link] = {}
    for block, (start, end) in zip(blocks, pairwise(ends), strict=True):
        for address in block.links:
            url = _canonical(address, page)
            if url and url not in found:
                found[url] = Link(url=url, span=(start, end))
    found.pop(_canonical("", page), None)
    return list(found.values())[:MAX_LINKS]


def _canonical(address: str, page: str) -> str:
    try:
        return canonical_url(urljoin(page, address))
    except ValueError:
        return ""


def _front_matter(text: str) -> tuple[dict[str, str], str]:
    """Return the `name: value` lines between two lines of dashes at the top, and what follows them."""
    match = re.match(r"\s*---[ \t]*\r?\n(.{0,8000}?)\r?\n---[ \t]*(?:\r?\n|\Z)", text, re.DOTALL)
    if match is None:
        return {}, text
    pairs = (line.partition(":") for line in match[1].splitlines() if ":" in line)
    return {name.strip().lower(): _unquoted(value.strip()) for name, _, value in pairs}, text[match.end() :]


def _address_line(text: str) -> tuple[str | None, str]:
    """Return the address in a first line such as `Original URL: https://…`, and what follows it."""
    match = _ADDRESS_LINE.match(text)
    return (match[1], text[match.end() :]) if match else (None, text)


def _unquoted(value: str) -> str:
    return value[1:-1] if len(value) > 1 and value[0] == value[-1] and value[0] in "\"'" else value


def _without_cut_end(text: str) -> str:
    """Drop the dots that mark a cut and what stands half before them: an image, a link's target, or a word.

    Half a word may be half a number.
    """
    text = text.rstrip().removesuffix("...")
    start, end = text[:-_TAIL], text[-_TAIL:]
    whole_words = re.sub(r"\[([^\[\]]*)\]\([^()\n]*\Z", r"\1", end)
    if whole_words == end:
        whole_words = re.sub(r"\]\([^()\n]*\Z|\S+\Z", "", end)
    return start + re.sub(r"\[?!\[[^\[\]]*\]?\Z|\[(?=[^\[\]]*\Z)", "", whole_words)


def _day(text: str) -> datetime | None:
    try:
        date = datetime.fromisoformat(text)
    except ValueError:
        return None
    return date.astimezone(UTC) if date.tzinfo else date.replace(tzinfo=UTC)


def _best_date(printed: datetime | None, others: Dates) -> tuple[datetime | None, str]:
    """Return the printed date, or a more exact one of the same day; without one, the first of the others."""
    known = [(date, basis) for date, basis in others if date is not None]
    if printed is None:
        return known[0] if known else (None, "")
    if printed.hour or printed.minute:
        return printed, "byline"
    exact = [pair for pair in known if pair[0].hour or pair[0].minute]
    near = [pair for pair in exact if timedelta() <= pair[0] - printed < timedelta(days=1)]
    return near[0] if near else (printed, "byline")


def _first_words(blocks: Sequence[Block]) -> str:
    first = blocks[0].text
    return first if len(first) <= 80 else f"{first[:80].rsplit(' ', 1)[0]} …"
