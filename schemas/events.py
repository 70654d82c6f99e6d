"""The messages, in pipeline order, and the records inside them.

All times are aware UTC. `published_at` is what the source says, `seen_at` when the item was first seen,
`indexed_at` (store only) when it could be searched, and an event's `date` is the day of the act: four different things.
Character spans are half-open offsets into `Article.text`.
"""

from datetime import datetime

from msgspec import Struct

from schemas.taxonomy import (
    ChangeKind,
    CountUnit,
    EventType,
    MoneyKind,
    Relation,
    Status,
    TieKind,
    TimeRole,
)

Span = tuple[int, int]


class Record(Struct, frozen=True, kw_only=True, omit_defaults=True):
    """A part of a message. (`kw_only` and, for type checkers, `frozen` are said again in each subclass.)"""


class Message(Struct, frozen=True, kw_only=True, omit_defaults=True, tag_field="schema"):
    """What travels on a topic. `id` says what it is, `key` decides its order among others."""

    id: str

    @property
    def key(self) -> str:
        return self.id


# --- items and articles ---------------------------------------------------------------------------------------------


class FeedItem(Message, frozen=True, kw_only=True, tag="feed_item"):
    """An entry of a feed, or a file that brings its page along."""

    source: str
    """Name of the feed or outlet: the row of the ledger."""
    guid: str | None = None
    url: str | None = None
    title: str = ""
    published_at: datetime | None = None
    date_basis: str = ""
    """Where `published_at` comes from: `feed`, `front matter`, `byline`, `address`, `page`; empty if there is none."""
    seen_at: datetime
    content: str = ""
    """The feed's own text of the entry (HTML): the fallback when the page cannot be had."""
    body: str | None = None
    """The page itself, where it came as a file; nothing is fetched then."""
    media_type: str = "text/html"
    """Of `body`: `text/html`, `text/plain` or `text/markdown` (an archived page with front matter)."""
    path: str | None = None
    """The file as given to `ingest`."""
    content_hash: str = ""
    """Changes when the publisher edits the entry or the file."""
    attempts: int = 0
    """How often fetching it has failed so far."""
    muted: bool = False
    """True for what must not wake anybody: archive imports, the first poll of a feed."""


class Link(Record, frozen=True, kw_only=True):
    """A link in a story's text."""

    url: str
    """The canonical address that it leads to."""
    span: Span
    """The paragraph in which it stands."""


class Article(Message, frozen=True, kw_only=True, tag="article"):
    """One story in the version whose text hashes to `version`."""

    item_id: str
    source: str
    url: str | None = None
    path: str | None = None
    part: int = 0
    """Place among the stories of its page, from 0."""
    version: str
    title: str
    text: str
    language: str
    """ISO 639-1 code, or `und` where the text is too short to tell."""
    published_at: datetime | None = None
    date_basis: str = ""
    seen_at: datetime
    text_status: str = "full"
    """`full`, `partial` (teaser, paywall) or `feed` (the page could not be had; the feed's own text)."""
    links: tuple[Link, ...] = ()
    """To other pages, in the order of the text."""
    copy_of: str | None = None
    """Id of the article that this one repeats nearly word for word."""
    fresh: tuple[Span, ...] | None = None
    """The paragraphs that the version before did not have; None if there was none."""
    muted: bool = False


# --- events ---------------------------------------------------------------------------------------------------------


class Count(Record, frozen=True, kw_only=True):
    n: int
    unit: CountUnit


class Money(Record, frozen=True, kw_only=True):
    amount: float
    currency: str
    """ISO 4217."""
    kind: MoneyKind
    usd: float | None = None
    """At the European Central Bank's reference rate of the day of the act, else of publication; None where unknown."""


class Tie(Record, frozen=True, kw_only=True):
    """What a text says of two names: `name` is a service, `other` another name of it, or somebody behind it."""

    kind: TieKind
    name: str
    other: str
    words: str
    """That tie the two: `formerly known as`, `co-founder`."""
    evidence: str
    """The sentence that says so, verbatim."""
    span: Span
    """Where `evidence` stands in the article's text."""


