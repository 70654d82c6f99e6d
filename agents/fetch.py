"""Fetch: an item becomes the articles on its page.

The page is fetched, unless the item brings it along, and its stories are extracted. A page that cannot be had now is
tried again for three days; one that cannot be had at all is replaced by the feed's own text, marked so.
"""

import asyncio
import time
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Protocol

from msgspec.structs import replace

from agents.copies import copy_keys, original
from agents.errors import Rejected
from agents.extract import Story
from agents.language import language_of
from schemas.events import Article, FeedItem, Record, Span
from schemas.ids import article_id, canonical_url, text_hash

TRIES = tuple(timedelta(minutes=minutes) for minutes in (10, 30, 60, 180, 360, 720, 1440, 1440))
"""How long to wait after the first, second, … failure: three days in all."""
_ENOUGH = 100
"""A feed's own text with fewer characters is no article."""
_MORE = 1.2
"""A feed's text so many times longer than the page's is the fuller one: the page is a teaser."""
_FUTURE = timedelta(days=1)
"""A later date than this from now is a slip of the page."""
_PATIENCE = 40
"""How often to look for an article that another worker is storing at this moment,"""
_LOOK_SECONDS = 0.05
"""and how long after each look."""
_RANK = {"feed": 0, "partial": 1, "full": 2}


class Page(Record, frozen=True, kw_only=True):
    """A page as it came from the web."""

    url: str
    """After redirects."""
    body: str
    media_type: str


class Refused(Exception):
    """The page will not be had: it is gone, forbidden, or no page."""


class NotNow(Exception):
    """The page cannot be had now.

    `retry_after` is the least number of seconds to wait. With `counts` False this was no failure of the site, and does
    not bring nearer the day when it is given up.
    """

    def __init__(self, reason: str, *, retry_after: float | None = None, counts: bool = True) -> None:
        super().__init__(reason)
        self.retry_after = retry_after
        self.counts = counts


class Extract(Protocol):
    """`agents.extract.extract`, run where it can be killed. Raises Rejected also when it takes too long."""

    async def __call__(
        self, body: str, *, url: str | None, media_type: str, title: str, published_at: datetime | None, source: str
    ) -> list[Story]: ...


class KeyDocument(Protocol):
    @property
    def ids(self) -> tuple[str, ...]: ...


class ArticleStore(Protocol):
    """The part of the store that fetch reads and writes."""

    def article(self, article_id: str) -> Article | None: ...
    def save_article(self, article: Article) -> bool: ...
    def keys(self, names: Sequence[str]) -> Mapping[str, KeyDocument]: ...
    def add_keys(self, names: Iterable[str], owner: str) -> None: ...
    def postpone(self, item: FeedItem, due_at: datetime) -> None: ...
    def record(
        self, item_id: str, source: str, outcome: str, reason: str = "", content_hash: str | None = None
    ) -> None: ...


async def fetch(
    item: FeedItem,
    *,
    get: Callable[[str], Awaitable[Page]],
    extract: Extract,
    store: ArticleStore,
    now: Callable[[], datetime],
) -> list[Article]:
    """Return the articles of an item, stored; none if it must wait or has nothing to read (the ledger says which).

    An article that is stored already is returned again: a crash may have lost it on its way to the next stage.
    `get` raises Refused and NotNow. Raises Rejected with the reason if there is no article to be had, Unavailable if
    the store is down.
    """
    try:
        stories = await _stories(item, get=get, extract=extract)
    except NotNow as reason:
        if item.attempts < len(TRIES):
            await asyncio.to_thread(_put_off, item, reason, store, now())
            return []
        stories = await _from_feed(item, str(reason), extract=extract)
    if not stories:
        await asyncio.to_thread(_drop, item, "no link and no text", store)
        return []
    return await asyncio.to_thread(_stored, articles_of(item, stories, now=now()), store)


def articles_of(item: FeedItem, stories: Sequence[Story], *, now: datetime | None = None) -> list[Article]:
    """Return the stories of an item as articles. Dates more than a day after `now` give way to the item's."""
    return [_article(item, story, now) for story in stories]


# --- from item to stories -------------------------------------------------------------------------------------------


async def _stories(item: FeedItem, *, get: Callable[[str], Awaitable[Page]], extract: Extract) -> list[Story]:
    """Return the stories of the page, else of the feed's text. Empty if the item has neither link nor text.

    Raises NotNow and Rejected.
    """
    if item.body is not None:
        if not item.body:
            raise Rejected(item.title or "empty page")
        return await _extracted(item, Page(url=item.url or "", body=item.body, media_type=item.media_type), extract)
    if not item.url:
        return await _from_feed(item, "", extract=extract)
    try:
        stories = await _extracted(item, await get(item.url), extract)
    except (Refused, Rejected) as reason:
        return await _from_feed(item, str(reason), extract=extract)
    return await _fuller(item, stories, extract)


async def _extracted(item: FeedItem, page: Page, extract: Extract) -> list[Story]:
    return await extract(
        page.body,
        url=item.url,
        media_type=page.media_type,
        title=item.title,
        published_at=item.published_at,
        source="" if item.path else item.source,
    )


async def _from_feed(item: FeedItem, reason: str, *, extract: Extract) -> list[Story]:
    """Return the feed's own text as a story. Without enough of it: an empty list, or Rejected if there is a reason."""
    stories = await _feed_stories(item, extract)
    if not stories and reason:
        raise Rejected(reason)
    return [replace(story, text_status="feed") for story in stories]


