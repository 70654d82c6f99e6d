"""Replay: classification and linking once more, over all stored texts, into tables of their own.

The texts pass in the order in which they were first seen, people's edits between them at their time. A version of a
text that was replaced is no longer there; what it said, and the later one did not, is taken from the old tables.
"""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from msgspec.structs import replace

from agents.bury import bury
from agents.classify import message_of
from agents.grammar.coder import read
from agents.grammar.named import often_named
from agents.link import link
from agents.link_revision import EDITED
from schemas.codec import UnreadablePayload, decode, encode
from schemas.documents import document
from schemas.events import Article, ArticleEvents, CaseUpdate, DeadLetter, Event, LinkedEvent, Message
from schemas.ids import make_id
from streamer.contracts import Arrival, Store
from streamer.pipeline import BUG_LIMIT, Caller, Delivery, Place, Stage, TooManyBugs, attempt, text_of
from streamer.replay_alerts import gained_changes, lost_changes
from streamer.replay_cases import NO_LONGER_READ, all_cases, settle_cases
from streamer.replay_edits import Edits, as_read
from streamer.replay_report import Report, difference

Classify = Callable[[Article], Iterable[Message]]
_MOST_LETTERS = 10_000


@dataclass(frozen=True)
class Replay:
    """What a replay works with."""

    old: Store
    new: Store
    classify: Classify | None
    """None where only linking runs again, over the events that the old tables hold."""
    pool: Caller
    now: Callable[[], datetime]
    publish: Callable[[Sequence[CaseUpdate]], None] | None = None
    """Takes the changes made of gained and lost events, for subscribers to be told; None where nobody is to be."""
    in_flight: int = 4
    """How many articles are classified at once."""
    report: Report = field(default_factory=Report)
    revived: list[str] = field(default_factory=list)
    """Items that were dead and could be worked on now."""


async def replay(work: Replay, passed: Callable[[], None] = lambda: None) -> Report:
    """Fill the new tables, which are empty, and return how they differ from the old ones, which stay as they are.

    `passed` is called after each version of an article. Raises Unavailable, and TooManyBugs if a stage keeps failing.
    """
    edits = Edits(work.old, work.new, work.report)
    letters = _letters_by_text(work)
    bugs = 0
    async with aclosing(_messages(work)) as messages:
        async for arrival, message in messages:
            edits.apply_before(arrival.seen_at)
            fault = await _link(work, message, letters) if isinstance(message, ArticleEvents) else message
            bugs = _bury(work, fault, bugs) if fault else 0
            passed()
    edits.apply_rest(work.now())
    settle_cases(work.old, work.new, work.report, work.now())
    _compare_articles(work)
    _publish(work)
    return work.report


# --- from the old tables to messages ----------------------------------------------------------------------------------

Read = ArticleEvents | DeadLetter


async def _messages(work: Replay) -> AsyncGenerator[tuple[Arrival, Read], None]:
    """Yield a message for each version in the order of arrival, while those that follow are being classified."""
    restored = as_read(work.old.edits())
    waiting: deque[tuple[Arrival, asyncio.Task[Read]]] = deque()
    arrivals = iter(work.old.arrivals())
    try:
        while True:
            while len(waiting) < work.in_flight and (arrival := next(arrivals, None)):
                waiting.append((arrival, asyncio.create_task(_read(work, arrival, restored))))
            if not waiting:
                return
            yield waiting[0][0], await waiting[0][1]
            waiting.popleft()
    finally:
        for _, task in waiting:
            task.cancel()
        await asyncio.gather(*(task for _, task in waiting), return_exceptions=True)


async def _read(work: Replay, arrival: Arrival, restored: Callable[[Event], Event]) -> Read:
    """Return the events of one version of an article, or the dead letter that classification made of it."""
    article = work.old.article(arrival.article_id)
    known = [replace(one, event=restored(one.event)) for _, one in work.old.article_events(arrival.article_id)]
    stored = _from_events(article, known)
    made = await _classified(work, article, work.classify) if article and work.classify else stored
    if stored.article_version == arrival.article_version:
        return made
    return _older(made if isinstance(made, ArticleEvents) else stored, known, arrival)


async def _classified(work: Replay, article: Article, classify: Classify) -> Read:
    (made,) = await _attempt(work, Stage("classify", "articles", classify, "events", Place.POOL), article)
    assert isinstance(made, ArticleEvents | DeadLetter)
    return made


def _from_events(article: Article | None, known: Sequence[LinkedEvent]) -> ArticleEvents:
    """Return the newest version of an article as the old tables hold it; not every article is stored."""
    standing = [one.event for one in known if one.withdrawn not in (EDITED, NO_LONGER_READ)]
    events = tuple(sorted(standing, key=lambda event: (event.span[0], event.type)))
    if article is None:
        return _from_timeline(max(known, key=lambda one: one.seen_at), events)
    names = often_named(read(article)) if events else ()
    return replace(message_of(article, events, names=names), coder="")


