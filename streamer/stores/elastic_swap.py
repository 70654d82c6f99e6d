"""What a replay made takes the place of what is in use: new indices are filled, then all aliases move at once.

Meanwhile search is up, and link waits: the replay keeps the journal, which is read before each save. It keeps it for a
minute at a time, so a killed replay holds nobody up for longer. Numbers of saves go on from the old journal, so that a
writer from before the swap, however late, does not win.

What is to be done after that one step is kept in an index too, whose alias comes with it: whoever replays next does it.
"""

import threading
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import islice
from typing import Any

from elasticsearch import Elasticsearch

from agents.errors import Conflict, Unavailable
from schemas.events import CaseUpdate, DeadLetter
from streamer.contracts import AlreadyRunning, Store
from streamer.replayed import Outcome, Publish, Replayed
from streamer.stores.elastic_cases import JOURNAL, kept_by
from streamer.stores.elastic_client import Elastic, Source, telling_errors
from streamer.stores.elastic_copy import Document, put_all
from streamer.stores.elastic_derived import DERIVED
from streamer.stores.elastic_record import pack, stamp, unpack
from streamer.stores.elastic_setup import mappings

KEEP_SECONDS = 60.0
_SWAP_SECONDS = 180.0
"""Kept for so long before the swap, which the server does within 30 s or not at all."""
_PENDING = "state"
"""The mapping of the index that keeps what is left to do."""
_TOGETHER = 500


class ElasticSwap:
    """Works on the indices of one prefix, with an account that may make and remove them."""

    def __init__(
        self, client: Elasticsearch, prefix: str, store: Store, *, owner: str, now: Callable[[], datetime]
    ) -> None:
        self._client, self._store, self._owner, self._now = client, store, owner, now
        self._elastic = Elastic(client, prefix)
        self._pending = Elastic(client, f"{prefix}-replay")

    @contextmanager
    def alone(self) -> Iterator[None]:
        self._keep(KEEP_SECONDS, at_first=True)
        ended = threading.Event()
        keeping = threading.Thread(target=self._keep_on, args=[ended], name="keep the journal", daemon=True)
        keeping.start()
        try:
            yield
        finally:
            ended.set()
            keeping.join()
            with suppress(Conflict, Unavailable):  # then it ends by itself
                self._keep(0.0)

    def put_in_place(self, made: Replayed) -> None:
        with telling_errors():
            self._remove_unused()
            new = {name: self._make(name) for name in DERIVED}
            pending = self._make_pending()
            number = self._number() + 1
            for name, documents_of in DERIVED.items():
                put_all(self._client, new[name], documents_of(made, number, self._now()))
            put_all(self._client, pending, _left_to_do(made, self._elastic))
            self._client.indices.refresh(index=[*new.values(), pending])
            self._keep(_SWAP_SECONDS)
            self._client.indices.update_aliases(actions=self._moves(new, pending))

    def finish(self, publish: Publish) -> None:
        with telling_errors():
            if self._client.indices.exists_alias(name=self._pending.alias(_PENDING)):
                for records in _some(self._kept("told", CaseUpdate)):
                    publish(records)
                for letter in self._kept("letter", DeadLetter):
                    _take_over(letter, self._store)
                for one in self._kept("outcome", Outcome):
                    self._store.record(one.item_id, one.source, "waiting", "replayed")  # else dead ones stay dead
                    self._store.record(one.item_id, one.source, one.outcome, one.reason)
            self._remove_unused()

    def _kept(self, kind: str, type_: type[Any]) -> Iterator[Any]:
        found = self._pending.all(_PENDING, "name", query={"term": {"kind": kind}})
        return (unpack(one, type_) for one in found)

    # --- who writes cases meanwhile: nobody

    def _keep(self, seconds: float, *, at_first: bool = False) -> None:
        """Keep the journal for so long. Raises Conflict if it is not kept any more, AlreadyRunning if by another."""

        def kept(head: Source | None) -> Source:
            old = head or {"number": 0}
            if at_first and (holder := kept_by(old, self._now())):
                raise AlreadyRunning(f"a replay runs already, or was killed a moment ago: {holder}")
            if not at_first and old.get("owner") != self._owner:
                raise Conflict("cases were written meanwhile")
            return old | {"owner": self._owner, "until": stamp(self._now() + timedelta(seconds=seconds))}

        self._elastic.change(*JOURNAL, kept)

    def _keep_on(self, ended: threading.Event) -> None:
        while not ended.wait(KEEP_SECONDS / 6):
            try:
                self._keep(KEEP_SECONDS)
            except Conflict:
                return  # seen again before the swap
            except Unavailable:
                continue

    def _number(self) -> int:
        head = self._elastic.get(*JOURNAL)
        return int(head.source["number"]) if head else 0

    # --- indices

    def _make(self, name: str) -> str:
        alias = self._elastic.alias(name)
        numbers = [int(index.rpartition("-v")[2]) for index in self._client.indices.get(index=f"{alias}-v*")]
        index = f"{alias}-v{max(numbers, default=0) + 1}"
        self._client.indices.create(index=index)
        return index

    def _make_pending(self) -> str:
        index, about = f"{self._pending.alias(_PENDING)}-v1", mappings()[_PENDING]
        self._client.indices.create(index=index, settings=about["settings"], mappings=about["mappings"])
        return index

    def _moves(self, new: Mapping[str, str], pending: str) -> list[dict[str, Any]]:
        """Return what is done in one step."""
        actions: list[dict[str, Any]] = [{"add": {"index": pending, "alias": self._pending.alias(_PENDING)}}]
        for name in DERIVED:
            alias = self._elastic.alias(name)
            old = self._client.indices.get_alias(name=alias)
            actions += [{"remove": {"index": index, "alias": alias}} for index in old]
            actions.append({"add": {"index": new[name], "alias": alias, "is_write_index": True}})
        return actions

    def _remove_unused(self) -> None:
        """Remove the indices from before a swap, those of one that never was, and the list of what is done by now."""
        found = self._client.indices.get_alias(index=[f"{self._elastic.alias(name)}-v*" for name in DERIVED])
        unused = [index for index, about in found.items() if not about["aliases"]]
        done = self._client.indices.get(index=f"{self._pending.alias(_PENDING)}-v*")
        if unused or done:
            self._client.indices.delete(index=[*unused, *done])


