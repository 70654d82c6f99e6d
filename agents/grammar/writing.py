"""Write decided acts down as events: values, quotes, spans, ids."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from agents.grammar.acts import NAME_SLOTS
from agents.grammar.arguments import Filler
from agents.grammar.decide import Decided
from agents.grammar.mention import Mention
from agents.grammar.money import usd
from agents.grammar.reading import Reading
from schemas.documents import first_day
from schemas.events import Article, Count, Event, Money, Span
from schemas.ids import make_id
from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status, TimeRole

MONEY_KINDS = {
    EventType.FINE: MoneyKind.FINE,
    EventType.DAMAGES_AWARD: MoneyKind.DAMAGES,
    EventType.DEFAULT_JUDGMENT: MoneyKind.DAMAGES,
    EventType.SETTLEMENT: MoneyKind.SETTLEMENT,
    EventType.SEIZURE: MoneyKind.SEIZED,
    EventType.RELEASE: MoneyKind.BAIL,
    EventType.LAWSUIT_FILED: MoneyKind.SOUGHT,
    EventType.FORFEITURE: MoneyKind.FORFEITURE,
}


def write_events(article: Article, reading: Reading, kept: Sequence[Decided]) -> tuple[Event, ...]:
    """Return the events of an article in the order of its text, each with an id of its own."""
    main = max((k for k in kept if k.news >= 0.5), key=lambda k: k.confidence, default=None)
    events: dict[str, Event] = {}
    for item in sorted(kept, key=lambda k: (k.act.judged.candidate.sentence, k.act.judged.candidate.type)):
        event = _event(article, reading, item, main=item is main)
        events.setdefault(event.id, event)
    return tuple(events.values())


def _event(article: Article, reading: Reading, item: Decided, *, main: bool) -> Event:
    judged = item.act.judged
    sentence = reading.sentence(judged.candidate.sentence)
    slots = item.act.slots
    names = {slot: tuple(name_of(f) for f in slots.get(slot, ())) for slot in NAME_SLOTS}
    single = {slot: slots[slot][0].group for slot in ("court", "country", "date", "prison") if slots.get(slot)}
    day = str(single["date"].key[0]) if "date" in single else None
    term = single["prison"].mentions[0].value if "prison" in single else None
    return Event(
        id=_id(article, judged.candidate.type, names, day, sentence.start),
        type=judged.candidate.type,
        status=judged.status,
        time_role=TimeRole.NEWS if item.news >= 0.5 else TimeRole.BACKGROUND,
        evidence=article.text[sentence.start : sentence.end],
        span=(sentence.start, sentence.end),
        authority=names["authority"],
        complainant=names["complainant"],
        defendant=names["defendant"],
        target=names["target"],
        court=name_of(slots["court"][0]) if "court" in single else None,
        country=str(single["country"].key[0]) if "country" in single else None,
        date=day,
        counts=tuple(Count(n=int(f.group.key[0]), unit=CountUnit(str(f.group.key[1]))) for f in slots.get("counts", ())),
        money=tuple(_money(f, judged.candidate.type, judged.status, day, article) for f in slots.get("money", ())),
        prison_months=term.months if term else None,
        suspended=bool(term and term.suspended),
        main=main,
        confidence=round(item.confidence, 3),
        spans=dict(_spans(reading, judged.candidate.sentence, slots)),
    )


def _id(article: Article, kind: EventType, names: dict[str, tuple[str, ...]], day: str | None, start: int) -> str:
    """Return the event's id: what identifies the act; the place in the text only where nothing else does."""
    parts = [f"{slot}={name.casefold()}" for slot in NAME_SLOTS for name in sorted(names[slot])]
    return make_id("event", article.id, kind, *(parts or [str(start)]), day or "")


def name_of(filler: Filler) -> str:
    """Return the fullest form of the name that the text writes."""
    return str(max((m.value.name for m in filler.group.mentions), key=len))


def _money(filler: Filler, kind: EventType, status: Status, day: str | None, article: Article) -> Money:
    amount, currency = float(filler.group.key[0]), str(filler.group.key[1])
    use = MoneyKind.SOUGHT if status == Status.SOUGHT else MONEY_KINDS.get(kind, MoneyKind.OTHER)
    when = first_day(day) or (article.published_at.date().isoformat() if article.published_at else None)
    return Money(
        amount=amount,
        currency=currency,
        kind=use,
        usd=usd(amount, currency, date.fromisoformat(when)) if when else None,
    )


def _spans(reading: Reading, sentence: int, slots: Mapping[str, Sequence[Filler]]) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Yield, by field, where each of its values was read: in the quote where it can be, else where it stands first."""
    for slot, found in sorted(slots.items()):
        if found:
            field = "prison_months" if slot == "prison" else slot
            yield field, tuple(_span(reading, sentence, f.group.mentions) for f in found)


def _span(reading: Reading, sentence: int, mentions: Sequence[Mention]) -> Span:
    best = min(mentions, key=lambda m: (abs(reading.sentence_at(m.start) - sentence), m.start))
    return best.start, best.end
