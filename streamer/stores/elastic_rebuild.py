"""A mapping that changed: a new index, filled from what is stored, then the alias moves over. Search stays up.

Writes wait meanwhile: the old index is closed for them, which the store takes for Unavailable.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch

from schemas.documents import document
from schemas.events import Article, Case, LinkedEvent
from streamer.config import ConfigError
from streamer.stores.elastic_cases import case_document
from streamer.stores.elastic_client import BATCH, Elastic, Source, telling_errors
from streamer.stores.elastic_record import unpack
from streamer.stores.elastic_search import article_source, event_source
from streamer.stores.elastic_setup import mappings, template

_OWN_VERSIONS = {"events", "cases", "timeline"}
"""Indices whose documents carry versions of ours."""


def rebuild(client: Elasticsearch, prefix: str, name: str) -> int:
    """Make the index `name` anew by today's mapping and program and return how many documents it holds.

    Articles and cases are made from their records, events from the timelines, the rest is copied. Raises Unavailable,
    and ConfigError if there is no such index or the new one does not hold as many documents as the old.
    """
    if name not in mappings():
        raise ConfigError(f"no index {name}; known are {', '.join(mappings())}")
    alias = f"{prefix}-{name}"
    with telling_errors():
        (old,) = client.indices.get_alias(name=alias).body
        new = f"{alias}-v{int(old.rpartition('-v')[2]) + 1}"
        client.indices.put_index_template(name=alias, **template(alias, mappings()[name]))
        client.options(ignore_status=404).indices.delete(index=new)  # of an attempt that was cut off
        client.indices.create(index=new)
        with _closed_for_writes(client, old):
            total = _fill(client, prefix, name, old, new)
            _move(client, alias, old, new)
        client.indices.delete(index=old)
    return total


def _fill(client: Elasticsearch, prefix: str, name: str, old: str, new: str) -> int:
    make, elastic = _MAKERS.get(name, _same), Elastic(client, prefix)
    for hits in _pages(client, old):
        operations: list[Any] = []
        for hit, source in zip(hits, make([hit["_source"] for hit in hits], elastic), strict=True):
            about: dict[str, Any] = {"_index": new, "_id": hit["_id"]}
            if name in _OWN_VERSIONS:
                about |= {"version": hit["_version"], "version_type": "external_gte"}
            operations += [{"index": about}, source]
        answer = client.bulk(operations=operations)
        if answer["errors"]:
            raise ConfigError(f"{new} refuses a document: {_first_error(answer.body)}")
    client.indices.refresh(index=[old, new])
    counts = [int(client.count(index=index)["count"]) for index in (old, new)]
    if counts[0] != counts[1]:
        raise ConfigError(f"{new} holds {counts[1]} documents, {old} {counts[0]}: the alias stays where it was")
    return counts[1]


def _move(client: Elasticsearch, alias: str, old: str, new: str) -> None:
    actions: list[dict[str, Any]] = [
        {"remove": {"index": old, "alias": alias}},
        {"add": {"index": new, "alias": alias, "is_write_index": True}},
    ]
    client.indices.update_aliases(actions=actions)


@contextmanager
def _closed_for_writes(client: Elasticsearch, index: str) -> Iterator[None]:
    client.indices.put_settings(index=index, settings={"index.blocks.write": True})
    try:
        yield
    finally:
        client.indices.put_settings(index=index, settings={"index.blocks.write": None})


def _pages(client: Elasticsearch, index: str) -> Iterator[list[dict[str, Any]]]:
    """Yield all documents of an index as they stand now, some at a time."""
    client.indices.refresh(index=index)
    pit: Mapping[str, Any] = {"id": client.open_point_in_time(index=index, keep_alive="5m")["id"], "keep_alive": "5m"}
    after: list[Any] | None = None
    try:
        while True:
            answer = client.search(pit=pit, size=BATCH, sort=["_shard_doc"], search_after=after, version=True)
            hits = answer["hits"]["hits"]
            if not hits:
                return
            yield hits
            after = hits[-1]["sort"]
    finally:
        client.close_point_in_time(id=str(pit["id"]))


# --- what the new index holds -----------------------------------------------------------------------------------------


def _same(sources: Sequence[Source], _elastic: Elastic) -> list[Source]:
    return list(sources)


def _cases(sources: Sequence[Source], _elastic: Elastic) -> list[Source]:
    return [case_document(unpack(source, Case), source["timeline"]) for source in sources]


def _articles(sources: Sequence[Source], _elastic: Elastic) -> list[Source]:
    return [article_source(unpack(one, Article), datetime.fromisoformat(one["indexed_at"])) for one in sources]


def _events(sources: Sequence[Source], elastic: Elastic) -> list[Source]:
    linked = elastic.mget(("timeline", source["event_id"]) for source in sources)
    cases = elastic.mget(("cases", one.source["case_id"]) for one in linked.values())
    made = []
    for source in sources:
        event = linked["timeline", source["event_id"]].source
        case = unpack(cases["cases", event["case_id"]].source, Case)
        indexed_at = datetime.fromisoformat(source["indexed_at"])
        made.append(event_source(document(unpack(event, LinkedEvent), case, indexed_at)))
    return made


_MAKERS: dict[str, Callable[[Sequence[Source], Elastic], list[Source]]] = {
    "cases": _cases,
    "articles": _articles,
    "events": _events,
}


def _first_error(answer: Mapping[str, Any]) -> str:
    errors = [item["index"]["error"] for item in answer["items"] if "error" in item["index"]]
    return f"{errors[0].get('type')} {errors[0].get('reason')}"[:300]
