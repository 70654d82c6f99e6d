"""Stages moved by bare aiokafka consumers: fetch, work, send, confirm, commit. No policy for errors, no window."""

import asyncio
from collections import Counter
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from functools import partial
from typing import Any

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from schemas.codec import decode, encode
from streamer.pipeline import Caller, Place, Stage, work

BATCH = 50
Encoded = list[tuple[str, bytes]]


class Bare:
    """Stages on a topic each, every one with a consumer of its own."""

    def __init__(self, stages: Sequence[Stage], *, brokers: str, prefix: str, pool: Caller) -> None:
        self.passed: Counter[str] = Counter()
        """By stage, how many messages are safely through."""
        self._stages, self._brokers, self._prefix, self._pool = stages, brokers, prefix, pool

    async def run(self, stop: asyncio.Event) -> None:
        """Work until told to stop."""
        async with asyncio.TaskGroup() as group:
            for stage in self._stages:
                group.create_task(self._move(stage, stop))

    async def _move(self, stage: Stage, stop: asyncio.Event) -> None:
        consumer = AIOKafkaConsumer(
            f"{self._prefix}-{stage.source}",
            bootstrap_servers=self._brokers,
            group_id=f"{self._prefix}-bare-{stage.name}",
            enable_auto_commit=False,
            auto_offset_reset="earliest",
            max_poll_records=BATCH,
        )
        producer = AIOKafkaProducer(
            bootstrap_servers=self._brokers, acks=-1, compression_type="gzip", max_batch_size=128 * 1024
        )
        with ThreadPoolExecutor(stage.in_flight) as threads:
            async with AsyncExitStack() as stack:
                for client in (consumer, producer):
                    await stack.enter_async_context(client)
                attempt = partial(self._limited, stage, threads, asyncio.Semaphore(stage.in_flight))
                while not stop.is_set():
                    batches = await consumer.getmany(timeout_ms=100)
                    payloads = [record.value or b"" for batch in batches.values() for record in batch]
                    await self._send(producer, stage, await asyncio.gather(*map(attempt, payloads)))
                    if payloads:
                        await consumer.commit()
                    self.passed[stage.name] += len(payloads)

    async def _limited(
        self, stage: Stage, threads: ThreadPoolExecutor, slots: asyncio.Semaphore, payload: bytes
    ) -> Encoded:
        async with slots:
            return await attempt(stage, payload, here=partial(_in_thread, threads), pool=self._pool)

    async def _send(self, producer: AIOKafkaProducer, stage: Stage, results: Sequence[Encoded]) -> None:
        topic = f"{self._prefix}-{stage.target}"
        sent = [await producer.send(topic, payload, key=key.encode()) for result in results for key, payload in result]
        await asyncio.gather(*sent)


async def attempt(stage: Stage, payload: bytes, *, here: Caller, pool: Caller) -> Encoded:
    """Return what a stage makes of a message, each as (key, payload)."""
    if stage.place is Place.LOOP:
        return [(message.key, encode(message)) for message in await stage.run(decode(payload))]  # type: ignore[misc]
    made: Encoded = await (pool if stage.place is Place.POOL else here)(work, stage.run, payload)
    return made


async def _in_thread(threads: ThreadPoolExecutor, function: Any, /, *args: Any) -> Any:
    return await asyncio.get_running_loop().run_in_executor(threads, partial(function, *args))
