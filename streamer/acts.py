"""Acts out of reports: what several articles tell of one act stands together, and where their figures differ.

For people only, and a guess: type, status, country and time decide. What is stored are the reports.
"""

from collections.abc import Iterator, Sequence
from datetime import datetime

from agents.link_case import DONE, day_of
from agents.link_change import SAME_ACT_DAYS, days_between
from schemas.events import LinkedEvent, Record
from schemas.taxonomy import TimeRole


class Told(Record, frozen=True, kw_only=True):
    """An act as one article tells it."""

    case_id: str
    linked: LinkedEvent


class Act(Record, frozen=True, kw_only=True):
    """An act: the report that dates it best, and the others that seem to tell the same."""

    case_id: str
    linked: LinkedEvent
    others: tuple[Told, ...] = ()


class Figures(Record, frozen=True, kw_only=True):
    """What several articles say of one figure of one act; no two say the same."""

    type: str
    what: str
    """`people`, `USD damages`, `months`."""
    said: tuple[tuple[float, LinkedEvent], ...]
    """Each figure with the first article that has it."""


def acts_of(told: Sequence[Told]) -> list[Act]:
    """Return the acts by day, reports of one type, status and time together.

    What an article recalls without a date is taken for the last such act that was known when it was published.
    """
    groups: list[list[Told]] = []
    for one in sorted(told, key=_how_well_dated):
        home = next((group for group in _latest_first(groups) if _is_same_act(group[0].linked, one.linked)), None)
        if home is None:
            groups.append([one])
        else:
            home.append(one)
    acts = [Act(case_id=group[0].case_id, linked=group[0].linked, others=tuple(group[1:])) for group in groups]
    return sorted(acts, key=lambda act: (day_of(act.linked), act.linked.seen_at, act.linked.event.id))


def _how_well_dated(one: Told) -> tuple[bool, int, bool, datetime]:
    """Return a place: first reports with a day, then others, undated recaps last."""
    event = one.linked.event
    recap = event.time_role is TimeRole.BACKGROUND
    return recap and not event.date, -len(event.date or "YYYY-MM-DD"), recap, told_at(one.linked)


def _latest_first(groups: Sequence[list[Told]]) -> list[list[Told]]:
    return sorted(groups, key=lambda group: day_of(group[0].linked), reverse=True)


def _is_same_act(known: LinkedEvent, one: LinkedEvent) -> bool:
    first, second = known.event, one.event
    if (first.type, first.aggregate) != (second.type, second.aggregate):
        return False
    if first.status is not second.status and not {first.status, second.status} <= DONE:
        return False
    if first.country and second.country and first.country != second.country:
        return False
    if second.time_role is TimeRole.BACKGROUND and not second.date:
        return day_of(known) <= told_at(one).date().isoformat()
    return days_between(known, one) <= SAME_ACT_DAYS


def told_at(linked: LinkedEvent) -> datetime:
    return linked.published_at or linked.seen_at


# --- figures ---------------------------------------------------------------------------------------------------------


def differing_figures(timeline: Sequence[LinkedEvent]) -> Iterator[Figures]:
    """Yield the figures of one act on which articles differ."""
    told = [Told(case_id="", linked=one) for one in timeline if not one.withdrawn]
    for act in acts_of(told):
        said: dict[str, dict[float, LinkedEvent]] = {}
        for one in sorted([act.linked, *(other.linked for other in act.others)], key=told_at):
            for what, figure in _figures(one):
                said.setdefault(what, {}).setdefault(figure, one)
        for what, by in said.items():
            if len({one.article_id for one in by.values()}) > 1:
                yield Figures(type=act.linked.event.type, what=what, said=tuple(by.items()))


def _figures(one: LinkedEvent) -> Iterator[tuple[str, float]]:
    event = one.event
    yield from ((count.unit.value, count.n) for count in event.counts)
    yield from ((f"{money.currency} {money.kind.value}", money.amount) for money in event.money)
    if event.prison_months:
        yield "months", event.prison_months
