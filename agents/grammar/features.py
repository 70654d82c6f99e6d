"""What the models see of a candidate: named, binary features, drawn from the grammar.

A feature is a string, so that a weight can be read and explained.
"""

import bisect
import datetime as dt
import itertools
from collections.abc import Iterable, Iterator, Sequence

from agents.grammar.candidates import Candidate
from agents.grammar.mention import DateValue, Mention
from agents.grammar.reading import Reading
from agents.grammar.words import Word

EDGE = "<edge>"
_BE = frozenset(("is", "are", "was", "were", "be", "been", "being", "am", "get", "got", "gets", "getting"))
_HAVE = frozenset(("has", "have", "had", "having"))
_ARTICLES = frozenset(("a", "an", "the", "of", "his", "their", "its", "her", "no", "this", "that"))
_MODAL = frozenset(("will", "would", "could", "should", "may", "might", "can", "must", "shall"))


def candidate_features(reading: Reading, candidate: Candidate) -> list[str]:
    """Return the features of a candidate, apart from the words of its sentence."""
    found = ["always"]
    for part in (_around_trigger, _masked, _cues, _place, _company, _values):
        found.extend(part(reading, candidate))
    return found


_BY_TYPE = ("cue=", "voice", "left1", "label", "trigger", "kind", "in_title", "age", "at=", "section", "before")


def outcome_features(candidate: Candidate, features: list[str], stems: list[str]) -> list[str]:
    """Return what the models of status and time role see: all of it, and the telling part joined with the type."""
    kind = candidate.type.value
    joined = [f"{kind}|{feature}" for feature in features if feature.startswith(_BY_TYPE)]
    return [f"type={kind}", *features, *joined, *stems]


def bag(reading: Reading, index: int) -> Iterator[str]:
    """Yield the stems of a sentence, alone and in pairs."""
    found = reading.words_in(index)[:80]
    stems = [word.stem for word in found]
    yield from {f"w={stem}" for stem in stems}
    yield from {f"b={a}_{b}" for a, b in itertools.pairwise(stems)}


def trigger_place(reading: Reading, start: int) -> tuple[int, str]:
    """Return which word of its sentence a trigger begins with, and its voice."""
    index = reading.sentence_at(start)
    at = max(0, bisect.bisect_right(reading.starts_in(index), start) - 1)
    return at, voice_of(reading.words_in(index), at)


def _around_trigger(reading: Reading, candidate: Candidate) -> list[str]:
    found = reading.words_in(candidate.sentence)
    at, voice = reading.once(trigger_place, candidate.head.start)
    end = bisect.bisect_left(reading.starts_in(candidate.sentence), candidate.head.end)
    three, two, one = (_text(found, at - offset) for offset in (3, 2, 1))
    first, second, third = (_text(found, end + offset) for offset in (0, 1, 2))
    return [
        f"trigger={'_'.join([w.text for w in found[at:end][:3]])}",
        *[f"rule={rule}" for rule in sorted({t.rule for t in candidate.triggers})],
        f"strong={any(t.strong for t in candidate.triggers)}",
        f"left1={one}",
        f"right1={first}",
        f"left2={two}",
        f"right2={second}",
        f"left3={three}",
        f"right3={third}",
        f"left12={two}_{one}",
        f"right12={first}_{second}",
        *{f"near={word.stem}" for word in found[max(0, at - 7) : at]},
        *{f"after={word.stem}" for word in found[end : end + 7]},
        f"voice={voice}",
    ]


def _text(found: Sequence[Word], at: int) -> str:
    return found[at].stem if 0 <= at < len(found) else EDGE


def _masked(reading: Reading, candidate: Candidate) -> list[str]:
    """Return the words around the trigger with names and values replaced by their kind: "<agency> arrest <person>"."""
    found = reading.masked_in(candidate.sentence)
    at = max(0, bisect.bisect_right(found, candidate.head.start, key=_start) - 1)
    words = [word for _, word in found[max(0, at - 12) : at + 13]]
    here = min(at, 12)
    a, b, c, d, e = ([EDGE, EDGE, *words, EDGE, EDGE])[here : here + 5]
    before, behind = words[:here], words[here + 1 :]
    return [
        f"m-={b}_{c}",
        f"m+={c}_{d}",
        f"m-+={b}_{c}_{d}",
        f"m--={a}_{b}_{c}",
        f"m++={c}_{d}_{e}",
        *{f"before={word}" for word in before[-5:]},
        *{f"behind={word}" for word in behind[:5]},
        f"name-left={_first_name(reversed(before))}",
        f"name-right={_first_name(behind)}",
    ]


def _start(word: tuple[int, str]) -> int:
    return word[0]


