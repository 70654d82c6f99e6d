"""The flood guard and the words to the owner: nothing is dropped, nobody is drowned, nothing fails in silence."""

import asyncio
import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from casework import DAY
from mailing import notice, subscription
from msgspec.structs import replace
from test_outbox import Clock, Receiver, send, state

from agents.deliver import deliver
from agents.notice import html_of
from schemas.events import Notice
from schemas.taxonomy import ChangeKind
from streamer.channels import OWNER, owner_of
from streamer.config import Alerts, Mail
from streamer.outbox import DIGEST_SIZE, SCHEDULE, send_due
from streamer.senders.email import message_of
from streamer.senders.sending import SendFailed
from streamer.senders.webhook import MAX_BYTES, body_of
from streamer.stores.sqlite import SqliteStore

TO = subscription(channel="webhook", address="https://hooks.example/x")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    opened.save_subscription(TO)
    yield opened
    opened.close()


class Keeper(Receiver):
    """A receiver that keeps whole notices."""

    def __init__(self, *answers: str | Exception) -> None:
        super().__init__(*answers, size=1)
        self.notices: list[Notice] = []

    async def __call__(self, notices: Any, subscription: Any, /) -> str:
        self.notices += notices
        return await super().__call__(notices, subscription)


def flood(store: SqliteStore, number: int, per_hour: int = 3, **fields: Any) -> list[Notice]:
    notices = [notice(TO, each, due_at=DAY + timedelta(minutes=1), **fields) for each in range(1, number + 1)]
    for one in notices:
        deliver(one, store=store, per_hour=per_hour)
    return notices


def test_the_sender_hears_when_a_notice_is_due_but_not_of_held_ones(store: SqliteStore) -> None:
    heard: list[Any] = []
    opened = {"source": "Tidewire", "change": ChangeKind.OPENED}
    for number in (1, 2):
        one = replace(notice(TO, number, due_at=DAY), case_id=f"case-{number}", **opened)
        deliver(one, store=store, new_cases=1, due=heard.append)
    assert heard == [DAY]


def test_what_is_over_the_limit_becomes_one_digest_at_the_end_of_the_hour(store: SqliteStore) -> None:
    notices = flood(store, 10)
    receiver, clock = Keeper(), Clock()
    assert send(store, clock, webhook=receiver) == 3
    clock.at = DAY + timedelta(hours=1)
    assert send(store, clock, webhook=receiver) == 7
    digest = receiver.notices[-1]
    assert len(receiver.notices) == 4
    assert digest.subject.startswith("7 more: ")
    assert digest.id == notices[3].id
    assert all(one.subject in digest.text for one in notices[3:])
    assert {state(store, one) for one in notices} == {"sent"}


def test_the_next_hour_begins_anew_and_doing_it_again_changes_nothing(store: SqliteStore) -> None:
    flood(store, 4)
    flood(store, 4)
    deliver(notice(TO, 9, due_at=DAY + timedelta(hours=1)), store=store, per_hour=3)
    entries = store.outbox()
    assert (len(entries), sum(one.notice.digest for one in entries)) == (5, 1)


def test_standard_output_knows_no_limit(store: SqliteStore) -> None:
    flood(store, 10, channel="stdout")
    assert not any(one.notice.digest for one in store.outbox())


def test_very_many_are_told_in_several_digests_that_fit_a_webhook(store: SqliteStore) -> None:
    flood(store, DIGEST_SIZE + 3, per_hour=0)
    receiver, clock = Keeper(), Clock()
    clock.at = DAY + timedelta(hours=1)
    assert send(store, clock, webhook=receiver) == DIGEST_SIZE + 3
    assert sorted(len(one.data["lines"]) for one in receiver.notices) == [3, DIGEST_SIZE]  # type: ignore[arg-type]
    for one in receiver.notices:
        body = body_of(one)
        assert len(body) < MAX_BYTES
        assert json.loads(body)["type"] == "digest"


def test_a_digest_reads_as_mail(store: SqliteStore) -> None:
    flood(store, 2, per_hour=0)
    receiver, clock = Keeper(), Clock()
    clock.at = DAY + timedelta(hours=1)
    send(store, clock, webhook=receiver)
    page = html_of([one.data for one in receiver.notices])
    assert "2 more: New case: Person 1 arrested" in page
    assert '<a href="https://gazette.example/first">' in page
    message = message_of(receiver.notices, subscription(), Mail(host="localhost", sender="a@b.example"))
    assert message["References"] is None


def opened(number: int, source: str = "Tidewire") -> Notice:
    return notice(TO, number, source=source, change=ChangeKind.OPENED)


