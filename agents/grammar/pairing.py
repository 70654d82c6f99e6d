"""What the models see of a candidate event and a thing that the article mentions: named, binary features.

`group_features` are of the thing alone and are computed once; `pair_features` are of the two together.
"""

import bisect
from collections.abc import Iterator, Sequence

from agents.grammar.candidates import Candidate
from agents.grammar.features import age, voice_of
from agents.grammar.groups import Group
from agents.grammar.mention import CountValue, Mention, MoneyValue, NameValue, PlaceValue, TermValue
from agents.grammar.reading import Reading
from agents.grammar.words import Word

_CONTEXTS = 12
"""Mentions of one thing whose neighbours are looked at."""


def group_features(reading: Reading, group: Group) -> list[str]:
    """Return the features of a thing, wherever the event is."""
    first = group.mentions[0]
    found = [
        f"is={group.kind}",
        f"times={min(4, len(group.mentions).bit_length())}",
        f"first={min(5, group.sentences[0] // 3)}",
        f"title={any(reading.sentence(n).kind == 'title' for n in group.sentences[:3])}",
        *(f"rule={rule}" for rule in {m.rule for m in group.mentions[:_CONTEXTS]}),
    ]
    if group.family == "name":
        found.append(f"name={group.key[0]}")
        found.extend(f"part={part}" for part in str(group.key[0]).split()[:5])
    found.extend(_value_features(reading, first))
    around: set[str] = set()
    for mention in group.mentions[:_CONTEXTS]:
        around.update(_around(reading, mention, "doc"))
    return found + sorted(around)


def _value_features(reading: Reading, mention: Mention) -> Iterator[str]:
    value = mention.value
    if mention.kind == "date":
        yield f"age={age(mention, reading.published)}"
        yield f"precision={len(value.iso)}:{value.relative}"
    elif isinstance(value, MoneyValue):
        yield f"flags={value.converted}:{value.vague}"
        yield f"size={len(str(int(value.amount)))}"
    elif isinstance(value, CountValue):
        yield f"unit={value.unit}"
        yield f"head={value.head.lower()}"
        yield f"n={min(4, value.n.bit_length())}"
    elif isinstance(value, TermValue):
        yield f"flags={value.suspended}:{value.maximum}:{value.combined}"
    elif isinstance(value, PlaceValue):
        yield f"nationality={value.nationality}"
    elif isinstance(value, NameValue):
        yield f"words={min(4, value.canonical.count(' '))}"


def pair_features(reading: Reading, candidate: Candidate, group: Group) -> list[str]:
    """Return the features of a thing and an event together."""
    mention, where = _nearest(candidate, group)
    found = [f"where={where}", f"where={where}:{mention.kind}"]
    found.append(f"here={min(2, group.around(candidate.sentence)[1])}")
    if where == "here":
        found.extend(_in_sentence(reading, candidate, mention))
    elif where in ("before1", "after1"):
        found.extend(_around(reading, mention, where))
    return found


def _nearest(candidate: Candidate, group: Group) -> tuple[Mention, str]:
    """Return the mention nearest to the event's trigger, and where it stands: `here`, `before1`, …, `far`."""
    place = group.nearest(candidate.head.start, candidate.sentence)
    gap = group.sentences[place] - candidate.sentence
    if gap == 0:
        return group.mentions[place], "here"
    return group.mentions[place], f"{'before' if gap < 0 else 'after'}{min(4, abs(gap))}"


def _in_sentence(reading: Reading, candidate: Candidate, mention: Mention) -> Iterator[str]:
    found = reading.words_in(candidate.sentence)
    starts = [word.start for word in found]
    trigger = max(0, bisect.bisect_right(starts, candidate.head.start) - 1)
    first, last = bisect.bisect_left(starts, mention.start), bisect.bisect_left(starts, mention.end)
    left = mention.start < candidate.head.start
    side = "left" if left else "right"
    distance = max(0, trigger - last if left else first - trigger - 1)
    voice = voice_of(found, trigger)
    rank = _rank(reading, candidate, mention)
    yield from (f"side={side}", f"side={side}:{mention.kind}", f"far={side}:{min(6, distance.bit_length())}")
    yield f"voice={voice}:{side}"
    yield f"rank={side}:{rank}"
    yield f"rank={side}:{rank}:{mention.kind}"
    yield f"rank={side}:{rank}:{voice}"
    yield f"opens={first <= 1}:{side}"
    yield f"clauses={min(3, _commas(reading.text, candidate, mention))}:{side}"
    yield f"trigger={found[trigger].stem if found else ''}:{side}"
    between = found[last:trigger] if left else found[trigger + 1 : first]
    if len(between) <= 10:
        yield from {f"mid={word.stem}:{side}" for word in between}
    if len(between) <= 2:
        yield f"path={'_'.join(word.stem for word in between)}:{side}"
    yield from _around(reading, mention, "here")


def _commas(text: str, candidate: Candidate, mention: Mention) -> int:
    start, end = sorted((mention.start, candidate.head.start))
    return text.count(",", start, end) + 2 * text.count(";", start, end)


def _rank(reading: Reading, candidate: Candidate, mention: Mention) -> int:
    """Return how many mentions of the same sort stand between this one and the trigger, at most 3."""
    head = candidate.head.start
    low, high = sorted((mention.start, head))
    same = [m for m in reading.mentions_in[candidate.sentence] if _sort(m) == _sort(mention)]
    return min(3, sum(low < m.start < high for m in same))


def _sort(mention: Mention) -> str:
    return "name" if isinstance(mention.value, NameValue) else mention.kind


def _around(reading: Reading, mention: Mention, prefix: str) -> Iterator[str]:
    found = reading.words_in(reading.sentence_at(mention.start))
    starts = [word.start for word in found]
    first, last = bisect.bisect_left(starts, mention.start), bisect.bisect_left(starts, mention.end)
    yield f"{prefix}:left1={_stem(found, first - 1)}"
    yield f"{prefix}:left2={_stem(found, first - 2)}_{_stem(found, first - 1)}"
    yield f"{prefix}:right1={_stem(found, last)}"
    yield f"{prefix}:right2={_stem(found, last)}_{_stem(found, last + 1)}"
    yield from (f"{prefix}:left={word.stem}" for word in found[max(0, first - 4) : first])
    yield from (f"{prefix}:right={word.stem}" for word in found[last : last + 4])


def _stem(found: Sequence[Word], at: int) -> str:
    return found[at].stem if 0 <= at < len(found) else "<edge>"
