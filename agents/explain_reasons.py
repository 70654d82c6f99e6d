"""Why the linear models judge a candidate as they do: the features that weigh most, in words that a lawyer reads.

A feature is a named, binary property of the sentence; its weight is what it adds to the log odds. Features that say the
same to a reader (a word as such, the same word just before the trigger) are told as one, their weights added up.
"""

import re
from collections import defaultdict
from collections.abc import Callable, Mapping
from typing import NamedTuple

from agents.explained import Reason
from agents.grammar.candidates import Candidate
from agents.grammar.features import outcome_features
from agents.grammar.judge import Described
from agents.grammar.model import Linear, columns_of
from agents.grammar.reading import Reading
from schemas.taxonomy import Status

MOST = 5
"""Reasons told for and against."""

SLIGHT = 0.05
"""Weights nearer to nothing are no reason."""


def reasons_of_event(reading: Reading, item: Described, model: Linear) -> tuple[Reason, ...]:
    """Return what speaks for and against a candidate's stating an event of its type, the weightiest first."""
    columns = dict(columns_of(model.labels, item.candidate.type))["stated"]
    shares = model.shares([*item.features, *item.stems], columns)
    return _weightiest(_in_words(reading, item.candidate, shares))


def reasons_of_status(reading: Reading, item: Described, status: Status, model: Linear) -> tuple[Reason, ...]:
    """Return what speaks for a status and against the one that comes next."""
    features = outcome_features(item.candidate, item.features, item.stems)
    scores = model.scores(features).tolist()
    by_status = {label.partition("|")[2]: n for n, label in enumerate(model.labels) if label.startswith("status|")}
    others = [name for name in by_status if name != status]
    own, next_ = by_status[status], by_status[max(others, key=lambda name: scores[by_status[name]])]
    against = model.shares(features, [next_])
    shares = {feature: weight - against[feature] for feature, weight in model.shares(features, [own]).items()}
    return _weightiest(_in_words(reading, item.candidate, shares))


def _weightiest(weights: Mapping[str, float]) -> tuple[Reason, ...]:
    ordered = sorted(weights.items(), key=lambda pair: (-abs(pair[1]), pair[0]))
    for_ = [pair for pair in ordered if pair[1] >= SLIGHT][:MOST]
    against = [pair for pair in ordered if pair[1] <= -SLIGHT][:MOST]
    return tuple(Reason(words=words, weight=round(weight, 2)) for words, weight in for_ + against)


def _in_words(reading: Reading, candidate: Candidate, shares: Mapping[str, float]) -> dict[str, float]:
    """Add up the weights of the features that are told in the same words; what says nothing to a reader is left out."""
    sentence = sentence_of(reading, candidate)
    found: dict[str, float] = defaultdict(float)
    for feature, weight in shares.items():
        if words := readable(feature.partition("|")[2] or feature, sentence):
            found[words] += weight
    return found


class Sentence(NamedTuple):
    """What is needed to tell features of a candidate in words."""

    trigger: str
    """Its words in the text."""
    words: Mapping[str, str]
    """By stem, the first word of the sentence that has it."""
    sides: Mapping[str, str]
    """By stem, where that word stands: `trigger`, `before` or `after`."""
    cues: Mapping[str, str]
    """By name of a cue, its words in the sentence."""
    place: str
    """Where the sentence stands in the article."""


def sentence_of(reading: Reading, candidate: Candidate) -> Sentence:
    """Return the words of a candidate's sentence."""
    head = candidate.head
    words: dict[str, str] = {}
    sides: dict[str, str] = {}
    for word in reading.words_in(candidate.sentence):
        words.setdefault(word.stem, reading.text[word.start : word.end])
        side = "before" if word.end <= head.start else "after" if word.start >= head.end else "trigger"
        sides.setdefault(word.stem, side)
    cues = {
        cue.name: " ".join(reading.text[cue.start : cue.end].split()) for cue in reading.cues_in(candidate.sentence)
    }
    place = f"its place in the article (sentence {candidate.sentence + 1} of {len(reading.document.sentences)})"
    return Sentence(" ".join(reading.text[head.start : head.end].split()), words, sides, cues, place)


def readable(feature: str, sentence: Sentence) -> str:
    """Return what a feature says in words; empty if it says nothing to a reader."""
    name, _, value = feature.partition("=")
    if name in ("near", "before") and value.isdigit():
        return _EARLIER[min(1, int(value))]
    if name in _OF_WORDS:
        return _OF_WORDS[name](value, sentence)
    if name in _PLACES:
        return sentence.place
    if name == "has":
        kind = value.partition(":")[0]
        return f"the sentence has {_THINGS.get(kind, f'a {kind}')}"
    if name in _TOLD:
        return _TOLD[name].get(value, "")
    return _PLAIN[name].format(_plain(value)) if name in _PLAIN else ""


