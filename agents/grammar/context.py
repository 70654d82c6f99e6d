"""An act seen from its article, in numbers: where it stands, how old its dates are, what else the article tells.

The forests that decide between news and background, and which acts to keep, read these numbers.
What is not known is nan.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from typing import NamedTuple

from agents.grammar.acts import NAME_SLOTS, Act
from agents.grammar.groups import Group, Key
from agents.grammar.mention import DateValue, Mention
from agents.grammar.odds import NAN, TYPES, log_odds
from agents.grammar.reading import Reading
from schemas.taxonomy import Status

KINDS = ("title", "heading", "text", "quote", "item")
STATUSES = tuple(Status)
BACK = 3
"""Sentences before an act in which a date that carries over to it is looked for."""


class Seen(NamedTuple):
    """An act and what is looked up for it more than once."""

    act: Act
    sentence: int
    paragraph: int
    stems: frozenset[str]
    news: float
    """Log odds of news, from the words alone."""
    names: Mapping[Key, Group]
    identity: frozenset[tuple[str, str]]


def see(reading: Reading, acts: Sequence[Act]) -> list[Seen]:
    """Return the acts with what is looked up for them."""
    return [
        Seen(
            act,
            act.judged.candidate.sentence,
            reading.sentence(act.judged.candidate.sentence).paragraph,
            frozenset(word.stem for word in reading.words_in(act.judged.candidate.sentence)),
            log_odds(act.judged.news),
            act.names,
            act.identity,
        )
        for act in acts
    ]


def context(reading: Reading, seen: Seen, others: Sequence[Seen]) -> list[float]:
    """Return the numbers that tell news from background."""
    return [
        *_itself(seen),
        *_place(reading, seen),
        *_dates(reading, seen),
        *_neighbours(seen, [other for other in others if other is not seen]),
        *_names(reading, seen, others),
    ]


def _itself(seen: Seen) -> list[float]:
    judged = seen.act.judged
    return [
        seen.news,
        log_odds(judged.likely),
        log_odds(judged.told),
        TYPES.index(judged.candidate.type),
        STATUSES.index(judged.status),
        judged.sure,
        any(t.strong for t in judged.candidate.triggers),
    ]


def _place(reading: Reading, seen: Seen) -> list[float]:
    sentence = reading.sentence(seen.sentence)
    count = len(reading.document.sentences)
    shared = len(seen.stems & reading.title_stems)
    in_title = reading.types_in([0])
    return [
        sentence.number,
        sentence.number / count,
        sentence.section,
        count,
        KINDS.index(sentence.kind),
        shared,
        shared / max(1, len(reading.title_stems)),
        seen.act.judged.candidate.type in in_title,
        len(in_title),
    ]


def _dates(reading: Reading, seen: Seen) -> list[float]:
    """Days before publication: of the date nearest to the trigger, the newest one, the one that carries over."""
    head = seen.act.judged.candidate.head.start
    here = _dates_in(reading, seen.sentence)
    near = min(here, key=lambda m: abs(m.start - head), default=None)
    earlier = (m for back in range(1, BACK + 1) for m in reversed(_dates_in(reading, seen.sentence - back)))
    chosen = next((f.group.mentions[0] for f in seen.act.slots.get("date", ())), None)
    return [
        _days(near, reading.published),
        min((_days(m, reading.published) for m in here), default=NAN),
        _days(next(earlier, None), reading.published),
        _days(chosen, reading.published),
        len(near.value.iso) if near else NAN,
    ]


def _dates_in(reading: Reading, sentence: int) -> list[Mention]:
    return [m for m in reading.mentions_in.get(sentence, ()) if isinstance(m.value, DateValue)]


def _days(mention: Mention | None, published: dt.date | None) -> float:
    if mention is None or published is None:
        return NAN
    iso = mention.value.iso
    return float((published - dt.date.fromisoformat(iso + {4: "-07-01", 7: "-15"}.get(len(iso), ""))).days)


def _neighbours(seen: Seen, others: Sequence[Seen]) -> list[float]:
    """Return what the words say of the acts around: of its type, its sentence, its paragraph, near by, all."""
    kind = seen.act.judged.candidate.type
    same = [o for o in others if o.act.judged.candidate.type == kind]
    near = [o for o in others if 0 < abs(o.sentence - seen.sentence) <= 3]
    return [
        _mean(o.news for o in same),
        _mean(o.news for o in others if o.sentence == seen.sentence),
        _mean(o.news for o in near),
        _mean(o.news for o in others if o.paragraph == seen.paragraph),
        _mean(o.news for o in others),
        max((o.news for o in same), default=NAN),
        max((log_odds(o.act.judged.likely) for o in same), default=NAN),
        max((log_odds(o.act.judged.told) for o in same), default=NAN),
        len(same),
        sum(o.sentence < seen.sentence for o in same),
        len(others),
    ]


def _mean(values: Iterable[float]) -> float:
    found = list(values)
    return sum(found) / len(found) if found else NAN


def _names(reading: Reading, seen: Seen, others: Sequence[Seen]) -> list[float]:
    """Return how the act's names stand in the article: in the headline, at the top, how often, only here."""
    places = [place for group in seen.names.values() for place in group.sentences]
    lead = [o for o in others if o.sentence <= 4]
    shared = [len(seen.names.keys() & o.names.keys()) for o in lead]
    return [
        len(seen.names),
        *(len(seen.act.slots.get(slot, ())) for slot in NAME_SLOTS),
        sum(reading.sentence(p).kind == "title" for p in places) if places else NAN,
        min(places, default=NAN),
        len(places) / max(1, len(seen.names)),
        sum(p < seen.sentence for p in places) / len(places) if places else NAN,
        max(shared, default=NAN),
        len(seen.act.slots.get("court", ())),
        len(seen.act.slots.get("money", ())),
        len(seen.act.slots.get("counts", ())),
    ]


