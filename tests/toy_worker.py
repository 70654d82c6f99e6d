"""A worker with toy stages, to be killed: each item becomes two articles, and their names end in a file."""

import asyncio
import os
import random
import signal
import sys
import time
from functools import partial

from make import make_article, make_article_events
from places import Place, open_runtime

from schemas.events import Article, ArticleEvents, FeedItem
from streamer.pipeline import Place as Where
from streamer.pipeline import Stage
from streamer.runtimes.embedded import EmbeddedRuntime
from streamer.runtimes.kafka import KafkaRuntime


async def fetch(item: FeedItem) -> list[Article]:
    await asyncio.sleep(random.random() / 20)
    return [make_article(f"{item.guid}-{part}") for part in "ab"]


def classify(article: Article) -> list[ArticleEvents]:
    time.sleep(random.random() / 500)
    return [make_article_events(article=article)]


def tell(message: ArticleEvents, *, path: str) -> list[ArticleEvents]:
    with open(path, "a", encoding="utf-8") as file:  # noqa: PTH123 (append in one write)
        file.write(f"{str(message.url).rpartition('/')[2]}\n")
        file.flush()
        os.fsync(file.fileno())
    return []


def main(kind: str, address: str, told: str) -> None:
    stages = [
        Stage("fetch", "items", fetch, "articles", Where.LOOP, 8),
        Stage("classify", "articles", classify, "events"),
        Stage("link", "events", partial(tell, path=told)),
    ]
    asyncio.run(run(open_runtime(Place(kind, address), stages)))


async def run(runtime: EmbeddedRuntime | KafkaRuntime) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    await runtime.run(until_idle=True, stop=stop)
    runtime.close()


if __name__ == "__main__":
    main(*sys.argv[1:])
