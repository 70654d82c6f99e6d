"""The values of an event's fields, each with the span where it was read."""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date

from agents.grammar.acts import Act
from agents.grammar.arguments import Filler
from agents.grammar.groups import label_of
from agents.grammar.mention import Mention, NameValue
from agents.grammar.money import usd
from agents.grammar.reading import Reading
from schemas.documents import first_day
from schemas.events import Count, Money, Span
from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status

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
_VALUE = re.compile(
    r"\b(?:value[ds]?|worth|estimated|loss(?:es)?|turnover|revenue|profits?|stolen?|market)\b", re.IGNORECASE
)
_RESTITUTION = re.compile(r"\b(?:restitution|repa(?:y|id)|compensat\w+)\b", re.IGNORECASE)

_RANGE = re.compile(r"\d+ ?(?:to|and|-|–) ?\d+")

FIELDS = {"prison": "prison_months"}
"""Slots whose field has another name."""


def name_of(filler: Filler) -> str:
    """Return the fullest form of the name that the text writes; a domain only where it writes no other."""
    named = [m.value.name for m in filler.group.mentions if not _is_domain(m)]
    return str(max(named or [m.value.canonical for m in filler.group.mentions], key=len))


def _is_domain(mention: Mention) -> bool:
    return mention.kind == "domain" or label_of(mention.value.name) is not None


def domains_of(fillers: Iterable[Filler]) -> dict[str, Span]:
    """Return the domains of sites, each with the span where it is first read."""
    found: dict[str, Span] = {}
    for filler in fillers:
        for mention in filler.group.mentions:
            if _is_domain(mention):
                found.setdefault(mention.value.canonical.lower(), (mention.start, mention.end))
    return found


def count_of(filler: Filler) -> Count:
    """Return a number of people, sites, servers, …"""
    return Count(n=int(filler.group.key[0]), unit=CountUnit(str(filler.group.key[1])))


def term_of(filler: Filler, reading: Reading, act: Act) -> float | None:
    """Return a prison term in months.

    None for a range that is asked for or expected (rule 20 of the guide), and where no mention of that length is of
    custody: probation and supervised release are no prison.
    """
    mention = filler.group.mentions[0]
    if all(m.value.probation and not m.value.suspended for m in filler.group.mentions):
        return None
    open_ = act.judged.status in (Status.SOUGHT, Status.PLANNED)
    if open_ and _RANGE.search(reading.text, max(0, mention.start - 12), mention.end):
        return None
    return float(mention.value.months)


def money_of(filler: Filler, reading: Reading, act: Act, day: str | None) -> Money:
    """Return an amount with its kind, and its worth in dollars on the day of the act, else of publication."""
    amount, currency = float(filler.group.key[0]), str(filler.group.key[1])
    first = first_day(day)
    when = date.fromisoformat(first) if first else reading.published
    return Money(
        amount=amount,
        currency=currency,
        kind=money_kind(filler, reading, act),
        usd=usd(amount, currency, when) if when else None,
    )


def money_kind(filler: Filler, reading: Reading, act: Act) -> MoneyKind:
    """Return what the sentence does with an amount. What a thing is worth is never a penalty (rule 21 of the guide)."""
    judged = act.judged
    start, end = span_of(reading, judged.candidate.sentence, filler.group.mentions)
    if judged.candidate.type == EventType.FORFEITURE and _RESTITUTION.search(
        reading.text, max(0, start - 60), end + 40
    ):
        return MoneyKind.RESTITUTION
    if judged.candidate.type != EventType.SEIZURE and _VALUE.search(reading.text, max(0, start - 25), end + 20):
        return MoneyKind.OTHER
    if judged.status == Status.SOUGHT:
        return MoneyKind.SOUGHT
    return MONEY_KINDS.get(judged.candidate.type, MoneyKind.OTHER)


def named_once(reading: Reading, sentence: int, kind: str, *, news: bool) -> Mention | None:
    """Return the operation or docket that the sentence names, or the only one of the article where it is news."""
    found = [m for m in reading.mentions if m.kind == kind]
    here = [m for m in found if reading.sentence_at(m.start) == sentence]
    if here:
        return here[0]
    return found[0] if news and len({text_of(m) for m in found}) == 1 else None


def text_of(mention: Mention | None) -> str | None:
    """Return a name in its fullest form, another value as written."""
    if mention is None:
        return None
    return mention.value.canonical if isinstance(mention.value, NameValue) else str(mention.value)


def spans_of(
    reading: Reading, sentence: int, slots: Mapping[str, Sequence[Filler]]
) -> Iterator[tuple[str, tuple[Span, ...]]]:
    """Yield, by field, where each of its values was read: in the quote where it can be, else where it is nearest."""
    for slot, found in sorted(slots.items()):
        if found:
            yield FIELDS.get(slot, slot), tuple(span_of(reading, sentence, f.group.mentions) for f in found)


def span_of(reading: Reading, sentence: int, mentions: Sequence[Mention]) -> Span:
    """Return the span of the mention nearest to a sentence."""
    best = min(mentions, key=lambda m: (abs(reading.sentence_at(m.start) - sentence), m.start))
    return best.start, best.end
