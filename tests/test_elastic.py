"""What only the Elasticsearch store has to prove: no transactions, several writers, a server that goes away."""

import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor

import pytest
from elasticsearch import Elasticsearch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make import NOW, later, make_article, make_case, make_event, make_item, make_linked, make_notice
from queries import NOW as SEARCHED_AT
from queries import documents, trees

from agents.errors import Conflict, Rejected, Unavailable
from agents.match import matches
from schemas.documents import Document, document
from schemas.query import parse
from schemas.query_tree import Node, effective, query_of
from streamer.config import ConfigError
from streamer.contracts import Attempt, KeepsLag, Store
from streamer.stores import elastic_client, elastic_rebuild
from streamer.stores.elastic import ElasticStore, connect
from streamer.stores.elastic_client import Elastic, Write
from streamer.stores.elastic_rebuild import rebuild
from streamer.stores.elastic_setup import mappings, remove, set_up

pytestmark = pytest.mark.service


@pytest.fixture
def client(elastic_address) -> Iterator[Elasticsearch]:
    with connect([elastic_address]) as client:
        yield client


@pytest.fixture
def store(client: Elasticsearch, prefix: str) -> Iterator[ElasticStore]:
    set_up(client, prefix)
    yield ElasticStore(client, prefix)
    remove(client, prefix)


@pytest.fixture
def other(store: ElasticStore) -> ElasticStore:
    """The store of another process on the same indices."""
    return ElasticStore(store._elastic.client, store._elastic.prefix)


def document_of(name: str, **changed) -> Document:
    return document(make_linked(make_event(name, **changed)), make_case(), NOW)


# --- set-up -----------------------------------------------------------------------------------------------------------


def test_set_up_can_be_repeated(client, prefix):
    assert "cases" in set_up(client, prefix)
    assert set_up(client, prefix) == []
    remove(client, prefix)


def test_unknown_fields_are_refused(store):
    """A field that no mapping names would be searched by nobody: a mistake in the program must show."""
    with pytest.raises(Rejected, match="strict_dynamic_mapping_exception"):
        store._elastic.write([Write("items", "item-1", {"itme_id": "item-1"})])


def test_nothing_is_written_past_the_alias(client, prefix):
    with pytest.raises(Unavailable, match="index_not_found"):
        Elastic(client, prefix).write([Write("cases", "case-1", {})])


def test_a_rebuilt_index_holds_the_same_and_is_searched_all_the_time(store, client):
    fill(store)
    before = [store.search(parse("*")), store.search_articles(parse("*")), store.list_cases(), store.ledger()]
    with ThreadPoolExecutor(1) as thread:
        searching = thread.submit(search_until, store, done := threading.Event())
        for name in mappings():
            rebuild(client, store._elastic.prefix, name)
        done.set()
        assert searching.result() == {5}
    assert before == [store.search(parse("*")), store.search_articles(parse("*")), store.list_cases(), store.ledger()]
    assert list(client.indices.get_alias(name=store._elastic.alias("events"))) == [f"{store._elastic.prefix}-events-v2"]
    store.save_case(make_case(revision=2))


def test_a_rebuild_that_would_lose_documents_leaves_the_alias_where_it_was(store, client, monkeypatch):
    fill(store)
    monkeypatch.setattr(elastic_rebuild, "pages", lambda client, index: iter(()))
    with pytest.raises(ConfigError, match="the alias stays where it was"):
        rebuild(client, store._elastic.prefix, "cases")
    assert len(store.list_cases()[0]) == 5
    store.save_case(make_case("case-9"))


def fill(store: Store) -> None:
    for n in range(5):
        event, article = make_linked(make_event(f"event-{n}")), make_article(f"story-{n}")
        case = make_case(f"case-{n}")
        store.save_case(case, [event], [f"target:{n}"])
        store.put_documents([document(event, case, NOW)])
        store.save_article(article)
        store.record(article.item_id, "harbour-post", "stored")
        store.put_notice(make_notice(f"notice-{n}"))


def search_until(store: Store, done: threading.Event) -> set[int]:
    totals = set()
    while not done.is_set():
        totals.add(store.search(parse("*")).total)
    return totals