def _word(stem: str, sentence: Sentence) -> str:
    """Return a stem as the word that the sentence has for it; a masked name as its kind."""
    if kind := re.fullmatch(r"<@?(\w+)>", stem):
        return _MASKS.get(kind.group(1), kind.group(1).replace("_", " ").upper())
    return sentence.words.get(stem, stem)


def _several(stems: str, sentence: Sentence) -> str:
    return " ".join(_word(stem, sentence) for stem in stems.split("_"))


def _on(side: str) -> Callable[[str, Sentence], str]:
    def told(value: str, sentence: Sentence) -> str:
        if not value.replace("<edge>", "").strip("_"):
            return f"no word close {side} it"
        return f"“{_several(value, sentence)}” {side} it"

    return told


def _of_word(stem: str, sentence: Sentence) -> str:
    side = sentence.sides.get(stem, "trigger")
    return f"the trigger “{sentence.trigger}”" if side == "trigger" else _on(side)(stem, sentence)


def _of_name(side: str) -> Callable[[str, Sentence], str]:
    def told(value: str, sentence: Sentence) -> str:
        return (
            f"no name {side} it"
            if value == "none"
            else f"the next name {side} it is of the kind {_word(value, sentence)}"
        )

    return told


def _of_cue(value: str, sentence: Sentence) -> str:
    name = value.partition(":")[0]
    return f"the turn “{sentence.cues[name]}”" if sentence.cues.get(name) else ""


def _of_trigger(_: str, sentence: Sentence) -> str:
    return f"the trigger “{sentence.trigger}”"


def _wording(value: str, sentence: Sentence) -> str:
    return f"the wording “{_several(value, sentence)}”"


_MASKS = {"edge": "[edge]", "number": "NUMBER", "year": "YEAR", "mixed": "CODE"}
_EARLIER = ("no earlier sentence with a trigger of the type", "earlier sentences with a trigger of the type")

_OF_WORDS: dict[str, Callable[[str, Sentence], str]] = {
    "trigger": _of_trigger,
    "rule": _of_trigger,
    "w": _of_word,
    "b": _wording,
    "near": _on("before"),
    "before": _on("before"),
    "left1": _on("before"),
    "left2": _on("before"),
    "left3": _on("before"),
    "left12": _on("before"),
    "after": _on("after"),
    "behind": _on("after"),
    "right1": _on("after"),
    "right2": _on("after"),
    "right3": _on("after"),
    "right12": _on("after"),
    "m-": _wording,
    "m+": _wording,
    "m-+": _wording,
    "m--": _wording,
    "m++": _wording,
    "name-left": _of_name("before"),
    "name-right": _of_name("after"),
    "cue": _of_cue,
}
"""Features about words. "It" is the trigger."""

_TOLD = {
    "strong": {"True": "a strong trigger", "False": "only weak triggers"},
    "voice": {
        "passive": "it stands in the passive",
        "modal": "it stands with will, would, may, must or the like",
        "perfect": "it stands in the perfect",
        "noun": "it is a noun",
        "past": "it stands in the past tense",
        "plain": "it stands in its plain form",
        "infinitive": "it stands after “to”",
        "gerund": "it ends in -ing",
        "progressive": "it tells of something under way",
    },
    "in_title": {"True": "the headline has a trigger of the type", "False": "the headline has no trigger of the type"},
    "in_heading": {"True": "the heading has a trigger of the type"},
    "previous": {"True": "the sentence before has a trigger of the type"},
    "quoted": {"True": "it stands within quotation marks"},
    "kind": {
        "title": "it stands in the headline",
        "heading": "it stands in a heading",
        "quote": "it stands in a quotation",
        "item": "it stands in a list",
    },
    "title": {"0": "the sentence shares few words with the headline"}
    | {str(n): "the sentence shares words with the headline" for n in range(1, 5)},
    "last": {"True": "it stands at the end of the article"},
    "age": {
        "days": "a date of these days",
        "week": "a date of the last two weeks",
        "month": "a date of the last weeks",
        "months": "a date some months ago",
        "year": "a date about a year ago",
        "years": "a date years ago",
        "this-year": "a date in this year",
        "last-year": "a date in the year before",
        "future": "a date to come",
    },
}
"""Features with few values."""

_THINGS = {
    "money": "an amount",
    "term": "a length of time",
    "count": "a number of things or people",
    "agency": "an authority",
    "organisation": "an organisation",
    "operation": "an operation",
    "rights_group": "a rights group",
    "place": "a country or place",
}
_PLACES = frozenset(("at", "tenth", "section", "opens"))
_PLAIN = {
    "label": "words that speak for “{}”",
    "with": "the sentence also has a trigger for {}",
}
"""Features told with their value."""


def _plain(value: str) -> str:
    return value.partition(":")[0].replace("_", " ")
