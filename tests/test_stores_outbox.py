"""The contract of a store, part 2: subscriptions, outbox, feeds, dead letters, leases, statistics."""

from make import NOW, later, make_case, make_dead_letter, make_linked, make_notice, make_subscription
from msgspec.structs import replace

from streamer.contracts import Attempt, FeedState, Store

REFUSED = Attempt(at=later(minutes=1), ok=False, answer="451 try later")
TAKEN = Attempt(at=later(minutes=2), ok=True, answer="250 queued")


def claim(store: Store, at=NOW, owner: str = "worker-1", seconds: float = 60) -> list[str]:
    until = at + (later(seconds=seconds) - NOW)
    return [notice.id for notice in store.claim_due(at, owner, until)]


def test_subscriptions_are_replaced_by_id(store: Store):
    first, second = make_subscription("desk"), make_subscription("newsroom")
    store.save_subscription(first)
    store.save_subscription(second)
    store.save_subscription(replace(first, active=False))
    assert sorted(store.subscriptions(), key=lambda one: one.name) == [replace(first, active=False), second]


def test_a_notice_is_put_once(store: Store):
    assert store.put_notice(make_notice()) is True
    assert store.put_notice(make_notice(subject="The same, told again")) is False
    entry = store.outbox_entry("notice-1")
    assert entry is not None
    assert (entry.notice, entry.state, entry.due_at) == (make_notice(), "waiting", NOW)
    assert store.outbox_entry("notice-2") is None


def test_notices_are_claimed_when_due_first_due_first(store: Store):
    store.put_notice(make_notice("late", due_at=later(hours=2)))
    store.put_notice(make_notice("second", due_at=later(hours=1)))
    store.put_notice(make_notice("first"))
    assert claim(store, later(hours=1), seconds=7200) == ["first", "second"]
    assert claim(store, later(hours=2)) == ["late"]


def test_a_claimed_notice_is_held_until_its_time_is_over(store: Store):
    store.put_notice(make_notice())
    assert claim(store, owner="worker-1") == ["notice-1"]
    assert claim(store, owner="worker-2") == []
    assert claim(store, owner="worker-1") == []
    assert claim(store, later(seconds=61), owner="worker-2") == ["notice-1"]


def test_claims_are_limited(store: Store):
    for n in range(5):
        store.put_notice(make_notice(f"notice-{n}"))
    first = store.claim_due(NOW, "worker-1", later(minutes=1), limit=3)
    rest = store.claim_due(NOW, "worker-2", later(minutes=1), limit=3)
    assert len(first) == 3
    assert sorted(notice.id for notice in (*first, *rest)) == [f"notice-{n}" for n in range(5)]


def test_a_sent_notice_is_never_claimed_again(store: Store):
    store.put_notice(make_notice())
    claim(store)
    store.mark_sent("notice-1", TAKEN)
    assert claim(store, later(days=9)) == []
    entry = store.outbox_entry("notice-1")
    assert entry is not None
    assert (entry.state, entry.sent_at, entry.attempts) == ("sent", TAKEN.at, (TAKEN,))


def test_a_failed_notice_is_due_again_at_its_time(store: Store):
    store.put_notice(make_notice())
    claim(store, seconds=3600)
    store.mark_failed("notice-1", REFUSED, later(minutes=10))
    assert claim(store, later(minutes=9)) == []
    assert claim(store, later(minutes=10)) == ["notice-1"]


def test_a_notice_given_up_is_kept_and_never_claimed(store: Store):
    store.put_notice(make_notice())
    store.mark_failed("notice-1", REFUSED, None)
    assert claim(store, later(days=9)) == []
    [entry] = store.outbox(state="failed")
    assert entry.attempts == (REFUSED,)


def test_sent_is_final(store: Store):
    store.put_notice(make_notice())
    store.mark_sent("notice-1", TAKEN)
    store.mark_failed("notice-1", REFUSED, later(minutes=5))
    store.mark_sent("notice-1", replace(TAKEN, at=later(hours=1)))
    entry = store.outbox_entry("notice-1")
    assert entry is not None
    assert (entry.state, entry.sent_at, entry.attempts) == ("sent", TAKEN.at, (TAKEN,))


def test_attempts_are_kept_in_order_and_once(store: Store):
    store.put_notice(make_notice())
    store.mark_failed("notice-1", REFUSED, later(minutes=5))
    store.mark_failed("notice-1", REFUSED, later(minutes=5))
    store.mark_sent("notice-1", TAKEN)
    entry = store.outbox_entry("notice-1")
    assert entry is not None
    assert entry.attempts == (REFUSED, TAKEN)


