"""The stage table as a whole, on a real store: from an item to what a subscriber is told."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from make import NOW, make_item, make_subscription
from structlog.testing import capture_logs

from agents.extract import extract
from agents.fetch import Page, Refused
from schemas.events import Edit, FeedItem
from schemas.query import parse
from streamer.contracts import Runtime, Store
from streamer.pipeline import DEAD_LETTERS, TOPICS, Stage, stages

PAGE = """<html><head><title>Two arrested over Moorcask streams</title></head><body><article>
<h1>Two arrested over Moorcask streams</h1>
<p>Police in Port Selby arrested two men on Monday over the pirate streaming site moorcask.example.</p>
<p>Officers said the pair had run the site since 2021 and sold passes to viewers in several countries.</p>
</article></body></html>"""


async def get(url: str) -> Page:
    if "gone" in url:
        raise Refused("410 gone")
    return Page(url=url, body=PAGE, media_type="text/html")


async def extract_here(body: str, **given: Any) -> Any:
    return extract(body, **given)


@pytest.fixture
def table(store: Store) -> tuple[Stage, ...]:
    return stages(store=store, get=get, extract=extract_here, now=lambda: NOW)


def run(runtime: Runtime, topic: str, *messages: FeedItem | Edit) -> None:
    with capture_logs():
        runtime.publish(topic, messages)
        asyncio.run(asyncio.wait_for(runtime.run(until_idle=True), 60))


def test_each_topic_is_read_and_each_target_is_a_topic(table: tuple[Stage, ...]):
    assert {stage.source for stage in table} == set(TOPICS)
    assert {stage.target for stage in table if stage.target} == set(TOPICS) - {"items", DEAD_LETTERS}
    assert len({stage.name for stage in table}) == len(table)


def test_a_stage_is_named_after_its_function(table: tuple[Stage, ...]):
    for stage in table:
        function: Any = getattr(stage.run, "func", stage.run)
        assert (function.__module__, function.__name__) == (f"agents.{stage.name}", stage.name)


def test_an_item_becomes_a_case_a_search_hit_and_one_notice(
    store: Store, table: tuple[Stage, ...], runtime_of: Callable[..., Runtime]
):
    store.save_subscription(make_subscription())
    item = make_item()
    run(runtime_of(table), "items", item)
    [case], _ = store.list_cases()
    assert [linked.event.type for linked in store.timeline(case.id)] == ["arrest"]
    assert store.search(parse("type:arrest")).hits[0].document.case_id == case.id
    assert store.search_articles(parse("moorcask")).total == 1
    [told] = store.outbox()
    assert told.notice.case_id == case.id
    run(runtime_of(table), "items", item, item)
    assert [entry.notice.id for entry in store.outbox()] == [told.notice.id], "nothing is told twice"
    assert store.list_cases() == ([case], None)
    [row] = store.ledger()
    assert (row.seen, row.stored) == (1, 1)


def test_an_item_without_a_page_is_buried_and_counted(
    store: Store, table: tuple[Stage, ...], runtime_of: Callable[..., Runtime]
):
    item = make_item("gone")
    store.see([item])
    run(runtime_of(table), "items", item)
    [letter] = store.dead_letters()
    assert (letter.stage, letter.kind, letter.error, letter.item_id) == ("fetch", "rejected", "410 gone", item.id)
    [row] = store.ledger()
    assert (row.seen, row.dead) == (1, 1)
