"""What the models see of a candidate event and a thing that the article mentions: named, binary features.

`group_features` are of the thing alone and are computed once; `pair_features` are of the two together.
"""

import bisect
from collections.abc import Iterator, Sequence

from agents.grammar.candidates import Candidate
from agents.grammar.features import age, trigger_place
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
        around.update(reading.once(_around, (mention.start, mention.end, "doc")))
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
    if where == "here":
        found.append(f"here={min(2, group.sentences.count(candidate.sentence))}")
        found.extend(_in_sentence(reading, candidate, mention))
        return found
    found.append("here=0")
    if where in ("before1", "after1"):
        found.extend(reading.once(_around, (mention.start, mention.end, where)))
    return found


def _nearest(candidate: Candidate, group: Group) -> tuple[Mention, str]:
    """Return the mention nearest to the event's trigger, and where it stands: `here`, `before1`, …, `far`."""
    place = group.nearest(candidate.head.start, candidate.sentence)
    gap = group.sentences[place] - candidate.sentence
    if gap == 0:
        return group.mentions[place], "here"
    return group.mentions[place], f"{'before' if gap < 0 else 'after'}{min(4, abs(gap))}"


def _in_sentence(reading: Reading, candidate: Candidate, mention: Mention) -> list[str]:
    found, starts = reading.words_in(candidate.sentence), reading.starts_in(candidate.sentence)
    trigger, voice = reading.once(trigger_place, candidate.head.start)
    first, last = bisect.bisect_left(starts, mention.start), bisect.bisect_left(starts, mention.end)
    left = mention.start < candidate.head.start
    side = "left" if left else "right"
    distance = max(0, trigger - last if left else first - trigger - 1)
    rank = _rank(reading, candidate, mention)
    between = [word.stem for word in (found[last:trigger] if left else found[trigger + 1 : first])]
    return [
        f"side={side}",
        f"side={side}:{mention.kind}",
        f"far={side}:{min(6, distance.bit_length())}",
        f"voice={voice}:{side}",
        f"rank={side}:{rank}",
        f"rank={side}:{rank}:{mention.kind}",
        f"rank={side}:{rank}:{voice}",
        f"opens={first <= 1}:{side}",
        f"clauses={min(3, _commas(reading.text, candidate, mention))}:{side}",
        f"trigger={found[trigger].stem if found else ''}:{side}",
        *({f"mid={stem}:{side}" for stem in between} if len(between) <= 10 else ()),
        *((f"path={'_'.join(between)}:{side}",) if len(between) <= 2 else ()),
        *reading.once(_around, (mention.start, mention.end, "here")),
    ]


def _commas(text: str, candidate: Candidate, mention: Mention) -> int:
    start, end = sorted((mention.start, candidate.head.start))
    return text.count(",", start, end) + 2 * text.count(";", start, end)


def _rank(reading: Reading, candidate: Candidate, mention: Mention) -> int:
    """Return how many mentions of the same sort stand between this one and the trigger, at most 3."""
    head = candidate.head.start
    low, high = sorted((mention.start, head))
    sort = _sort(mention)
    return min(3, sum([low < m.start < high and _sort(m) == sort for m in reading.mentions_in[candidate.sentence]]))


def _sort(mention: Mention) -> str:
    return "name" if isinstance(mention.value, NameValue) else mention.kind


def _around(reading: Reading, place: tuple[int, int, str]) -> list[str]:
    """Return the stems beside a stretch of text, given as start, end, and what begins the features' names."""
    start, end, prefix = place
    index = reading.sentence_at(start)
    found, starts = reading.words_in(index), reading.starts_in(index)
    first, last = bisect.bisect_left(starts, start), bisect.bisect_left(starts, end)
    before, behind = _stem(found, first - 1), _stem(found, last)
    return [
        f"{prefix}:left1={before}",
        f"{prefix}:left2={_stem(found, first - 2)}_{before}",
        f"{prefix}:right1={behind}",
        f"{prefix}:right2={behind}_{_stem(found, last + 1)}",
        *[f"{prefix}:left={word.stem}" for word in found[max(0, first - 4) : first]],
        *[f"{prefix}:right={word.stem}" for word in found[last : last + 4]],
    ]


def _stem(found: Sequence[Word], at: int) -> str:
    return found[at].stem if 0 <= at < len(found) else "<edge>"
