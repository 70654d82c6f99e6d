"""Measure what a link decision costs on SQLite, at several numbers of known cases.

    python tools/bench_link.py [CASES ...]      # 1000 100000 500000 unless given

The cases are invented, with keys as frequent as in real news: a few services, agencies and words are named again and
again, most names once (Zipf and Mandelbrot, exponent 1.1). An article links to five pages, of which one is an earlier
article, and goes back to four names, as the middle one of real ones does. One article in eight tells the next step of
a known case. The cases are written to the store at once, each from its first article as link would have made it; the
articles that are timed go through link itself. Prints milliseconds of processor time of a call, which other work on the
machine changes less than the clock: of the decision (look-ups, reading, scoring), and of the whole call, saving
included.
"""

import argparse
import contextlib
import random
import sqlite3
import tempfile
import time
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from itertools import islice
from pathlib import Path

import msgspec

from agents.link import besides, candidates_for, link
from agents.link_case import fold
from agents.link_revision import linked
from agents.link_score import decide
from agents.link_strands import strands_of
from schemas.events import ArticleEvents, Event, Link
from schemas.ids import make_id
from schemas.taxonomy import EventType, Status, TimeRole
from streamer.contracts import KEY_LIMIT, Key
from streamer.stores.sqlite import SqliteStore

SIZES = (1_000, 100_000, 500_000)
MEASURED = 1_000
"""Articles that are timed at each size."""
CHUNK = 20_000
"""Cases that are written at once."""
DAY = datetime(2015, 1, 1, tzinfo=UTC)
FIRST = ["James", "Mary", "John", "Linda", "Robert", "Anna", "Peter", "Maria", "Ivan", "Olga", "Juan", "Lucia"]
COUNTRIES = ["US", "GB", "SE", "JP", "DE", "ES", "BR", "IN", "CN", "FR"]
STEPS = (EventType.ARREST, EventType.CHARGE, EventType.GUILTY_PLEA, EventType.SENTENCE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=int, default=SIZES)
    args = parser.parse_args()
    print("          decision (ms)                        with saving (ms)")
    print("    cases   median      p95      p99   highest   median      p95      p99   highest")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "cases.db"
        store = SqliteStore(path)
        source = articles(random.Random(1))
        opened = 0
        for size in sorted(args.cases):
            while opened < size:
                some = list(islice(source, min(CHUNK, size - opened)))
                fill(path, store, some)
                opened += len(some)
            decided, whole = zip(*(timed(store, next(source)) for _ in range(MEASURED)), strict=True)
            print(f"{size:9,}", marks(decided), "", marks(whole), flush=True)
        store.close()


def timed(store: SqliteStore, message: ArticleEvents) -> tuple[float, float]:
    """Link one article; return the seconds that the decision and the whole call worked."""
    (strand,) = strands_of(message.events, besides(message))
    start = time.process_time()
    decide(strand, candidates_for(strand, store))
    decided = time.process_time()
    link(message, store=store, now=lambda: DAY)
    return decided - start, time.process_time() - decided


def marks(took: Sequence[float]) -> str:
    """Return the median, 95th, 99th and 99.9th percentile in milliseconds."""
    ranked = sorted(took)
    return " ".join(f"{ranked[len(ranked) * share // 1000] * 1000:8.2f}" for share in (500, 950, 990, 999))


# --- known cases -----------------------------------------------------------------------------------------------------


def fill(path: Path, store: SqliteStore, messages: Sequence[ArticleEvents]) -> None:
    """Write a case for each article in one go, with its event and keys, as link writes them one by one."""
    cases, events, keys = [], [], dict[str, list[str]]()
    for message in messages:
        (strand,) = strands_of(message.events, besides(message))
        event = message.events[0]
        one = linked(message, event, make_id("change", event.id))
        case = fold(make_id("case", event.id), [one], old=None, at=DAY)
        cases.append((case.id, 1, DAY.timestamp(), msgspec.json.encode(case)))
        events.append((event.id, case.id, message.article_id, True, False, 0, msgspec.json.encode(one)))
        for key in strand.own_keys:
            keys.setdefault(key, []).append(case.id)
    known = store.keys([*keys])
    rows = [(key, msgspec.json.encode(_longer(known.get(key) or Key(), ids))) for key, ids in sorted(keys.items())]
    with contextlib.closing(sqlite3.connect(path)) as database, database:
        database.executemany("INSERT INTO cases (id, revision, updated_at, record) VALUES (?, ?, ?, ?)", cases)
        database.executemany(
            "INSERT INTO events (id, case_id, article_id, main, withdrawn, start, record) VALUES (?, ?, ?, ?, ?, ?, ?)",
            events,
        )
        database.executemany("INSERT OR REPLACE INTO keys VALUES (?, ?)", rows)


def _longer(key: Key, ids: Sequence[str]) -> Key:
    return Key(ids=(*reversed(ids), *key.ids)[:KEY_LIMIT], total=key.total + len(ids))


# --- invented articles -----------------------------------------------------------------------------------------------


def articles(chance: random.Random) -> Iterator[ArticleEvents]:
    """Yield invented articles for ever, forty a day."""
    told: list[tuple[Event, int]] = []
    number = 0
    while True:
        number += 1
        if told and not number % 8:
            earlier, step = chance.choice(told[-20_000:])
            event = invented(chance, number, like=earlier, step=min(step + 1, len(STEPS) - 1))
        else:
            event = invented(chance, number)
            told.append((event, 0))
        yield article(chance, number, event)


def invented(chance: random.Random, number: int, *, like: Event | None = None, step: int = 0) -> Event:
    person = f"{chance.choice(FIRST)} {rare(chance, 'Surname', 50_000)}{chance.randrange(1000)}"
    return Event(
        id=make_id("event", str(number)),
        type=STEPS[step] if like else chance.choice(STEPS[:2]),
        status=Status.HAPPENED,
        time_role=TimeRole.NEWS,
        evidence="A sentence that tells what was done to whom, by which authority, where, and why it was done.",
        span=(0, 90),
        authority=(rare(chance, "Agency", 500),),
        defendant=like.defendant if like else (person,),
        target=like.target if like else (f"{rare(chance, 'service', 100_000).lower()}.example",),
        country=like.country if like else chance.choice(COUNTRIES),
        main=True,
    )


def article(chance: random.Random, number: int, event: Event) -> ArticleEvents:
    at = DAY + timedelta(hours=number * 24 / 40)
    others = [f"https://{rare(chance, 'site', 20_000).lower()}.example/{rare(chance, 'page', 1000)}" for _ in range(4)]
    cited = dict.fromkeys((page(chance.randrange(max(1, number - 2000), number + 1)), *others))
    return ArticleEvents(
        id=make_id("events", str(number)),
        article_id=make_id("article", str(number)),
        article_version="1",
        item_id=make_id("item", str(number)),
        source=f"outlet {number % 40}",
        title=" ".join(rare(chance, "word", 20_000) for _ in range(8)),
        url=page(number),
        links=tuple(Link(url=url, span=(0, 90)) for url in cited),
        names=(*event.defendant, *event.target, rare(chance, "Company", 50_000), rare(chance, "Company", 50_000)),
        language="en",
        published_at=at,
        seen_at=at,
        events=(event,),
    )


def page(number: int) -> str:
    return f"https://outlet{number % 40}.example/{number}"


def rare(chance: random.Random, kind: str, names: int) -> str:
    """Return one of so many names: the first ones in one text of twenty, most of them hardly ever."""
    return f"{kind}{int(20 * chance.paretovariate(1.1)) % names}"


if __name__ == "__main__":
    main()
