"""The contract of a store, part 1: ledger, articles, keys, cases, edits."""

from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from make import NOW, later, make_article, make_case, make_edit, make_event, make_item, make_linked
from places import Place

from agents.errors import Conflict
from schemas.events import Article, RelatedCase
from schemas.ids import text_hash
from schemas.taxonomy import Relation
from streamer.contracts import KEY_LIMIT, Arrival, Key, LedgerRow, Store
from streamer.stores import elastic_articles, elastic_client

# --- ledger ---------------------------------------------------------------------------------------------------------


def outcome_of(store: Store, source: str = "harbour-post") -> dict[str, int]:
    row = next(row for row in store.ledger() if row.source == source)
    assert row.seen == row.stored + row.dropped + row.dead + row.waiting
    return {name: n for name in ("stored", "dropped", "dead", "waiting") if (n := getattr(row, name))}


def test_new_items_are_unseen_until_they_are_entered(store: Store):
    first, second = make_item("a"), make_item("b")
    assert store.unseen([first, second]) == [first, second]
    store.see([first])
    assert store.unseen([first, second]) == [second]


def test_an_edited_item_is_unseen_again(store: Store):
    store.see([make_item()])
    edited = make_item(content_hash="hash-2")
    assert store.unseen([edited]) == [edited]


def test_of_equal_ids_only_the_first_is_unseen(store: Store):
    first, second = make_item(content_hash="hash-1"), make_item(content_hash="hash-2")
    assert store.unseen([first, second]) == [first]
    store.see([first])
    assert store.unseen([first, second]) == []


def test_unseen_takes_no_items_and_thousands(store: Store):
    assert store.unseen([]) == []
    many = [make_item(f"guid-{n}") for n in range(3000)]
    store.see(many[:1500])
    assert store.unseen(many) == many[1500:]


def test_entering_an_item_late_does_not_reset_its_outcome(store: Store):
    """Publishing comes before entering, so the item may have been worked on already."""
    item = make_item()
    store.record(item.id, item.source, "waiting", content_hash=item.content_hash)
    store.record(item.id, item.source, "stored")
    store.see([item])
    assert outcome_of(store) == {"stored": 1}
    assert store.unseen([item]) == []


def test_an_edited_item_waits_again(store: Store):
    item = make_item()
    store.see([item])
    store.record(item.id, item.source, "dead", "unreadable page")
    store.see([make_item(content_hash="hash-2")])
    assert outcome_of(store) == {"waiting": 1}
    assert store.ledger()[0].reasons == {}


def test_an_outcome_keeps_the_hash_unless_one_is_given(store: Store):
    item = make_item()
    store.see([item])
    store.record(item.id, item.source, "stored")
    assert store.unseen([item]) == []
    store.record(item.id, item.source, "waiting", content_hash="hash-2")
    assert store.unseen([item]) == [item]


def test_stored_never_replaces_dead(store: Store):
    item = make_item()
    store.see([item])
    store.record(item.id, item.source, "dead", "bug")
    store.record(item.id, item.source, "stored")
    assert outcome_of(store) == {"dead": 1}


def test_a_replayed_item_waits_and_can_be_stored(store: Store):
    item = make_item()
    store.record(item.id, item.source, "dead", "bug")
    store.record(item.id, item.source, "waiting")
    store.record(item.id, item.source, "stored")
    assert outcome_of(store) == {"stored": 1}


def test_the_ledger_sums_by_source_with_reasons(store: Store):
    for n, (outcome, reason) in enumerate([("stored", ""), ("dropped", "duplicate"), ("dead", "404"), ("dead", "404")]):
        store.record(f"item-{n}", "harbour-post", outcome, reason)
    store.record("item-9", "tidewire", "waiting")
    assert store.ledger() == [
        LedgerRow(source="harbour-post", seen=4, stored=1, dropped=1, dead=2, reasons={"duplicate": 1, "404": 2}),
        LedgerRow(source="tidewire", seen=1, waiting=1),
    ]


_STEPS = st.lists(
    st.tuples(st.sampled_from("ab"), st.sampled_from(["see", "see edited", "waiting", "stored", "dropped", "dead"])),
    max_size=20,
)


