"""The event coder from end to end: read, propose, judge, fill the slots, decide, and write the events down."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from agents.grammar.about import reports_news
from agents.grammar.acts import fill, likely_acts
from agents.grammar.decide import Decided, decide
from agents.grammar.groups import Key
from agents.grammar.judge import Described, Judged, describe, judge
from agents.grammar.mentions import find_mentions
from agents.grammar.model import Models
from agents.grammar.reading import Reading
from agents.grammar.report import is_policy_report
from agents.grammar.status_rules import settled
from agents.grammar.ties import with_ties
from agents.grammar.writing import write_events
from schemas.events import Article, Event
from schemas.taxonomy import Status

THRESHOLD = 0.3
"""Confidence from which an act is told: near the best F1 on held-out folds. Precision 0.80 begins at 0.6."""

REPORTS = 0.75
"""How likely an article as a whole must report enforcement for its likeliest news act to be told where it would have
none. Chosen on held-out folds for a precision of 0.95 of "has enforcement news"."""

STATED = 0.6
"""How likely a sentence and its status must be for what is sought to stand beside what was done."""

LONGEST = 200_000
"""Characters of a text that are read; longer ones are books and data, and every text must be done in two seconds."""


def read(article: Article) -> Reading:
    """Return the article's text, read."""
    published = article.published_at.date() if article.published_at else None
    text = article.text[:LONGEST]
    mentions = find_mentions(text, published=published, outlet_domains=_outlet(article.url))
    return Reading(text, title=article.title, published=published, mentions=mentions)


def _outlet(url: str | None) -> frozenset[str]:
    """Return the outlet's own domain, which is never a party."""
    host = (urlsplit(url).hostname or "") if url else ""
    return frozenset((host.removeprefix("www."),)) if host else frozenset()


class Told(NamedTuple):
    """An act that is told, and the rule by which it is."""

    act: Decided
    rule: str
    """`sure`, `sought` or `only news`."""


class Steps(NamedTuple):
    """What each step made of a text."""

    described: Sequence[Described]
    judged: Sequence[Judged]
    """With the status that the models read, before plain words of asking are heeded."""
    acts: Sequence[Decided]
    """All likelier acts, the likeliest first."""
    reports: float
    """Probability that the article as a whole reports an act of enforcement as new."""

    def admitted(self, reading: Reading) -> list[Decided]:
        """Return the acts without what a policy report tells as new."""
        report = is_policy_report(reading)
        return [act._replace(news=0.0) for act in self.acts if act.news < 0.5] if report else list(self.acts)


def steps(reading: Reading, models: Models) -> Steps:
    """Return what each step makes of a text, up to its acts with their confidence."""
    described = list(describe(reading))
    judged = judge(described, models)
    likely = likely_acts(reading, [_settled(reading, item) for item in judged], models)
    acts = decide(reading, fill(reading, likely, models.forests), models)
    return Steps(described, judged, acts, reports_news(reading, acts, models))


def _settled(reading: Reading, item: Judged) -> Judged:
    sentence, head = reading.sentence(item.candidate.sentence), item.candidate.head
    told = reading.text[sentence.start : sentence.end]
    at, headline = head.start - sentence.start, reading.document.title
    return item._replace(status=settled(item.status, item.candidate.type, told, at, headline=headline))


def code(article: Article, *, models: Models, threshold: float = THRESHOLD) -> tuple[Event, ...]:
    """Return the events of an article, in the order of the text."""
    return events_of(article, read(article), models=models, threshold=threshold)


def events_of(article: Article, reading: Reading, *, models: Models, threshold: float = THRESHOLD) -> tuple[Event, ...]:
    """Return the events of an article that is read."""
    done = steps(reading, models)
    told = told_of(done.admitted(reading), threshold, reports=done.reports)
    return with_ties(write_events(article, reading, [one.act for one in told]), reading)


def told_of(acts: Sequence[Decided], threshold: float = THRESHOLD, *, reports: float = 0.0) -> list[Told]:
    """Return the acts that are told: those sure enough, what is sought beside them, and the likeliest news at least."""
    kept = [Told(act, "sure") for act in acts if act.confidence >= threshold]
    sure = [told.act for told in kept]
    kept += [Told(act, "sought") for act in acts if act.confidence < threshold and _is_sought_beside(act, sure)]
    if reports >= REPORTS and not any(told.act.news >= 0.5 for told in kept):
        kept += [Told(act, "only news") for act in _likeliest_news(acts)]
    retold = [act for act in acts if not any(act is told.act for told in kept)]
    return [told._replace(act=_with_worth(told.act, retold)) for told in kept]


def _with_worth(told: Decided, retold: Iterable[Decided]) -> Decided:
    """Return a total with the sum that a repetition of it tells and its own sentence does not.

    "Close to 12,000 were held, in cases worth 90 million euros. In all, 11,874 were held, the ministry said."
    """
    if not told.act.judged.aggregate or told.act.slots.get("money"):
        return told
    own = told.act.judged.candidate.type, told.news >= 0.5, _day_and_country(told)
    for other in retold:
        if (other.act.judged.candidate.type, other.news >= 0.5, _day_and_country(other)) == own:
            worth = other.act.slots.get("money", ())
            if worth:
                return told._replace(act=told.act._replace(slots={**told.act.slots, "money": worth}))
    return told


def _day_and_country(item: Decided) -> tuple[Key, ...]:
    return tuple(filler.group.key for slot in ("date", "country") for filler in item.act.slots.get(slot, ()))


def _likeliest_news(acts: Sequence[Decided]) -> list[Decided]:
    news = [act for act in acts if act.news >= 0.5]
    return sorted(news, key=lambda act: -act.confidence)[:1]


def _is_sought_beside(act: Decided, kept: Sequence[Decided]) -> bool:
    """Say whether an act is plainly stated as asked for, beside a told act of its type that was not: no repetition."""
    judged = act.act.judged
    others = {other.act.judged.status for other in kept if other.act.judged.candidate.type == judged.candidate.type}
    plain = judged.likely >= STATED and judged.sure >= STATED
    return judged.status == Status.SOUGHT and plain and bool(others) and Status.SOUGHT not in others