class Event(Record, frozen=True, kw_only=True):
    """One act by which law is enforced, as one article tells it."""

    id: str
    type: EventType
    status: Status
    time_role: TimeRole
    aggregate: bool = False
    evidence: str
    """The sentence that states the event, verbatim."""
    span: Span
    """Where `evidence` stands in the article's text."""
    authority: tuple[str, ...] = ()
    court: str | None = None
    complainant: tuple[str, ...] = ()
    defendant: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    """Of the targets, as far as the text names them: in lower case, `[.]` undone. A site's mirrors are one target."""
    ties: tuple[Tie, ...] = ()
    """What the article says of other names, mirrors and operators of those acted against."""
    country: str | None = None
    date: str | None = None
    """`YYYY-MM-DD`, `YYYY-MM` or `YYYY`: as precise as the text is."""
    counts: tuple[Count, ...] = ()
    money: tuple[Money, ...] = ()
    prison_months: float | None = None
    suspended: bool = False
    docket: str | None = None
    operation: str | None = None
    case: int = 0
    """Events of one proceeding share this number within their article."""
    main: bool = False
    """True for the event that the headline is about."""
    confidence: float = 1.0
    spans: dict[str, tuple[Span, ...]] = {}
    """For each field that has a value, where it was read: one span per value, in the order of the values."""


class ArticleEvents(Message, frozen=True, kw_only=True, tag="article_events"):
    """All events of one version of one article: link sees them together, and sees what an edit took away."""

    article_id: str
    article_version: str
    item_id: str
    source: str
    url: str | None = None
    path: str | None = None
    title: str
    language: str
    published_at: datetime | None = None
    seen_at: datetime
    events: tuple[Event, ...] = ()
    links: tuple[Link, ...] = ()
    """Of the article, if it tells of events."""
    names: tuple[str, ...] = ()
    """Of people, companies, services and sites that the text names at least twice, those met most often first."""
    not_classified: str = ""
    """Why the text was not read, such as `language es`; empty if it was."""
    coder: str = ""
    """Name and version of the event coder."""
    copy_of: str | None = None
    fresh: tuple[Span, ...] | None = None
    """As in `Article`."""
    muted: bool = False


class Edit(Message, frozen=True, kw_only=True, tag="edit"):
    """A person's correction. It passes through the same single writer as events do and can be undone."""

    action: str
    """`merge`, `split`, `move`, `retype`, `withdraw`, `rename`, `review`, `relate`, `unrelate` or `undo`."""
    case_id: str | None = None
    into: str | None = None
    """merge: the case that stays. move: the case that takes the events. relate, unrelate: the other case."""
    event_ids: tuple[str, ...] = ()
    """Those concerned. merge, withdraw, review: all that the case had, filled in when it is applied."""
    value: str = ""
    """retype: the new type. rename: the new title. relate: the relation. undo: the id of the edit."""
    by: str
    at: datetime
    note: str = ""
    before: str = ""
    """What it replaced (old title, type or relations), filled in when it is applied: what an undo puts back."""


# --- cases ----------------------------------------------------------------------------------------------------------


class LinkedEvent(Record, frozen=True, kw_only=True):
    """An event as it stands in a case's timeline: the event, and the article that tells it."""

    event: Event
    article_id: str
    article_version: str
    source: str
    url: str | None = None
    title: str = ""
    published_at: datetime | None = None
    seen_at: datetime
    withdrawn: str = ""
    """Why it no longer counts (`edited article`, `withdrawn by …`); empty while it does."""
    change_id: str = ""
    """The change that brought it in: done again, it makes the same change, wherever the event has moved since."""
    withdrawn_by: str = ""
    """The change that took it away; empty while it counts."""
    score: dict[str, float] = {}
    """Why it was linked to a case that was known: the parts of the score by name. Empty if it opened one."""


class Party(Record, frozen=True, kw_only=True):
    name: str
    role: str
    """`authority`, `court`, `complainant`, `defendant` or `target`."""
    status: str = ""
    """For defendants: the furthest that the text says (`arrested`, `charged`, …)."""
    aliases: tuple[str, ...] = ()


class RelatedCase(Record, frozen=True, kw_only=True):
    case_id: str
    relation: Relation
    score: tuple[tuple[str, float], ...] = ()
    """Of a `possible_case`: what spoke for it and against it, by name."""
    by: str = ""
    """The person who said so; empty if rules found it."""