# --- after the swap ---------------------------------------------------------------------------------------------------


def _left_to_do(made: Replayed, elastic: Elastic) -> Iterator[Document]:
    yield from (_note("told", update.id, update) for update in made.told)
    for letter in made.store.dead_letters(waiting=False, limit=10_000):
        yield _note("letter", letter.id, letter)
    for outcome in _changed(made, elastic):
        yield _note("outcome", outcome.item_id, outcome)


def _note(kind: str, name: str, record: Any) -> Document:
    return Document(f"{kind}:{name}", {"kind": kind, "name": name, "record": pack(record)})


def _changed(made: Replayed, elastic: Elastic) -> Iterator[Outcome]:
    """Yield the outcomes that are others now: of stored items, and of dead ones that could be read this time."""
    for some in _some(made.outcomes):
        found = elastic.mget(("items", one.item_id) for one in some)
        for one in some:
            old = found.get(("items", one.item_id))
            if old is None or (old.source["outcome"], old.source.get("reason", "")) == (one.outcome, one.reason):
                continue
            if old.source["outcome"] == "stored" or one.item_id in made.revived:
                yield one


def _take_over(letter: DeadLetter, store: Store) -> None:
    if letter.replayed_at is None:
        store.put_dead_letter(letter)
    else:
        store.mark_replayed(letter.id, letter.replayed_at)


def _some(records: Iterable[Any]) -> Iterator[list[Any]]:
    left = iter(records)
    while part := list(islice(left, _TOGETHER)):
        yield part
