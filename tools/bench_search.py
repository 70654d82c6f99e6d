"""How long search takes over 100,000 cases with 500,000 events, with facets, in SQLite and in Elasticsearch.

    python -m tools.bench_search [EVENTS] [--home FOLDER] [--stores sqlite elastic]

The events are invented. Their words, names, outlets, countries and amounts are as common as in real news: the commonest
words are in nearly every text, a few hundred in one of ten, most in a handful. Each query is asked of an open store;
the least of three runs counts: of SQLite in processor time, as the machine may have other work, of Elasticsearch in
time by the clock. That is the one at CRACKDOWN_ELASTIC, else one that is started for this, with 2 GB of memory. Both
must find the same number of events. With --home the SQLite database is kept there, and used again.
"""

import argparse
import os
import random
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, closing, contextmanager
from datetime import UTC, datetime, timedelta
from itertools import accumulate, islice
from pathlib import Path

from infra.servers import elastic_node
from schemas.documents import Document
from schemas.query import parse
from schemas.taxonomy import EventType
from streamer.contracts import Store
from streamer.stores.elastic import ElasticStore, connect
from streamer.stores.elastic_setup import remove, set_up
from streamer.stores.sqlite import SqliteStore

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EVENTS, PER_CASE, BATCH, RUNS = 500_000, 5, 5_000, 3
FACETS = ("type", "country", "outlet")
SORTS = ("relevance", "newest", "oldest", "amount")
PREFIX = "bench-search"
SHOWN_SECONDS = 3
"""After so long the index shows what was written last."""
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]
COUNTRIES = [a + b for a in "ABCDEFGHIJKL" for b in "AEIOU"]
OUTLETS = [f"Outlet {number}" for number in range(80)]


class Chance:
    """Picks of things of which the n-th is n times as rare as the first."""

    def __init__(self, things: Sequence[str], chance: random.Random) -> None:
        self._things, self._chance = things, chance
        self._shares = list(accumulate(1 / place for place in range(1, len(things) + 1)))

    def some(self, number: int) -> list[str]:
        return self._chance.choices(self._things, cum_weights=self._shares, k=number)


def coined(number: int, syllables: int, chance: random.Random) -> list[str]:
    """Return so many invented words."""
    return ["".join(chance.choices(SYLLABLES, k=syllables)) for _ in range(number)]