@given(steps=_STEPS)
@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_the_ledger_adds_up_after_any_steps(store: Store, steps: list[tuple[str, str]]):
    for guid, step in steps:
        item = make_item(guid, content_hash="hash-2" if step == "see edited" else "hash-1")
        if step.startswith("see"):
            store.see([item])
        else:
            store.record(item.id, item.source, step)
    for row in store.ledger():
        assert row.seen == row.stored + row.dropped + row.dead + row.waiting <= 2


def test_postponed_items_come_back_when_due(store: Store):
    soon, late = make_item("a", attempts=1), make_item("b")
    store.postpone(late, later(hours=2))
    store.postpone(soon, later(hours=1))
    assert store.due_items(NOW) == []
    assert store.due_items(later(hours=1)) == [soon]
    assert store.due_items(later(hours=3)) == [soon, late]
    assert store.due_items(later(hours=3), limit=1) == [soon]
    store.forget_postponed([soon.id])
    assert store.due_items(later(hours=3)) == [late]


def test_postponing_again_replaces(store: Store):
    store.postpone(make_item(attempts=1), NOW)
    store.postpone(make_item(attempts=2), later(hours=1))
    assert store.due_items(NOW) == []
    assert store.due_items(later(hours=1)) == [make_item(attempts=2)]


# --- articles and keys ----------------------------------------------------------------------------------------------


def test_an_article_is_saved_once_per_version(store: Store):
    article = make_article()
    assert store.article(article.id) is None
    assert store.save_article(article) is True
    assert store.save_article(article) is False
    assert store.article(article.id) == article


def test_a_newer_version_replaces_and_an_older_one_does_not(store: Store):
    old = make_article()
    new = make_article(text="Police arrested three men.", seen_at=later(hours=1))
    store.save_article(old)
    assert store.save_article(new) is True
    assert store.save_article(old) is False
    assert store.article(old.id) == new


def test_articles_are_paged_in_the_order_of_their_ids(store: Store):
    articles = sorted((make_article(f"story-{n}") for n in range(5)), key=lambda article: article.id)
    for article in articles:
        store.save_article(article)
    assert store.articles(limit=2) == articles[:2]
    assert store.articles(after=articles[1].id, limit=2) == articles[2:4]
    assert store.articles(after=articles[-1].id) == []


def test_articles_arrive_in_the_order_in_which_they_were_seen_then_published(store: Store):
    late = make_article("a", seen_at=later(hours=2))
    older = make_article("c", published_at=later(days=-2))
    newer = make_article("b", published_at=later(days=-1))
    undated = make_article("d", published_at=None)
    stories = [make_article(f"e-{part}", url="https://harbour-post.example/e", part=part) for part in range(12)]
    for one in (late, undated, newer, older, *stories):
        store.save_article(one)
    assert list(store.arrivals()) == [arrival(one) for one in (older, newer, *stories, undated, late)]


def test_articles_of_one_file_list_arrive_in_its_order(store: Store):
    """They are seen within a millisecond."""
    seen = [make_article(f"story-{n}", seen_at=later(microseconds=10 * n)) for n in (3, 1, 4, 0, 5, 9, 2, 6)]
    for one in seen:
        store.save_article(one)
    assert list(store.arrivals()) == [arrival(one) for one in sorted(seen, key=lambda one: one.seen_at)]


def test_older_versions_that_left_events_behind_arrive_at_their_time(store: Store):
    first, second = make_article("a"), make_article("a", text="Three men.", seen_at=later(hours=2))
    between, gone = make_article("b", seen_at=later(hours=1)), make_article("c", seen_at=later(hours=3))
    store.save_article(second)
    store.save_article(between)
    events = [make_linked(make_event("event-1"), first), make_linked(make_event("event-2"), second)]
    store.save_case(make_case(), [*events, make_linked(make_event("event-3"), gone)])
    assert list(store.arrivals()) == [arrival(one) for one in (first, between, second, gone)]


@pytest.fixture
def many(store_place: Place, monkeypatch: pytest.MonkeyPatch) -> int:
    """Return a number of records that is more than two pages of a store; its pages are small where writes take long."""
    if store_place.kind == "sqlite":
        return 1203
    for module in (elastic_articles, elastic_client):
        monkeypatch.setattr(module, "_PAGE", 5)
    return 13


