"""Kafka for callers without an event loop: publish messages, and see how many wait. Runs in a thread of its own."""

import asyncio
import contextlib
import threading
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import (
    GroupCoordinatorNotAvailableError,
    KafkaError,
    MessageSizeTooLargeError,
    NotCoordinatorForGroupError,
)

from agents.errors import Rejected, Unavailable
from streamer.pipeline import Output
from streamer.runtimes.kafka_topics import LETTER_BYTES

ANSWER_SECONDS = 30.0

T = TypeVar("T")


class Broker:
    """Connections to one Kafka cluster, opened at first use. Every method raises Unavailable while it is down."""

    def __init__(self, brokers: str, prefix: str) -> None:
        self._brokers, self._prefix = brokers, prefix
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="kafka", daemon=True)
        self._thread.start()
        self._opening = asyncio.Lock()
        self._producer: AIOKafkaProducer | None = None
        self._admin: AIOKafkaAdminClient | None = None
        self._reader: AIOKafkaConsumer | None = None

    def publish(self, outputs: Sequence[Output]) -> None:
        """Append messages to their topics; they are safe when this returns. Raises Rejected if one is too large."""
        self._do(self._publish(outputs))

    def lag(self, sources: Mapping[str, str]) -> dict[str, dict[TopicPartition, int]]:
        """Return by stage and partition how many messages wait before it, given the topic that each reads."""
        return self._do(self._lag(sources))

    def missing(self, topics: Sequence[str]) -> list[str]:
        """Return which of the topics do not exist."""
        return self._do(self._missing(topics))

    def close(self) -> None:
        with contextlib.suppress(Unavailable):
            self._do(self._close())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    def _do(self, action: Coroutine[Any, Any, T]) -> T:
        """Carry out an action in the thread."""
        return asyncio.run_coroutine_threadsafe(_within(action), self._loop).result()

    async def _publish(self, outputs: Sequence[Output]) -> None:
        async with self._opening:
            if self._producer is None:
                self._producer = await _started(
                    AIOKafkaProducer(
                        bootstrap_servers=self._brokers,
                        acks=-1,
                        compression_type="gzip",
                        max_batch_size=128 * 1024,
                        max_request_size=2 * LETTER_BYTES,
                    )
                )
        confirmations = [
            await self._producer.send(f"{self._prefix}-{output.topic}", output.payload, key=output.key.encode())
            for output in outputs
        ]
        await asyncio.gather(*confirmations)

    async def _lag(self, sources: Mapping[str, str]) -> dict[str, dict[TopicPartition, int]]:
        """Positions are read before ends: what a stage passes meanwhile can only make the answer too high."""
        positions = {stage: await self._positions(stage) for stage in sources}
        reader = await self._reading()
        partitions = await self._partitions(set(sources.values()))
        everything = [one for several in partitions.values() for one in several]
        ends = await reader.end_offsets(everything)
        starts = await reader.beginning_offsets(everything)
        return {
            stage: {
                one: ends[one] - max(positions[stage].get(one, 0), starts[one]) for one in partitions.get(topic, ())
            }
            for stage, topic in sources.items()
        }

    async def _positions(self, stage: str) -> dict[TopicPartition, int]:
        admin = await self._administering()
        try:
            found = await admin.list_consumer_group_offsets(f"{self._prefix}-{stage}")
        except (GroupCoordinatorNotAvailableError, NotCoordinatorForGroupError):
            return {}  # of a broker that has just been made
        return {partition: about.offset for partition, about in found.items()}

    async def _partitions(self, topics: set[str]) -> dict[str, list[TopicPartition]]:
        """Return the partitions of each topic, none of one that does not exist."""
        admin = await self._administering()
        described = await admin.describe_topics([f"{self._prefix}-{topic}" for topic in topics])
        found = {one["topic"].removeprefix(f"{self._prefix}-"): one for one in described if not one["error_code"]}
        return {
            topic: [TopicPartition(found[topic]["topic"], one["partition"]) for one in found[topic]["partitions"]]
            for topic in topics & found.keys()
        }

    async def _missing(self, topics: Sequence[str]) -> list[str]:
        partitions = await self._partitions(set(topics))
        return [topic for topic in topics if topic not in partitions]

    async def _administering(self) -> AIOKafkaAdminClient:
        async with self._opening:
            if self._admin is None:
                self._admin = await _started(AIOKafkaAdminClient(bootstrap_servers=self._brokers))
        return self._admin

    async def _reading(self) -> AIOKafkaConsumer:
        async with self._opening:
            if self._reader is None:
                self._reader = await _started(AIOKafkaConsumer(bootstrap_servers=self._brokers))
        return self._reader

    async def _close(self) -> None:
        if self._producer is not None:
            await self._producer.stop()
        if self._reader is not None:
            await self._reader.stop()
        if self._admin is not None:
            await self._admin.close()


async def _started(client: Any) -> Any:
    """Start a client; one that cannot start leaves nothing open."""
    try:
        await client.start()
    except BaseException:
        await (client.close() if isinstance(client, AIOKafkaAdminClient) else client.stop())
        raise
    return client


async def _within(action: Coroutine[Any, Any, T]) -> T:
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            return await action
    except MessageSizeTooLargeError as error:
        raise Rejected("the message is larger than Kafka takes") from error
    except (KafkaError, OSError, TimeoutError) as error:
        raise Unavailable(f"Kafka does not answer ({type(error).__name__})") from error