def rivalry(seen: Seen, news: float, higher: Sequence[tuple[Seen, float]]) -> list[float]:
    """Return how the act compares with likelier acts of its type: a repetition of one of them, or another act.

    `news` and the numbers beside `higher` are probabilities of news.
    """
    rivals = [(other, p) for other, p in higher if other.act.judged.candidate.type == seen.act.judged.candidate.type]
    if not rivals:
        return [news, 0, *[NAN] * 11]
    closest, its_news = closest_rival(seen, rivals)
    mine, its = seen.act, closest.act
    shared = len(seen.identity & closest.identity)
    return [
        news,
        len(rivals),
        _likeness(seen, closest),
        shared,
        len(seen.identity) and shared / min(len(seen.identity), len(closest.identity) or 1),
        _same(mine, its, "date"),
        _same(mine, its, "country"),
        _same(mine, its, "counts"),
        abs(seen.sentence - closest.sentence),
        abs(news - its_news),
        log_odds(closest.act.judged.likely),
        mine.judged.status == its.judged.status,
        sum(other.act.judged.status == mine.judged.status for other, _ in rivals),
    ]


def closest_rival(seen: Seen, rivals: Sequence[tuple[Seen, float]]) -> tuple[Seen, float]:
    """Return the rival that the act is most like: of its names, its words and its place."""
    return max(rivals, key=lambda rival: _likeness(seen, rival[0]))


def _likeness(one: Seen, other: Seen) -> float:
    words = len(one.stems & other.stems) / max(1, min(len(one.stems), len(other.stems)))
    mine, its = one.identity, other.identity
    names = len(mine & its) / max(1, min(len(mine), len(its)))
    return words + names + 1 / (1 + abs(one.sentence - other.sentence))


def _same(one: Act, other: Act, slot: str) -> float:
    """1 if both have a value for the slot and share one, 0 if they share none, nan if one has none."""
    mine, its = ({f.group.key for f in act.slots.get(slot, ())} for act in (one, other))
    return NAN if not mine or not its else float(bool(mine & its))