def test_any_number_of_articles_arrives(store: Store, many: int):
    articles = [make_article(f"story-{n:04}", version=text_hash(str(n))) for n in range(many)]
    for one in articles:
        store.save_article(one)
    assert sorted(one.article_id for one in store.arrivals()) == sorted(one.id for one in articles)


def arrival(article: Article) -> Arrival:
    return Arrival(article_id=article.id, article_version=article.version, seen_at=article.seen_at)


def test_keys_hold_owners_newest_first(store: Store):
    store.add_keys(["docket:1", "name:lanternreel"], "case-1")
    store.add_keys(["docket:1"], "case-2")
    assert store.keys(["docket:1", "name:lanternreel", "name:nobody"]) == {
        "docket:1": Key(ids=("case-2", "case-1"), total=2),
        "name:lanternreel": Key(ids=("case-1",), total=1),
    }
    assert store.keys([]) == {}


def test_adding_a_key_again_changes_nothing(store: Store):
    store.add_keys(["docket:1", "docket:1"], "case-1")
    store.add_keys(["docket:1"], "case-2")
    store.add_keys(["docket:1"], "case-1")
    assert store.keys(["docket:1"]) == {"docket:1": Key(ids=("case-2", "case-1"), total=2)}


def test_a_key_keeps_the_newest_owners_and_counts_all(store: Store):
    for n in range(KEY_LIMIT + 8):
        store.add_keys(["name:police"], f"case-{n}")
    key = store.keys(["name:police"])["name:police"]
    assert key.total == KEY_LIMIT + 8
    assert key.ids == tuple(f"case-{n}" for n in range(KEY_LIMIT + 7, 7, -1))


# --- cases ----------------------------------------------------------------------------------------------------------


def test_a_case_is_read_back_with_its_events_and_keys(store: Store):
    case, linked = make_case(event_ids=("event-1",)), make_linked()
    store.save_case(case, [linked], ["docket:1"])
    assert store.case(case.id) == case
    assert store.timeline(case.id) == [linked]
    assert store.linked(["event-1", "event-2"]) == {"event-1": case.id}
    assert store.article_events(linked.article_id) == [(case.id, linked)]
    assert store.keys(["docket:1"])["docket:1"].ids == (case.id,)


def test_unknown_cases_are_none_or_left_out(store: Store):
    store.save_case(make_case("case-1"))
    assert store.case("case-2") is None
    assert store.cases(["case-1", "case-2"]) == {"case-1": make_case("case-1")}
    assert store.timeline("case-2") == []
    assert store.cases([]) == {}


@pytest.mark.parametrize("revision", [1, 2])
def test_a_revision_that_is_not_greater_is_a_conflict_and_writes_nothing(store: Store, revision: int):
    saved = make_case(revision=2)
    store.save_case(saved)
    with pytest.raises(Conflict):
        store.save_case(make_case(revision=revision, title="Late"), [make_linked()], ["docket:1"])
    assert store.case(saved.id) == saved
    assert store.timeline(saved.id) == []
    assert store.keys(["docket:1"]) == {}


def test_events_move_to_another_case(store: Store):
    first, second = make_linked(make_event("event-1")), make_linked(make_event("event-2"))
    store.save_case(make_case("case-1"), [first, second])
    store.save_case(make_case("case-2"), [second])
    assert store.timeline("case-1") == [first]
    assert store.timeline("case-2") == [second]
    assert store.linked(["event-1", "event-2"]) == {"event-1": "case-1", "event-2": "case-2"}


def test_an_event_is_replaced_by_its_newer_state(store: Store):
    store.save_case(make_case(), [make_linked()])
    withdrawn = make_linked(withdrawn="edited article")
    store.save_case(make_case(revision=2), [withdrawn])
    assert store.timeline("case-1") == [withdrawn]