# --- the case writer's journal ----------------------------------------------------------------------------------------


def test_a_save_that_was_cut_off_is_carried_out_by_the_next_writer(store, other, monkeypatch):
    event, case = make_linked(), make_case(event_ids=("event-1",))
    monkeypatch.setattr(store, "_carry_out", lambda number, save: None)  # killed just after the journal was written
    store.save_case(case, [event], ["target:lanternreel"])
    assert store.case(case.id) is None
    assert other.article_events(event.article_id) == [(case.id, event)]
    assert other.case(case.id) == case
    assert other.keys(["target:lanternreel"])["target:lanternreel"].ids == (case.id,)


def test_of_two_writers_at_once_one_gets_conflict(store, other, monkeypatch):
    settle = store._settle

    def settle_and_let_the_other_in():
        head = settle()
        other.save_case(make_case("case-2"))
        return head

    monkeypatch.setattr(store, "_settle", settle_and_let_the_other_in)
    with pytest.raises(Conflict, match="another writer"):
        store.save_case(make_case("case-1"))
    assert store.case("case-1") is None
    assert store.case("case-2") is not None


def test_a_late_repeat_of_an_old_save_changes_nothing(store, other):
    store.save_case(make_case(), [make_linked()])
    number = store._settled
    first = store._save(make_case(revision=2), (make_linked(withdrawn="edited article"),), ())
    store.save_case(make_case(revision=2), [make_linked(withdrawn="edited article")])
    store.save_case(make_case(revision=3, title="Renamed"), [make_linked()])
    other._carry_out(number + 1, first)
    assert other.case("case-1").title == "Renamed"
    assert [one.withdrawn for one in other.timeline("case-1")] == [""]


# --- several processes ------------------------------------------------------------------------------------------------


def test_workers_share_due_notices_and_none_gets_one_twice(store, other):
    for number in range(40):
        store.put_notice(make_notice(f"notice-{number}"))
    with ThreadPoolExecutor(4) as threads:
        stores = [(store, "a"), (other, "b"), (store, "c"), (other, "d")]
        claims = threads.map(lambda one: one[0].claim_due(NOW, one[1], later(minutes=5)), stores)
        claimed = [notice.id for claim in claims for notice in claim]
    assert len(claimed) == len(set(claimed))
    claimed += [notice.id for notice in store.claim_due(NOW, "e", later(minutes=5))]
    assert sorted(claimed) == sorted(f"notice-{number}" for number in range(40))


def test_keys_that_several_write_at_once_lose_no_owner(store, other):
    def add(number: int) -> None:
        (store if number % 2 else other).add_keys(["target:lanternreel"], f"case-{number}")

    with ThreadPoolExecutor(6) as threads:
        list(threads.map(add, range(24)))
    key = store.keys(["target:lanternreel"])["target:lanternreel"]
    assert sorted(key.ids) == sorted(f"case-{number}" for number in range(24))
    assert key.total == 24


def test_a_notice_marked_by_two_keeps_both_tries(store, other):
    store.put_notice(make_notice())
    tries = [Attempt(at=later(minutes=minute), ok=False, answer="busy") for minute in range(8)]
    with ThreadPoolExecutor(4) as threads:
        list(threads.map(lambda one: other.mark_failed("notice-1", one, later(hours=1)), tries))
    assert len(store.outbox_entry("notice-1").attempts) == 8


def test_lag_is_kept_by_stage_and_minute(store):
    assert isinstance(store, KeepsLag)
    store.note_lag({"link": 3, "index": 0}, NOW)
    store.note_lag({"link": 5, "index": 0}, later(seconds=20))
    store.note_lag({"link": 1, "index": 0}, later(minutes=1))
    found = store._elastic.search("lag", query={"term": {"stage": "link"}}, sort=[{"@timestamp": "asc"}])
    assert [hit["_source"]["lag"] for hit in found["hits"]["hits"]] == [5, 1]


