"""The wire form: JSON with the schema's name and version. A reader accepts the version before."""

from collections.abc import Callable
from typing import Any

import msgspec

from schemas.events import (
    Article,
    ArticleEvents,
    CaseUpdate,
    DeadLetter,
    Edit,
    FeedItem,
    Message,
    Notice,
)

AnyMessage = FeedItem | Article | ArticleEvents | Edit | CaseUpdate | Notice | DeadLetter

VERSIONS: dict[str, int] = {
    "feed_item": 1,
    "article": 1,
    "article_events": 1,
    "edit": 1,
    "case_update": 1,
    "notice": 1,
    "dead_letter": 1,
}

UPCASTERS: dict[str, Callable[[dict[str, Any]], dict[str, Any]]] = {}
"""By schema: what turns a message of the version before into one of today. Empty while every schema is at its first."""


class UnreadablePayload(ValueError):
    """The bytes are no message that this version knows."""


class _Header(msgspec.Struct):
    schema: str
    schema_version: int = 1


_decoder: msgspec.json.Decoder[AnyMessage] = msgspec.json.Decoder(AnyMessage)
_header = msgspec.json.Decoder(_Header)


def encode(message: Message) -> bytes:
    """Return the message as one line of JSON that begins with its schema and version."""
    body = msgspec.json.encode(message)
    schema = message.__struct_config__.tag
    assert isinstance(schema, str)
    start = f'{{"schema":"{schema}"'.encode()
    assert body.startswith(start)
    return start + f',"schema_version":{VERSIONS[schema]}'.encode() + body[len(start) :]


def decode(payload: bytes) -> AnyMessage:
    """Return the message in `payload`. Raises UnreadablePayload, saying where it is broken."""
    try:
        header = _header.decode(payload)
        version = VERSIONS.get(header.schema)
        if version is None:
            raise UnreadablePayload(f"unknown schema {header.schema!r}")
        if header.schema_version == version:
            return _decoder.decode(payload)
        if header.schema_version == version - 1 and header.schema in UPCASTERS:
            older = msgspec.json.decode(payload, type=dict[str, Any])
            today: AnyMessage = msgspec.convert(UPCASTERS[header.schema](older), AnyMessage)
            return today
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError) as error:
        raise UnreadablePayload(f"unreadable message: {error}") from error
    raise UnreadablePayload(f"{header.schema} version {header.schema_version}, this program reads {version}")
