"""Write decided acts down as events: values, quotes, spans, ids."""

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from agents.grammar.acts import NAME_SLOTS, Act
from agents.grammar.arguments import Filler
from agents.grammar.cases import case_numbers
from agents.grammar.decide import Decided
from agents.grammar.mention import Mention, NameValue
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
    EventType.RAID: MoneyKind.SEIZED,
    EventType.RELEASE: MoneyKind.BAIL,
    EventType.LAWSUIT_FILED: MoneyKind.SOUGHT,
    EventType.FORFEITURE: MoneyKind.FORFEITURE,
}
_VALUE = re.compile(r"\b(?:value[ds]?|worth|estimated|loss(?:es)?|turnover|revenue|profits?|stole[n]?|market)\b", re.IGNORECASE)
_RESTITUTION = re.compile(r"\b(?:restitution|repa(?:y|id)|compensat\w+)\b", re.IGNORECASE)


def write_events(article: Article, reading: Reading, kept: Sequence[Decided]) -> tuple[Event, ...]:
    """Return the events of an article in the order of its text, each with an id of its own."""
    main = max((k for k in kept if k.news >= 0.5), key=lambda k: k.confidence, default=None)
    events: dict[str, Event] = {}
    ordered = sorted(kept, key=lambda k: (k.act.judged.candidate.sentence, k.act.judged.candidate.type))
    for item, case in zip(ordered, case_numbers(ordered), strict=True):
        event = _event(article, reading, item, main=item is main, case=case)
        events.setdefault(event.id, event)
    return tuple(events.values())


def _event(article: Article, reading: Reading, item: Decided, *, main: bool, case: int) -> Event:
    judged = item.act.judged
    sentence = reading.sentence(judged.candidate.sentence)
    slots = item.act.slots
    names = {slot: tuple(name_of(f) for f in slots.get(slot, ())) for slot in NAME_SLOTS}
    single = {slot: slots[slot][0].group for slot in ("court", "country", "date", "prison") if slots.get(slot)}
    day = str(single["date"].key[0]) if "date" in single else None
    term = single["prison"].mentions[0].value if "prison" in single else None
    docket, operation = (
        _named_once(reading, sentence.number, kind, news=item.news >= 0.5) for kind in ("docket", "operation")
    )
    spans = dict(_spans(reading, sentence.number, slots))
    spans |= {name: ((m.start, m.end),) for name, m in (("docket", docket), ("operation", operation)) if m}
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
        money=tuple(_money(f, reading, item.act, day) for f in slots.get("money", ())),
        prison_months=term.months if term else None,
        suspended=bool(term and term.suspended),
        docket=_text_of(docket) if docket else None,
        operation=_text_of(operation) if operation else None,
        aggregate=judged.aggregate,
        case=case,
        main=main,
        confidence=round(item.confidence, 3),
        spans=spans,
    )


def _id(article: Article, kind: EventType, names: dict[str, tuple[str, ...]], day: str | None, start: int) -> str:
    """Return the event's id: what identifies the act; the place in the text only where nothing else does."""
    parts = [f"{slot}={name.casefold()}" for slot in NAME_SLOTS for name in sorted(names[slot])]
    return make_id("event", article.id, kind, *(parts or [str(start)]), day or "")


def name_of(filler: Filler) -> str:
    """Return the fullest form of the name that the text writes."""
    return str(max((m.value.name for m in filler.group.mentions), key=len))


def _money(filler: Filler, reading: Reading, act: Act, day: str | None) -> Money:
    amount, currency = float(filler.group.key[0]), str(filler.group.key[1])
    when = date.fromisoformat(first_day(day) or "0001-01-01") if day else reading.published
    return Money(
        amount=amount,
        currency=currency,
        kind=money_kind(filler, reading, act),
        usd=usd(amount, currency, when) if when else None,
    )


def money_kind(filler: Filler, reading: Reading, act: Act) -> MoneyKind:
    """Return what the sentence does with an amount. What a thing is worth is never a penalty (rule 21 of the guide)."""
    judged = act.judged
    start, end = _span(reading, judged.candidate.sentence, filler.group.mentions)
    around = reading.text[max(0, start - 60) : end + 40]
    if judged.candidate.type == EventType.FORFEITURE and _RESTITUTION.search(around):
        return MoneyKind.RESTITUTION
    if judged.candidate.type != EventType.SEIZURE and _VALUE.search(reading.text, max(0, start - 25), end + 20):
        return MoneyKind.OTHER
    if judged.status == Status.SOUGHT:
        return MoneyKind.SOUGHT
    return MONEY_KINDS.get(judged.candidate.type, MoneyKind.OTHER)


def _named_once(reading: Reading, sentence: int, kind: str, *, news: bool) -> Mention | None:
    """Return the operation or docket that the sentence names, or the only one of the article where it is news."""
    found = [m for m in reading.mentions if m.kind == kind]
    here = [m for m in found if reading.sentence_at(m.start) == sentence]
    if here:
        return here[0]
    return found[0] if news and len({_text_of(m) for m in found}) == 1 else None


def _text_of(mention: Mention) -> str:
    return mention.value.canonical if isinstance(mention.value, NameValue) else str(mention.value)


def _spans(reading: Reading, sentence: int, slots: Mapping[str, Sequence[Filler]]) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Yield, by field, where each of its values was read: in the quote where it can be, else where it stands first."""
    for slot, found in sorted(slots.items()):
        if found:
            field = "prison_months" if slot == "prison" else slot
            yield field, tuple(_span(reading, sentence, f.group.mentions) for f in found)


def _span(reading: Reading, sentence: int, mentions: Sequence[Mention]) -> Span:
    best = min(mentions, key=lambda m: (abs(reading.sentence_at(m.start) - sentence), m.start))
    return best.start, best.end
