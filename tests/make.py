"""Factories: records with sensible defaults, so that a test names only what it is about."""

from datetime import UTC, datetime, timedelta
from typing import Any

from schemas import ids
from schemas.events import (
    Article,
    ArticleEvents,
    Case,
    CaseUpdate,
    DeadLetter,
    Edit,
    Event,
    FeedItem,
    LinkedEvent,
    Notice,
    Subscription,
)
from schemas.taxonomy import ChangeKind, EventType, Status, TimeRole

NOW = datetime(2026, 3, 2, 9, 30, tzinfo=UTC)
"""The time at which everything in tests happens, unless a test says otherwise."""


def later(**duration: float) -> datetime:
    """Return a time after NOW: `later(minutes=5)`."""
    return NOW + timedelta(**duration)


def make_item(guid: str = "guid-1", source: str = "harbour-post", **changed: Any) -> FeedItem:
    values: dict[str, Any] = {
        "id": ids.item_id(source, guid, None),
        "source": source,
        "guid": guid,
        "url": f"https://harbour-post.example/{guid}",
        "title": "Two held over Lanternreel streams",
        "seen_at": NOW,
        "content_hash": "hash-1",
    }
    return FeedItem(**values | changed)


def make_article(name: str = "story-1", text: str = "Police arrested two men.", **changed: Any) -> Article:
    url = f"https://harbour-post.example/{name}"
    values: dict[str, Any] = {
        "id": ids.article_id(url),
        "item_id": ids.item_id("harbour-post", name, None),
        "source": "harbour-post",
        "url": url,
        "version": ids.text_hash(text),
        "title": "Two held over Lanternreel streams",
        "text": text,
        "language": "en",
        "published_at": NOW,
        "date_basis": "feed",
        "seen_at": NOW,
    }
    return Article(**values | changed)


def make_event(name: str = "event-1", **changed: Any) -> Event:
    values: dict[str, Any] = {
        "id": name,
        "type": EventType.ARREST,
        "status": Status.HAPPENED,
        "time_role": TimeRole.NEWS,
        "evidence": "Police arrested two men.",
        "span": (0, 24),
        "authority": ("Port Selby Police",),
        "target": ("lanternreel.example",),
        "date": "2026-03-01",
        "main": True,
    }
    return Event(**values | changed)


def make_article_events(*events: Event, article: Article | None = None, **changed: Any) -> ArticleEvents:
    article = article or make_article()
    values: dict[str, Any] = {
        "id": ids.make_id("read", article.id, article.version),
        "article_id": article.id,
        "article_version": article.version,
        "item_id": article.item_id,
        "source": article.source,
        "url": article.url,
        "title": article.title,
        "language": article.language,
        "published_at": article.published_at,
        "seen_at": article.seen_at,
        "events": events,
    }
    return ArticleEvents(**values | changed)


def make_linked(event: Event | None = None, article: Article | None = None, **changed: Any) -> LinkedEvent:
    article = article or make_article()
    values: dict[str, Any] = {
        "event": event or make_event(),
        "article_id": article.id,
        "article_version": article.version,
        "source": article.source,
        "url": article.url,
        "title": article.title,
        "published_at": article.published_at,
        "seen_at": article.seen_at,
    }
    return LinkedEvent(**values | changed)


def make_case(case_id: str = "case-1", **changed: Any) -> Case:
    values: dict[str, Any] = {
        "id": case_id,
        "title": "Port Selby Police v. Lanternreel",
        "opened_at": NOW,
        "updated_at": NOW,
    }
    return Case(**values | changed)


def make_case_update(case: Case | None = None, *events: LinkedEvent, **changed: Any) -> CaseUpdate:
    case = case or make_case()
    values: dict[str, Any] = {
        "id": ids.make_id("change", case.id, *(linked.event.id for linked in events)),
        "case": case,
        "change": ChangeKind.OPENED,
        "events": events,
    }
    return CaseUpdate(**values | changed)


def make_edit(action: str = "merge", **changed: Any) -> Edit:
    values: dict[str, Any] = {"id": ids.make_id("edit", action), "action": action, "by": "Ada Fenwick", "at": NOW}
    return Edit(**values | changed)


def make_subscription(name: str = "desk", **changed: Any) -> Subscription:
    values: dict[str, Any] = {
        "id": ids.make_id("subscription", name),
        "name": name,
        "channel": "email",
        "address": "desk@law.example",
        "created_at": NOW,
    }
    return Subscription(**values | changed)


def make_notice(name: str = "notice-1", **changed: Any) -> Notice:
    values: dict[str, Any] = {
        "id": name,
        "subscription_id": "subscription-1",
        "channel": "email",
        "address": "desk@law.example",
        "case_id": "case-1",
        "change_id": "change-1",
        "change": ChangeKind.OPENED,
        "subject": "Arrest: two men, Lanternreel",
        "text": "Police arrested two men.",
        "created_at": NOW,
        "due_at": NOW,
    }
    return Notice(**values | changed)


def make_dead_letter(name: str = "dead-1", **changed: Any) -> DeadLetter:
    values: dict[str, Any] = {
        "id": name,
        "stage": "classify",
        "topic": "articles",
        "payload": b"{broken",
        "kind": "unreadable",
        "error": "unreadable message",
        "failed_at": NOW,
    }
    return DeadLetter(**values | changed)
