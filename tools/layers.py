"""The two layers of learning: linear models over words and grammar, then forests over what the linear models say.

The forests are trained on what linear models say of files that they were not trained on, or they would trust them too
much.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import Any, NamedTuple

from learning import fit, fit_forest, fit_numbers, fit_typed, side_by_side
from samples import Pair, Sample, Story, forms
from targets import NAME_SLOTS, fills, kept_by

from agents.grammar.about import about_numbers, headline_features
from agents.grammar.acts import Act, Likely, fill, likely_acts
from agents.grammar.arguments import FAMILY
from agents.grammar.context import Seen
from agents.grammar.decide import Decided, contexts, with_rivals
from agents.grammar.features import outcome_features
from agents.grammar.forest import Forest
from agents.grammar.judge import judge
from agents.grammar.model import Linear, Models
from agents.grammar.reading import Reading
from agents.grammar.slots import pairs
from agents.grammar.values import name_of

INNER = 5

INCOMPLETE = 0.5
"""Weight of a candidate from labels that may miss what is told in passing."""


def train(samples: Sequence[Sample]) -> Models:
    """Return the models learnt from these files."""
    views = [found for fold in sorted({s.labelled.fold for s in samples}) for found in held_out(samples, fold)]
    forests, whole = train_second(views)
    return Models(train_linear(samples) | {"about": whole}, forests)


def held_out(samples: Sequence[Sample], fold: int) -> list["View"]:
    """Return the files of a fold as linear models see them that were trained on the others."""
    models = Models(train_linear([s for s in samples if s.labelled.fold != fold]), {})
    return [view(s, models) for s in samples if s.labelled.fold == fold]


class View(NamedTuple):
    """A file as the linear models see it, by story."""

    sample: Sample
    likely: tuple[Likely, ...]
    headlines: tuple[float, ...]
    """What headline and lead say: does the article report enforcement as new."""


def view(item: Sample, models: Models) -> View:
    """Return a file as the linear models see it."""
    return View(
        item,
        tuple(likely_acts(story.reading, judge(story.described, models), models) for story in item.stories),
        tuple(models.linear["headline"].score(headline_features(story.reading)) for story in item.stories),
    )


def train_linear(samples: Sequence[Sample]) -> dict[str, Linear]:
    """Return the linear models: event or not, status, news, and one for each slot."""
    pairs: dict[str, list[Pair]] = defaultdict(list)
    for item in samples:
        for pair in item.pairs:
            pairs[pair.slot].append(pair)
    slots = {slot: _of_slot(found) for slot, found in sorted(pairs.items())}
    families = {
        family: side_by_side({slot: slots[slot] for slot in slots if FAMILY[slot] == family})
        for family in sorted(set(FAMILY.values()))
    }
    return {**_of_candidates(samples), **families, "headline": _of_headlines(samples)}


def _of_headlines(samples: Sequence[Sample]) -> Linear:
    stories = [(story, sample) for sample in samples for story in sample.stories]
    names = [headline_features(story.reading) for story, _ in stories]
    return fit(names, ["yes" if tells_news(story, sample) else "no" for story, sample in stories], strength=0.05)


def tells_news(story: Story, item: Sample) -> bool:
    """Say whether the labels have an act of this story as news."""
    if len(item.stories) == 1:
        return bool(item.labelled.row["enforcement"])
    return any(item.events[n]["time_role"] == "news" for n in story.stated if n is not None)


def _of_candidates(samples: Sequence[Sample]) -> dict[str, Linear]:
    items = [
        (d, None if n is None else s.events[n])
        for s in samples
        for story in s.stories
        for d, n in zip(story.described, story.stated, strict=True)
    ]
    names, types, yes = (
        [d.features + d.stems for d, _ in items],
        [d.candidate.type.value for d, _ in items],
        [truth is not None for _, truth in items],
    )
    weights = _by_set(samples)
    alone = [a * b for a, b in zip(weights, _without_repetitions(samples), strict=True)]
    stated = fit_typed(names, types, yes, strength=0.1, weights=weights)
    told = fit_typed(names, types, yes, strength=0.1, weights=alone)
    known = [(outcome_features(d.candidate, d.features, d.stems), truth) for d, truth in items if truth is not None]
    names = [features for features, _ in known]
    status = fit(names, [truth["status"] for _, truth in known], strength=0.5)
    news = fit(names, [truth["time_role"] for _, truth in known], strength=0.1)
    aggregate = fit(names, ["yes" if truth["aggregate"] else "no" for _, truth in known], strength=0.3)
    return {
        "event": side_by_side({"stated": stated, "told": told}),
        "outcome": side_by_side({"status": status, "time_role": news, "aggregate": aggregate}),
    }


def _by_set(samples: Sequence[Sample]) -> list[float]:
    """Return a weight for each candidate, by the set of labels that it is from."""
    return [1.0 if s.labelled.complete else INCOMPLETE for s in samples for story in s.stories for _ in story.described]


def _without_repetitions(samples: Sequence[Sample]) -> list[float]:
    """Return a weight for each candidate: small where it may tell again what another sentence states best."""
    return [
        0.1 if number is None and d.candidate.type in {event["type"] for event in s.events} else 1.0
        for s in samples
        for story in s.stories
        for d, number in zip(story.described, story.stated, strict=True)
    ]


def _of_slot(pairs: Sequence[Pair]) -> Linear:
    return fit_typed([p.features for p in pairs], [p.type for p in pairs], [p.fills for p in pairs], strength=0.1)


class Case(NamedTuple):
    """A file as the last forests see it: its acts, looked up, and the numbers that describe them, by story."""

    sample: Sample
    headlines: tuple[float, ...]
    seen: tuple[list[Seen], ...]
    rows: tuple[list[list[float]], ...]


def case_of(item: View, forests: Mapping[str, Forest]) -> Case:
    """Return a file with its slots filled."""
    looked = [
        contexts(story.reading, fill(story.reading, likely, forests))
        for story, likely in zip(item.sample.stories, item.likely, strict=True)
    ]
    return Case(item.sample, item.headlines, tuple(seen for seen, _ in looked), tuple(rows for _, rows in looked))


def stated_in(story: Story) -> dict[tuple[int, str], int]:
    """Return the number of the labelled event by the sentence and type of the candidate that states it."""
    both = zip(story.described, story.stated, strict=True)
    return {d.candidate[:2]: number for d, number in both if number is not None}


def train_slots(views: Sequence[View]) -> dict[str, Forest]:
    """Return the forests that fill the slots."""
    rows: dict[str, list[list[float]]] = defaultdict(list)
    yes: dict[str, list[bool]] = defaultdict(list)
    for item in views:
        for story, likely in zip(item.sample.stories, item.likely, strict=True):
            stated = stated_in(story)
            numbers = [stated.get(judged.candidate[:2]) for judged in likely.judged]
            for pair in pairs(story.reading, likely.judged, likely.fillers):
                number = numbers[pair.act]
                if number is not None:
                    slot, group = pair.filler.slot, pair.filler.group
                    rows[slot].append(pair.row)
                    yes[slot].append(fills(slot, group.key, forms(group), item.sample.events[number]))
    return {slot: fit_forest(rows[slot], yes[slot], trees=60) for slot in sorted(rows)}


def train_second(views: Sequence[View]) -> tuple[dict[str, Forest], Linear]:
    """Return all forests (those that fill slots, news or background, which acts to keep), and the model of wholes."""
    cases = []
    for part in range(INNER):
        slots = train_slots([item for n, item in enumerate(views) if n % INNER != part])
        cases += [case_of(item, slots) for item in views[part::INNER]]
    guessed = [chances for part in range(INNER) for chances in _guess_news(cases, part)]
    # what labels leave out would teach the last forest to keep less than it should
    both = [
        (case, chances, keep_rows(case, chances))
        for case, chances in zip(_in_parts(cases), guessed, strict=True)
        if case.sample.labelled.complete
    ]
    keep = _train_keep([kept for _, _, kept in both])
    forests = train_slots(views) | {"news": _train_news(cases), "keep": keep}
    return forests, _train_about(both)


Kept = tuple[list[list[float]], list[bool]]


def _train_keep(kept: Sequence[Kept]) -> Forest:
    return fit_forest([row for rows, _ in kept for row in rows], [one for _, yes in kept for one in yes], trees=120)


def _train_about(cases: Sequence[tuple[Case, list[list[float]], Kept]]) -> Linear:
    """Return the model that tells of an article as a whole whether it reports news, by confidences from elsewhere."""
    numbers, yes = [], []
    for part in range(INNER):
        keep = _train_keep([kept for n, (_, _, kept) in enumerate(cases) if n % INNER != part])
        for case, chances, (rows, _) in cases[part::INNER]:
            sure = iter(keep.probabilities(rows))
            for story, told, seen, news in zip(case.sample.stories, case.headlines, case.seen, chances, strict=True):
                acts = [Decided(item.act, n, float(next(sure))) for item, n in zip(seen, news, strict=True)]
                numbers.append(about_numbers(told, acts))
                yes.append(tells_news(story, case.sample))
    return fit_numbers(numbers, yes)


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
            stated = stated_in(story)
            for item, row in zip(seen, numbers, strict=True):
                number = stated.get(item.act.judged.candidate[:2])
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
