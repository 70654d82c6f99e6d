"""Records inside documents: kept whole beside the fields that searches need."""

from datetime import datetime
from typing import Any, TypeVar

import msgspec

from streamer.stores.elastic_client import Source

T = TypeVar("T")


def pack(record: Any) -> Any:
    """Return a record as plain JSON values."""
    return msgspec.to_builtins(record)


def unpack(source: Source, kind: type[T]) -> T:
    """Return the record that a document keeps."""
    return msgspec.convert(source["record"], kind)


def stamp(at: datetime | None) -> str | None:
    """Return a time in the form of the index, None as it is."""
    return at.isoformat() if at else None