def _first_name(words: Iterable[str]) -> str:
    return next((word for word in words if word.startswith("<@")), "none")


def voice_of(found: Sequence[Word], at: int) -> str:
    """Guess how the trigger is used from its ending and the words before it."""
    if not 0 <= at < len(found):
        return "none"
    before = [word.text for word in found[max(0, at - 3) : at]]
    word = found[at].text
    if word.endswith("ing"):
        return "progressive" if _BE & set(before) else "gerund"
    if before and before[-1] == "to":
        return "infinitive"
    for name, some in (("passive", _BE), ("modal", _MODAL), ("perfect", _HAVE)):
        if some & set(before):
            return name
    if before and before[-1] in _ARTICLES:
        return "noun"
    return "past" if word.endswith("ed") else "plain"


def _cues(reading: Reading, candidate: Candidate) -> Iterator[str]:
    head = candidate.head
    labels = set()
    for cue in reading.cues_in(candidate.sentence):
        side = "left" if cue.end <= head.start else "right" if cue.start >= head.end else "over"
        distance = "near" if min(abs(head.start - cue.end), abs(cue.start - head.end)) < 40 else "far"
        yield f"cue={cue.name}:{side}:{distance}"
        yield f"cue={cue.name}"
        labels.add(cue.label)
    yield from (f"label={label}" for label in sorted(labels))


def _place(reading: Reading, candidate: Candidate) -> list[str]:
    """Return where in the article the sentence stands, and whether the trigger stands in a quotation."""
    start, head = reading.sentence(candidate.sentence).start, candidate.head.start
    quote = reading.text.count("“", start, head) + reading.text.count('"', start, head)
    return [*reading.once(_place_of_sentence, candidate.sentence), f"quoted={quote % 2 == 1}"]


def _place_of_sentence(reading: Reading, index: int) -> list[str]:
    sentence = reading.sentence(index)
    count = len(reading.document.sentences)
    starts_paragraph = sentence.number == 0 or reading.sentence(sentence.number - 1).paragraph != sentence.paragraph
    stems = {word.stem for word in reading.words_in(index)}
    shared = len(stems & reading.title_stems) / max(1, len(reading.title_stems))
    return [
        f"kind={sentence.kind}",
        f"at={min(sentence.number, 6)}",
        f"tenth={10 * sentence.number // count}",
        f"section={min(sentence.section, 3)}",
        f"last={sentence.number >= count - 4}",
        f"length={min(8, (sentence.end - sentence.start) // 40)}",
        f"opens={starts_paragraph}",
        f"title={min(4, int(shared * 5))}",
        f"size={min(5, count // 15)}",
    ]


def _company(reading: Reading, candidate: Candidate) -> Iterator[str]:
    """Other triggers: in the sentence, the headline, the heading, the neighbours."""
    kind = candidate.type
    here = reading.types_in([candidate.sentence])
    yield from (f"with={other}" for other in sorted(here) if other != kind)
    yield f"types={min(5, len(here))}"
    titles = [s.number for s in reading.document.sentences[:4] if s.kind == "title"]
    yield f"in_title={kind in reading.types_in(titles)}"
    heading = reading.heading_of.get(reading.sentence(candidate.sentence).section)
    yield f"in_heading={heading is not None and kind in reading.types_in([heading.number])}"
    told = reading.strong_sentences.get(kind, [])
    before = bisect.bisect_left(told, candidate.sentence)
    yield f"before={min(4, before)}"
    yield f"previous={before > 0 and told[before - 1] == candidate.sentence - 1}"


def _values(reading: Reading, candidate: Candidate) -> Iterator[str]:
    """Mentions in the sentence, and how old its dates are."""
    head = candidate.head
    kinds = set()
    for mention in reading.mentions_in.get(candidate.sentence, ()):
        side = "left" if mention.end <= head.start else "right"
        kinds.add(f"has={mention.kind}")
        kinds.add(f"has={mention.kind}:{side}")
        if mention.kind == "date":
            kinds.add(f"age={age(mention, reading.published)}")
    yield from sorted(kinds)


def age(mention: Mention, published: dt.date | None) -> str:
    """Return how long before publication a date lies, in words."""
    assert isinstance(mention.value, DateValue)
    iso = mention.value.iso
    if published is None:
        return "unknown"
    if len(iso) == 4:
        years = published.year - int(iso)
        return "this-year" if years == 0 else "last-year" if years == 1 else "years" if years > 1 else "future"
    day = dt.date.fromisoformat(iso if len(iso) == 10 else f"{iso}-01")
    days = (published - day).days
    for limit, name in ((-1, "future"), (4, "days"), (12, "week"), (45, "month"), (200, "months"), (400, "year")):
        if days <= limit:
            return name
    return "years"
