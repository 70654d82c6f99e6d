"""What fills the fields of an act and how sure that is, and what nearly does."""

from collections.abc import Iterator, Mapping
from typing import Any

from agents.explained import Value
from agents.grammar.acts import THRESHOLDS, Act, needed
from agents.grammar.arguments import FAMILY, Filler
from agents.grammar.decide import Decided
from agents.grammar.reading import Reading
from agents.grammar.values import FIELDS, name_of, span_of
from agents.grammar.writing import values_of
from agents.wording import counted_words, country_name, money_words
from schemas.events import Count, Money, Span

NEARLY = 0.15
"""So likely a thing must be for being named among those not taken."""

SLOTS = {field: slot for slot, field in FIELDS.items()}


def values_told(reading: Reading, item: Decided) -> tuple[Value, ...]:
    """Return what fills the fields of an act, in the order of the fields, and after that what nearly does."""
    return (*_taken(reading, item), *_not_taken(reading, item.act))


def _taken(reading: Reading, item: Decided) -> Iterator[Value]:
    values, spans = values_of(reading, item)
    for field in values:
        several = values[field] if isinstance(values[field], tuple) else (values[field],)
        fillers = item.act.slots.get(SLOTS.get(field, field), ())
        for n, (value, span) in enumerate(zip(several, spans.get(field, ()), strict=False)):
            likely = round(fillers[n].likely, 3) if n < len(fillers) else None
            yield _value(reading, field, _words_of(field, value, values), span, likely=likely)


def _not_taken(reading: Reading, act: Act) -> Iterator[Value]:
    """Yield, for each slot, the likeliest thing that does not fill it though it might."""
    best: dict[str, Filler] = {}
    for filler in act.fillers:
        taken = any(f.group is filler.group for f in act.slots.get(filler.slot, ()))
        if not taken and filler.likely > max(NEARLY, best[filler.slot].likely if filler.slot in best else 0):
            best[filler.slot] = filler
    sentence = act.judged.candidate.sentence
    for slot in (slot for slot in THRESHOLDS if slot in best):
        filler = best[slot]
        span = span_of(reading, sentence, filler.group.mentions)
        named = name_of(filler) if FAMILY[slot] in ("name", "court") else reading.text[slice(*span)]
        why_not, likely = _why_not(filler, act), round(filler.likely, 3)
        yield _value(reading, FIELDS.get(slot, slot), named, span, likely=likely, why_not=why_not)


def _why_not(filler: Filler, act: Act) -> str:
    least = needed(filler, act.judged.candidate.sentence)
    if filler.likely < least:
        return f"{least:.0%} needed"
    if filler.slot == "country" and not act.slots.get("country"):
        return "it stands beside others"
    other = next((slot for slot, found in act.slots.items() if any(f.group is filler.group for f in found)), "")
    return f"likelier the {other}" if other else "another is likelier"


def _value(reading: Reading, field: str, value: str, span: Span, *, likely: float | None, why_not: str = "") -> Value:
    words = " ".join(reading.text[slice(*span)].split())
    return Value(field=field, value=value, span=span, words=words, likely=likely, why_not=why_not)


def _words_of(field: str, value: Any, values: Mapping[str, Any]) -> str:
    if isinstance(value, Count):
        return counted_words(value.n, value.unit)
    if isinstance(value, Money):
        return money_words(value)
    if field == "country":
        return f"{country_name(value)} ({value})"
    if field == "prison_months":
        return f"{value:g} months" + (", suspended" if values["suspended"] else "")
    return str(value)
