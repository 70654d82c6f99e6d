"""What a replay changes: events gained, lost and read otherwise; cases merged, split, opened and gone."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from schemas.events import Case, Event, Record

FIELDS = (
    *("type", "status", "time_role", "date", "aggregate", "main"),
    *("authority", "court", "complainant", "defendant", "target", "country", "docket", "operation"),
    *("counts", "money", "prison_months", "suspended", "evidence"),
)
"""What is compared of an event: all that it tells, and neither its place in the text nor the coder's confidence."""
EXAMPLES = 20
"""How many of each kind are shown; the numbers count all."""


class EventExample(Record, frozen=True, kw_only=True):
    """An event that the replay gained, lost or read otherwise."""

    what: str
    """`gained`, `lost` or `changed`."""
    type: str
    source: str
    article: str
    """Address or path."""
    evidence: str
    fields: dict[str, tuple[object, object]] = {}
    """Of a changed one: by field what was read before, and what now."""


class CaseExample(Record, frozen=True, kw_only=True):
    """A case that the replay opened, lost, merged or split."""

    what: str
    id: str
    title: str
    others: tuple[str, ...] = ()
    """merged: the cases that it holds now. split: the cases where its events are now."""


@dataclass(frozen=True)
class Difference:
    """How two readings of one article differ."""

    gained: list[Event]
    lost: list[Event]
    changed: list[tuple[Event, Event, tuple[str, ...]]]
    """Before, after, and in which fields."""


@dataclass
class Report:
    """The sums of a replay, and some examples. Grows while the replay runs."""

    articles: int = 0
    failed: int = 0
    """Articles that could not be worked on; each is a dead letter of the new tables."""
    events_before: int = 0
    events_after: int = 0
    gained: Counter[str] = field(default_factory=Counter)
    """By type."""
    lost: Counter[str] = field(default_factory=Counter)
    changed: Counter[str] = field(default_factory=Counter)
    """By field; an event that was read otherwise in two fields counts in both."""
    retyped: Counter[str] = field(default_factory=Counter)
    """By `before → after`."""
    sources: dict[str, Counter[str]] = field(default_factory=dict)
    """By outlet, how many events were `gained`, `lost` and `changed`."""
    cases_before: int = 0
    cases_after: int = 0
    cases: Counter[str] = field(default_factory=Counter)
    """How many were `merged`, `split`, `opened`, `gone`, `redirected` (live on under another id), `retitled`."""
    edits: int = 0
    """Edits by people that were applied again."""
    edits_that_do_not_fit: list[str] = field(default_factory=list)
    """Each with the reason. They are kept as dead letters, and every later replay tries them again."""
    told: int = 0
    """Changes handed on for subscribers to be told."""
    events: list[EventExample] = field(default_factory=list)
    case_examples: list[CaseExample] = field(default_factory=list)

    @property
    def is_empty(self) -> bool:
        """Whether the replay came to the same events and cases."""
        return not (
            self.failed or self.gained or self.lost or self.changed or self.cases.total() or self.edits_that_do_not_fit
        )

    def add_case(self, what: str, case: Case, others: Iterable[str] = ()) -> None:
        self.cases[what] += 1
        if self.cases[what] <= EXAMPLES:
            self.case_examples.append(CaseExample(what=what, id=case.id, title=case.title, others=tuple(others)))

    def add_article(self, found: Difference, *, source: str, article: str) -> None:
        """Count how an article is read otherwise than before."""
        sums = Counter(gained=len(found.gained), lost=len(found.lost), changed=len(found.changed))
        if sums.total():
            self.sources.setdefault(source, Counter()).update(sums)
        self.gained.update(event.type.value for event in found.gained)
        self.lost.update(event.type.value for event in found.lost)
        for before, after, fields in found.changed:
            self.changed.update(fields)
            if before.type is not after.type:
                self.retyped[f"{before.type} → {after.type}"] += 1
        shown = [*_examples(found, source, article)]
        self.events += [one for one in shown if sum(one.what == other.what for other in self.events) < EXAMPLES]


def _examples(found: Difference, source: str, article: str) -> Iterable[EventExample]:
    for what, events in (("gained", found.gained), ("lost", found.lost)):
        for one in events:
            yield EventExample(what=what, type=one.type, source=source, article=article, evidence=one.evidence)
    for before, after, fields in found.changed:
        values = {name: (getattr(before, name), getattr(after, name)) for name in fields}
        yield EventExample(
            what="changed", type=after.type, source=source, article=article, evidence=after.evidence, fields=values
        )


def difference(before: Sequence[Event], after: Sequence[Event]) -> Difference:
    """Return how two readings of one text differ.

    An event is the same event by its id; else one of the same type in an overlapping quote; else any in that quote.
    """
    lost = {event.id: event for event in before}
    gained = {event.id: event for event in after}
    pairs = [(lost.pop(one), gained.pop(one)) for one in list(lost) if one in gained]
    for same_type in (True, False):
        for one in list(lost.values()):
            found = next((other for other in gained.values() if _alike(one, other, same_type=same_type)), None)
            if found:
                pairs.append((lost.pop(one.id), gained.pop(found.id)))
    changed = [(one, other, fields) for one, other in pairs if (fields := _differing(one, other))]
    return Difference(list(gained.values()), list(lost.values()), changed)


def _alike(one: Event, other: Event, *, same_type: bool) -> bool:
    (start, end), (other_start, other_end) = one.span, other.span
    return start < other_end and other_start < end and (one.type is other.type or not same_type)


def _differing(one: Event, other: Event) -> tuple[str, ...]:
    return tuple(name for name in FIELDS if getattr(one, name) != getattr(other, name))
