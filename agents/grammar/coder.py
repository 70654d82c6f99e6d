"""The event coder from end to end: read, propose, judge, merge, and write the events down."""

from datetime import date
from operator import attrgetter

from agents.grammar.dates import find_dates
from agents.grammar.judge import Judged, describe, judge
from agents.grammar.mention import Mention
from agents.grammar.model import Models
from agents.grammar.reading import Reading
from schemas.events import Article, Event
from schemas.ids import make_id
from schemas.taxonomy import EventType, TimeRole

THRESHOLD = 0.3


def read(article: Article) -> Reading:
    """Return the article's text, read."""
    published = article.published_at.date() if article.published_at else None
    return Reading(article.text, title=article.title, published=published, mentions=_mentions(article, published))


def _mentions(article: Article, published: date | None) -> list[Mention]:
    return find_dates(article.text, published)


def code(article: Article, *, models: Models, threshold: float = THRESHOLD) -> tuple[Event, ...]:
    """Return the events of an article."""
    reading = read(article)
    judged = judge(list(describe(reading)), models)
    acts = [item for item in _best_of_type(judged) if item.likely >= threshold]
    main = max((act for act in acts if act.news >= 0.5), key=attrgetter("likely"), default=None)
    return tuple(_event(article, reading, act, main=act is main) for act in acts)


def _best_of_type(judged: list[Judged]) -> list[Judged]:
    """Return the likeliest candidate of each type and time role, in the order of the text."""
    best: dict[tuple[EventType, bool], Judged] = {}
    for item in sorted(judged, key=attrgetter("likely"), reverse=True):
        best.setdefault((item.candidate.type, item.news >= 0.5), item)
    return sorted(best.values(), key=lambda item: item.candidate.sentence)


def _event(article: Article, reading: Reading, act: Judged, *, main: bool) -> Event:
    sentence = reading.sentence(act.candidate.sentence)
    return Event(
        id=make_id("event", article.id, act.candidate.type, str(sentence.number)),
        type=act.candidate.type,
        status=act.status,
        time_role=TimeRole.NEWS if act.news >= 0.5 else TimeRole.BACKGROUND,
        evidence=article.text[sentence.start : sentence.end],
        span=(sentence.start, sentence.end),
        main=main,
        confidence=round(act.likely, 3),
    )
