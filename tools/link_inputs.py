"""What the measure of linking works on: which case each article is about, and the articles with their events."""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from labelled import Labelled, load_all, stories

from agents.classify import classify
from agents.grammar.coder import read
from agents.grammar.named import often_named
from agents.grammar.operations import find_operations
from schemas.codec import decode
from schemas.events import ArticleEvents, Event
from schemas.ids import make_id

FOLDS = 5
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Gold(NamedTuple):
    """What an article is about: its case, and the cases that it also touches."""

    case: str | None
    also: frozenset[str]

    @property
    def fold(self) -> int:
        return self._hash % FOLDS

    @property
    def may_be_read(self) -> bool:
        """True for half of the cases: those whose mistakes may be looked at to mend the linker."""
        return self._hash // FOLDS % 2 == 0

    @property
    def _hash(self) -> int:
        return int.from_bytes(hashlib.sha256((self.case or "").encode()).digest()[:4], "big")


def read_gold(path: Path) -> dict[str, Gold]:
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return {name_of(row["article"]): Gold(row["case"], frozenset(row["also"] or ())) for row in rows}


def name_of(article: str) -> str:
    """Return an article's name without its folder, which some lists write with a dash."""
    return article.replace("/", "-", 1)


def read_messages(path: Path, gold: Mapping[str, Gold]) -> list[ArticleEvents]:
    """Return the classified articles in the order of their days, each under its name as id.

    `path` is a file of messages, a folder of archived pages, which are classified, or the folder of the gold set.
    """
    if (path / "labels.jsonl").exists():
        found = [labelled(one) for one in load_all(path) if name_of(one.name) in gold]
    elif path.is_dir():
        pages = [page for page in path.rglob("*.md") if name_of(str(page.relative_to(path)))[:-3] in gold]
        with ProcessPoolExecutor(2) as pool:
            read = pool.map(_classified, pages, [path] * len(pages), chunksize=8)
            found = [message for messages in read for message in messages]
    else:
        found = [one for line in path.read_bytes().splitlines() for one in _message(line, gold)]
    return sorted((one for one in found if one.item_id in gold), key=lambda one: (_day(one), one.article_id))


def _classified(page: Path, folder: Path) -> list[ArticleEvents]:
    name = name_of(str(page.relative_to(folder)))[:-3]
    found = [one for story in stories(page.stem, page.read_text("utf-8")) for one in classify(story)]
    return [_named(one, name) for one in found if isinstance(one, ArticleEvents)]


def _message(line: bytes, gold: Mapping[str, Gold]) -> Iterator[ArticleEvents]:
    message = decode(line)
    assert isinstance(message, ArticleEvents)
    name = name_of(message.item_id)
    if name in gold:
        yield _named(message, name)


def _named(message: ArticleEvents, name: str) -> ArticleEvents:
    part = message.article_id.rpartition("#")[2] if "#" in message.article_id else ""
    article_id = f"{name}#{part}" if part else name
    return msgspec.structs.replace(message, item_id=name, article_id=article_id, seen_at=_seen_at(name))


def _seen_at(name: str) -> datetime:
    return datetime.fromisoformat(_DAY.findall(name)[0]).replace(tzinfo=UTC)


def _day(message: ArticleEvents) -> str:
    return message.seen_at.isoformat()


def labelled(one: Labelled) -> ArticleEvents:
    """Return the labels of a page as a message, as if a coder that makes no mistakes had read it."""
    name, story = name_of(one.name), one.articles[0]
    groups = list(dict.fromkeys(label["case"] for label in one.row["events"]))
    events = [_event(one, place, label, groups) for place, label in enumerate(one.row["events"])]
    return ArticleEvents(
        id=make_id("events", name),
        article_id=name,
        article_version="labels",
        item_id=name,
        source=name.partition("-")[0],
        url=story.url,
        title=story.title,
        language="en",
        published_at=story.published_at or _seen_at(name),
        seen_at=_seen_at(name),
        events=tuple(events),
        links=story.links,
        names=often_named(read(story)),
    )


def _event(one: Labelled, place: int, label: dict[str, Any], groups: list[str]) -> Event:
    """Return one label as an event. Operations have no label: it has the one that its quote names."""
    fields = {key: value for key, value in label.items() if value is not None}
    quote = label["evidence"]
    named, start = find_operations(quote), max(0, one.articles[0].text.find(quote))
    own = {
        "id": make_id("event", name_of(one.name), str(place)),
        "span": (start, start + len(quote)),
        "main": place == one.row["main"],
        "case": groups.index(label["case"]),
        "operation": named[0].value.canonical if named else None,
    }
    return msgspec.convert(fields | own, Event)
