"""A mapping that changed: a new index, filled from what is stored, then the alias moves over. Search stays up.

Writes wait meanwhile: the old index is closed for them, which the store takes for Unavailable.
"""

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime
from typing import Any

from elasticsearch import Elasticsearch

from schemas.documents import document
from schemas.events import Article, Case, LinkedEvent
from streamer.config import ConfigError
from streamer.stores.elastic_cases import case_document
from streamer.stores.elastic_client import Elastic, Source, telling_errors
from streamer.stores.elastic_copy import Document, pages, put_all
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
    put_all(client, new, _documents(client, Elastic(client, prefix), name, old))
    client.indices.refresh(index=[old, new])
    counts = [int(client.count(index=index)["count"]) for index in (old, new)]
    if counts[0] != counts[1]:
        raise ConfigError(f"{new} holds {counts[1]} documents, {old} {counts[0]}: the alias stays where it was")
    return counts[1]


def _documents(client: Elasticsearch, elastic: Elastic, name: str, old: str) -> Iterator[Document]:
    make = _MAKERS.get(name, _same)
    for hits in pages(client, old):
        for hit, source in zip(hits, make([hit["_source"] for hit in hits], elastic), strict=True):
            yield Document(hit["_id"], source, hit["_version"] if name in _OWN_VERSIONS else None)


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
