"""How the store talks to Elasticsearch: reads by id, writes that know what they replace, and errors told apart.

Every alias is `{prefix}-{name}`. Writes go through bulk, each with the condition under which it may happen; 409 is an
answer, not an error. While the server is down, overloaded or not set up, everything raises Unavailable.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from elastic_transport import ConnectionError as TransportConnectionError
from elastic_transport import ConnectionTimeout, TransportError
from elasticsearch import ApiError, Elasticsearch

from agents.errors import Rejected, Unavailable
from streamer.stores.elastic_together import Together

BATCH = 200
BATCH_BYTES = 5 * 1024 * 1024
TRIES = 5
"""Of a document that the server was too busy to take."""
_BUSY = {403, 429, 500, 502, 503, 504}
"""403: writes are blocked while an index is rebuilt or the disk is full."""
_PAGE = 500

Source = dict[str, Any]
Answer = tuple[int, str]
"""Status and reason of one write."""


@dataclass(frozen=True)
class Found:
    """A document as it is stored, with what a conditional write needs."""

    id: str
    source: Source
    seq_no: int
    term: int


@dataclass(frozen=True)
class Write:
    """One document to write: a create, a change of what was `found`, or one with a version of its own.

    `source` None deletes. With `version`, only a higher one than the stored wins (`or_same`: an equal one too).
    """

    index: str
    id: str
    source: Source | None
    found: Found | None = None
    version: int | None = None
    or_same: bool = False


class Elastic:
    """One cluster under one prefix. Safe to use from several threads."""

    def __init__(self, client: Elasticsearch, prefix: str) -> None:
        self.client = client
        self.prefix = prefix
        self._shown: set[str] = set()
        self._together = Together(self._answers)

    def alias(self, name: str) -> str:
        return f"{self.prefix}-{name}"

    def get(self, name: str, id_: str) -> Found | None:
        return self.mget([(name, id_)]).get((name, id_))

    def mget(self, wanted: Iterable[tuple[str, str]]) -> dict[tuple[str, str], Found]:
        """Return what is stored under (index, id). Such reads see the last write at once."""
        pairs = list(dict.fromkeys(wanted))
        if not pairs:
            return {}
        docs = [{"_index": self.alias(name), "_id": id_} for name, id_ in pairs]
        with telling_errors():
            answer = self.client.mget(docs=docs)
        return {pair: _found(doc) for pair, doc in zip(pairs, answer["docs"], strict=True) if _is_found(doc)}

    def write(self, writes: Iterable[Write]) -> list[bool]:
        """Write documents in batches and return which went in; False means that another version was there.

        Raises Unavailable, and after all others were written Rejected for those that the index cannot take.
        """
        return _accepted(self._answers(writes))

    def write_together(self, writes: Iterable[Write]) -> list[bool]:
        """Do as `write`, in one bulk with what other threads write in this way at the same time."""
        return _accepted(self._together.write(list(writes)))

    def change(self, name: str, id_: str, new: Callable[[Source | None], Source | None]) -> bool:
        """Replace a document by what `new` makes of it, again if another writer came between. None changes nothing."""
        while True:
            found = self.get(name, id_)
            source = new(found.source if found else None)
            if source is None:
                return False
            if self.write([Write(name, id_, source, found=found)])[0]:
                return True

    def search(self, name: str, *, fresh: bool = True, **body: Any) -> Mapping[str, Any]:
        """Search one index. `fresh` shows every write so far, as the first search does; else only those of this
        process are sure to show.
        """
        if fresh or name not in self._shown:
            self._shown.add(name)
            self.refresh(name)
        with telling_errors():
            answer: Mapping[str, Any] = self.client.search(index=self.alias(name), **body).body
        return answer

    def all(self, name: str, sort: str, **body: Any) -> Iterator[Source]:
        """Yield every document that a search finds, in the order of the unique field `sort`."""
        after: list[Any] | None = None
        while True:
            answer = self.search(name, sort=[{sort: "asc"}], size=_PAGE, search_after=after, **body)
            hits = answer["hits"]["hits"]
            yield from (hit["_source"] for hit in hits)
            if len(hits) < _PAGE:
                return
            after = hits[-1]["sort"]

    def refresh(self, name: str) -> None:
        with telling_errors():
            self.client.indices.refresh(index=self.alias(name))

    def _answers(self, writes: Iterable[Write]) -> list[Answer]:
        """Send writes in batches and return what the server says to each."""
        answers: list[Answer] = []
        for batch in _batches(writes):
            answers += self._send(batch)
            self._shown -= {write.index for write in batch}
        return answers

    def _send(self, batch: Sequence[Write]) -> list[Answer]:
        """Return (status, reason) of each write, those that found the server busy sent again."""
        statuses: list[Answer] = [(429, "")] * len(batch)
        for attempt in range(TRIES):
            left = [i for i, (status, _) in enumerate(statuses) if status in _BUSY]
            for i, status in zip(left, self._bulk([batch[i] for i in left]), strict=True):
                statuses[i] = status
            if not any(status in _BUSY for status, _ in statuses):
                return statuses
            time.sleep(0.2 * 2**attempt)
        busy = next(pair for pair in statuses if pair[0] in _BUSY)
        raise Unavailable(f"Elasticsearch cannot take writes now: {busy[0]} {busy[1]}")

    def _bulk(self, batch: Sequence[Write]) -> list[Answer]:
        operations: list[dict[str, Any]] = []
        for write in batch:
            operations += self._operation(write)
        with telling_errors():
            answer = self.client.bulk(operations=operations, require_alias=True)
        return [_status(item) for item in answer["items"]]

    def _operation(self, write: Write) -> list[dict[str, Any]]:
        about: dict[str, Any] = {"_index": self.alias(write.index), "_id": write.id}
        if write.version is not None:
            about |= {"version": write.version, "version_type": "external_gte" if write.or_same else "external"}
        elif write.found is not None:
            about |= {"if_seq_no": write.found.seq_no, "if_primary_term": write.found.term}
        if write.source is None:
            return [{"delete": about}]
        how = "create" if write.found is None and write.version is None else "index"
        return [{how: about}, write.source]


@contextmanager
def telling_errors() -> Iterator[None]:
    """Turn the client's errors into Unavailable where waiting helps. The message holds no address and no secret."""
    try:
        yield
    except (TransportConnectionError, ConnectionTimeout) as error:
        raise Unavailable(f"Elasticsearch does not answer ({type(error).__name__})") from error
    except ApiError as error:
        if error.meta.status in _BUSY or _not_set_up(error):
            raise Unavailable(f"Elasticsearch answers {error.meta.status} {error.message}") from error
        raise
    except TransportError as error:
        raise Unavailable(f"no answer from Elasticsearch ({type(error).__name__})") from error


