"""What a runtime and a store must be able to do. The contract tests hold every implementation to this page.

All methods of a store are synchronous, safe to call from several threads, and raise `agents.errors.Unavailable` while
the server behind them is down. Repeating a write changes nothing.
"""

import asyncio
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol, runtime_checkable

from agents.errors import Conflict as Conflict  # noqa: PLC0414 (link raises and catches it; stores raise it)
from schemas.documents import Document, first_day
from schemas.events import (
    Article,
    Case,
    DeadLetter,
    Edit,
    FeedItem,
    LinkedEvent,
    Message,
    Notice,
    Record,
    Subscription,
)
from schemas.query import Query


class AlreadyRunning(Exception):
    """Another process moves the messages here; the message says which."""


KEY_LIMIT = 32
"""How many ids a key keeps."""


class Key(Record, frozen=True, kw_only=True):
    """A key document: which cases (or articles) share a name, a docket, a domain, a text band."""

    ids: tuple[str, ...] = ()
    """Newest first, at most `KEY_LIMIT`. An id that is added again stays where it is."""
    total: int = 0
    """How many ids were ever added; over `KEY_LIMIT` the key is common."""


class LedgerRow(Record, frozen=True, kw_only=True):
    """The sums of one source: seen = stored + dropped + dead + waiting."""

    source: str
    seen: int = 0
    stored: int = 0
    dropped: int = 0
    dead: int = 0
    waiting: int = 0
    reasons: dict[str, int] = {}
    """How often which reason was given, over all outcomes."""


class FeedState(Record, frozen=True, kw_only=True):
    """What the poller knows about a feed."""

    url: str
    name: str
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str = ""
    effective_url: str | None = None
    redirect_to: str | None = None
    """Where a permanent redirect led last time; taken over when it has held for long enough."""
    redirects_since: datetime | None = None
    redirects_seen: int = 0
    minutes: int | None = None
    """How often the feed itself asks to be polled at most."""
    next_at: datetime | None = None
    last_polled_at: datetime | None = None
    last_ok_at: datetime | None = None
    last_new_at: datetime | None = None
    failures: float = 0.0
    last_error: str = ""
    gone_at: datetime | None = None
    """When 410 was first answered."""
    paused: str = ""
    """Why it is polled no more; empty while it is."""
    polls: int = 0
    items_seen: int = 0
    empty_polls: int = 0
    """Polls in a row that held no item at all."""
    recent_items: tuple[datetime, ...] = ()
    """When the newest items were published: for the interval and for the volume alarm."""


class Arrival(Record, frozen=True, kw_only=True):
    """A version of an article, and when it was first seen."""

    article_id: str
    article_version: str
    seen_at: datetime


class Attempt(Record, frozen=True, kw_only=True):
    """One try to deliver a notice."""

    at: datetime
    ok: bool
    answer: str
    """What the receiver said, shortened; never a secret."""


class OutboxEntry(Record, frozen=True, kw_only=True):
    notice: Notice
    state: str
    """`waiting`, `sent`, `failed` (given up) or `held` (until a person releases it)."""
    due_at: datetime
    attempts: tuple[Attempt, ...] = ()
    sent_at: datetime | None = None


class ChannelState(Record, frozen=True, kw_only=True):
    """Whether what is sent to a subscription arrives."""

    subscription_id: str
    failing_since: datetime | None = None
    """When the first of the failures that still go on happened; None while all is well."""
    answer: str = ""
    """What the receiver said at the first failure."""


class Hit(Record, frozen=True, kw_only=True):
    document: Document
    highlight: str = ""
    """The quote or title with the matched words between `⟦` and `⟧`."""


class Page(Record, frozen=True, kw_only=True):
    """One page of search results."""

    hits: tuple[Hit, ...] = ()
    total: int = 0
    cursor: str | None = None
    """Hand it back for the next page; None at the end."""
    facets: dict[str, dict[str, int]] = {}


def by_day(linked: LinkedEvent) -> tuple[str, datetime, str]:
    """Sort events by the day of the act (its first possible one), else of publication, else of when they were seen."""
    told = linked.published_at or linked.seen_at
    return first_day(linked.event.date) or told.date().isoformat(), linked.seen_at, linked.event.id


