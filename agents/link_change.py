"""What is new in an article for a case that is known: the difference between an update and a mere echo."""

from collections.abc import Iterator, Sequence
from datetime import date

from rapidfuzz import fuzz

from agents.link_case import DONE, day_of
from agents.link_keys import fold_name, party, service
from agents.link_strands import first_day
from schemas.events import Event, LinkedEvent
from schemas.taxonomy import ChangeKind, TimeRole

SAME_ACT_DAYS = 14
"""Two reports of one type within this many days tell the same act, unless they name other people."""
SAME_SENTENCE = 85
"""Two quotes so alike (of 100, by edits) are one sentence in which something was put right."""
TOLERANCE = 0.1
"""Figures closer than this are one figure, rounded differently."""


def change_of(before: Sequence[LinkedEvent], new: Sequence[LinkedEvent]) -> tuple[ChangeKind, tuple[str, ...]]:
    """Return how `new` changes the case that `before` made, and in which respects.

    Background never updates a case. A case that was only known as background opens with its first news.
    """
    if not any(_is_news(one) for one in before):
        return ChangeKind.OPENED, ()
    counted = [one for one in before if not one.withdrawn]
    found = {name for one in new if _is_news(one) for name in news_in(one, counted)}
    if not found:
        sources = {one.source for one in before}
        return ChangeKind.CORROBORATED, ("source",) if any(one.source not in sources for one in new) else ()
    return ChangeKind.UPDATED, tuple(
        name for name in ("type", "status", "date", "party", "amount", "count") if name in found
    )


def news_in(one: LinkedEvent, before: Sequence[LinkedEvent]) -> Iterator[str]:
    """Yield the respects in which one event goes beyond all that was known."""
    alike = [other for other in before if other.event.type is one.event.type]
    if not alike:
        yield "type"
        return
    same = [other for other in alike if days_between(one, other) <= SAME_ACT_DAYS]
    if not same:
        if all(day_of(one) > day_of(other) for other in alike):
            yield "date"
        return
    if one.event.status in DONE and not any(other.event.status in DONE for other in same):
        yield "status"
    if _new_names(one.event, before):
        yield "party"
    yield from _new_figures(one.event, [other.event for other in same])


def pairs_of(old: Sequence[Event], new: Sequence[Event]) -> list[tuple[Event, Event]]:
    """Return the acts that an edited text tells otherwise than before: each old form with its new one.

    One act is one type against the same parties, or against parties that only one of the forms names. A name that was
    put right makes other parties: then one act is one type in nearly the same sentence.
    """
    found: list[tuple[Event, Event]] = []
    for is_one in (_same_parties, _same_sentence):
        paired = {event.id for pair in found for event in pair}
        left = [one for one in new if one.id not in paired]
        for before in (one for one in old if one.id not in paired):
            after = next((one for one in left if one.type is before.type and is_one(before, one)), None)
            if after:
                left.remove(after)
                found.append((before, after))
    return found


def _same_parties(one: Event, other: Event) -> bool:
    for role in ("defendant", "target"):
        first, second = ({fold_name(role, name) for name in getattr(event, role)} for event in (one, other))
        if first and second:
            return bool(first & second)
    return True


def _same_sentence(one: Event, other: Event) -> bool:
    return fuzz.ratio(one.evidence, other.evidence) >= SAME_SENTENCE


def sums_of(event: Event) -> list[tuple[float, str, str]]:
    """Return the sums of an event as told: their worth in dollars is of our making."""
    return [(money.amount, money.currency, money.kind) for money in event.money]


def contradicts(before: Event, after: Event) -> bool:
    """Return whether an act told anew denies what was told: another status, sum, number, term, day or name."""
    changed: list[tuple[object, object]] = [
        (sums_of(before), sums_of(after)),
        (before.counts, after.counts),
        (before.date, after.date),
    ]
    changed += [(before.prison_months, after.prison_months), (before.defendant, after.defendant)]
    if before.status is not after.status or before.suspended != after.suspended:
        return True
    return any(was and now and was != now for was, now in changed)


def _is_news(one: LinkedEvent) -> bool:
    return one.event.time_role is TimeRole.NEWS and not one.withdrawn


def days_between(one: LinkedEvent, other: LinkedEvent) -> int:
    """Return the days between two acts; a month or a year counts as near to each of its days."""
    first, second = day_of(one), day_of(other)
    short = min(len(first), len(second))
    if short < 10 and first[:short] == second[:short]:
        return 0
    return abs((_date(first) - _date(second)).days)


def _date(value: str) -> date:
    return first_day(value)


def _new_names(event: Event, before: Sequence[LinkedEvent]) -> bool:
    """Return whether the event acts against somebody of whom the case has not heard in any spelling."""
    known = [name for one in before for role in ("defendant", "target") for name in getattr(one.event, role)]
    folded = {party(name) for name in known} | {service(name) for name in known}
    return any(
        party(name) not in folded
        and service(name) not in folded
        and not any(fuzz.token_set_ratio(party(name), party(other)) >= 85 for other in known)
        for name in event.defendant
    ) and bool(known)


def _new_figures(event: Event, same: Sequence[Event]) -> Iterator[str]:
    for money in event.money:
        told = [m.amount for other in same for m in other.money if (m.kind, m.currency) == (money.kind, money.currency)]
        if told and not any(_near(money.amount, amount) for amount in told):
            yield "amount"
    for count in event.counts:
        numbers = [c.n for other in same for c in other.counts if c.unit is count.unit]
        if numbers and not any(_near(count.n, n) for n in numbers):
            yield "count"


def _near(one: float, other: float) -> bool:
    return abs(one - other) <= TOLERANCE * max(abs(one), abs(other))
