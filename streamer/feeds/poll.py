"""Poll: what is new in a feed becomes items at the head of the stream.

Items are published first and entered into the ledger after, the feed's state is saved last: a crash in between means
that they are published twice, which changes nothing, and never that they are lost.
"""

import asyncio
from collections.abc import Callable, Collection, Sequence
from datetime import UTC, datetime
from random import Random

import structlog
from msgspec.structs import replace

from agents.errors import Rejected, Unavailable
from schemas.events import FeedItem, Message, Record
from schemas.ids import item_id
from streamer.config import Feed
from streamer.contracts import FeedState, Store
from streamer.feeds.client import Answer, Client, FetchError
from streamer.feeds.entries import Entry, FeedDocument, NotAFeed
from streamer.feeds.moves import followed
from streamer.feeds.parse import parse_feed
from streamer.feeds.record import after_failure, after_success, body_hash
from streamer.feeds.retry_after import retry_seconds
from streamer.pipeline import Caller

_log = structlog.get_logger()

_ACCEPT = "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.1"
_UNCONDITIONAL = 100
"""One poll in so many asks for the whole feed whatever the validators say: some servers' are stuck."""
_FULL_TEXT = 500
"""A shorter entry (characters) of a full-text feed is fetched like those of other feeds."""
_IN_FLIGHT = 16
_random = Random()  # noqa: S311 (spreads load, keeps no secret)

Publish = Callable[[str, Sequence[Message]], None]


class PollReport(Record, frozen=True, kw_only=True):
    """How one poll went."""

    name: str
    outcome: str
    """`new` (items were published), `same`, `failed` or `paused`."""
    reason: str = ""
    entries: int = 0
    """In the document; 0 if it was not sent again."""
    new: int = 0
    next_at: datetime | None = None


async def poll_due(
    feeds: Sequence[Feed],
    *,
    client: Client,
    pool: Caller,
    store: Store,
    publish: Publish,
    now: Callable[[], datetime],
) -> list[PollReport]:
    """Poll the enabled feeds that are due, several at once, and report on each. Raises Unavailable."""
    states = await asyncio.to_thread(store.feed_states)
    slots = asyncio.Semaphore(_IN_FLIGHT)

    async def poll(feed: Feed) -> PollReport:
        taken = {other.url for other in feeds if other.url != feed.url}
        async with slots:
            try:
                return await poll_feed(
                    feed,
                    states.get(feed.url),
                    client=client,
                    pool=pool,
                    store=store,
                    publish=publish,
                    now=now,
                    taken=taken,
                )
            except Unavailable:
                raise
            except Exception as error:  # noqa: BLE001 (a bug that one feed brings out must not stop the others)
                _log.exception("bug", feed=feed.name)
                return await _failed(feed, states.get(feed.url), error, store=store, at=now(), random=_random)

    due = [feed for feed in feeds if feed.enabled and _is_due(states.get(feed.url), now())]
    return await asyncio.gather(*map(poll, due))


def _is_due(state: FeedState | None, at: datetime) -> bool:
    return state is None or (not state.paused and (state.next_at is None or state.next_at <= at))


async def poll_feed(
    feed: Feed,
    state: FeedState | None = None,
    *,
    client: Client,
    pool: Caller,
    store: Store,
    publish: Publish,
    now: Callable[[], datetime],
    taken: Collection[str] = (),
    random: Random = _random,
) -> PollReport:
    """Poll a feed, due or not, and save its state. What it brought at first is muted unless it tells its backlog.

    `taken` are the addresses of the other feeds. Raises Unavailable if the store is down.
    """
    at = now()
    first = state is None or state.last_ok_at is None
    state = state or FeedState(url=feed.url, name=feed.name)
    state = replace(state, name=feed.name, polls=state.polls + 1, last_polled_at=at)
    try:
        answer = await client.get(state.effective_url or feed.url, headers=_request(state))
        document = await _document(answer, state, pool, at)
    except (FetchError, NotAFeed, Rejected) as error:
        return await _failed(feed, state, error, store=store, at=at, random=random)
    items = (
        [_item(feed, entry, at, muted=first and not feed.tell_backlog) for entry in _oldest_first(document.entries)]
        if document
        else []
    )
    new = await asyncio.to_thread(_publish, items, store, publish)
    state = after_success(feed, state, answer, document, new=len(new), at=at, random=random)
    state = followed(state, answer, at, taken=taken)
    await asyncio.to_thread(store.save_feed_state, state)
    outcome = "paused" if state.paused else "new" if new else "same"
    return PollReport(
        name=feed.name, outcome=outcome, reason=state.paused, entries=len(items), new=len(new), next_at=state.next_at
    )


