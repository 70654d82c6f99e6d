"""The sending loop: marked sent on the receiver's word only, retried for days, one broken channel holds nobody else."""

import asyncio
from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from casework import DAY
from mailing import notice, subscription

from agents.errors import Unavailable
from schemas.events import Notice, Subscription
from streamer.outbox import HOLD, SCHEDULE, send_due
from streamer.senders.sending import Sender, SendFailed
from streamer.senders.stdout import StdoutSender
from streamer.stores.sqlite import SqliteStore


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


class Receiver:
    """A channel that answers as it is told and keeps what it was given."""

    def __init__(self, *answers: str | Exception, size: int = 50) -> None:
        self.answers = list(answers)
        self.size = size
        self.got: list[list[str]] = []

    async def __call__(self, notices: Sequence[Notice], _subscription: Subscription, /) -> str:
        self.got.append([one.id for one in notices])
        answer = self.answers.pop(0) if self.answers else "ok"
        if isinstance(answer, Exception):
            raise answer
        return answer


class Stalled:
    """A channel that never answers."""

    size = 50

    async def __call__(self, notices: Sequence[Notice], subscription: Subscription, /) -> str:
        await asyncio.sleep(3600)
        return "never"


class Clock:
    def __init__(self) -> None:
        self.at = DAY + timedelta(minutes=2)

    def __call__(self) -> datetime:
        return self.at


def fill(store: SqliteStore, to: Subscription, number: int = 1) -> list[Notice]:
    store.save_subscription(to)
    notices = [notice(to, place) for place in range(1, number + 1)]
    for one in notices:
        store.put_notice(one)
    return notices


def send(store: SqliteStore, clock: Clock, patience: float | None = None, **senders: Sender) -> int:
    return asyncio.run(send_due(store, senders, now=clock, owner="test", patience=patience))


def state(store: SqliteStore, one: Notice) -> str:
    entry = store.outbox_entry(one.id)
    assert entry
    return entry.state


def test_what_is_due_together_goes_out_as_one_message(store: SqliteStore) -> None:
    notices = fill(store, subscription(), 3)
    receiver, clock = Receiver("250 fine"), Clock()
    assert send(store, clock, stdout=receiver) == 3
    assert receiver.got == [[one.id for one in notices]]
    entry = store.outbox_entry(notices[0].id)
    assert entry
    assert (entry.state, entry.sent_at, entry.attempts[0].answer) == ("sent", clock.at, "250 fine")
    assert send(store, clock, stdout=receiver) == 0


def test_nothing_goes_out_before_it_is_due(store: SqliteStore) -> None:
    fill(store, subscription())
    clock = Clock()
    clock.at = DAY
    assert send(store, clock, stdout=Receiver()) == 0


def test_a_channel_for_single_messages_gets_one_each(store: SqliteStore) -> None:
    notices = fill(store, subscription(), 3)
    receiver = Receiver(size=1)
    assert send(store, Clock(), stdout=receiver) == 3
    assert sorted(receiver.got) == sorted([one.id] for one in notices)


def test_failures_are_retried_for_three_days_and_then_given_up(store: SqliteStore) -> None:
    (one,) = fill(store, subscription())
    receiver, clock = Receiver(*[SendFailed("503 busy")] * 20), Clock()
    started = clock.at
    for wait in SCHEDULE:
        send(store, clock, stdout=receiver)
        assert state(store, one) == "waiting"
        clock.at += wait * 0.99
        send(store, clock, stdout=receiver)
        clock.at += wait * 0.12
    assert len(receiver.got) == len(SCHEDULE)
    send(store, clock, stdout=receiver)
    assert clock.at - started > timedelta(hours=54)
    assert state(store, one) == "failed"
    entry = store.outbox_entry(one.id)
    assert entry
    assert [attempt.answer for attempt in entry.attempts] == ["503 busy"] * (len(SCHEDULE) + 1)


def test_a_retry_that_succeeds_is_the_end(store: SqliteStore) -> None:
    (one,) = fill(store, subscription())
    receiver, clock = Receiver(SendFailed("503 busy")), Clock()
    send(store, clock, stdout=receiver)
    clock.at += timedelta(seconds=6)
    assert send(store, clock, stdout=receiver) == 1
    assert (state(store, one), len(receiver.got)) == ("sent", 2)


def test_retry_after_is_obeyed(store: SqliteStore) -> None:
    fill(store, subscription())
    receiver, clock = Receiver(SendFailed("429 slow", retry_after=900)), Clock()
    send(store, clock, stdout=receiver)
    clock.at += timedelta(seconds=890)
    assert send(store, clock, stdout=receiver) == 0
    clock.at += timedelta(seconds=20)
    assert send(store, clock, stdout=receiver) == 1


