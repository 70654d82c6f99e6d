"""What an older version kept in other indices than today's: a new index begins with it."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

from elasticsearch import Elasticsearch

from streamer.stores.elastic_articles import is_copy_key
from streamer.stores.elastic_cases import JOURNAL, edit_document
from streamer.stores.elastic_copy import Document, pages


class Moved(NamedTuple):
    """The index where documents were, and what returns them, given a client and that index."""

    source: str
    documents: Callable[[Elasticsearch, str], Iterator[Document]]


def _copies(client: Elasticsearch, index: str) -> Iterator[Document]:
    for hits in pages(client, index):
        yield from (Document(hit["_id"], hit["_source"]) for hit in hits if is_copy_key(hit["_id"]))


def _edits(client: Elasticsearch, index: str) -> Iterator[Document]:
    for hits in pages(client, index, query={"term": {"kind": "edit"}}):
        yield from (Document(hit["_source"]["name"], edit_document(hit["_source"]["record"])) for hit in hits)


def _journal(client: Elasticsearch, index: str) -> Iterator[Document]:
    """Count on from the last save: events keep its number as their version, and a lower one would not be written."""
    last = max((hit["_version"] for hits in pages(client, index) for hit in hits), default=0)
    yield Document(JOURNAL[1], {"number": last})


MOVED = {
    "copies": Moved("keys", _copies),
    "edits": Moved("state", _edits),
    "journal": Moved("timeline", _journal),
}
