"""Write decided acts down as events: values, quotes, spans, ids."""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, NamedTuple

from msgspec.structs import replace

from agents.grammar.acts import NAME_SLOTS
from agents.grammar.arguments import Filler
from agents.grammar.cases import case_numbers
from agents.grammar.decide import Decided
from agents.grammar.reading import Reading
from agents.grammar.values import count_of, domains_of, money_of, name_of, named_once, spans_of, term_of, text_of
from schemas.events import Article, Event, Span
from schemas.ids import make_id
from schemas.taxonomy import EventType, Status, TimeRole


class Written(NamedTuple):
    """An act and the event that it was written down as."""

    act: Decided
    event: Event


def write_events(article: Article, reading: Reading, kept: Sequence[Decided]) -> tuple[Event, ...]:
    """Return the events of an article in the order of its text, each with an id of its own."""
    return once_each(write_down(article, reading, kept))


def once_each(written: Iterable[Written]) -> tuple[Event, ...]:
    """Return the events without the less sure readings of the same act."""
    events: dict[str, Event] = {}
    for _, event in written:
        known = events.get(event.id)
        if known is None or event.confidence > known.confidence:
            events[event.id] = event
    return tuple(events.values())


def write_down(article: Article, reading: Reading, kept: Sequence[Decided]) -> list[Written]:
    """Return each act as an event, in the order of the text; what is the same act has the same id."""
    main = max((k for k in kept if k.news >= 0.5), key=lambda k: k.confidence, default=None)
    ordered = sorted(kept, key=lambda k: (k.act.judged.candidate.sentence, k.act.judged.candidate.type))
    first: dict[str, tuple[str, ...]] = {}
    found = []
    for item, case in zip(ordered, case_numbers(ordered), strict=True):
        event = _event(article, reading, item, main=item is main, case=case)
        # what is asked for beside what is done is another event, and each side asks for its own
        told = (event.status, event.time_role) if event.status == Status.SOUGHT else (event.status,)
        if first.setdefault(event.id, told) != told:
            event = replace(event, id=make_id("event", event.id, *told))
        found.append(Written(item, event))
    return found


def _event(article: Article, reading: Reading, item: Decided, *, main: bool, case: int) -> Event:
    judged, slots = item.act.judged, item.act.slots
    sentence = reading.sentence(judged.candidate.sentence)
    values, spans = values_of(reading, item)
    return Event(
        id=_id(article, judged.candidate.type, slots, values["date"], sentence.start),
        type=judged.candidate.type,
        status=judged.status,
        time_role=TimeRole.NEWS if item.news >= 0.5 else TimeRole.BACKGROUND,
        aggregate=judged.aggregate,
        evidence=article.text[sentence.start : sentence.end],
        span=(sentence.start, sentence.end),
        case=case,
        main=main,
        confidence=round(item.confidence, 3),
        spans=spans,
        **values,
    )


def values_of(reading: Reading, item: Decided) -> tuple[dict[str, Any], dict[str, tuple[Span, ...]]]:
    """Return the values of an act by field, and their spans."""
    slots, sentence = item.act.slots, item.act.judged.candidate.sentence
    news = item.news >= 0.5
    single = {slot: slots[slot][0] for slot in ("court", "country", "date", "prison") if slots.get(slot)}
    day = _day(reading, item, single)
    months = term_of(single["prison"], reading, item.act) if "prison" in single else None
    domains = domains_of(slots.get("target", ()))
    once = {kind: named_once(reading, sentence, kind, news=news) for kind in ("docket", "operation")}
    values = {
        **{slot: tuple(name_of(f) for f in slots.get(slot, ())) for slot in NAME_SLOTS},
        "domains": tuple(domains),
        "court": name_of(single["court"]) if "court" in single else None,
        "country": str(single["country"].group.key[0]) if "country" in single else None,
        "date": day,
        "counts": tuple(count_of(f) for f in slots.get("counts", ())),
        "money": tuple(money_of(f, reading, item.act, day) for f in slots.get("money", ())),
        "prison_months": months,
        "suspended": months is not None and bool(single["prison"].group.mentions[0].value.suspended),
        **{kind: text_of(mention) for kind, mention in once.items()},
    }
    spans = {field: places for field, places in spans_of(reading, sentence, slots) if values[field] is not None}
    spans |= {"domains": tuple(domains.values())} if domains else {}
    return values, spans | {kind: ((m.start, m.end),) for kind, m in once.items() if m}


def _day(reading: Reading, item: Decided, single: Mapping[str, Filler]) -> str | None:
    """Return the act's day, none where it lies ahead of the article though the act has happened."""
    day = str(single["date"].group.key[0]) if "date" in single else None
    if day and reading.published and item.act.judged.status == Status.HAPPENED:
        last = (reading.published + dt.timedelta(days=1)).isoformat()  # it is tomorrow somewhere
        return day if day <= last[: len(day)] else None
    return day


def _id(article: Article, kind: EventType, slots: Mapping[str, Sequence[Filler]], day: str | None, start: int) -> str:
    """Return the event's id: what identifies the act; the place in the text only where nothing else does."""
    parts = [f"{slot}={f.group.key[0]}" for slot in NAME_SLOTS for f in slots.get(slot, ())]
    return make_id("event", article.id, kind, *(sorted(parts) or [str(start)]), day or "")
