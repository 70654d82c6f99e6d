"""Measure what a link decision costs on SQLite, at several numbers of known cases.

    python tools/bench_link.py [CASES ...]      # 1000 100000 500000 unless given

The cases are invented, with keys as frequent as in real news: a few services, agencies and words are named again and
again, most names once (Zipf and Mandelbrot, exponent 1.1). One article in eight tells the next step of a known case.
Loading goes through link itself, so that the cases are those that it makes. Prints milliseconds of processor time of a
call, saving included, which other work on the machine changes less than the clock; a call is one article.
"""

import argparse
import random
import tempfile
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

from agents.link import link
from schemas.events import ArticleEvents, Event
from schemas.ids import make_id
from schemas.taxonomy import EventType, Status, TimeRole
from streamer.stores.sqlite import SqliteStore

SIZES = (1_000, 100_000, 500_000)
MEASURED = 1_000
"""Articles that are timed at each size."""
DAY = datetime(2015, 1, 1, tzinfo=UTC)
FIRST = ["James", "Mary", "John", "Linda", "Robert", "Anna", "Peter", "Maria", "Ivan", "Olga", "Juan", "Lucia"]
COUNTRIES = ["US", "GB", "SE", "JP", "DE", "ES", "BR", "IN", "CN", "FR"]
STEPS = (EventType.ARREST, EventType.CHARGE, EventType.GUILTY_PLEA, EventType.SENTENCE)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", nargs="*", type=int, default=SIZES)
    args = parser.parse_args()
    print("    cases   median      p95      p99   highest (ms)")
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "cases.db")
        source = articles(random.Random(1))
        opened = 0
        for size in sorted(args.cases):
            while opened < size:
                opened += one_more(store, next(source))[1]
            took = sorted(one_more(store, next(source))[0] for _ in range(MEASURED))
            marks = (took[len(took) * share // 1000] * 1000 for share in (500, 950, 990, 999))
            print(f"{size:9,}", *(f"{one:8.2f}" for one in marks), flush=True)
        store.close()


def one_more(store: SqliteStore, message: ArticleEvents) -> tuple[float, bool]:
    """Link one article; return the seconds that it worked, and whether it opened a case."""
    start = time.process_time()
    update, *_ = link(message, store=store, now=lambda: DAY)  # merges that it brought about are told after it
    return time.process_time() - start, update.case.revision == 1


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
    return ArticleEvents(
        id=make_id("events", str(number)),
        article_id=make_id("article", str(number)),
        article_version="1",
        item_id=make_id("item", str(number)),
        source=f"outlet {number % 40}",
        title=" ".join(rare(chance, "word", 20_000) for _ in range(8)),
        language="en",
        published_at=at,
        seen_at=at,
        events=(event,),
    )


def rare(chance: random.Random, kind: str, names: int) -> str:
    """Return one of so many names: the first ones in one text of twenty, most of them hardly ever."""
    return f"{kind}{int(20 * chance.paretovariate(1.1)) % names}"


if __name__ == "__main__":
    main()