def test_a_feed_that_opens_very_many_cases_is_held_for_a_look(store: SqliteStore) -> None:
    for number in range(1, 8):
        deliver(opened(number), store=store, new_cases=5)
    deliver(opened(8, "Harbour Post"), store=store, new_cases=5)
    deliver(replace(opened(9), change=ChangeKind.UPDATED), store=store, new_cases=5)
    assert len(store.outbox(state="held")) == 2
    assert len(store.outbox(state="waiting")) == 7
    later = replace(opened(10), created_at=DAY + timedelta(hours=2))
    deliver(later, store=store, new_cases=5)
    assert state(store, later) == "waiting"


def test_the_owner_hears_once_a_day_that_a_source_is_held(store: SqliteStore) -> None:
    owner = owner_of(Alerts(owner="owner@example.org"), DAY)
    for number in range(1, 9):
        deliver(opened(number, "O'Neill Wire"), store=store, new_cases=5, owner=owner)
    (entry,) = store.outbox(subscription_id=OWNER)
    assert entry.notice.subject == "Held: O'Neill Wire opens very many cases"
    assert "release --source 'O'\"'\"'Neill Wire'" in entry.notice.text
    mailbox, clock = Keeper(), Clock()
    asyncio.run(send_due(store, {"email": mailbox, "webhook": Receiver()}, now=clock, owner="test", tell=owner))
    assert [one.subject for one in mailbox.notices] == ["Held: O'Neill Wire opens very many cases"]
    assert html_of([entry.notice.data])


def test_quiet_hours_hold_for_digests_and_further_tries_too(store: SqliteStore) -> None:
    store.save_subscription(replace(TO, quiet=("09:30", "11:00")))
    (one,) = flood(store, 1, per_hour=0)
    receiver, clock = Keeper(), Clock()
    clock.at = DAY + timedelta(hours=1)
    assert send(store, clock, webhook=receiver) == 0
    entry = store.outbox_entry(one.id)
    assert entry
    assert (entry.due_at, entry.attempts) == (DAY + timedelta(hours=2), ())
    clock.at = DAY + timedelta(hours=2)
    assert send(store, clock, webhook=receiver) == 1


def words(store: SqliteStore) -> list[str]:
    return [one.notice.subject for one in store.outbox(subscription_id=OWNER)]


def test_the_owner_hears_of_the_first_failure_and_of_the_end(store: SqliteStore) -> None:
    owner = owner_of(Alerts(owner="owner@example.org"), DAY)
    assert owner
    store.put_notice(notice(TO))
    mailbox, clock = Receiver(), Clock()
    broken = Receiver(*[SendFailed("503 busy")] * 20, size=1)

    def round_() -> None:
        senders = {"webhook": broken, "email": mailbox}
        asyncio.run(send_due(store, senders, now=clock, owner="test", tell=owner))

    round_()
    assert words(store) == ["Failing: News for ana by webhook"]
    for wait in SCHEDULE:
        clock.at += wait * 1.1
        round_()
    assert words(store) == ["Given up: News for ana by webhook", "Failing: News for ana by webhook"]
    assert len(mailbox.got) == 2
    assert store.channels()[TO.id].answer == "503 busy"


def test_a_channel_that_works_again_may_fail_anew(store: SqliteStore) -> None:
    owner = owner_of(Alerts(owner="https://hooks.slack.example/x"), DAY)
    assert owner
    assert owner.channel == "slack"
    store.put_notice(notice(TO, 1))
    store.put_notice(notice(TO, 2, due_at=DAY + timedelta(hours=2)))
    receiver, clock = Receiver(SendFailed("503"), "ok", SendFailed("503"), size=1), Clock()

    def round_() -> None:
        asyncio.run(send_due(store, {"webhook": receiver, "slack": Receiver()}, now=clock, owner="test", tell=owner))

    round_()
    clock.at += timedelta(minutes=1)
    round_()
    assert store.channels()[TO.id].failing_since is None
    clock.at += timedelta(hours=2)
    round_()
    assert words(store) == ["Failing: News for ana by webhook"] * 2


def test_without_an_owner_the_state_of_the_channel_tells(store: SqliteStore) -> None:
    assert owner_of(Alerts(), DAY) is None
    store.put_notice(notice(TO))
    send(store, Clock(), webhook=Receiver(SendFailed("410 Gone", gone=True), size=1))
    assert words(store) == []
    assert store.channels()[TO.id].failing_since
    assert store.subscriptions()[0].ended == "410 Gone"
