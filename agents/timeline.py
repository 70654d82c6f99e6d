"""The steps of a case as a reader gets them: in the order in which they happened, each act once."""

from collections.abc import Mapping, Sequence
from functools import partial
from typing import Any

from agents.link_case import day_of
from agents.whom import is_same, told_of
from agents.wording import line_of
from schemas.events import LinkedEvent
from schemas.taxonomy import EventType, TimeRole

_PLACE = {type_: place for place, type_ in enumerate(EventType)}


def steps_of(
    timeline: Sequence[LinkedEvent], *, new: frozenset[str] = frozenset(), where: bool = True
) -> list[dict[str, Any]]:
    """Return a timeline with one step for all reports of one act, and who reports it.

    `new` are the ids of the events that a notice is about; without `where`, no step names its country.
    """
    return [
        {
            "date": day_of(reports[0]),
            "when": when_of(reports),
            "line": max((line_of(one.event, where=where) for one in reports), key=len),
            "sources": list(dict.fromkeys(one.source for one in reports)),
            "new": all(one.event.id in new for one in reports),
        }
        for reports in acts_of(timeline)
    ]


def _news_days(timeline: Sequence[LinkedEvent]) -> dict[str, str]:
    """Return for each article the day of the first act that it tells as news."""
    days: dict[str, str] = {}
    for one in timeline:
        if one.event.time_role is TimeRole.NEWS:
            days[one.article_id] = min(day_of(one), days.get(one.article_id, day_of(one)))
    return days


def _place(one: LinkedEvent, *, news: Mapping[str, str]) -> tuple[str, bool, int]:
    """Return the place of an act: what an article tells as past, without a date, was before its news."""
    day = day_of(one)
    if _is_recap(one):
        return min(day, news.get(one.article_id, day)), False, _PLACE[one.event.type]
    return day, True, _PLACE[one.event.type]


def acts_of(timeline: Sequence[LinkedEvent]) -> list[list[LinkedEvent]]:
    """Return the reports of each act, in order: of one type, status and day; what one article tells as two stays two.

    An act of the past that is told again without a date is the last of its kind that may be about the same people. Of
    one day, what a proceeding begins with stands first.
    """
    acts: list[list[LinkedEvent]] = []
    for one in sorted(timeline, key=partial(_place, news=_news_days(timeline))):
        known = next((act for act in reversed(acts) if _is_report(one, act)), None)
        if known is None:
            acts.append([one])
        else:
            known.append(one)
    return acts


def _is_report(one: LinkedEvent, act: Sequence[LinkedEvent]) -> bool:
    """Return whether an event tells an act that is told by others already."""
    event, first = one.event, act[0]
    if (event.type, event.status) != (first.event.type, first.event.status):
        return False
    if any(one.article_id == other.article_id for other in act):
        return False
    if not _is_recap(one):
        return day_of(one) == day_of(first) and not _is_recap(first)
    names, others = told_of(event), [name for other in act for name in told_of(other.event)]
    return not names or not others or any(is_same(name, other) for name in names for other in others)


def _is_recap(one: LinkedEvent) -> bool:
    """Return whether an act of the past is told without a date: it was before the article that tells it."""
    return one.event.time_role is TimeRole.BACKGROUND and not one.event.date


def when_of(reports: Sequence[LinkedEvent]) -> str:
    """Return the day of an act, or what is known of it: it was reported that day, or is told as past by then."""
    day = day_of(reports[0])
    if any(one.event.date for one in reports):
        return day
    return f"before {day}" if _is_recap(reports[0]) else f"reported {day}"
