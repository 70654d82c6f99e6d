"""The swap of a replay in a cluster: link waits, search does not, and a kill at any step leaves nothing half done."""

import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import pytest
from elasticsearch import Elasticsearch
from make import NOW, later, make_case, make_edit, make_event, make_item, make_linked
from replays import Newsroom, fill, overlooking, text, toy

from agents.errors import Conflict, Unavailable
from schemas.events import CaseUpdate
from schemas.query import parse
from streamer.contracts import AlreadyRunning
from streamer.stores import elastic_swap
from streamer.stores.elastic import ElasticStore, connect
from streamer.stores.elastic_cases import edit_document
from streamer.stores.elastic_record import pack
from streamer.stores.elastic_setup import mappings, remove, set_up
from streamer.stores.elastic_swap import DERIVED, KEEP_SECONDS, ElasticSwap
from streamer.stores.sqlite_replay import replayed

pytestmark = pytest.mark.service

ARREST = text("first", "arrest; Mara Lindqvist; 2026-02-28")
CHARGE = text("second", "charge; Mara Lindqvist; 2026-03-02", hours=2)
OTHER = text("other", "fine; Borough Cable LLC; 2026-03-01", hours=4)


@dataclass
class Clock:
    at: datetime = NOW

    def __call__(self) -> datetime:
        return self.at


@dataclass
class Cluster:
    """A store that read three articles, another that a worker has, and what puts a replay in place."""

    client: Elasticsearch
    prefix: str
    path: Path
    clock: Clock = field(default_factory=Clock)

    def __post_init__(self) -> None:
        self.store, self.worker = (ElasticStore(self.client, self.prefix, now=self.clock) for _ in range(2))
        self.swap = self.swap_of("first")
        self.room = Newsroom(self.path, self.store, self.swap)

    def swap_of(self, owner: str) -> ElasticSwap:
        return ElasticSwap(self.client, self.prefix, self.store, owner=owner, now=self.clock)

    def put_in_place(self, file: Path, *, tell: bool = False) -> None:
        """Put what a replay without the charge made in place, and leave the rest undone, as if killed then."""
        work = fill(self.store, file, overlooking("charge"), tell=tell)
        with self.swap.alone(), replayed(file, ledger=True, revived=work.revived) as made:
            self.swap.put_in_place(made)

    def indices(self) -> set[str]:
        return set(self.client.indices.get(index=f"{self.prefix}-*"))

    def found(self) -> list[str]:
        return sorted(hit.document.type for hit in self.store.search(parse("*")).hits)


@pytest.fixture
def cluster(elastic_address: str, prefix: str, tmp_path: Path) -> Iterator[Cluster]:
    with connect([elastic_address]) as client:
        set_up(client, prefix)
        made = Cluster(client, prefix, tmp_path / "file.sqlite")
        made.store.see([make_item(id=one.item_id, source=one.source) for one in (ARREST, CHARGE, OTHER)])
        made.room.read(ARREST, CHARGE, OTHER)
        yield made
        remove(client, prefix)


def test_link_waits_while_a_replay_runs_and_reading_goes_on(cluster: Cluster):
    with cluster.swap.alone():
        with pytest.raises(Unavailable, match="a replay makes the cases anew"):
            cluster.worker.save_case(make_case())
        with pytest.raises(Unavailable, match="a replay"):
            cluster.worker.save_edit(make_edit(case_id="case-1"))
        assert len(cluster.worker.list_cases()[0]) == 2
        assert cluster.worker.save_article(text("new", "Nothing."))
    cluster.worker.save_case(make_case())


def test_one_replay_runs_at_a_time(cluster: Cluster):
    with cluster.swap.alone(), pytest.raises(AlreadyRunning, match="first"), cluster.swap_of("second").alone():
        pass
    with cluster.swap_of("second").alone():
        pass


def test_a_killed_replay_holds_nobody_up_for_long(cluster: Cluster):
    cluster.swap._keep(KEEP_SECONDS, at_first=True)
    cluster.clock.at = later(seconds=KEEP_SECONDS + 1)
    cluster.worker.save_case(make_case())


