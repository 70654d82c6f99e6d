"""Measure the Kafka runtime beside bare aiokafka consumers that do the same work: `python -m tools.bench_kafka`.

The same stage functions on the same real Elasticsearch, in the same processes: first a stage that does next to nothing
(what moving a message costs), then each stage alone, then the whole chain in one worker. A message counts as passed
when its outputs are confirmed; the bare consumers also commit after each batch. Told is the best of several runs, as
messages a second and as processor time of the worker (without its pool) for each message.
"""

import argparse
import asyncio
import tempfile
import time
import uuid
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import ExitStack, asynccontextmanager, closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from pathlib import Path
from typing import Any

from infra.servers import elastic_node, kafka_node
from schemas.codec import encode
from schemas.events import Article, ArticleEvents, Subscription
from streamer.contracts import Store
from streamer.pipeline import Output, Stage, stages
from streamer.pool import Pool
from streamer.runtimes.kafka import KafkaRuntime
from streamer.runtimes.kafka_broker import Broker
from streamer.runtimes.kafka_topics import make_topics, topics
from streamer.stores.elastic import ElasticStore, connect
from streamer.stores.elastic_setup import remove, set_up
from streamer.stores.sqlite import SqliteStore
from streamer.worker import PRELOAD, extractor, utc_now
from tools.bare import Bare, Encoded, attempt
from tools.drill_parts import pages

SUBSCRIBER = Subscription(
    id="all",
    name="all",
    channel="webhook",
    address="https://desk.example/",
    created_at=datetime(2026, 3, 2, tzinfo=UTC),
)
RUNS = 3
PATIENCE = 300.0
Inputs = Mapping[str, Encoded]
"""By topic, the messages on it."""
Wanted = Mapping[str, int]
"""By stage, how many messages it has to pass."""


@dataclass(frozen=True)
class Speed:
    rate: float
    """Messages a second."""
    cpu: float
    """Microseconds of processor time for each."""


@dataclass(frozen=True)
class Bench:
    brokers: str
    elastic: str
    pool: Pool

    async def compare(self, name: str, rows: Sequence[str], inputs: Inputs, wanted: Wanted) -> str:
        """Return a line about stages, which have passed all when each has passed as many as `wanted`."""
        found = [[await self._run(rows, inputs, wanted, of) for _ in range(RUNS)] for of in (self._bare, self._runtime)]
        bare, ours = (max(speeds, key=lambda one: one.rate) for speeds in found)
        shown = f"{name:16}{bare.rate:12.0f} /s{ours.rate:12.0f} /s{ours.rate / bare.rate:8.0%}"
        return f"{shown}{min(one.cpu for one in found[0]):12.0f} µs{min(one.cpu for one in found[1]):12.0f} µs"

    async def _run(self, rows: Sequence[str], inputs: Inputs, wanted: Wanted, of: Callable[..., Any]) -> Speed:
        async with self._fresh(inputs) as (prefix, store):
            table = [NOTHING, *table_of(store, self.pool)]
            chosen = [stage for stage in table if stage.name in rows]
            run, passed = of(chosen, prefix)
            stop = asyncio.Event()
            running = asyncio.create_task(run(stop=stop))
            try:
                async with asyncio.timeout(PATIENCE):
                    return await _timed(running, passed, wanted)
            finally:
                stop.set()
                await running

    def _bare(self, rows: Sequence[Stage], prefix: str) -> tuple[Callable[..., Any], Callable[[str], int]]:
        made = Bare(rows, brokers=self.brokers, prefix=prefix, pool=self.pool)
        return made.run, made.passed.__getitem__

    def _runtime(self, rows: Sequence[Stage], prefix: str) -> tuple[Callable[..., Any], Callable[[str], int]]:
        made = KafkaRuntime(rows, brokers=self.brokers, prefix=prefix, pool=self.pool, now=utc_now)
        return partial(_closing, made), made.passed

    @asynccontextmanager
    async def _fresh(self, inputs: Inputs) -> AsyncIterator[tuple[str, Store]]:
        """Give topics that hold the inputs, and a store with a subscriber."""
        prefix = f"bench{uuid.uuid4().hex[:6]}"
        await make_topics(self.brokers, prefix, topics())
        with connect([self.elastic]) as client:
            set_up(client, prefix)
            store = ElasticStore(client, prefix)
            store.save_subscription(SUBSCRIBER)
            with closing(Broker(self.brokers, prefix)) as broker:
                for topic, messages in inputs.items():
                    broker.publish([Output(topic, key, payload) for key, payload in messages])
            yield prefix, store
            remove(client, prefix)