class StageHealth(Record, frozen=True, kw_only=True):
    """How a stage is doing in one process."""

    lag: int = 0
    """Messages that wait before it."""
    outcomes: dict[str, int] = {}
    """How many messages ended how since the start: `published`, `dropped`, `rejected`, `unreadable`, `bug`."""
    waiting: str = ""
    """Why it stands still (our side is unavailable); empty while it moves."""
    still: float = 0.0
    """Seconds for which messages have waited and none was passed."""


class Store(Protocol):
    """Articles, events, cases, subscriptions, the ledger and the outbox."""

    # The ledger: the fate of every item.
    def unseen(self, items: Sequence[FeedItem]) -> list[FeedItem]:
        """Return the items that have no row, or a row with another `content_hash`; of equal ids the first."""

    def see(self, items: Iterable[FeedItem]) -> None:
        """Enter items as `waiting`, after they were published. A row with the same hash stays as it is."""

    def record(
        self, item_id: str, source: str, outcome: str, reason: str = "", content_hash: str | None = None
    ) -> None:
        """Set an item's outcome: `waiting`, `stored`, `dropped` or `dead`. `stored` never replaces `dead`."""

    def ledger(self) -> list[LedgerRow]: ...

    def postpone(self, item: FeedItem, due_at: datetime) -> None:
        """Keep an item whose page cannot be had now, to be put back when due."""

    def due_items(self, now: datetime, limit: int = 100) -> list[FeedItem]: ...

    def forget_postponed(self, item_ids: Sequence[str]) -> None: ...

    # Articles.
    def save_article(self, article: Article) -> bool:
        """Keep an article in its newest version. Return False if this version, or one seen later, is already there."""

    def article(self, article_id: str) -> Article | None: ...

    def articles(self, after: str = "", limit: int = 500) -> list[Article]:
        """Return stored articles in the order of their ids, those after `after`."""

    def arrivals(self) -> Iterable[Arrival]:
        """Yield the versions of all articles in the order in which they were seen, then published, then of their pages.

        Texts are kept in their newest version only; of older ones those are yielded that left events behind.
        """

    # Keys, read by id: they see the last write at once.
    def keys(self, names: Sequence[str]) -> dict[str, Key]: ...

    def add_keys(self, names: Iterable[str], owner: str) -> None: ...

    # Cases. One writer.
    def case(self, case_id: str) -> Case | None:
        """Return the case of this id, a signpost too (see `Case.merged_into`)."""

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]: ...

    def list_cases(self, *, limit: int = 50, cursor: str | None = None) -> tuple[list[Case], str | None]:
        """Return cases, last moved first, without signposts, and the cursor of the next page."""

    def signposts(self) -> Iterable[tuple[str, str]]:
        """Yield (id, where it leads) of the ids that were merged into another case."""

    def merged_ids(self, case_id: str) -> list[str]:
        """Return the ids that now lead to this case, over any number of merges."""

    def doubtful_cases(self, limit: int = 100) -> list[Case]:
        """Return cases with a `possible_case` relation, those opened first first."""

    def timeline(self, case_id: str) -> list[LinkedEvent]:
        """Return the case's events in the order of `by_day`, withdrawn ones too."""

    def linked(self, event_ids: Sequence[str]) -> dict[str, str]:
        """Return the case id of each event that is linked."""

    def article_events(self, article_id: str) -> list[tuple[str, LinkedEvent]]:
        """Return (case id, event) of all events ever linked from an article, in the order of its text."""

    def save_case(self, case: Case, events: Sequence[LinkedEvent] = (), keys: Iterable[str] = ()) -> None:
        """Write the case, put `events` into its timeline (taking them from another case if need be), own `keys`.

        Raises Conflict unless `case.revision` is greater than the stored one.
        """

    def save_edit(self, edit: Edit) -> None: ...

    def edits(self, case_id: str | None = None) -> list[Edit]:
        """Return edits, oldest first: all, or those of or into one case."""

    def main_cases(self) -> Iterable[tuple[str, str | None]]:
        """Yield (path or address, id of the case that it is mainly about or None) of each page, by its first story."""

    # Search.
    def put_documents(self, documents: Sequence[Document]) -> None:
        """Index documents; one of a lower `case_revision` than the stored never wins."""

    def search(
        self,
        query: Query,
        *,
        sort: str = "relevance",
        limit: int = 20,
        cursor: str | None = None,
        facets: Sequence[str] = (),
    ) -> Page: ...

    def search_articles(self, query: Query, *, limit: int = 20, cursor: str | None = None) -> Page: ...

    # Subscriptions and the outbox.
    def save_subscription(self, subscription: Subscription) -> None: ...

    def subscriptions(self) -> list[Subscription]: ...

    def subscriptions_since(self, mark: str) -> tuple[list[Subscription], str]:
        """Return the subscriptions that any process saved after `mark`, and the new mark; after an empty one, all.

        A list may hold subscriptions that were returned before.
        """

    def put_notice(self, notice: Notice, state: str = "waiting") -> bool:
        """Keep a notice until it is due (`held`: until it is released). Return False if it is already there."""

    def told(self, change_ids: Sequence[str]) -> set[str]:
        """Return the ids of the subscriptions that have a notice of any of these changes."""

    def planned(self, subscription_id: str, since: datetime, until: datetime) -> int:
        """Count a subscription's notices with `since <= Notice.due_at < until`, without those for a digest."""

    def opened_cases(self, source: str, since: datetime) -> int:
        """Count the cases that `source` opened, by the notices made since then."""

    def claim_due(self, now: datetime, owner: str, until: datetime, limit: int = 100) -> list[Notice]:
        """Return notices that are due and that nobody holds, first due first; hold them for `owner` up to `until`."""

    def mark_sent(self, notice_id: str, attempt: Attempt) -> None:
        """Note that the receiver has it. This is final."""

    def mark_failed(self, notice_id: str, attempt: Attempt, next_at: datetime | None) -> None:
        """Note a failed try and let go of the notice; it is due again at `next_at`, None gives up."""

    def requeue(self, notice_id: str, due_at: datetime) -> bool:
        """Let a notice wait again, whatever became of it; its attempts are kept. Return False if there is none."""

    def outbox(
        self, *, limit: int = 50, state: str | None = None, subscription_id: str | None = None
    ) -> list[OutboxEntry]:
        """Return notices, newest first."""

    def outbox_entry(self, notice_id: str) -> OutboxEntry | None: ...

    def save_channel(self, state: ChannelState) -> None: ...

    def channels(self) -> dict[str, ChannelState]:
        """Return what is known of the channels that ever failed, by subscription."""

    # Feeds.
    def feed_states(self) -> dict[str, FeedState]:
        """Return what is known of each feed, by its address."""

    def save_feed_state(self, state: FeedState) -> None: ...

    # Dead letters.
    def put_dead_letter(self, letter: DeadLetter) -> None:
        """Keep a dead letter. One that was replayed and failed again waits again, its attempts added up."""

    def dead_letters(self, *, stage: str | None = None, waiting: bool = True, limit: int = 100) -> list[DeadLetter]:
        """Return dead letters, newest first; with `waiting` only those that were not replayed."""

    def dead_letter(self, letter_id: str) -> DeadLetter | None: ...

    def mark_replayed(self, letter_id: str, at: datetime) -> None:
        """Note that a letter was put back at `at`. One that has failed again since then goes on waiting."""

    # Work that only one process may do.
    def lease(self, name: str, owner: str, now: datetime, seconds: float) -> bool:
        """Take or prolong a lease; False while another owner holds it."""

    def statistics(self) -> Mapping[str, Any]:
        """Return counts for people: articles, events, cases, subscriptions, bytes."""

    def close(self) -> None: ...


@runtime_checkable
class KeepsLag(Protocol):
    """A store with a dashboard beside it."""

    def note_lag(self, lag: Mapping[str, int], at: datetime) -> None:
        """Keep how many messages wait before each stage, one record per stage and minute."""


class Runtime(Protocol):
    """Moves messages through the stages: at least once, never past what is not yet safe."""

    def publish(self, topic: str, messages: Sequence[Message]) -> None:
        """Append messages to a topic; they are safe when this returns."""

    def put_back(self, letters: Sequence[DeadLetter]) -> None:
        """Append the messages of dead letters to the topics that they came from, byte for byte."""

    async def run(self, *, until_idle: bool = False, stop: asyncio.Event | None = None) -> None:
        """Work until stopped, or until every stage has passed all of its topic."""

    def lag(self) -> dict[str, int]:
        """Return by stage how many messages wait before it."""

    def health(self) -> Mapping[str, StageHealth]:
        """Return by stage how it is doing in this process."""

    def prune(self, days: float) -> int:
        """Delete messages older than this that all stages have passed. Return how many."""

    def close(self) -> None: ...
