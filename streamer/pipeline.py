"""The map: one row per stage, and the one error policy around them.

A stage is a plain function: one message in, an iterable of messages out. The policy, in `attempt`:

- it returns: publish to the row's target;
- `Rejected`: this message can never work: dead letter, go on;
- `Unavailable`: our side is down: passes through, the runtime calls again with the same message;
- a broken payload: dead letter, go on;
- anything else is a bug: dead letter marked so, traceback in the log, go on.
  A runtime stops after `BUG_LIMIT` in a row.
"""

from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from functools import partial
from typing import Any, Protocol

import structlog

from agents.alert import alert
from agents.bury import bury
from agents.classify import classify
from agents.deliver import deliver
from agents.errors import Rejected, Unavailable
from agents.fetch import Extract, Page, fetch
from agents.index import index
from agents.link import link
from agents.subscriptions_index import SubscriptionIndex
from schemas.codec import UnreadablePayload, decode, encode
from schemas.events import DeadLetter, Message, Subscription
from schemas.ids import make_id
from streamer.contracts import Store

TOPICS = ("items", "articles", "events", "cases", "notices", "dead-letters")
DEAD_LETTERS = "dead-letters"
BUG_LIMIT = 20

_log = structlog.get_logger()


class TooManyBugs(Exception):
    """A stage failed on `BUG_LIMIT` messages in a row: the fault is most likely in the stage, so the run stops."""


class Place(StrEnum):
    """Where a stage's function runs."""

    HERE = "here"
    """On a thread of the worker: short work that reads and writes the store."""
    POOL = "pool"
    """In a process of the pool: work that costs processor time, and that can be killed."""
    LOOP = "loop"
    """On the event loop: a coroutine, because waiting is its work."""


@dataclass(frozen=True)
class Stage:
    """A row of the table: takes messages of `source`, gives messages for `target`."""

    name: str
    source: str
    run: Callable[[Any], Iterable[Message]] | Callable[[Any], Awaitable[Iterable[Message]]]
    target: str | None = None
    place: Place = Place.HERE
    in_flight: int = 1
    """How many messages may be worked on at once; the position moves only past the lowest unfinished."""


def stages(
    *,
    store: Store,
    get: Callable[[str], Awaitable[Page]],
    extract: Extract,
    now: Callable[[], datetime],
    processes: int = 2,
    fetches: int = 32,
    grouping_seconds: int = 60,
    per_hour: int = 20,
    new_cases: int = 100,
    owner: Subscription | None = None,
    case_url: Callable[[str], str] = lambda _: "",
    due: Callable[[datetime], None] = lambda _: None,
) -> tuple[Stage, ...]:
    """Return the table, its stages bound to what they need.

    `processes` is the size of the pool, `fetches` how many pages are fetched at once, `grouping_seconds` how long
    instant notices are gathered, `per_hour` and `new_cases` the flood guard's limits, `owner` who hears of it,
    `case_url` gives the address of a case's page, `due` hears when a notice is due.
    """
    fetch_ = partial(fetch, get=get, extract=extract, store=store, now=now)
    alert_ = partial(
        alert, store=store, now=now, grouping_seconds=grouping_seconds, index=SubscriptionIndex(), case_url=case_url
    )
    deliver_ = partial(deliver, store=store, per_hour=per_hour, new_cases=new_cases, owner=owner, due=due)
    return (
        Stage("fetch", "items", fetch_, "articles", Place.LOOP, fetches),
        Stage("classify", "articles", classify, "events", Place.POOL, 2 * processes),
        Stage("link", "events", partial(link, store=store, now=now, text_of=partial(text_of, store)), "cases"),
        Stage("index", "cases", partial(index, store=store, now=now), in_flight=16),
        Stage("alert", "cases", alert_, "notices"),
        Stage("deliver", "notices", deliver_),
        Stage("bury", DEAD_LETTERS, partial(bury, store=store)),
    )


@dataclass(frozen=True)
class Delivery:
    """A message as it came from a topic."""

    topic: str
    payload: bytes
    key: str = ""
    headers: dict[str, str] = field(default_factory=dict)
    attempts: int = 1


@dataclass(frozen=True)
class Output:
    topic: str
    key: str
    payload: bytes


@dataclass(frozen=True)
class Result:
    """How one message ended: `published`, `dropped` (no output), `rejected`, `unreadable` or `bug`."""

    outcome: str
    outputs: tuple[Output, ...] = ()


class Caller(Protocol):
    """Runs a function elsewhere: on the stage thread, or in a process that is killed when it takes too long."""

    async def __call__(self, function: Callable[..., Any], /, *args: Any) -> Any: ...


def work(run: Callable[[Any], Iterable[Message]], payload: bytes) -> list[tuple[str, bytes]]:
    """Decode one message, run a synchronous stage on it, encode what comes out as (key, payload)."""
    return [(message.key, encode(message)) for message in run(decode(payload))]


async def attempt(
    stage: Stage, delivery: Delivery, *, here: Caller, pool: Caller, now: Callable[[], datetime]
) -> Result:
    """Return what to publish for one message, by the policy above. Raises only Unavailable (and cancellation)."""
    try:
        if stage.place is Place.LOOP:
            made = await stage.run(decode(delivery.payload))  # type: ignore[misc]
            encoded = [(message.key, encode(message)) for message in made]
        else:
            encoded = await (pool if stage.place is Place.POOL else here)(work, stage.run, delivery.payload)
    except Unavailable:
        raise
    except Rejected as error:
        return as_dead_letter(stage, delivery, "rejected", str(error), now())
    except UnreadablePayload as error:
        return as_dead_letter(stage, delivery, "unreadable", str(error), now())
    except Exception as error:  # noqa: BLE001 (a bug in a stage must not lose the message or stop the stream)
        _log.exception("bug", stage=stage.name, key=delivery.key)
        return as_dead_letter(stage, delivery, "bug", f"{type(error).__name__}: {error}", now())
    if stage.target is None or not encoded:
        return Result("dropped")
    return Result("published", tuple(Output(stage.target, key, payload) for key, payload in encoded))


def as_dead_letter(stage: Stage, delivery: Delivery, kind: str, error: str, at: datetime) -> Result:
    """Return the result of a message that ends as a dead letter of this kind."""
    letter = DeadLetter(
        id=make_id("dead", stage.name, delivery.topic, delivery.payload.hex()),
        stage=stage.name,
        topic=delivery.topic,
        message_key=delivery.key,
        payload=delivery.payload,
        headers=delivery.headers,
        kind=kind,
        error=error[:500],
        item_id=_item_of(delivery.payload),
        attempts=delivery.attempts,
        failed_at=at,
    )
    _log.warning("dead letter", stage=stage.name, kind=kind, error=letter.error, id=letter.id)
    return Result(kind, (Output(DEAD_LETTERS, letter.key, encode(letter)),))


def _item_of(payload: bytes) -> str | None:
    """Return the id of the feed item that a message goes back to, for the ledger."""
    try:
        message = decode(payload)
    except UnreadablePayload:
        return None
    return message.id if message.id.startswith("item-") else getattr(message, "item_id", None)


def text_of(store: Store, article_id: str) -> str | None:
    """Return the newest text of an article, if it is stored."""
    article = store.article(article_id)
    return article.text if article else None
