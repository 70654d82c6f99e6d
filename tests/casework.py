"""Invented events, articles and cases for the tests of linking, search and alerts."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas.events import ArticleEvents, Case, Event, LinkedEvent
from schemas.ids import make_id
from schemas.taxonomy import EventType, Status, TimeRole

DAY = datetime(2025, 3, 1, 9, tzinfo=UTC)


def event(type_: EventType | str = "arrest", **fields: Any) -> Event:
    """Return an event whose id depends on all that is given."""
    given = {
        "status": Status.HAPPENED,
        "time_role": TimeRole.NEWS,
        "evidence": f"A sentence about the {type_}.",
        "span": (0, 20),
    } | fields
    given["id"] = fields.get("id") or make_id("event", str(type_), repr(sorted(fields.items())))
    return Event(type=EventType(type_), **given)


def article(*events: Event, name: str = "first", day: int = 0, **fields: Any) -> ArticleEvents:
    """Return an article's events; they become its own by getting the article's name into their ids."""
    version = fields.pop("article_version", "v1")
    seen = fields.pop("seen_at", DAY + timedelta(days=day))
    own = tuple(replace_id(one, name) for one in events)
    given = {
        "item_id": f"item-{name}",
        "source": "Harbour Gazette",
        "url": f"https://gazette.example/{name}",
        "title": name.capitalize(),
        "language": "en",
        "published_at": DAY + timedelta(days=day),
    } | fields
    return ArticleEvents(
        id=make_id("events", name, version),
        article_id=f"article-{name}",
        article_version=version,
        seen_at=seen,
        events=own,
        **given,
    )


def replace_id(one: Event, name: str) -> Event:
    import msgspec

    return msgspec.structs.replace(one, id=make_id("event", name, one.id))


def linked(one: Event, **fields: Any) -> LinkedEvent:
    given = {
        "article_id": "article-first",
        "article_version": "v1",
        "source": "Harbour Gazette",
        "url": "https://gazette.example/first",
        "title": "Headline of first",
        "published_at": DAY,
        "seen_at": DAY,
        "change_id": "change-first",
    } | fields
    return LinkedEvent(event=one, **given)


def case(**fields: Any) -> Case:
    given = {"id": "case-one", "title": "Tidal Films v. Acme", "opened_at": DAY, "updated_at": DAY} | fields
    return Case(**given)
