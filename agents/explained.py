"""What `explain` returns: an article, its events, and where each candidate for one ended, and why."""

from datetime import datetime
from enum import StrEnum

from schemas.events import Event, Record, Span
from schemas.taxonomy import EventType, Status


class Step(StrEnum):
    """The step of the coder at which a candidate ended; the steps are told in `docs/extraction.md`."""

    JUDGE = "judge"
    FILL = "fill"
    DECIDE = "decide"
    WRITE = "write"
    TOLD = "told"
    """It passed all of them and is an event."""


STEPS = (
    "judge: does the sentence state one?  fill: is it among the likeliest?  "
    "decide: sure enough, and no repetition?  write: not the same act as another?"
)
"""What each step asks, for people."""


class Reason(Record, frozen=True, kw_only=True):
    """What speaks for something (weight above zero) or against it; the weight is in log odds."""

    words: str
    weight: float


class TriggerWord(Record, frozen=True, kw_only=True):
    """Words that announced a candidate."""

    span: Span
    words: str
    rule: str
    """Id of the row of `lexicon/triggers.tsv`: type and stem."""
    strong: bool


class Value(Record, frozen=True, kw_only=True):
    """What fills a field of an act, or nearly does."""

    field: str
    value: str
    """As people read it: `3 people`, `EUR 20,000 fine`."""
    span: Span
    words: str
    """The words of the text it was read from."""
    likely: float | None = None
    """Probability that it fills the field; None where a rule says so."""
    why_not: str = ""
    """Why it was not taken; empty if it was."""


class Considered(Record, frozen=True, kw_only=True):
    """A sentence and a type of event that it may state, with what each step made of it."""

    label: str
    """The number of its event among those told, from `1`; `x1`, `x2`, … for what is not told."""
    type: EventType
    quote: str
    span: Span
    """Of the quote, in the article's text."""
    triggers: tuple[TriggerWord, ...]
    step: Step
    because: str
    """Why it ended there, for people."""
    likely: float
    """Probability that the sentence is the one that states such an event best."""
    mentioned: float
    """Probability that the sentence tells of such an event at all."""
    reasons: tuple[Reason, ...] = ()
    """What speaks for and against `likely`, the weightiest first."""
    status: Status | None = None
    """None, like all that follows, where it was not looked at any further."""
    sure: float | None = None
    """Probability of the status that the models read."""
    read_as: Status | None = None
    """The status that the models read, where plain words of asking overruled it."""
    status_reasons: tuple[Reason, ...] = ()
    news: float | None = None
    """Probability that the article reports it as new."""
    confidence: float | None = None
    alone: float | None = None
    """The confidence that it would have without likelier acts of its type in the article."""
    rival: str = ""
    """Label of the likelier act of its type that it is most like."""
    values: tuple[Value, ...] = ()
    event_id: str = ""


class Explanation(Record, frozen=True, kw_only=True):
    """One story."""

    title: str
    source: str
    url: str | None = None
    published_at: datetime | None = None
    language: str
    text: str
    not_classified: str = ""
    """Why the text was not read; empty if it was."""
    cut_at: int | None = None
    """Characters after which a very long text was not read any further."""
    events: tuple[Event, ...] = ()
    considered: tuple[Considered, ...] = ()
    """In the order of the text."""