def next_to_nothing(article: Article) -> list[ArticleEvents]:
    return [
        ArticleEvents(
            id=f"read-{article.id}",
            article_id=article.id,
            article_version=article.version,
            item_id=article.item_id,
            source=article.source,
            title=article.title,
            language=article.language,
            seen_at=article.seen_at,
        )
    ]


NOTHING = Stage("nothing", "articles", next_to_nothing, "events")


def table_of(store: Store, pool: Pool) -> tuple[Stage, ...]:
    """Return the stages of a worker, without the flood guard: each page opens a case."""
    return stages(
        store=store,
        get=_no_page,
        extract=extractor(pool),
        now=utc_now,
        processes=pool.processes,
        per_hour=10**6,
        new_cases=10**6,
    )


async def _no_page(address: str) -> Any:
    raise AssertionError(f"{address} should bring its page along")


async def _closing(runtime: KafkaRuntime, *, stop: asyncio.Event) -> None:
    with closing(runtime):
        await runtime.run(stop=stop)


async def _timed(running: asyncio.Task[None], passed: Callable[[str], int], wanted: Wanted) -> Speed:
    """Return how fast all messages pass, from the first one on."""

    async def until(reached: Callable[[], bool]) -> None:
        while not reached():
            if running.done():
                running.result()
            await asyncio.sleep(0.005)

    await until(lambda: any(passed(name) for name in wanted))
    begun, cpu, before = time.perf_counter(), time.process_time(), sum(map(passed, wanted))
    await until(lambda: all(passed(name) >= n for name, n in wanted.items()))
    left = sum(map(passed, wanted)) - before
    share = left / len(wanted)
    return Speed(share / (time.perf_counter() - begun), 1e6 * (time.process_time() - cpu) / share)


async def inputs_of(n: int, pool: Pool) -> dict[str, Encoded]:
    """Return by topic what is on it after n pages have passed all stages."""
    with tempfile.TemporaryDirectory() as folder, closing(SqliteStore(Path(folder) / "bench.sqlite")) as store:
        store.save_subscription(SUBSCRIBER)
        found: dict[str, Encoded] = {"items": [(item.key, encode(item)) for item in pages(n)]}
        for stage in table_of(store, pool):
            made = [await attempt(stage, payload, here=_here, pool=pool) for _, payload in found.get(stage.source, ())]
            if stage.target:
                found[stage.target] = [pair for pairs in made for pair in pairs]
    return found


async def _here(function: Callable[..., Any], /, *args: Any) -> Any:
    return function(*args)


async def bench(brokers: str, elastic: str, n: int, quick: int) -> None:
    with closing(Pool(preload=PRELOAD)) as pool:
        made, inputs = Bench(brokers, elastic, pool), await inputs_of(n, pool)
        many = [*inputs["articles"]] * (quick // n)
        print(f"{'stage':16}{'bare aiokafka':>15}{'our runtime':>15}{'share':>8}{'bare CPU':>15}{'our CPU':>15}")
        print(await made.compare(NOTHING.name, [NOTHING.name], {"articles": many}, {NOTHING.name: len(many)}))
        rows = [stage for stage in table_of(None, pool) if stage.source in inputs]  # type: ignore[arg-type]
        wanted = {stage.name: len(inputs[stage.source]) for stage in rows}
        for stage in rows:
            alone = {stage.source: inputs[stage.source]}
            print(await made.compare(stage.name, [stage.name], alone, {stage.name: wanted[stage.name]}), flush=True)
        print(await made.compare("whole chain", list(wanted), {"items": inputs["items"]}, wanted), flush=True)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--pages", type=int, default=400)
    parser.add_argument("--messages", type=int, default=4000, help="for the stage that does next to nothing")
    given = parser.parse_args()
    with ExitStack() as stack:
        nodes = [kafka_node(), elastic_node()]
        for node in nodes:
            stack.callback(node.remove)
            node.start()
        asyncio.run(bench(nodes[0].address, nodes[1].address, given.pages, given.messages))


if __name__ == "__main__":
    main()
