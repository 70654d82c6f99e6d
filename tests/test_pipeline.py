"""The one error policy: how a message ends, whatever the stage does."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from make import NOW, make_article, make_article_events, make_item
from places import call
from structlog.testing import capture_logs

from agents.errors import Rejected, Unavailable
from schemas.codec import decode, encode
from schemas.events import DeadLetter, FeedItem, Message
from streamer.pipeline import DEAD_LETTERS, Delivery, Output, Place, Result, Stage, attempt, work

ITEM = make_item()
GIVEN = Delivery("items", encode(ITEM), ITEM.key, {"trace": "7"}, attempts=3)


def ends(run: Callable[[Any], Any], given: Delivery = GIVEN, **row: Any) -> Result:
    stage = Stage(**({"name": "fetch", "source": "items", "run": run, "target": "articles"} | row))
    with capture_logs():
        return asyncio.run(attempt(stage, given, here=call, pool=call, now=lambda: NOW))


def letter_of(result: Result) -> DeadLetter:
    [output] = result.outputs
    assert output.topic == DEAD_LETTERS
    letter = decode(output.payload)
    assert isinstance(letter, DeadLetter)
    assert output.key == letter.key
    return letter


def raising(error: BaseException) -> Callable[[Any], list[Message]]:
    def run(_message: Any) -> list[Message]:
        raise error

    return run


def test_what_a_stage_gives_goes_to_its_target():
    articles = [make_article("a"), make_article("b")]
    result = ends(lambda item: iter(articles))
    assert result.outcome == "published"
    assert result.outputs == tuple(Output("articles", article.key, encode(article)) for article in articles)


def test_a_coroutine_may_be_a_stage():
    async def fetch(item: FeedItem) -> list[Message]:
        return [make_article(item.guid or "")]

    result = ends(fetch, place=Place.LOOP)
    assert [decode(output.payload) for output in result.outputs] == [make_article("guid-1")]


@pytest.mark.parametrize("row", [{}, {"target": None}])
def test_no_output_or_no_target_is_dropped(row: dict[str, Any]):
    made = [] if "target" not in row else [make_article()]
    assert ends(lambda item: made, **row) == Result("dropped")


@pytest.mark.parametrize("place", list(Place))
def test_rejected_is_a_dead_letter_that_keeps_all(place: Place):
    async def refuse(item: FeedItem) -> list[Message]:
        raise Rejected("no such page")

    result = ends(refuse if place is Place.LOOP else raising(Rejected("no such page")), place=place)
    letter = letter_of(result)
    assert result.outcome == letter.kind == "rejected"
    assert letter.payload == GIVEN.payload
    assert letter.headers == GIVEN.headers
    assert (letter.stage, letter.topic, letter.message_key) == ("fetch", "items", ITEM.key)
    assert (letter.error, letter.attempts, letter.failed_at, letter.item_id) == ("no such page", 3, NOW, ITEM.id)


BROKEN = [b"", b"{", b"\xff\xfe", b'{"schema":"nonsense"}', b'{"schema":"feed_item"}', b"[" * 9999]


@pytest.mark.parametrize("payload", BROKEN, ids=range(len(BROKEN)))
def test_a_broken_payload_is_a_dead_letter(payload: bytes):
    letter = letter_of(ends(lambda item: [], Delivery("items", payload)))
    assert (letter.kind, letter.payload, letter.item_id) == ("unreadable", payload, None)


@pytest.mark.parametrize("error", [KeyError("x"), ZeroDivisionError(), RecursionError("deep"), TypeError("no")])
def test_anything_else_is_a_bug(error: Exception):
    letter = letter_of(ends(raising(error)))
    assert letter.kind == "bug"
    assert letter.error.startswith(type(error).__name__)


def test_a_stage_that_fails_while_it_gives_is_a_bug():
    def broken(item: FeedItem):
        yield make_article()
        raise ValueError("half done")

    assert letter_of(ends(broken)).error == "ValueError: half done"


def test_something_that_is_no_message_is_a_bug():
    assert letter_of(ends(lambda item: ["text"])).kind == "bug"


@pytest.mark.parametrize("error", [Unavailable("search is down"), KeyboardInterrupt(), asyncio.CancelledError()])
def test_unavailable_and_interrupts_pass_through(error: BaseException):
    with pytest.raises(type(error)):
        ends(raising(error))


def test_the_same_failure_has_the_same_id_and_another_message_another():
    first, again = letter_of(ends(raising(Rejected("once")))), letter_of(ends(raising(Rejected("twice"))))
    other = letter_of(ends(raising(Rejected("once")), Delivery("items", encode(make_item("guid-2")))))
    assert first.id == again.id != other.id


def test_the_item_of_later_messages_is_known():
    message = make_article_events(article=make_article("story-1"))
    letter = letter_of(ends(raising(Rejected("no")), Delivery("events", encode(message))))
    assert letter.item_id == message.item_id


def test_long_errors_are_cut():
    assert len(letter_of(ends(raising(Rejected("x" * 9000)))).error) == 500


def test_work_decodes_and_encodes():
    article = make_article()
    assert work(lambda item: [article], encode(ITEM)) == [(article.key, encode(article))]


def test_each_place_uses_its_own_caller():
    used = []

    def caller(name: str):
        async def note(function: Callable[..., Any], /, *args: Any) -> Any:
            used.append(name)
            return function(*args)

        return note

    async def both() -> None:
        for place in (Place.HERE, Place.POOL):
            stage = Stage("fetch", "items", lambda item: [], "articles", place)
            await attempt(stage, GIVEN, here=caller("here"), pool=caller("pool"), now=lambda: NOW)

    asyncio.run(both())
    assert used == ["here", "pool"]
