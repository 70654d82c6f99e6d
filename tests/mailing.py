"""Notices and subscriptions for the tests of the outbox and the senders."""

from datetime import timedelta
from typing import Any

from casework import DAY, case, event, linked

from agents.notice import facts, text_of
from schemas.events import CaseUpdate, Notice, Subscription
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


def subscription(name: str = "ana", **fields: Any) -> Subscription:
    given = {
        "id": f"subscription-{name}",
        "name": f"News for {name}",
        "channel": "stdout",
        "address": f"{name}@example.org",
        "secret": SECRET,
        "created_at": DAY,
    } | fields
    return Subscription(**given)


def notice(to: Subscription, number: int = 1, **fields: Any) -> Notice:
    arrest = event("arrest", defendant=(f"Person {number}",), country="SE", evidence=f"Police <took> person {number}.")
    change = make_id("change", str(number))
    update = CaseUpdate(id=change, case=case(id=f"case-{number}"), change=ChangeKind.OPENED, events=(linked(arrest),))
    said = facts(update, update.events, to, matched=(), at=DAY)
    given = {
        "id": make_id("notice", to.id, change),
        "subscription_id": to.id,
        "channel": to.channel,
        "address": to.address,
        "case_id": update.case.id,
        "change_id": change,
        "change": update.change,
        "subject": said["headline"],
        "text": text_of(said),
        "data": said,
        "created_at": DAY + timedelta(seconds=number),
        "due_at": DAY + timedelta(minutes=1),
    } | fields
    return Notice(**given)
