"""The two layers of learning: linear models over words and grammar, then forests over what the linear models say.

The forests are trained on what linear models say of files that they were not trained on, or they would trust them too
much.
"""

from collections import defaultdict
from collections.abc import Sequence
from typing import Any, NamedTuple

from learning import fit, fit_forest, fit_typed
from samples import Pair, Sample
from targets import NAME_SLOTS, kept_by

from agents.grammar.acts import Act, find_acts
from agents.grammar.context import Seen
from agents.grammar.decide import contexts, with_rivals
from agents.grammar.features import outcome_features
from agents.grammar.forest import Forest
from agents.grammar.judge import judge
from agents.grammar.model import Linear, Models
from agents.grammar.reading import Reading
from agents.grammar.writing import name_of

INNER = 5


def train(samples: Sequence[Sample]) -> Models:
    """Return the models learnt from these files."""
    cases = [case for part in range(INNER) for case in _held_out(samples, part)]
    return Models(train_linear(samples), train_forests(cases))


def _held_out(samples: Sequence[Sample], part: int) -> list["Case"]:
    """Return a part of the files as linear models see them that were trained on the other parts."""
    others = [s for n, s in enumerate(samples) if n % INNER != part]
    models = Models(train_linear(others), {})
    return [applied(s, models) for n, s in enumerate(samples) if n % INNER == part]


def train_linear(samples: Sequence[Sample]) -> dict[str, Linear]:
    """Return the linear models: event or not, status, news, and one for each slot."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for item in samples:
        for pair in item.pairs:
            pairs[pair.slot].append(pair)
    return {**_of_candidates(samples), **{slot: _of_slot(found) for slot, found in sorted(pairs.items())}}


def _of_candidates(samples: Sequence[Sample]) -> dict[str, Linear]:
    items = [
        (d, None if n is None else s.events[n])
        for s in samples
        for story in s.stories
        for d, n in zip(story.described, story.stated, strict=True)
    ]
    event = fit_typed(
        [d.features + d.stems for d, _ in items],
        [d.candidate.type.value for d, _ in items],
        [truth is not None for _, truth in items],
        strength=0.1,
    )
    known = [(outcome_features(d.candidate, d.features, d.stems), truth) for d, truth in items if truth is not None]
    names = [features for features, _ in known]
    status = fit(names, [truth["status"] for _, truth in known], strength=0.5)
    news = fit(names, [truth["time_role"] for _, truth in known], strength=0.1)
    return {"event": event, "status": status, "told_as_news": news}


def _of_slot(pairs: Sequence[Pair]) -> Linear:
    return fit_typed([p.features for p in pairs], [p.type for p in pairs], [p.fills for p in pairs], strength=0.1)


class Case(NamedTuple):
    """A file as the second layer sees it: the acts of its stories, and the numbers that describe them."""

    sample: Sample
    acts: list[Act]
    seen: list[list[Seen]]
    rows: list[list[list[float]]]


def applied(item: Sample, models: Models) -> Case:
    """Return a file as the linear models see it."""
    found = [find_acts(story.reading, judge(story.described, models), models) for story in item.stories]
    looked = [contexts(story.reading, acts) for story, acts in zip(item.stories, found, strict=True)]
    return Case(item, [a for acts in found for a in acts], [seen for seen, _ in looked], [rows for _, rows in looked])


def train_forests(cases: Sequence[Case]) -> dict[str, Forest]:
    """Return the forests: news or background, and which acts to keep."""
    news = _train_news(cases)
    guessed = [p for part in range(INNER) for p in _guess_news(cases, part)]
    rows: list[list[float]] = []
    yes: list[bool] = []
    for case, chances in zip(_in_parts(cases), guessed, strict=True):
        more, right = keep_rows(case, chances)
        rows += more
        yes += right
    return {"news": news, "keep": fit_forest(rows, yes, trees=120)}


def _in_parts(cases: Sequence[Case]) -> list[Case]:
    return [case for part in range(INNER) for case in cases[part::INNER]]


def _guess_news(cases: Sequence[Case], part: int) -> list[list[list[float]]]:
    """Return the chances of news for a part of the files, from a forest trained on the others."""
    forest = _train_news([case for n, case in enumerate(cases) if n % INNER != part])
    return [[list(forest.probabilities(rows)) for rows in case.rows] for case in cases[part::INNER]]


def _train_news(cases: Sequence[Case]) -> Forest:
    rows, yes = [], []
    for case in cases:
        for story, seen, numbers in zip(case.sample.stories, case.seen, case.rows, strict=True):
            stated = {id(d.candidate): n for d, n in zip(story.described, story.stated, strict=True) if n is not None}
            for item, row in zip(seen, numbers, strict=True):
                number = stated.get(id(item.act.judged.candidate))
                if number is not None:
                    rows.append(row)
                    yes.append(case.sample.events[number]["time_role"] == "news")
    return fit_forest(rows, yes, trees=80)


def keep_rows(case: Case, news: Sequence[Sequence[float]]) -> tuple[list[list[float]], list[bool]]:
    """Return the numbers of a file's acts and whether each is to be kept: a labelled event, told right, told first."""
    rows: list[list[float]] = []
    told: list[tuple[float, int, dict[str, Any]]] = []
    for story, seen, numbers, chances in zip(case.sample.stories, case.seen, case.rows, news, strict=True):
        for item, chance in zip(seen, chances, strict=True):
            told.append((-item.act.judged.likely, len(told), told_event(story.reading, item.act, chance)))
        rows += with_rivals(seen, numbers, chances)
    order = sorted(told, key=lambda entry: entry[:2])
    right = kept_by(case.sample.events, [event for _, _, event in order])
    by_place = dict(zip((place for _, place, _ in order), right, strict=True))
    return rows, [by_place[place] for place in range(len(rows))]


def told_event(reading: Reading, act: Act, news: float) -> dict[str, Any]:
    """Return an act in the fields of the labels, as far as it is compared with them."""
    sentence = reading.sentence(act.judged.candidate.sentence)
    date = act.slots.get("date")
    return {
        "type": act.judged.candidate.type.value,
        "status": act.judged.status.value,
        "time_role": "news" if news >= 0.5 else "background",
        "evidence": reading.text[sentence.start : sentence.end],
        "date": date[0].group.key[0] if date else None,
        **{slot: [name_of(f) for f in act.slots.get(slot, ())] for slot in NAME_SLOTS},
    }
