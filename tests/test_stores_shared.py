"""The contract of a store, part 3: several threads and processes at once."""

import asyncio
import multiprocessing
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import closing
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from make import NOW, later, make_article, make_case, make_event, make_item, make_linked, make_notice
from places import Place, call, open_store

from agents.errors import Conflict
from agents.extract import Story
from agents.fetch import fetch
from streamer.contracts import Store

WORKERS = 3
Work = Callable[[Store, int], object]


def in_threads(store: Store, work: Work) -> list[object]:
    """Run `work` in several threads that begin together, on one store."""
    together = threading.Barrier(WORKERS)

    def begin(number: int) -> object:
        together.wait(30)
        return work(store, number)

    with ThreadPoolExecutor(WORKERS) as threads:
        return list(threads.map(begin, range(WORKERS)))


_together: Any = None
"""In a worker process: what it waits at until all are there."""


def know_barrier(barrier: Any) -> None:
    global _together  # noqa: PLW0603 (the way into a worker process)
    _together = barrier


def begin_in_process(place: Place, work: Work, number: int) -> object:
    with closing(open_store(place)) as store:
        _together.wait(60)
        return work(store, number)


@pytest.fixture(scope="module")
def processes() -> Iterator[ProcessPoolExecutor]:
    """Give processes for all tests here: to start one takes longer than a test. None takes two parts of one work."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(
        WORKERS, mp_context=context, initializer=know_barrier, initargs=[context.Barrier(WORKERS)]
    ) as pool:
        yield pool


@pytest.fixture(params=["threads", pytest.param("processes", marks=pytest.mark.slow)])
def at_once(request: pytest.FixtureRequest, store: Store, store_place: Place) -> Callable[..., list[object]]:
    """Return what runs a function of (store, number) several times at once, by threads or by processes."""
    if request.param == "threads":
        return lambda work: in_threads(store, work)
    pool = request.getfixturevalue("processes")
    return lambda work: list(pool.map(partial(begin_in_process, store_place, work), range(WORKERS)))


AtOnce = Callable[[Work], list[object]]


def claim_all(store: Store, number: int) -> list[str]:
    claimed: list[str] = []
    while notices := store.claim_due(NOW, f"worker-{number}", later(minutes=5), limit=3):
        claimed += [notice.id for notice in notices]
    return claimed


def test_a_notice_is_claimed_by_one(store: Store, at_once: AtOnce):
    names = [f"notice-{n:02}" for n in range(60)]
    for name in names:
        store.put_notice(make_notice(name))
    claims: Sequence[Sequence[str]] = at_once(claim_all)  # type: ignore[assignment]
    assert sorted(name for claimed in claims for name in claimed) == names


def put_all(store: Store, number: int) -> int:
    return sum(store.put_notice(make_notice(f"notice-{n}")) for n in range(40))


def test_a_notice_is_new_to_one(store: Store, at_once: AtOnce):
    assert sum(at_once(put_all)) == 40  # type: ignore[arg-type]
    assert len(store.outbox(limit=100)) == 40


def save_all(store: Store, number: int) -> int:
    saved = 0
    for revision in range(1, 31):
        try:
            linked = make_linked(make_event(f"event-{number}-{revision}"))
            store.save_case(make_case(revision=revision, title=f"by {number}"), [linked], [f"key-{number}-{revision}"])
        except Conflict:
            continue
        saved += 1
    return saved


def test_each_revision_of_a_case_is_written_by_one(store: Store, at_once: AtOnce):
    saved = sum(at_once(save_all))  # type: ignore[arg-type]
    case = store.case("case-1")
    assert case is not None
    assert case.revision == 30
    assert len(store.timeline("case-1")) == saved <= 30
    keys = [f"key-{number}-{revision}" for number in range(WORKERS) for revision in range(1, 31)]
    assert len(store.keys(keys)) == saved


def add_all(store: Store, number: int) -> None:
    for n in range(8):
        store.add_keys(["name:shared"], f"case-{number}-{n}")


def test_no_owner_of_a_key_is_lost(store: Store, at_once: AtOnce):
    at_once(add_all)
    key = store.keys(["name:shared"])["name:shared"]
    assert key.total == len(set(key.ids)) == 8 * WORKERS


def take_lease(store: Store, number: int) -> bool:
    return store.lease("clock", f"worker-{number}", NOW, 30)


def test_a_lease_goes_to_one(at_once: AtOnce):
    assert sorted(at_once(take_lease)) == [False] * (WORKERS - 1) + [True]  # type: ignore[type-var]


def enter_all(store: Store, number: int) -> None:
    for n in range(30):
        item = make_item(f"guid-{n}")
        store.record(item.id, item.source, "waiting", content_hash=item.content_hash)
        store.save_article(make_article(f"guid-{n}"))
        store.see([item])
        store.record(item.id, item.source, "stored")


def test_the_ledger_adds_up_after_work_at_once(store: Store, at_once: AtOnce):
    at_once(enter_all)
    [row] = store.ledger()
    assert (row.seen, row.stored, row.waiting) == (30, 30, 0)
    assert len(store.articles()) == 30


def fetch_copies(place: Place, number: int) -> list[tuple[str, str | None]]:
    """Store the same agency stories as several outlets print them. Return (article id, whose copy it is)."""
    found = []
    with closing(open_store(place)) as store:
        for n in range(10):
            words = " ".join(f"officer {n * word} took item {word} from pier {n} at dawn," for word in range(30))
            item = make_item(f"{number}-{n}", path=f"{number}-{n}", body=f"Two held\n\n{words}")
            (article,) = asyncio.run(fetch(item, get=call, extract=read, store=store, now=now))
            found.append((article.id, article.copy_of))
    return found


async def read(body: str, **_known: Any) -> list[Story]:
    return [Story(title="Two held", text=body)]


def now() -> datetime:
    return NOW


def test_of_copies_that_arrive_together_one_is_the_first(store_place: Place):
    with ThreadPoolExecutor(WORKERS) as workers:
        by_worker = workers.map(partial(fetch_copies, store_place), range(WORKERS))
    for copies in zip(*by_worker, strict=True):
        (first,) = [article_id for article_id, copied in copies if copied is None]
        assert [copied for _, copied in copies if copied] == [first] * (WORKERS - 1)
