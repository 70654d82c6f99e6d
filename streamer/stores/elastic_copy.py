"""Reading an index from end to end, and filling one that nobody uses yet."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import islice
from typing import Any, NamedTuple

from elasticsearch import Elasticsearch

from streamer.config import ConfigError
from streamer.stores.elastic_client import BATCH, Source

Hit = Mapping[str, Any]


class Document(NamedTuple):
    """A document to put into an index; of two with one id the higher `version` stays, where it is given."""

    id: str
    source: Source
    version: int | None = None


def pages(client: Elasticsearch, index: str, **body: Any) -> Iterator[list[Hit]]:
    """Yield all documents of an index as they stand now, some at a time, with their versions."""
    client.indices.refresh(index=index)
    pit: Mapping[str, Any] = {"id": client.open_point_in_time(index=index, keep_alive="5m")["id"], "keep_alive": "5m"}
    after: list[Any] | None = None
    try:
        while True:
            answer = client.search(pit=pit, size=BATCH, sort=["_shard_doc"], search_after=after, version=True, **body)
            hits = answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"]
    finally:
        client.close_point_in_time(id=str(pit["id"]))


def put_all(client: Elasticsearch, index: str, documents: Iterable[Document]) -> None:
    """Put documents into an index. Raises ConfigError if it refuses one."""
    left = iter(documents)
    while batch := list(islice(left, BATCH)):
        operations: list[Source] = []
        for one in batch:
            external = {} if one.version is None else {"version": one.version, "version_type": "external_gte"}
            operations += [{"index": {"_index": index, "_id": one.id, **external}}, one.source]
        answer = client.bulk(operations=operations)
        if answer["errors"]:
            raise ConfigError(f"{index} refuses a document: {_first_error(answer.body)}")


def _first_error(answer: Mapping[str, Any]) -> str:
    errors = [item["index"]["error"] for item in answer["items"] if "error" in item["index"]]
    return f"{errors[0].get('type')} {errors[0].get('reason')}"[:300]
