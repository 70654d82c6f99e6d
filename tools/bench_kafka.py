"""Measure the Kafka runtime beside a bare aiokafka consumer that does the same work: `python tools/bench_kafka.py`.

The work: a message is decoded, the stage runs in a thread, its outputs are encoded, sent and confirmed, the position is
committed only after that. Once with a stage that does next to nothing (what moving a message costs), once with the real
classifier on made-up articles.
"""

import argparse
import asyncio
import time
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing
from datetime import UTC, datetime
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from agents.classify import classify
from infra.servers import kafka_node
from schemas.codec import encode
from schemas.events import Article, ArticleEvents
from schemas.ids import article_id, text_hash
from streamer.pipeline import Output, Stage, work
from streamer.runtimes.kafka import KafkaRuntime
from streamer.runtimes.kafka_broker import Broker
from streamer.runtimes.kafka_topics import make_topics, topics

NOW = datetime(2026, 3, 2, tzinfo=UTC)
TEXT = "Police in Port Selby arrested two men on 2 March 2026 over the pirate streaming site {site}.example. " * 8
Work = Callable[[Article], list[ArticleEvents]]


def articles(n: int) -> list[Article]:
    made = []
    for number in range(n):
        address, text = f"https://bench.example/{number}", TEXT.format(site=f"site{number}")
        made.append(
            Article(
                id=article_id(address),
                item_id=f"item-{number}",
                source="bench",
                url=address,
                version=text_hash(text),
                title=f"Two arrested over site{number}",
                text=text,
                language="en",
                published_at=NOW,
                seen_at=NOW,
            )
        )
    return made


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


async def bare(brokers: str, prefix: str, n: int, run: Work) -> float:
    """Return the seconds that a plain loop takes: fetch, work, send, confirm, commit."""
    consumer = AIOKafkaConsumer(
        f"{prefix}-articles",
        bootstrap_servers=brokers,
        group_id=f"{prefix}-bare",
        enable_auto_commit=False,
        auto_offset_reset="earliest",
        max_poll_records=50,
    )
    producer = AIOKafkaProducer(bootstrap_servers=brokers, acks=-1, compression_type="gzip", max_batch_size=128 * 1024)
    loop = asyncio.get_running_loop()
    with ThreadPoolExecutor(1) as thread:
        async with consumer, producer:
            passed, started = 0, 0.0
            while passed < n:
                batches = await consumer.getmany(timeout_ms=1000)
                started = started or time.perf_counter()
                confirmations = []
                for record in (record for batch in batches.values() for record in batch):
                    for key, payload in await loop.run_in_executor(thread, partial(work, run, record.value or b"")):
                        confirmations.append(await producer.send(f"{prefix}-events", payload, key=key.encode()))
                    passed += 1
                await asyncio.gather(*confirmations)
                await consumer.commit()
            return time.perf_counter() - started


async def ours(brokers: str, prefix: str, n: int, run: Work) -> float:
    """Return the seconds that the runtime takes from the first message to the last commit."""
    times: list[float] = []

    def timed(article: Article) -> list[ArticleEvents]:
        times.append(time.perf_counter())
        return run(article)

    stage = Stage("classify", "articles", timed, "events")
    with closing(KafkaRuntime([stage], brokers=brokers, prefix=prefix, pool=_no_pool, now=lambda: NOW)) as runtime:
        await runtime.run(until_idle=True)
    assert len(times) == n
    return times[-1] - times[0]


async def _no_pool(*_: Any) -> None:
    raise AssertionError("no stage runs here")


def measure(brokers: str, n: int, run: Work) -> tuple[float, float]:
    """Return messages per second of the bare loop and of the runtime."""
    prefix = f"bench{uuid.uuid4().hex[:6]}"
    asyncio.run(make_topics(brokers, prefix, topics()))
    with closing(Broker(brokers, prefix)) as broker:
        broker.publish([Output("articles", one.key, encode(one)) for one in articles(n)])
    return n / asyncio.run(bare(brokers, prefix, n, run)), n / asyncio.run(ours(brokers, prefix, n, run))


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--messages", type=int, default=5000)
    parser.add_argument("--articles", type=int, default=400)
    given = parser.parse_args()
    with ExitStack() as stack:
        node = kafka_node()
        stack.callback(node.remove)
        node.start()
        print(f"{'stage':18}{'bare aiokafka':>16}{'our runtime':>16}{'share':>8}")
        for name, n, run in (
            ("next to nothing", given.messages, next_to_nothing),
            ("classify", given.articles, lambda article: list(classify(article))),
        ):
            plain, own = measure(node.address, n, run)
            print(f"{name:18}{plain:12.0f} /s{own:14.0f} /s{own / plain:8.0%}", flush=True)


if __name__ == "__main__":
    main()
