"""Fetch makes articles of items, waits for pages that cannot be had now, and loses nothing on the way."""

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest
from msgspec.structs import replace

from agents.errors import Rejected
from agents.extract import extract
from agents.fetch import TRIES, NotNow, Page, Refused, fetch
from agents.language import language_of
from schemas.events import Article, FeedItem
from schemas.ids import article_id, text_hash
from streamer.stores.sqlite import SqliteStore

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
URL = "https://gazette.example/two-jailed"
PROSE = "The Northbridge court heard on Tuesday that the service had sold access to films for more than six years. "
LONG = "".join(PROSE.replace("six", str(n)).replace("films", f"films of studio number {n}") for n in range(7, 15))
ITEM = FeedItem(
    id="item-1",
    source="Gazette",
    guid="17",
    url=URL,
    title="Two jailed",
    published_at=datetime(2026, 3, 12, 9, tzinfo=UTC),
    date_basis="feed",
    seen_at=NOW,
    content="Short.",
    content_hash="h1",
)
FED = replace(ITEM, content=f"<p>{PROSE}</p>")


def page(text: str = LONG, title: str = "Two jailed") -> Page:
    return Page(
        url=URL,
        body=f"<html><body><article><h1>{title}</h1><p>{text}</p></article></body></html>",
        media_type="text/html",
    )


@pytest.fixture
def store(tmp_path):
    store = SqliteStore(tmp_path / "state.sqlite")
    yield store
    store.close()


def run(store, item, answer, *, now=NOW):
    """Fetch an item whose page is `answer`, or the exception that getting it raises."""
    return asyncio.run(_fetch(store, item, answer, now=now))


async def _fetch(store, item, answer, *, now=NOW):
    async def get(url):
        assert url == item.url
        if isinstance(answer, Exception):
            raise answer
        return answer

    async def extract_here(body, **known):
        return extract(body, **known)

    store.see([item])
    return await fetch(item, get=get, extract=extract_here, store=store, now=lambda: now)


def ledger(store):
    [row] = store.ledger()
    return {name: getattr(row, name) for name in ("seen", "stored", "dropped", "dead", "waiting") if getattr(row, name)}


def test_page_becomes_a_stored_article(store):
    [article] = run(store, ITEM, page())
    assert article.id == article_id(URL)
    assert article.text == f"# Two jailed\n\n{LONG.strip()}\n"
    assert article.version == text_hash(article.text)
    assert (article.item_id, article.source, article.url, article.language) == ("item-1", "Gazette", URL, "en")
    assert (article.published_at, article.date_basis) == (ITEM.published_at, "feed")
    assert (article.text_status, article.copy_of) == ("full", None)
    assert store.article(article.id) == article


def test_article_that_is_stored_already_is_given_again(store):
    first = run(store, ITEM, page())
    assert run(store, ITEM, page()) == first


def test_edited_page_is_another_version_of_the_same_article(store):
    [first], [second] = run(store, ITEM, page()), run(store, ITEM, page(f"{LONG} Corrected."))
    assert first.id == second.id
    assert first.version != second.version
    assert store.article(first.id) == second


@pytest.mark.parametrize("answer", [Refused("the site answers 404"), page("")])
def test_page_that_will_not_be_had_is_replaced_by_the_text_of_the_feed(store, answer):
    [article] = run(store, FED, answer)
    assert article.text == f"# Two jailed\n\n{PROSE.strip()}\n"
    assert article.text_status == "feed"


def test_without_such_a_text_the_item_is_rejected_with_the_reason(store):
    with pytest.raises(Rejected, match="the site answers 404"):
        run(store, ITEM, Refused("the site answers 404"))


def test_text_of_the_feed_does_not_replace_the_page_that_was_had_before(store):
    [whole] = run(store, FED, page())
    [again] = run(store, replace(FED, id="item-2"), Refused("the site answers 410"))
    assert (again.version, again.text_status, again.item_id) == (whole.version, "full", "item-2")
    assert store.article(whole.id) == whole


def test_teaser_gives_way_to_a_fuller_text_of_the_feed(store):
    [article] = run(store, replace(ITEM, content=f"<p>{LONG}</p>"), page(PROSE))
    assert article.text_status == "feed"
    assert LONG.strip() in article.text


def test_page_that_cannot_be_had_now_is_put_off_at_growing_intervals_for_three_days(store):
    item, at = FED, NOW
    for pause in TRIES:
        assert run(store, item, NotNow("the site answers 503"), now=at) == []
        assert ledger(store) == {"seen": 1, "waiting": 1}
        assert store.due_items(at + pause - timedelta(seconds=1)) == []
        at += pause
        [again] = store.due_items(at)
        assert again == replace(item, attempts=item.attempts + 1)
        item = again
    assert timedelta(days=2.5) < at - NOW < timedelta(days=3.5)
    assert list(TRIES) == sorted(TRIES)
    [article] = run(store, item, NotNow("the site answers 503"), now=at)
    assert article.text_status == "feed"
    with pytest.raises(Rejected, match="the site answers 503"):
        run(store, replace(item, content=""), NotNow("the site answers 503"), now=at)


def test_rest_that_the_site_asks_for_is_heeded_and_a_queue_is_no_failure(store):
    run(store, ITEM, NotNow("busy", retry_after=7200))
    assert store.due_items(NOW + timedelta(seconds=7199)) == []
    run(store, ITEM, NotNow("others go first", retry_after=40, counts=False))
    [item] = store.due_items(NOW + timedelta(seconds=40))
    assert item.attempts == 0