def test_a_lasting_failure_is_not_tried_again(store: SqliteStore) -> None:
    (one,) = fill(store, subscription())
    send(store, Clock(), stdout=Receiver(SendFailed("550 no such user", lasting=True)))
    assert state(store, one) == "failed"
    assert store.subscriptions()[0].active


def test_an_address_that_is_gone_ends_its_subscription(store: SqliteStore) -> None:
    one, other = fill(store, subscription(), 2)
    receiver, clock = Receiver(SendFailed("410 Gone", gone=True), size=1), Clock()
    send(store, clock, stdout=receiver)
    assert not store.subscriptions()[0].active
    late = notice(subscription(), 3)
    store.put_notice(late)
    assert send(store, clock, stdout=receiver) == 0
    assert state(store, late) == "failed"
    assert {state(store, one), state(store, other)} == {"failed", "sent"}


def test_one_broken_channel_holds_nobody_else(store: SqliteStore) -> None:
    (stuck,) = fill(store, subscription("stuck", channel="webhook"))
    (broken,) = fill(store, subscription("broken", channel="slack"))
    (fine,) = fill(store, subscription("fine"))
    clock = Clock()
    senders = {"webhook": Stalled(), "slack": Receiver(ZeroDivisionError()), "stdout": Receiver()}
    assert send(store, clock, patience=1.5, **senders) == 1
    assert [state(store, one) for one in (stuck, broken, fine)] == ["waiting", "waiting", "sent"]
    entry = store.outbox_entry(broken.id)
    assert entry
    assert entry.attempts[0].answer == "bug in the sender: ZeroDivisionError"


def test_a_channel_that_is_not_set_up_waits(store: SqliteStore) -> None:
    (one,) = fill(store, subscription(channel="email"))
    send(store, Clock())
    entry = store.outbox_entry(one.id)
    assert entry
    assert (entry.state, entry.attempts[0].answer) == ("waiting", "no sender is set up for email")


class Killed(BaseException):
    """The process dies here."""


class DiesMarking(SqliteStore):
    """A store whose process dies after so many marks."""

    marks = 99

    def mark_sent(self, notice_id: str, attempt: object) -> None:
        if not self.marks:
            raise Killed
        self.marks -= 1
        super().mark_sent(notice_id, attempt)  # type: ignore[arg-type]


@pytest.mark.parametrize("marks", [0, 1, 2])
def test_a_crash_while_marking_sends_again_under_the_same_id(tmp_path: Path, marks: int) -> None:
    store = DiesMarking(tmp_path / "store.db")
    notices = fill(store, subscription(), 3)
    receiver, clock = Receiver(), Clock()
    store.marks = marks
    with pytest.raises(Killed):
        send(store, clock, stdout=receiver)
    store.marks = 99
    assert send(store, clock, stdout=receiver) == 0  # held by the dead one for a while
    clock.at += HOLD
    assert send(store, clock, stdout=receiver) == 3 - marks
    assert [group[0] for group in receiver.got] == [notices[0].id] * 2
    store.close()


class AwayForAWhile(SqliteStore):
    """A store that cannot be written when it is told that a message arrived, a few times."""

    failures = 0

    def mark_sent(self, notice_id: str, attempt: object) -> None:
        if self.failures:
            self.failures -= 1
            raise Unavailable("away")
        super().mark_sent(notice_id, attempt)  # type: ignore[arg-type]


def test_what_arrived_while_the_store_was_down_is_noted_later_and_not_sent_again(tmp_path: Path) -> None:
    store = AwayForAWhile(tmp_path / "store.db")
    (one,) = fill(store, subscription())
    receiver, clock = Receiver(), Clock()
    store.failures = 3

    async def main() -> None:
        senders: dict[str, Sender] = {"stdout": receiver}
        assert await send_due(store, senders, now=clock, owner="me", patience=0.1) == 0
        clock.at += HOLD  # the claim has ended
        assert await send_due(store, senders, now=clock, owner="me", patience=0.1) == 0
        while state(store, one) != "sent":
            await asyncio.sleep(0.01)

    asyncio.run(asyncio.wait_for(main(), 10))
    assert len(receiver.got) == 1
    store.close()


def test_standard_output_gets_the_text(store: SqliteStore, capsys: pytest.CaptureFixture[str]) -> None:
    one, other = fill(store, subscription(), 2)
    send(store, Clock(), stdout=StdoutSender())
    written = capsys.readouterr().out
    assert one.text in written
    assert other.text in written