# --- search -----------------------------------------------------------------------------------------------------------


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(put=documents(), asked=st.lists(trees(), min_size=10, max_size=20))
def test_search_finds_what_the_matcher_matches(store, put: list[Document], asked: list[Node]):
    store._now = lambda: SEARCHED_AT
    made_anew(store, "events")
    store.put_documents(put)
    for query in map(query_of, asked):
        found = {hit.document.event_id for hit in store.search(query).hits}
        meant = query_of(effective(query))
        assert found == {one.event_id for one in put if matches(meant, one, now=SEARCHED_AT)}, query.text


def made_anew(store: ElasticStore, name: str) -> None:
    """Empty an index."""
    indices, alias = store._elastic.client.indices, store._elastic.alias(name)
    indices.delete(index=f"{alias}-v1")
    indices.create(index=f"{alias}-v1", aliases={alias: {"is_write_index": True}})


def test_a_document_comes_back_as_it_was_put(store):
    put = document_of("event-1", country="JP", prison_months=10.5, court="Hafen District Court")
    store.put_documents([put])
    assert store.search(parse("court:hafen")).hits[0].document == put


def test_a_document_of_a_lower_revision_never_wins(store):
    new, old = (document(make_linked(), make_case(revision=n, title=f"Revision {n}"), NOW) for n in (2, 1))
    store.put_documents([new])
    store.put_documents([old])
    assert store.search(parse("*")).hits[0].document.case == "Revision 2"


def test_a_refused_document_holds_up_no_other(store):
    """A date that no calendar has: the stage turns it into a dead letter."""
    wrong = Document(**{**as_dict(document_of("wrong")), "event_date": "2026-02-31"})
    with pytest.raises(Rejected, match="event_date"):
        store.put_documents([wrong, document_of("right")])
    assert [hit.document.event_id for hit in store.search(parse("*")).hits] == ["right"]


def test_words_of_long_articles_are_found(store):
    """A keyword may have 32 kB at most; the text of a report has more."""
    article = make_article(text="Ein langes Wort. " * 9000 + "Schlussendlich.")
    assert store.save_article(article)
    assert store.search_articles(parse("schlussendlich")).hits[0].highlight.endswith("⟦Schlussendlich⟧.")
    assert store.article(article.id) == article


def as_dict(one: Document) -> dict[str, object]:
    return {name: getattr(one, name) for name in one.__struct_fields__}


# --- a server that goes away ------------------------------------------------------------------------------------------


def test_a_server_that_is_not_there_is_unavailable():
    with connect(["http://127.0.0.1:9"]) as client:
        store = ElasticStore(client, "crackdown")
        for call in (lambda: store.case("case-1"), store.ledger, lambda: store.see([make_item()])):
            with pytest.raises(Unavailable, match="does not answer"):
                call()


def test_a_full_disk_is_waited_out(store, client, monkeypatch):
    """At its flood mark Elasticsearch blocks writes: reads go on, writes are taken up again by themselves."""
    monkeypatch.setattr(elastic_client, "TRIES", 2)
    index = {"index": store._elastic.alias("items")}
    client.indices.put_settings(**index, settings={"index.blocks.read_only_allow_delete": True})
    with pytest.raises(Unavailable, match="cannot take writes now: 429"):
        store.see([make_item()])
    assert store.unseen([make_item()]) == [make_item()]
    client.indices.put_settings(**index, settings={"index.blocks.read_only_allow_delete": None})
    store.see([make_item()])
    assert store.unseen([make_item()]) == []


@pytest.mark.slow
def test_nothing_acknowledged_is_lost_when_the_server_is_killed(mortal, prefix):
    node = mortal("elastic")
    with connect([node.address]) as client:
        set_up(client, prefix)
        store: Store = ElasticStore(client, prefix)
        for number in range(50):
            store.save_case(make_case(f"case-{number}"), [make_linked(make_event(f"event-{number}"))])
        node.kill()
        with pytest.raises(Unavailable):
            store.case("case-1")
        node.start()
        wait_until_available(store)
        assert len(store.cases([f"case-{number}" for number in range(50)])) == 50
        assert len(store.linked([f"event-{number}" for number in range(50)])) == 50
        store.save_case(make_case("case-51"))


def wait_until_available(store: Store) -> None:
    for _ in range(100):
        try:
            store.cases(["case-1"])
        except Unavailable:
            time.sleep(0.2)
        else:
            return
    pytest.fail("still unavailable")