def test_item_without_link_is_its_own_text_or_dropped(store):
    [article] = run(store, replace(FED, url=None), None)
    assert (article.text_status, article.id) == ("feed", article_id("item-1"))
    assert run(store, replace(ITEM, url=None), None) == []
    assert ledger(store) == {"seen": 1, "dropped": 1}


def test_item_that_brings_its_page_is_not_fetched(store):
    text = f"---\ntitle: Two jailed\nurl: {URL}\nsource: Gazette\ndate: 2026-03-12\n---\n\n# Two jailed\n\n{LONG}\n"
    item = FeedItem(
        id="item-9", source="files", seen_at=NOW, body=text, media_type="text/markdown", path="a/b.md", muted=True
    )
    [article] = run(store, item, AssertionError("fetched"))
    assert (article.id, article.path, article.source, article.url) == (article_id(URL), "a/b.md", "Gazette", URL)
    assert (article.date_basis, article.muted) == ("front matter", True)
    with pytest.raises(Rejected, match="too large"):
        run(store, replace(item, body="", title="b.md: too large"), None)


def test_page_with_two_stories_gives_two_articles(store):
    story = "<article><h2>{0}</h2><p>By Ada Fenn | 3 March 2026</p><p>" + LONG + "</p><p>" + PROSE + "{0}</p></article>"
    body = f"<html><body>{story.format('Two jailed')}{story.format('Site sued')}</body></html>"
    first, second = run(store, ITEM, Page(url=URL, body=body, media_type="text/html"))
    assert (first.title, second.title) == ("Two jailed", "Site sued")
    assert (first.part, second.part) == (0, 1)
    assert second.id == article_id(URL, 1) != first.id


def test_date_in_the_future_gives_way_to_that_of_the_feed(store):
    body = page().body.replace(
        "<html>", '<html><head><meta property="article:published_time" content="2036-01-01"></head>'
    )
    [article] = run(store, ITEM, Page(url=URL, body=body, media_type="text/html"))
    assert (article.published_at, article.date_basis) == (ITEM.published_at, "feed")


# --- copies ---------------------------------------------------------------------------------------------------------


def other(name: str) -> FeedItem:
    return replace(ITEM, id=f"item-{name}", url=f"https://{name}.example/story", seen_at=NOW + timedelta(hours=1))


def test_copy_at_another_outlet_names_the_first_and_so_does_a_copy_of_the_copy(store):
    [first] = run(store, ITEM, page())
    [copy] = run(store, other("wire"), page(f"NORTHBRIDGE (Wire) - {LONG} (END)", "Pair behind bars"))
    [third] = run(store, other("third"), page(LONG, "Jail for two"))
    assert copy.copy_of == third.copy_of == first.id
    [again] = run(store, ITEM, page())
    assert again.copy_of is None


def test_of_two_copies_that_arrive_together_one_names_the_other(store, monkeypatch):
    keys = store.keys
    monkeypatch.setattr(store, "keys", lambda names: (keys(names), time.sleep(0.1))[0])

    async def both() -> list[Article]:
        items = (ITEM, other("wire"))
        return [article for [article] in await asyncio.gather(*(_fetch(store, item, page()) for item in items))]

    one, two = asyncio.run(both())
    assert {one.copy_of, two.copy_of} in ({None, one.id}, {None, two.id})


def test_a_copy_waits_for_the_text_of_the_first_which_another_worker_is_storing(store, monkeypatch):
    save, begun = store.save_article, threading.Event()

    def slow(article: Article) -> bool:
        if article.id == article_id(URL):
            begun.set()
            time.sleep(0.3)
        return save(article)

    monkeypatch.setattr(store, "save_article", slow)
    with ThreadPoolExecutor(2) as workers:
        first = workers.submit(run, store, ITEM, page())
        begun.wait(10)
        copy = workers.submit(run, store, other("wire"), page())
        assert first.result()[0].copy_of is None
        assert copy.result()[0].copy_of == article_id(URL)


def test_a_first_that_was_never_stored_is_not_waited_for_without_end(store, monkeypatch):
    monkeypatch.setattr("agents.fetch._LOOK_SECONDS", 0.001)
    with monkeypatch.context() as killed:
        killed.setattr(store, "save_article", lambda article: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            run(store, ITEM, page())
    assert run(store, other("wire"), page())[0].copy_of is None
    assert run(store, ITEM, page())[0].copy_of is None


def test_other_stories_on_the_same_matter_are_no_copies(store):
    run(store, ITEM, page())
    report = " ".join(f"Officer {n} said that item {n * 7} had been seen near pier {n % 5}." for n in range(30))
    assert run(store, other("wire"), page(f"{PROSE}{report}"))[0].copy_of is None


def test_short_reports_that_agree_are_no_copies(store):
    run(store, ITEM, page(PROSE))
    assert run(store, other("wire"), page(PROSE))[0].copy_of is None


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Police arrested two men in the harbour of Northbridge on Monday morning, the court was told.", "en"),
        ("La policía detuvo a dos hombres en el puerto el lunes por la mañana, según dijo el juez ayer.", "es"),
        ("Die Polizei hat am Montag im Hafen zwei Männer festgenommen, wie das Gericht mitteilte.", "de"),
        ("StreamCove KinoCove", "und"),
        ("12 345", "und"),
    ],
)
def test_language_of_a_text(text, language):
    assert language_of(text) == language