def test_marking_an_unknown_notice_does_nothing(store: Store):
    store.mark_sent("notice-9", TAKEN)
    store.mark_failed("notice-9", REFUSED, None)
    assert store.outbox() == []


def test_the_outbox_shows_the_newest_first(store: Store):
    for n in range(4):
        store.put_notice(make_notice(f"notice-{n}", created_at=later(minutes=n)))
    store.mark_sent("notice-3", TAKEN)
    assert [entry.notice.id for entry in store.outbox(limit=3)] == ["notice-3", "notice-2", "notice-1"]
    assert [entry.notice.id for entry in store.outbox(state="sent")] == ["notice-3"]


def test_feed_states_are_replaced_by_address(store: Store):
    state = FeedState(url="https://tidewire.example/feed", name="tidewire", etag='"1"', recent_items=(NOW,))
    store.save_feed_state(FeedState(url=state.url, name="tidewire"))
    store.save_feed_state(state)
    assert store.feed_states() == {state.url: state}


def test_dead_letters_are_listed_newest_first_by_stage(store: Store):
    old = make_dead_letter("dead-1", payload=b"\xff\x00")
    new = make_dead_letter("dead-2", stage="link", failed_at=later(hours=1), headers={"trace": "1"})
    store.put_dead_letter(old)
    store.put_dead_letter(new)
    assert store.dead_letters() == [new, old]
    assert store.dead_letters(limit=1) == [new]
    assert store.dead_letters(stage="classify") == [old]
    assert store.dead_letter("dead-2") == new
    assert store.dead_letter("dead-3") is None


def test_a_letter_that_failed_again_before_its_replay_was_noted_waits(store: Store):
    store.put_dead_letter(make_dead_letter())
    store.put_dead_letter(make_dead_letter(failed_at=later(hours=2), error="still broken"))
    store.mark_replayed("dead-1", later(hours=1))
    letter = store.dead_letter("dead-1")
    assert letter is not None
    assert (letter.error, letter.attempts, letter.replayed_at) == ("still broken", 2, None)


def test_a_replayed_letter_waits_no_more(store: Store):
    store.put_dead_letter(make_dead_letter())
    store.mark_replayed("dead-1", later(hours=1))
    assert store.dead_letters() == []
    assert store.dead_letters(waiting=False) == [make_dead_letter(replayed_at=later(hours=1))]


def test_the_same_failure_told_again_does_not_undo_a_replay(store: Store):
    store.put_dead_letter(make_dead_letter())
    store.mark_replayed("dead-1", later(hours=1))
    store.put_dead_letter(make_dead_letter())
    assert store.dead_letters() == []


def test_a_letter_that_fails_again_after_its_replay_waits_again(store: Store):
    store.put_dead_letter(make_dead_letter())
    store.mark_replayed("dead-1", later(hours=1))
    store.put_dead_letter(make_dead_letter(error="still broken", failed_at=later(hours=2)))
    [letter] = store.dead_letters()
    assert (letter.error, letter.attempts, letter.replayed_at) == ("still broken", 2, None)


def test_a_lease_has_one_owner_until_it_ends(store: Store):
    assert store.lease("clock", "worker-1", NOW, 30) is True
    assert store.lease("clock", "worker-2", later(seconds=29), 30) is False
    assert store.lease("poller", "worker-2", NOW, 30) is True
    assert store.lease("clock", "worker-1", later(seconds=29), 30) is True
    assert store.lease("clock", "worker-2", later(seconds=31), 30) is False
    assert store.lease("clock", "worker-2", later(seconds=59), 30) is True
    assert store.lease("clock", "worker-1", later(seconds=60), 30) is False


def test_a_lease_of_no_length_lets_go(store: Store):
    store.lease("clock", "worker-1", NOW, 30)
    store.lease("clock", "worker-1", NOW, 0)
    assert store.lease("clock", "worker-2", NOW, 30) is True


def test_statistics_count_what_is_kept(store: Store):
    store.save_case(make_case("case-1"), [make_linked()])
    store.save_case(make_case("case-2", merged_into="case-1"))
    store.save_subscription(make_subscription())
    statistics = dict(store.statistics())
    assert statistics.pop("bytes") > 0
    assert statistics == {"articles": 0, "events": 1, "cases": 1, "subscriptions": 1}