class News:
    """Invented events, the same at each run."""

    def __init__(self) -> None:
        self.chance = random.Random(7)
        self.words = coined(20_000, 3, self.chance)
        self.names = [name.capitalize() for name in coined(30_000, 4, self.chance)]
        self._word, self._name = Chance(self.words, self.chance), Chance(self.names, self.chance)
        self._outlet, self._country = Chance(OUTLETS, self.chance), Chance(COUNTRIES, self.chance)
        self._type = Chance([one.value for one in EventType], self.chance)

    def documents(self, number: int) -> Iterator[Document]:
        """Yield so many events, in the order in which they were seen, five to a case."""
        for place in range(number):
            yield self._document(place, number)

    def _document(self, place: int, number: int) -> Document:
        chance, case = self.chance, self.chance.randrange(number // PER_CASE)
        plaintiff, defendant, other, site = self._name.some(4)
        title, quote = " ".join(self._word.some(9)), " ".join(self._word.some(26))
        seen = NOW - timedelta(days=15 * 365) * (1 - place / number)
        amount = chance.lognormvariate(12, 3) if chance.random() < 0.2 else None
        domain = f"{site.lower()}.example"
        day = seen - timedelta(days=chance.expovariate(1 / 60))
        return Document(
            event_id=f"event-{chance.getrandbits(80):020x}",
            case_id=f"case-{case}",
            case=f"{plaintiff} v. {defendant}",
            article_id=f"article-{place // 2}",
            title=title,
            text=f"{title}\n{quote}\n{plaintiff}\n{defendant}\n{other}\n{domain}",
            evidence=quote,
            type=self._type.some(1)[0],
            status=chance.choice(("happened", "happened", "happened", "sought", "ordered")),
            time_role=chance.choice(("news", "news", "background")),
            complainant=(plaintiff,),
            defendant=(defendant, other),
            target=(domain,),
            domain=(domain,),
            country=self._country.some(1)[0] if chance.random() < 0.7 else None,
            event_date=f"{day:%Y-%m-%d}" if chance.random() < 0.6 else None,
            published_at=seen,
            seen_at=seen + timedelta(hours=1),
            indexed_at=seen + timedelta(hours=1),
            amount_minor=round(amount * 100) if amount else None,
            amount_usd=amount,
            prison_months=float(chance.randrange(1, 120)) if chance.random() < 0.06 else None,
            counts={"people": chance.randrange(1, 40)} if chance.random() < 0.1 else {},
            outlet=self._outlet.some(1)[0],
            confidence=round(chance.uniform(0.3, 1), 2),
        )

    def queries(self) -> list[str]:
        """Return queries of all kinds, from those that find everything to those that find one event."""
        w, n = self.words, self.names
        common = [w[0], w[5], w[30], w[200], w[2000], f"{w[3]} {w[40]}", f'"{w[1]} {w[2]}"', f"{w[30]} OR {w[50]}"]
        prefixes = [f"{w[0][:3]}*", f"{w[30][:4]}*", f"{w[2000][:5]}*", f"title:{w[9][:3]}*"]
        names = [n[0], f"complainant:{n[3]}", f"defendant:{n[100]} type:{EventType.RAID}", f'case:"{n[0]} v {n[1]}"']
        types = ["type:arrest", "type:raid country:AA", "-type:raid", "type:(raid OR fine) status:happened"]
        ranges = ["date:>=2015", "date:[2014 TO 2016-06]", "published:>=now-30d", "confidence:>=0.6", "date:<2013"]
        numbers = ["amount_usd:>=1000000", "amount_usd:<1000", "prison_months:>=24", "people:>=10 date:>=2020"]
        mixed = [f"{w[20]} type:arrest country:AE", f"({w[8]} OR country:AI) -type:raid date:>=2020", f"-{w[4]}"]
        holds = ["country:*", "-country:*", "docket:*", "*", 'outlet:("Outlet 1" OR "Outlet 70")', "case_id:case-77"]
        return [*common, *prefixes, *names, *types, *ranges, *numbers, *mixed, *holds, f"domain:{n[0].lower()}.example"]


def fill(store: Store, news: News, number: int) -> None:
    """Index the events, as the stage does it."""
    start, coming = time.perf_counter(), news.documents(number)
    while some := list(islice(coming, BATCH)):
        store.put_documents(some)
    print(f"{number:,} events of {number // PER_CASE:,} cases indexed in {time.perf_counter() - start:.0f} s")


Found = Mapping[tuple[str, str], tuple[float, int]]
"""By query and order, the milliseconds of a search, and how many events it found."""


def ask(store: Store, query: str, sort: str, clock: Callable[[], float]) -> tuple[float, int]:
    tree, times, total = parse(query), [], 0
    for _ in range(RUNS):
        start = clock()
        total = store.search(tree, sort=sort, facets=FACETS).total
        times.append((clock() - start) * 1000)
    return min(times), total


def measure(name: str, store: Store, news: News, clock: Callable[[], float]) -> Found:
    """Ask each query in each order, print the times and return them."""
    found = {(query, sort): ask(store, query, sort, clock) for query in news.queries() for sort in SORTS}
    asked = sorted(((taken, total, *key) for key, (taken, total) in found.items()), reverse=True)
    times = [one[0] for one in asked]
    print(f"{name}, slowest:")
    for taken, total, query, sort in asked[:8]:
        print(f"  {taken:6.1f} ms  {query}  by {sort} ({total:,} found)")
    print(
        f"{name}: {len(asked)} searches with facets {', '.join(FACETS)}: median {times[len(times) // 2]:.1f} ms,"
        f" 99th percentile {times[len(times) // 100]:.1f} ms, worst {times[0]:.1f} ms",
        flush=True,
    )
    return found


def of_sqlite(folder: Path, news: News, number: int) -> Found:
    path = folder / "crackdown.sqlite"
    is_new = not path.exists()
    with closing(SqliteStore(path)) as store:
        if is_new:
            fill(store, news, number)
        print(f"database of {path.stat().st_size / 1e6:,.0f} MB")
        return measure("SQLite", store, news, time.process_time)


def of_elastic(news: News, number: int) -> Found:
    with elastic_store() as store:
        fill(store, news, number)
        time.sleep(SHOWN_SECONDS)
        return measure("Elasticsearch", store, news, time.perf_counter)


@contextmanager
def elastic_store() -> Iterator[ElasticStore]:
    """Give a store in new indices, which are removed at the end: on the server named, else on one of its own."""
    with ExitStack() as stack:
        address = os.environ.get("CRACKDOWN_ELASTIC") or stack.enter_context(_own_server())
        client = stack.enter_context(connect([address]))
        stack.callback(remove, client, PREFIX)
        set_up(client, PREFIX)
        yield stack.enter_context(closing(ElasticStore(connect([address]), PREFIX)))


@contextmanager
def _own_server() -> Iterator[str]:
    node = elastic_node(heap="2g", light=False)
    try:
        node.start()
        yield node.address
    finally:
        node.remove()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("events", type=int, nargs="?", default=EVENTS)
    parser.add_argument("--home", type=Path, help="where the SQLite database is kept, to be used again")
    parser.add_argument("--stores", nargs="+", choices=("sqlite", "elastic"), default=["sqlite"])
    args = parser.parse_args()
    totals = []
    with tempfile.TemporaryDirectory() as folder:
        if "sqlite" in args.stores:
            totals.append(of_sqlite(args.home or Path(folder), News(), args.events))
        if "elastic" in args.stores:
            totals.append(of_elastic(News(), args.events))
    for key in totals[0]:
        assert len({found[key][1] for found in totals}) == 1, f"not the same number in both: {key}"


if __name__ == "__main__":
    main()