def test_the_timeline_is_by_day_of_the_act(store: Store):
    days: list[dict[str, Any]] = [{"date": "2025"}, {"date": "2025-03"}, {"date": "2025-03-02"}, {"date": None}]
    linked = [make_linked(make_event(f"event-{n}", **day)) for n, day in enumerate(days)]
    store.save_case(make_case(), linked[::-1])
    assert store.timeline("case-1") == linked, "undated acts count from the day of publication"


def test_events_of_an_article_are_in_the_order_of_its_text(store: Store):
    early, late = make_linked(make_event("event-b", span=(0, 9))), make_linked(make_event("event-a", span=(50, 60)))
    store.save_case(make_case("case-1"), [late])
    store.save_case(make_case("case-2"), [early])
    assert store.article_events(early.article_id) == [("case-2", early), ("case-1", late)]


def test_cases_are_listed_last_moved_first_without_signposts(store: Store):
    cases = [make_case(f"case-{n}", updated_at=later(hours=-(n // 2))) for n in range(6)]
    for case in cases:
        store.save_case(case)
    store.save_case(make_case("case-9", updated_at=later(hours=9), merged_into="case-1"))
    listed, cursor = store.list_cases(limit=4)
    assert listed == cases[:4]
    assert cursor is not None
    listed, cursor = store.list_cases(limit=4, cursor=cursor)
    assert listed == cases[4:]
    assert cursor is None


def test_signposts_say_where_they_lead(store: Store):
    store.save_case(make_case("case-1"))
    store.save_case(make_case("case-3", merged_into="case-1"))
    store.save_case(make_case("case-2", merged_into="case-3"))
    assert list(store.signposts()) == [("case-2", "case-3"), ("case-3", "case-1")]


def test_doubtful_cases_come_in_the_order_of_their_opening_until_the_doubt_is_settled(store: Store):
    doubt = (RelatedCase(case_id="case-9", relation=Relation.POSSIBLE_CASE),)
    sure = (RelatedCase(case_id="case-9", relation=Relation.APPEAL_OF),)
    young, old = make_case("case-1", opened_at=later(hours=1), related=doubt), make_case("case-2", related=doubt)
    for one in (young, old, make_case("case-3", related=sure), make_case("case-4", merged_into="case-1")):
        store.save_case(one)
    assert store.doubtful_cases() == [old, young]
    assert store.doubtful_cases(limit=1) == [old]
    store.save_case(make_case("case-2", revision=2))
    assert store.doubtful_cases() == [young]


def test_a_full_last_page_has_no_next_one(store: Store):
    store.save_case(make_case())
    assert store.list_cases(limit=1) == ([make_case()], None)


def test_a_wrong_cursor_is_refused(store: Store):
    with pytest.raises(ValueError, match="cursor"):
        store.list_cases(cursor="page two")


def test_pages_answer_with_their_main_case(store: Store):
    page = make_article("page")
    store.save_article(page)
    store.save_article(make_article("page-2", url=page.url, part=1))
    store.save_article(make_article("quiet"))
    store.save_article(make_article("file", path="inbox/file.html"))
    recalled = make_event("event-1", main=False)
    main = make_event("event-2", main=True)
    store.save_case(make_case("case-1"), [make_linked(recalled, page)])
    store.save_case(make_case("case-2"), [make_linked(main, page)])
    store.save_case(make_case("case-3"), [make_linked(make_event("event-3"), make_article("quiet"), withdrawn="edit")])
    assert dict(store.main_cases()) == {
        page.url: "case-2",
        "https://harbour-post.example/quiet": None,
        "inbox/file.html": None,
    }


def test_main_cases_come_from_any_number_of_pages(store: Store, many: int):
    for n in range(many):
        store.save_article(make_article(f"story-{n}", version=text_hash(str(n))))
    assert len(list(store.main_cases())) == many


def test_edits_are_kept_oldest_first_for_both_cases(store: Store):
    merge = make_edit("merge", case_id="case-1", into="case-2", at=later(hours=2))
    split = make_edit("split", case_id="case-2", event_ids=("event-1",), at=later(hours=1))
    store.save_edit(merge)
    store.save_edit(split)
    store.save_edit(merge)
    assert store.edits() == [split, merge]
    assert store.edits("case-1") == [merge]
    assert store.edits("case-2") == [split, merge]
    assert store.edits("case-3") == []