def _not_set_up(error: ApiError) -> bool:
    return error.meta.status == 404 and error.message == "index_not_found_exception"


def hit_found(hit: Mapping[str, Any]) -> Found:
    """Return a hit of a search that asked for `seq_no_primary_term`."""
    return _found(hit)


def _is_found(doc: Mapping[str, Any]) -> bool:
    problem = doc.get("error")
    if problem:
        raise Unavailable(f"Elasticsearch cannot read {doc['_index']}: {problem.get('type')}")
    return bool(doc["found"])


def _found(doc: Mapping[str, Any]) -> Found:
    return Found(id=doc["_id"], source=doc["_source"], seq_no=doc["_seq_no"], term=doc["_primary_term"])


def _accepted(answers: Sequence[Answer]) -> list[bool]:
    refused = [why for status, why in answers if status == 400]
    if refused:
        raise Rejected(f"search index refuses the document: {refused[0]}")
    return [status < 300 for status, _ in answers]


def _status(item: Mapping[str, Any]) -> Answer:
    (result,) = item.values()
    error = result.get("error") or {}
    if result["status"] == 404 and error:
        raise Unavailable(f"Elasticsearch has no {result['_index']} to write to: {error.get('type')}")
    return result["status"], f"{error.get('type', '')} {error.get('reason', '')}"[:300]


def _batches(writes: Iterable[Write]) -> Iterator[list[Write]]:
    """Cut writes into batches by number and by a rough guess of their size."""
    batch: list[Write] = []
    size = 0
    for write in writes:
        batch.append(write)
        size += len(str(write.source))
        if len(batch) >= BATCH or size > BATCH_BYTES:
            yield batch
            batch, size = [], 0
    if batch:
        yield batch
