"""What the tests of replays share: a coder that finds what is plainly written, and the stages without a runtime."""

import asyncio
import zlib
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from make import NOW, later, make_article
from msgspec.structs import replace
from places import call

from agents.alert import alert
from agents.deliver import deliver
from agents.index import index
from agents.link import link
from schemas.events import Article, ArticleEvents, CaseUpdate, Edit, Event
from schemas.ids import make_id, text_hash
from schemas.taxonomy import EventType, Status, TimeRole
from streamer.contracts import Store
from streamer.pipeline import Place, stages, text_of
from streamer.replay import Classify, Replay, replay
from streamer.replay_report import Report
from streamer.replayed import Swap
from streamer.runtimes.embedded import EmbeddedRuntime
from streamer.stores.sqlite import SqliteStore
from streamer.stores.sqlite_replay import replay_file, replayed, swap_in


def toy(article: Article) -> list[ArticleEvents]:
    """Read a text whose lines are `type; defendant; date`; other lines say nothing."""
    events, start = [], 0
    for line in article.text.splitlines(keepends=True):
        if line.count(";") == 2:
            events.append(_event(article, line.rstrip("\n"), start, main=not events))
        start += len(line)
    return [told(article, *events)]


def _event(article: Article, line: str, start: int, *, main: bool) -> Event:
    type_, who, day = line.split("; ")
    return Event(
        id=make_id("event", article.id, type_, who, day),
        type=EventType(type_),
        status=Status.HAPPENED,
        time_role=TimeRole.NEWS,
        evidence=line,
        span=(start, start + len(line)),
        defendant=(who,),
        date=day,
        country="SE",
        docket=f"1:24-cv-{zlib.crc32(who.encode()) % 90_000 + 10_000}",
        main=main,
    )


def told(article: Article, *events: Event) -> ArticleEvents:
    return ArticleEvents(
        id=make_id("events", article.id, article.version),
        article_id=article.id,
        article_version=article.version,
        item_id=article.item_id,
        source=article.source,
        url=article.url,
        title=article.title,
        language=article.language,
        published_at=article.published_at,
        seen_at=article.seen_at,
        events=events,
        muted=article.muted,
    )


def but(change: Any, reading: Classify = toy) -> Classify:
    """Return a coder that reads as `reading` does, each event changed; `change` returns None for one it overlooks."""

    def changed(article: Article) -> Iterable[ArticleEvents]:
        for message in reading(article):
            assert isinstance(message, ArticleEvents)
            events = tuple(event for event in map(change, message.events) if event)
            yield replace(message, events=events)

    return changed


APART = but(lambda event: replace(event, defendant=(f"{event.type.title()} Holdings",), docket=None))
"""The toy coder, but no two events have a name in common."""


def overlooking(*words: str) -> Classify:
    """Return the toy coder, blind for lines with one of these words."""
    return but(lambda event: None if any(word in event.evidence for word in words) else event)


def text(name: str, *lines: str, hours: float = 0, **changed: Any) -> Article:
    """Return an article seen some hours after NOW."""
    whole = "\n".join((f"Headline of {name}", *lines))
    at = later(hours=hours)
    given = {"version": text_hash(whole), "title": f"Headline of {name}", "seen_at": at, "published_at": at}
    return make_article(name, whole, **given | changed)


@dataclass(frozen=True)
class Newsroom:
    """A store, and the stages' work on it without a runtime."""

    path: Path
    """Of the database; in a cluster, of a file beside which a replay works."""
    store: Store
    swap: Swap | None = None
    """In a cluster."""

    def read(self, *messages: Article | Edit, classify: Classify = toy) -> list[CaseUpdate]:
        """Let articles and edits pass all stages."""
        return [update for one in messages for update in self._pass(one, classify)]

    def _pass(self, one: Article | Edit, classify: Classify) -> list[CaseUpdate]:
        if isinstance(one, Article):
            self.store.save_article(one)
            (message,) = classify(one)
        else:
            message = one
        at = one.at if isinstance(one, Edit) else one.seen_at
        text_now = partial(text_of, self.store)
        updates = link(message, store=self.store, now=lambda: at, text_of=text_now)  # type: ignore[arg-type]
        self.tell(updates)
        return updates

    def tell(self, updates: Sequence[CaseUpdate]) -> None:
        """Let changes of cases pass the stages behind link."""
        for update in updates:
            index(update, store=self.store, now=lambda: NOW)
            for notice in alert(update, store=self.store, now=lambda: NOW, grouping_seconds=0):
                deliver(notice, store=self.store)

    def replay(self, classify: Classify | None = toy, *, tell: bool = False, apply: bool = False) -> Report:
        """Replay, and let the result take the place of what is there if asked to, and subscribers be told."""
        with replay_file(self.path) as file:
            work = fill(self.store, file, classify, tell=tell)
            if apply:
                self._put_in_place(file, work, ledger=classify is not None)
        return work.report

    def _put_in_place(self, file: Path, work: Replay, *, ledger: bool) -> None:
        if self.swap is None:
            swap_in(self.path, file, ledger=ledger, revived=work.revived)
            self._drain()
            return
        with self.swap.alone(), replayed(file, ledger=ledger, revived=work.revived) as made:
            self.swap.put_in_place(made)
        self.swap.finish(self.tell)

    def _drain(self) -> None:
        table = stages(store=self.store, get=call, extract=call, now=lambda: NOW)  # type: ignore[arg-type]
        rows = [row for row in table if row.place is Place.HERE]
        with closing(EmbeddedRuntime(self.path, rows, pool=call, now=lambda: NOW)) as runtime:
            asyncio.run(runtime.run(until_idle=True))

    def cases(self) -> dict[str, tuple[str, ...]]:
        """Return by case the quotes that count."""
        listed, _ = self.store.list_cases(limit=1000)
        held = {case.id: self.store.timeline(case.id) for case in listed}
        return {
            case_id: tuple(one.event.evidence for one in timeline if not one.withdrawn)
            for case_id, timeline in held.items()
        }


def quote(room: Newsroom, words: str) -> tuple[str, str]:
    """Return (case id, event id) of the event with these words in its quote."""
    for case_id in room.cases():
        for one in room.store.timeline(case_id):
            if words in one.event.evidence:
                return case_id, one.event.id
    raise AssertionError(words)


def fill(old: Store, file: Path, classify: Classify | None, *, tell: bool = False) -> Replay:
    with (
        closing(SqliteStore(file)) as new,
        closing(EmbeddedRuntime(file, (), pool=call, now=lambda: NOW)) as stream,
    ):
        publish = partial(stream.publish, "cases") if tell else None
        work = Replay(old=old, new=new, classify=classify, pool=call, now=lambda: NOW, publish=publish)
        asyncio.run(replay(work))
    return work


def edit(action: str, hours: float, **fields: Any) -> Edit:
    """Return an edit made some hours after NOW."""
    return Edit(id=make_id("edit", action, repr(hours)), action=action, by="ana", at=later(hours=hours), **fields)