def _from_timeline(newest: LinkedEvent, events: tuple[Event, ...]) -> ArticleEvents:
    return ArticleEvents(
        id=make_id("events", newest.article_id, newest.article_version),
        article_id=newest.article_id,
        article_version=newest.article_version,
        item_id="",
        source=newest.source,
        url=newest.url,
        title=newest.title,
        language="und",
        published_at=newest.published_at,
        seen_at=newest.seen_at,
        events=events,
        muted=True,
    )


def _older(message: ArticleEvents, known: Sequence[LinkedEvent], arrival: Arrival) -> ArticleEvents:
    """Return an older version of an article: what was read in it and no longer is, and those of today known then."""
    own = [one for one in known if one.article_version == arrival.article_version]
    today = {event.id for event in message.events}
    then = {one.event.id for one in known if one.seen_at <= arrival.seen_at}
    stood = [one for one in known if not one.withdrawn and one.event.id in then]
    taken_back = [one for one in own if one.withdrawn not in ("", NO_LONGER_READ)]
    older = {one.event.id: one.event for one in (*taken_back, *stood) if one.event.id not in today}
    kept = [event for event in message.events if event.id in then]
    return replace(
        message,
        id=make_id("events", arrival.article_id, arrival.article_version),
        article_version=arrival.article_version,
        title=own[0].title,
        published_at=own[0].published_at,
        seen_at=arrival.seen_at,
        events=tuple(sorted([*older.values(), *kept], key=lambda event: (event.span[0], event.type))),
    )


# --- from messages to the new tables ----------------------------------------------------------------------------------


async def _link(work: Replay, message: ArticleEvents, letters: dict[str, DeadLetter]) -> DeadLetter | None:
    """Link one version. Return the dead letter that it became, if it did."""
    work.report.articles += 1
    linking = partial(link, store=work.new, now=lambda: message.seen_at, text_of=partial(text_of, work.old))
    made = await _attempt(work, Stage("link", "events", linking, "cases"), message)
    if fault := next((one for one in made if isinstance(one, DeadLetter)), None):
        return fault
    if letter := letters.get(message.article_version):
        work.new.put_dead_letter(replace(letter, replayed_at=work.now()))
        work.revived.append(message.item_id)
    return None


async def _attempt(work: Replay, stage: Stage, message: Message) -> list[Message]:
    """Return what a stage makes of a message, by the one policy for errors."""
    delivery = Delivery(stage.source, encode(message), message.key)
    result = await attempt(stage, delivery, here=_here, pool=work.pool, now=work.now)
    return [decode(output.payload) for output in result.outputs]


async def _here(function: Callable[..., Any], /, *args: Any) -> Any:
    return function(*args)


def _bury(work: Replay, letter: DeadLetter, bugs: int) -> int:
    """Keep a dead letter. Return how many there were in a row, this one too. Raises TooManyBugs."""
    bury(letter, store=work.new)
    work.report.failed += 1
    if bugs + 1 >= BUG_LIMIT:
        raise TooManyBugs(f"{bugs + 1} articles in a row failed, the last with: {letter.error}")
    return bugs + 1


def _letters_by_text(work: Replay) -> dict[str, DeadLetter]:
    """Return the dead letters that an article of this version may have left; the replay may do better."""
    found: dict[str, DeadLetter] = {}
    for stage in ("classify", "link") if work.classify else ():
        for letter in work.old.dead_letters(stage=stage, limit=_MOST_LETTERS):
            with suppress(UnreadablePayload):
                message = decode(letter.payload)
                version = getattr(message, "version", None) or getattr(message, "article_version", None)
                if letter.item_id and version:
                    found[version] = letter
    return found


# --- when all is linked -----------------------------------------------------------------------------------------------


def _compare_articles(work: Replay) -> None:
    """Compare the events of each article as it stands."""
    for arrival in work.old.arrivals():
        article = work.old.article(arrival.article_id)
        if article and article.version == arrival.article_version:
            _compare(work, arrival.article_id, article.path or article.url or article.id, article.source)


def _compare(work: Replay, article_id: str, name: str, source: str) -> None:
    before = [(case_id, one) for case_id, one in work.old.article_events(article_id) if not one.withdrawn]
    after = [one.event for _, one in work.new.article_events(article_id) if not one.withdrawn]
    work.report.events_before += len(before)
    work.report.events_after += len(after)
    found = difference([one.event for _, one in before], after)
    work.report.add_article(found, source=source, article=name)
    if work.publish:
        lost = {event.id for event in found.lost}
        _tell(work, lost_changes([(case_id, one) for case_id, one in before if one.event.id in lost], work.new))


def _publish(work: Replay) -> None:
    """Make all events searchable, and tell of the new ones if asked to."""
    for case in all_cases(work.new):
        if work.publish:
            _tell(work, gained_changes(case, work.old, work.new))
        at = work.now()
        work.new.put_documents([document(one, case, at) for one in work.new.timeline(case.id)])


def _tell(work: Replay, changes: Iterable[CaseUpdate]) -> None:
    found = list(changes)
    if found and work.publish:
        work.publish(found)
        work.report.told += len(found)
