"""What a replay made, and what puts it in the place of what several processes work on."""

from collections.abc import Callable, Iterable, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from typing import Protocol

from schemas.events import CaseUpdate, Record
from streamer.contracts import Key, Store

Publish = Callable[[Sequence[CaseUpdate]], None]


class Outcome(Record, frozen=True, kw_only=True):
    """A row of the ledger as a replay leaves it."""

    item_id: str
    source: str
    outcome: str
    reason: str


@dataclass(frozen=True)
class Replayed:
    """The new tables, and what is in them that a store does not list."""

    store: Store
    keys: Iterable[tuple[str, Key]]
    told: Iterable[CaseUpdate]
    """The changes that subscribers are to be told of."""
    outcomes: Iterable[Outcome] = ()
    """Of the items that were read again; none where only linking ran."""
    revived: frozenset[str] = frozenset()
    """Items that were dead and are not any more."""


class Swap(Protocol):
    """Replaces what is derived in a store that other processes use. Search is up all the time."""

    def alone(self) -> AbstractContextManager[None]:
        """Let link wait, in every process. Raises AlreadyRunning while another replay does so."""

    def put_in_place(self, made: Replayed) -> None:
        """Replace what is derived, in one step or not at all. Raises Conflict if link did not wait to the end."""

    def finish(self, publish: Publish) -> None:
        """Do what is left to do after that step, also after one whose process was killed. Can be repeated."""
