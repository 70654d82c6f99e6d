"""How long it takes to find whom one case update concerns among 100,000 subscriptions, on one core.

    python tools/bench_alerts.py [SUBSCRIPTIONS]

The subscriptions are of the kinds that people save: a party, a service, a case, a country with event types, an amount.
"""

import random
import statistics
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime

from agents.match import View
from agents.subscriptions_index import SubscriptionIndex
from schemas.documents import Document
from schemas.events import Subscription
from schemas.taxonomy import EventType

NOW = datetime(2026, 3, 1, tzinfo=UTC)
ROUNDS = 300
COUNTRIES = [a + b for a in "ABCDEFGHIJKL" for b in "AEIOU"]
SYLLABLES = [a + b for a in "bcdfghklmnprstvz" for b in "aeiou"]


def main(number: int) -> None:
    chance = random.Random(1)
    names = ["".join(chance.choices(SYLLABLES, k=3)).capitalize() for _ in range(20_000)]
    start = time.process_time()
    index = SubscriptionIndex()
    index.catch_up(lambda _mark: (list(_subscriptions(number, names, chance)), "1"))
    built = time.process_time() - start
    times, told = [], 0
    for round_ in range(ROUNDS):
        views = [View(_document(names, chance, f"{round_}-{part}")) for part in range(2)]
        start = time.process_time()
        told += len(index.concerned(views, NOW))
        times.append((time.process_time() - start) * 1000)
    times.sort()
    print(f"{len(index):,} subscriptions, indexed in {built:.1f} s; an update of 2 events concerns {told / ROUNDS:.0f}")
    print(
        f"one update, processor time: median {statistics.median(times):.2f} ms,"
        f" 99th percentile {times[int(0.99 * ROUNDS)]:.2f} ms, worst {times[-1]:.2f} ms"
    )


def _subscriptions(number: int, names: list[str], chance: random.Random) -> Iterator[Subscription]:
    for place in range(number):
        query = _query(names, chance)
        yield Subscription(id=f"s-{place}", name=query, channel="stdout", query=query, created_at=NOW)


def _query(names: list[str], chance: random.Random) -> str:
    name, other = chance.sample(names, 2)
    kind, second = chance.sample(list(EventType), 2)
    country = chance.choice(COUNTRIES)
    forms = (
        f"complainant:{name}",
        f'"{name} {other}"',
        f"target:{name} -type:{kind}",
        f"case_id:case-{chance.randrange(100_000)}",
        f"type:({kind} OR {second}) country:{country}",
        f"country:{country} {name}*",
        f"defendant:{name} amount_usd:>={chance.randrange(1, 50) * 100_000}",
        f"(type:{kind} OR {name}) country:({country} OR US) date:>=now-30d",
        f"amount_usd:>={chance.randrange(1, 50) * 1_000_000} type:{kind}",
        f"domain:{name.lower()}.example OR {name} {other}",
    )
    return chance.choice(forms)


def _document(names: list[str], chance: random.Random, name: str) -> Document:
    parties = chance.sample(names, 6)
    sentence = " ".join(chance.choices(names, k=30))
    return Document(
        event_id=f"event-{name}",
        case_id=f"case-{chance.randrange(100_000)}",
        case=" v. ".join(parties[:2]),
        article_id=f"article-{name}",
        title=" ".join(parties),
        text=f"{sentence}\n{' '.join(parties)}",
        evidence=sentence,
        type=chance.choice(list(EventType)),
        status="happened",
        time_role="news",
        complainant=(f"{parties[0]} {parties[1]}",),
        defendant=(parties[2], parties[3]),
        target=(parties[4], f"{parties[5].lower()}.example"),
        domain=(f"{parties[5].lower()}.example",),
        country=chance.choice(COUNTRIES),
        event_date="2026-02-27",
        seen_at=NOW,
        indexed_at=NOW,
        amount_minor=chance.randrange(10**10),
        amount_usd=chance.random() * 10**8,
        outlet="Harbour Gazette",
    )


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 100_000)
