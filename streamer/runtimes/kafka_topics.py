"""The topics: their names, partitions, sizes and how long they are kept."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.errors import KafkaError

from agents.errors import Unavailable
from streamer.config import ConfigError
from streamer.pipeline import DEAD_LETTERS, TOPICS

PARTITIONS = 6
DAY_MS = 24 * 60 * 60 * 1000
MESSAGE_BYTES = 8 * 1024 * 1024
"""An item may bring its page along, of up to 5 MiB."""
LETTER_BYTES = 2 * MESSAGE_BYTES
"""A dead letter holds a message in base64."""
_EXISTS = 36


@dataclass(frozen=True)
class Topic:
    """A topic to make; its name has no prefix."""

    name: str
    partitions: int
    settings: Mapping[str, str] = field(default_factory=dict)


def topics(partitions: int = PARTITIONS, days: int = 30) -> list[Topic]:
    """Return the topics. `events` has one partition, because link has one writer. None is compacted."""
    return [
        Topic(
            name,
            1 if name == "events" else partitions,
            {
                "cleanup.policy": "delete",
                "retention.ms": str(days * DAY_MS * (3 if name == DEAD_LETTERS else 1)),
                "max.message.bytes": str(LETTER_BYTES if name == DEAD_LETTERS else MESSAGE_BYTES),
            },
        )
        for name in TOPICS
    ]


async def make_topics(brokers: str, prefix: str, wanted: list[Topic], *, replicas: int = 1) -> list[str]:
    """Make the topics that are missing and return their names. Raises Unavailable, ConfigError if one is refused."""
    admin = AIOKafkaAdminClient(bootstrap_servers=brokers)
    try:
        await admin.start()
        new = [NewTopic(f"{prefix}-{one.name}", one.partitions, replicas, topic_configs=one.settings) for one in wanted]
        answer = await admin.create_topics(new)
    except KafkaError as error:
        raise Unavailable(f"Kafka does not answer ({type(error).__name__})") from error
    finally:
        await admin.close()
    errors: list[tuple[str, int, str]] = answer.topic_errors  # type: ignore[attr-defined]
    for name, code, why in errors:
        if code not in (0, _EXISTS):
            raise ConfigError(f"Kafka refuses topic {name}: error {code}, {why}")
    return [name for name, code, _ in errors if code == 0]