async def _feed_stories(item: FeedItem, extract: Extract) -> list[Story]:
    if len(item.content) < _ENOUGH:
        return []
    page = Page(url=item.url or "", body=f"<article>{item.content}</article>", media_type="text/html")
    try:
        stories = await _extracted(item, page, extract)
    except Rejected:
        return []
    return stories[:1] if sum(map(_size, stories)) >= _ENOUGH else []


async def _fuller(item: FeedItem, stories: list[Story], extract: Extract) -> list[Story]:
    """Return the feed's text instead of the page's, if the page shows clearly less of a single story."""
    if len(stories) > 1 or len(item.content) < _MORE * _size(stories[0]):
        return stories
    fed = await _feed_stories(item, extract)
    if fed and _size(fed[0]) >= _MORE * _size(stories[0]):
        return [replace(story, text_status="feed") for story in fed]
    return stories


def _size(story: Story) -> int:
    return len(_body(story.text))


def _body(text: str) -> str:
    return text.partition("\n")[2].strip()


# --- from stories to articles ---------------------------------------------------------------------------------------


def _article(item: FeedItem, story: Story, now: datetime | None) -> Article:
    published, basis = story.published_at, story.date_basis
    if published and now and published > now + _FUTURE:
        published, basis = item.published_at, item.date_basis
    return Article(
        id=article_id(_address(item, story), story.part),
        item_id=item.id,
        source=story.source or item.source,
        url=item.url or story.url,
        path=item.path,
        part=story.part,
        version=text_hash(story.text),
        title=story.title,
        text=story.text,
        language=language_of(_body(story.text) or story.title),
        published_at=published,
        date_basis=item.date_basis or basis if basis == "feed" else basis,
        seen_at=item.seen_at,
        text_status=story.text_status,
        links=story.links,
        muted=item.muted,
    )


def _address(item: FeedItem, story: Story) -> str:
    """Return what the article is known by: its page's address, else its file, else its feed entry."""
    try:
        return canonical_url(item.url or story.url or "")
    except ValueError:
        return item.path or item.id


def _stored(articles: Sequence[Article], store: ArticleStore) -> list[Article]:
    return [_kept(article, store) for article in articles]


def _kept(article: Article, store: ArticleStore) -> Article:
    """Store an article with its keys, and return it with the id of the article that it copies.

    The whole text that is stored stays when only a part of it, or the feed's text, can be had today. Keys come first,
    and tell who was first: so of copies that arrive together, at several workers, all but one see another.
    """
    known = store.article(article.id)
    if known and _RANK[article.text_status] < _RANK[known.text_status] and len(article.text) < len(known.text):
        return replace(known, item_id=article.item_id, muted=article.muted)
    names = copy_keys(article.text)
    store.add_keys(names, article.id)
    copy_of = original(article, _before(article.id, names, store))
    article = replace(article, copy_of=copy_of, fresh=fresh_since(known, article))
    store.save_article(article)
    return article


def fresh_since(known: Article | None, article: Article) -> tuple[Span, ...] | None:
    """Return where the paragraphs stand that an older version does not have; None if no older version is known.

    Of a version that is stored already, a crash has brought it back: what was fresh in it is so still.
    """
    if known is None or known.seen_at > article.seen_at:
        return None
    if known.version == article.version:
        return known.fresh
    old, found, start = {line.strip() for line in known.text.splitlines()}, [], 0
    for line in article.text.splitlines(keepends=True):
        if line.strip() not in old:
            found.append((start, start + len(line)))
        start += len(line)
    return tuple(found)


def _before(article_id: str, names: Sequence[str], store: ArticleStore) -> list[Article]:
    """Return the articles that had one of these keys before this one.

    Their text follows their keys, unless their worker was killed: it is waited for. Keys of one article are not written
    at once, so the order is looked at again each time.
    """
    found: list[Article | None] = []
    for _ in range(_PATIENCE):
        found = [store.article(one) for one in _older(article_id, store.keys(names))]
        if None not in found:
            break
        time.sleep(_LOOK_SECONDS)
    return [one for one in found if one]


def _older(article_id: str, keys: Mapping[str, KeyDocument]) -> list[str]:
    """Return who had the first key in common before this article: a key lists its owners newest first."""
    is_older: dict[str, bool] = {}
    for _, key in sorted(keys.items()):
        mine = key.ids.index(article_id) if article_id in key.ids else len(key.ids)
        for place, owner in enumerate(key.ids):
            is_older.setdefault(owner, place > mine)
    return sorted(owner for owner, older in is_older.items() if older)


# --- no article -----------------------------------------------------------------------------------------------------


def _put_off(item: FeedItem, reason: NotNow, store: ArticleStore, now: datetime) -> None:
    pause = TRIES[item.attempts] if reason.counts else timedelta()
    due = now + max(pause, timedelta(seconds=reason.retry_after or 0))
    store.postpone(replace(item, attempts=item.attempts + reason.counts), due)
    store.record(item.id, item.source, "waiting", str(reason), content_hash=item.content_hash)


def _drop(item: FeedItem, reason: str, store: ArticleStore) -> None:
    store.record(item.id, item.source, "dropped", reason, content_hash=item.content_hash)