def test_a_replay_keeps_link_waiting_for_as_long_as_it_takes(cluster: Cluster, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(elastic_swap, "KEEP_SECONDS", 0.3)
    with cluster.swap.alone():
        for minute in range(1, 4):
            cluster.clock.at = later(minutes=minute)
            with suppress(Conflict):
                wait_until_kept(cluster)
            with pytest.raises(Unavailable):
                cluster.worker.save_case(make_case())


def wait_until_kept(cluster: Cluster) -> None:
    for _ in range(100):
        head = cluster.worker._elastic.get("journal", "journal")
        if head and datetime.fromisoformat(head.source["until"]) > cluster.clock.at:
            return
        threading.Event().wait(0.05)
    pytest.fail("not kept any longer")


def test_a_replay_that_link_did_not_wait_for_changes_nothing(cluster: Cluster, tmp_path: Path):
    """The process was frozen for longer than it keeps link waiting."""
    fill(cluster.store, tmp_path / "new", overlooking("charge"))
    before = cluster.room.cases()
    with cluster.swap.alone(), replayed(tmp_path / "new", ledger=True) as made:
        cluster.clock.at = later(seconds=KEEP_SECONDS + 1)
        cluster.worker.save_case(make_case(event_ids=("event-1",)), [make_linked(make_event())])
        with pytest.raises(Conflict, match="written meanwhile"):
            cluster.swap.put_in_place(made)
    assert cluster.room.cases() == before | {"case-1": ("Police arrested two men.",)}
    cluster.swap.finish(lambda _: None)
    assert cluster.indices() == {f"{cluster.prefix}-{name}-v1" for name in mappings()}


def test_search_is_up_all_the_time(cluster: Cluster, tmp_path: Path):
    done = threading.Event()

    def search() -> set[int]:
        totals = set()
        while not done.is_set():
            totals |= {cluster.worker.search(parse("*")).total}
        return totals

    assert cluster.found() == ["arrest", "charge", "fine"]
    with ThreadPoolExecutor(1) as thread:
        searching = thread.submit(search)
        cluster.room.replay(overlooking("charge"), apply=True)
        done.set()
        assert {3} <= searching.result() <= {3, 2}
    assert cluster.found() == ["arrest", "fine"]
    assert cluster.indices() == {f"{cluster.prefix}-{name}-v{2 if name in DERIVED else 1}" for name in mappings()}, (
        "the old indices are gone"
    )


def test_what_a_replay_killed_after_the_swap_left_is_done_by_the_next(cluster: Cluster, tmp_path: Path):
    cluster.put_in_place(tmp_path / "new", tell=True)
    assert cluster.found() == ["arrest", "fine"]
    assert cluster.store.ledger()[0].reasons == {"with events": 3}
    told: list[CaseUpdate] = []
    with cluster.swap_of("next").alone():
        cluster.swap_of("next").finish(told.extend)
    assert [one.change for one in told] == ["corrected"]
    assert cluster.store.ledger()[0].reasons == {"with events": 2, "no events": 1}
    cluster.swap.finish(told.extend)
    assert len(told) == 1


def test_a_replay_killed_before_the_swap_leaves_nothing_behind(
    cluster: Cluster, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
):
    fill(cluster.store, tmp_path / "new", overlooking("charge"))
    with monkeypatch.context() as patch, cluster.swap.alone(), replayed(tmp_path / "new", ledger=True) as made:
        patch.setattr(cluster.swap, "_moves", lambda new, pending: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            cluster.swap.put_in_place(made)
    assert cluster.found() == ["arrest", "charge", "fine"]
    assert len(cluster.indices()) > len(mappings())
    assert cluster.room.replay(toy, apply=True).is_empty
    assert len(cluster.indices()) == len(mappings())


def test_a_writer_from_before_the_swap_never_wins(cluster: Cluster, tmp_path: Path):
    """It was frozen after it had read which save is its own."""
    (case_id, _), *_ = cluster.room.cases().items()
    case, timeline = cluster.worker.case(case_id), cluster.worker.timeline(case_id)
    assert case
    number = cluster.store._settled
    late = cluster.worker._save(make_case("case-late"), (make_linked(timeline[0].event, withdrawn="late"),), ())
    cluster.put_in_place(tmp_path / "new")
    cluster.worker._carry_out(number, late)
    assert [one.withdrawn for one in cluster.store.timeline(case_id)] == [""]
    cluster.room.read(CHARGE)
    assert cluster.found() == ["arrest", "charge", "fine"]


def test_what_an_older_version_kept_elsewhere_is_taken_along(cluster: Cluster):
    """Keys of copies were among those of cases, edits among small records, and the journal counts on."""
    elastic, client, prefix = cluster.store._elastic, cluster.client, cluster.prefix
    cluster.store.add_keys(["copy-0123"], "article-1")
    merge = make_edit(case_id="case-1", into="case-2")
    old = {"copy-0123": cluster.store.keys(["copy-0123"])}
    client.index(index=f"{prefix}-keys-v1", id="copy-0123", document={"ids": ["article-1"], "total": 1})
    record = {"kind": "edit", "name": merge.id, "record": pack(merge)}
    client.index(index=f"{prefix}-state-v1", id=f"edit:{merge.id}", document=record)
    client.indices.delete(index=[f"{prefix}-{name}-v1" for name in ("copies", "edits", "journal")])
    assert sorted(set_up(client, prefix)) == ["copies", "edits", "journal"]
    assert cluster.store.keys(["copy-0123"]) == old["copy-0123"]
    assert cluster.store.edits() == [merge]
    assert edit_document(pack(merge)) == elastic.get("edits", merge.id).source
    cluster.room.read(text("late", "sentence; Mara Lindqvist; 2026-03-02", hours=9))
    assert sum(map(len, cluster.room.cases().values())) == 4
    charged = text("second", "Nothing was meant.", hours=10)
    cluster.room.read(charged)
    assert sum(map(len, cluster.room.cases().values())) == 3