async def _failed(
    feed: Feed, state: FeedState | None, error: Exception, *, store: Store, at: datetime, random: Random
) -> PollReport:
    """Save that a poll failed, and report it."""
    reason = str(error) if isinstance(error, FetchError | NotAFeed | Rejected) else f"bug: {type(error).__name__}"
    state = state or FeedState(url=feed.url, name=feed.name)
    state = after_failure(feed, state, error, reason, at=at, random=random)
    await asyncio.to_thread(store.save_feed_state, replace(state, last_polled_at=at))
    outcome = "paused" if state.paused else "failed"
    return PollReport(name=feed.name, outcome=outcome, reason=reason, next_at=state.next_at)


def _oldest_first(entries: Sequence[Entry]) -> list[Entry]:
    """Return entries in the order in which things happened: an arrest is linked before its sentence.

    Feeds list the newest first, so entries of one date, and those without any, are turned round.
    """
    turned = list(reversed(entries))
    turned.sort(key=lambda entry: entry.published_at or datetime.min.replace(tzinfo=UTC))
    return turned


# --- ask ------------------------------------------------------------------------------------------------------------


def _request(state: FeedState) -> dict[str, str]:
    """Return the headers of a request: the validators byte for byte as they came."""
    headers = {"Accept": _ACCEPT}
    if state.polls % _UNCONDITIONAL == 0:
        return headers
    if state.etag:
        headers["If-None-Match"] = state.etag
    if state.last_modified:
        headers["If-Modified-Since"] = state.last_modified
    return headers


async def _document(answer: Answer, state: FeedState, pool: Caller, at: datetime) -> FeedDocument | None:
    """Return the feed, None if it is the same as last time. Raises FetchError, NotAFeed or Rejected."""
    if answer.status == 304:
        return None
    if answer.status != 200:
        raise _refusal(answer)
    if state.last_ok_at and body_hash(answer.body) == state.body_hash:
        return None
    document: FeedDocument = await pool(parse_feed, answer.body, answer.charset, answer.url, at)
    return document


def _refusal(answer: Answer) -> FetchError:
    """Return what a status other than 200 and 304 means."""
    status, pause = answer.status, retry_seconds(answer.headers)
    if status == 410:
        return FetchError("gone", "the feed is gone (410)")
    if status == 403 and answer.headers.get("cf-mitigated") == "challenge":
        return FetchError("blocked_challenge", "the site demands a challenge that only browsers pass")
    if status in (408, 425, 429) or status >= 500:
        return FetchError("busy", f"the site answers {status}", retry_after=pause)
    return FetchError("status", f"the site answers {status}", retry_after=pause)


# --- tell -----------------------------------------------------------------------------------------------------------


def _publish(items: Sequence[FeedItem], store: Store, publish: Publish) -> list[FeedItem]:
    """Publish the items that are new or changed, then enter them into the ledger. Return them."""
    new = store.unseen(items)
    if new:
        publish("items", new)
        store.see(new)
    return new


def _item(feed: Feed, entry: Entry, at: datetime, *, muted: bool) -> FeedItem:
    whole = feed.full_text and len(entry.content) >= _FULL_TEXT
    return FeedItem(
        id=item_id(feed.name, entry.guid, entry.url),
        source=feed.outlet or feed.name,
        guid=entry.guid,
        url=entry.url,
        title=entry.title,
        published_at=entry.published_at,
        date_basis="feed" if entry.published_at else "",
        seen_at=at,
        content="" if whole else entry.content,
        body=f"<article>{entry.content}</article>" if whole else None,
        content_hash=entry.content_hash,
        muted=muted,
    )