class Case(Record, frozen=True, kw_only=True):
    """One proceeding. Its timeline is kept beside it, one `LinkedEvent` per event."""

    id: str
    title: str
    revision: int = 1
    state: str = "open"
    """`open` or `closed` (by outcome)."""
    title_by: str = ""
    """Who named it; empty while the title is made from the events."""
    event_ids: tuple[str, ...] = ()
    """In the order in which they were linked, withdrawn ones too."""
    article_ids: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    types: tuple[EventType, ...] = ()
    countries: tuple[str, ...] = ()
    dockets: tuple[str, ...] = ()
    operations: tuple[str, ...] = ()
    parties: tuple[Party, ...] = ()
    first_date: str | None = None
    last_date: str | None = None
    """Of the acts, where told."""
    first_reported: datetime | None = None
    last_reported: datetime | None = None
    """`published_at` of its first and last article."""
    opened_at: datetime
    """`seen_at` of the article that opened it."""
    updated_at: datetime
    related: tuple[RelatedCase, ...] = ()
    merged_into: str | None = None
    """Where this id now leads; such a case is a signpost and holds nothing else."""


class CaseUpdate(Message, frozen=True, kw_only=True, tag="case_update"):
    """A case after a change. `id` hashes the case and the events (or the edit) that changed it, not the revision."""

    case: Case
    change: ChangeKind
    events: tuple[LinkedEvent, ...] = ()
    """The events that made the change."""
    fields: tuple[str, ...] = ()
    """What is new: `type`, `status`, `date`, `party`, `amount`, `count`, `source`, `closed`, `reopened`, `title`."""
    reason: str = ""
    """For people: `edited article`, `merged from case-…`."""
    muted: bool = False

    @property
    def key(self) -> str:
        return self.case.id


# --- notices --------------------------------------------------------------------------------------------------------


class Subscription(Record, frozen=True, kw_only=True):
    """Who wants to be told of what, and how."""

    id: str
    name: str
    channel: str
    """`email`, `webhook`, `slack`, `feed` or `stdout`."""
    address: str = ""
    query: str = ""
    """In the query language; empty means everything and must have been asked for aloud."""
    changes: tuple[ChangeKind, ...] = (ChangeKind.OPENED, ChangeKind.UPDATED, ChangeKind.CORRECTED)
    types: tuple[EventType, ...] = ()
    """Only these event types; empty means all."""
    min_confidence: float = 0.0
    rate: str = "instant"
    """`instant`, `daily` or `weekly`."""
    time_zone: str = "UTC"
    created_at: datetime
    muted_until: datetime | None = None
    quiet: tuple[str, str] | None = None
    """From when to when nothing is sent, in the subscriber's time zone: (`22:00`, `07:00`)."""
    active: bool = True
    ended: str = ""
    """Why it is active no more; empty while it is."""
    secret: str = ""
    """Webhook signing secret (`whsec_…`)."""


class Notice(Message, frozen=True, kw_only=True, tag="notice"):
    """What one subscriber is told of one change, frozen when it was matched. `id` = subscription and change.

    A digest, a test and a word to the owner are notices too, of no case and no change.
    """

    subscription_id: str
    channel: str
    address: str
    case_id: str = ""
    change_id: str = ""
    change: ChangeKind | None = None
    source: str = ""
    """The outlet that the news comes from."""
    digest: bool = False
    """True if it is over the subscriber's limit: told as one line, together with others due at the same time."""
    subject: str
    """One honest line: what happened, in words that keep its status."""
    text: str
    """The whole notice in plain text."""
    data: dict[str, object] = {}
    """The same as data: the payload of webhooks."""
    why: str = ""
    created_at: datetime
    due_at: datetime

    @property
    def key(self) -> str:
        return self.subscription_id


class DeadLetter(Message, frozen=True, kw_only=True, tag="dead_letter"):
    """A message that could not be worked on, kept whole until somebody replays it."""

    stage: str
    topic: str
    message_key: str = ""
    payload: bytes
    """The original bytes (base64 on the wire)."""
    headers: dict[str, str] = {}
    kind: str
    """`rejected` (can never work), `unreadable` (broken payload) or `bug`."""
    error: str
    """The reason, for people; never a secret, never a traceback."""
    item_id: str | None = None
    attempts: int = 1
    failed_at: datetime
    replayed_at: datetime | None = None
