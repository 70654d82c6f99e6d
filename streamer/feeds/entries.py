"""What a feed document becomes, whatever its format."""

from datetime import datetime

from schemas.events import Record


class Entry(Record, frozen=True, kw_only=True):
    """One entry, normalised."""

    guid: str | None = None
    """As the publisher wrote it; made unique where a document repeats it."""
    url: str | None = None
    """Absolute."""
    title: str = ""
    content: str = ""
    """The longest text that the entry carries (HTML)."""
    published_at: datetime | None = None
    content_hash: str = ""
    """Changes when the publisher edits title, content or the date of the update."""


class FeedDocument(Record, frozen=True, kw_only=True):
    """A feed that was read."""

    title: str = ""
    entries: tuple[Entry, ...] = ()
    minutes: int | None = None
    """How often the publisher wants it to be polled at most (`ttl`, `sy:updatePeriod`)."""


class NotAFeed(Exception):
    """The document is no feed; the text says what it is instead, in plain words."""
