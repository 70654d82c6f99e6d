"""The contract of a store, part 3: what matching, the flood guard and the repair of channels ask for."""

from contextlib import closing

from make import NOW, later, make_case, make_notice, make_subscription
from msgspec.structs import replace
from places import Place, open_store

from schemas.taxonomy import ChangeKind
from streamer.contracts import Attempt, ChannelState, Store

TAKEN = Attempt(at=later(minutes=2), ok=True, answer="250 queued")


def test_subscriptions_saved_since_a_mark_are_told_once(store: Store):
    desk, newsroom = make_subscription("desk"), make_subscription("newsroom")
    assert store.subscriptions_since("") == ([], "")
    store.save_subscription(desk)
    first, mark = store.subscriptions_since("")
    assert first == [desk]
    assert store.subscriptions_since(mark) == ([], mark)
    store.save_subscription(newsroom)
    store.save_subscription(replace(desk, active=False))
    found, later_mark = store.subscriptions_since(mark)
    assert found == [newsroom, replace(desk, active=False)]
    assert store.subscriptions_since(later_mark) == ([], later_mark)


def test_subscriptions_saved_elsewhere_are_seen(store: Store, store_place: Place):
    store.save_subscription(make_subscription("desk"))
    _, mark = store.subscriptions_since("")
    with closing(open_store(store_place)) as other:
        other.save_subscription(make_subscription("newsroom"))
    found, _ = store.subscriptions_since(mark)
    assert found == [make_subscription("newsroom")]


def test_merged_ids_follow_every_step(store: Store):
    for case_id, into in (("case-1", None), ("case-2", "case-1"), ("case-3", "case-2"), ("case-4", None)):
        store.save_case(make_case(case_id, merged_into=into))
    assert store.merged_ids("case-1") == ["case-2", "case-3"]
    assert store.merged_ids("case-4") == []


def test_who_was_told_of_a_change(store: Store):
    store.put_notice(make_notice("n-1", subscription_id="ana", change_id="change-1"))
    store.put_notice(make_notice("n-2", subscription_id="bea", change_id="change-2"))
    store.put_notice(make_notice("n-3", subscription_id="cleo", change_id="change-3"))
    assert store.told(["change-1", "change-2", "change-9"]) == {"ana", "bea"}
    assert store.told([]) == set()


def test_planned_notices_are_counted_by_their_own_time(store: Store):
    for number in range(3):
        store.put_notice(make_notice(f"n-{number}", due_at=later(minutes=number)))
    store.put_notice(make_notice("n-digest", digest=True))
    store.put_notice(make_notice("n-other", subscription_id="bea"))
    store.mark_failed("n-0", replace(TAKEN, ok=False), later(hours=5))
    assert store.planned("subscription-1", NOW, later(minutes=2)) == 2
    assert store.planned("subscription-1", later(minutes=2), later(hours=9)) == 1


def test_cases_opened_by_a_source_are_counted_once(store: Store):
    opened = {"source": "Tidewire", "change": ChangeKind.OPENED}
    store.put_notice(make_notice("n-1", subscription_id="ana", case_id="case-1", **opened))
    store.put_notice(make_notice("n-2", subscription_id="bea", case_id="case-1", **opened))
    store.put_notice(make_notice("n-3", case_id="case-2", **opened), "held")
    store.put_notice(make_notice("n-4", case_id="case-3", **opened | {"change": ChangeKind.UPDATED}))
    store.put_notice(make_notice("n-5", case_id="case-4", **opened | {"source": "Harbour Post"}))
    store.put_notice(make_notice("n-6", case_id="case-5", created_at=later(hours=-2), **opened))
    assert store.opened_cases("Tidewire", later(hours=-1)) == 2


def test_a_held_notice_waits_for_its_release(store: Store):
    store.put_notice(make_notice(), "held")
    assert store.claim_due(later(days=1), "worker-1", later(days=2)) == []
    assert store.requeue("notice-1", later(days=1)) is True
    assert [one.id for one in store.claim_due(later(days=1), "worker-1", later(days=2))] == ["notice-1"]
    assert store.requeue("notice-9", NOW) is False


def test_a_sent_notice_can_be_sent_again_and_keeps_its_attempts(store: Store):
    store.put_notice(make_notice())
    store.mark_sent("notice-1", TAKEN)
    store.requeue("notice-1", later(hours=1))
    assert [one.id for one in store.claim_due(later(hours=1), "worker-1", later(hours=2))] == ["notice-1"]
    store.mark_sent("notice-1", replace(TAKEN, at=later(hours=1)))
    entry = store.outbox_entry("notice-1")
    assert entry is not None
    assert (entry.state, [one.at for one in entry.attempts]) == ("sent", [TAKEN.at, later(hours=1)])


def test_the_outbox_of_one_subscription(store: Store):
    store.put_notice(make_notice("n-1", subscription_id="ana"))
    store.put_notice(make_notice("n-2", subscription_id="bea"))
    assert [one.notice.id for one in store.outbox(subscription_id="ana")] == ["n-1"]
    assert store.outbox(subscription_id="ana", state="sent") == []


def test_a_notice_without_a_change_is_kept(store: Store):
    word = make_notice(change=None, change_id="", case_id="")
    store.put_notice(word)
    assert [one.notice for one in store.outbox()] == [word]


def test_the_state_of_channels_is_replaced(store: Store):
    failing = ChannelState(subscription_id="ana", failing_since=NOW, answer="503 busy")
    store.save_channel(failing)
    store.save_channel(ChannelState(subscription_id="bea"))
    store.save_channel(replace(failing, answer="410 Gone"))
    assert store.channels() == {
        "ana": replace(failing, answer="410 Gone"),
        "bea": ChannelState(subscription_id="bea"),
    }
