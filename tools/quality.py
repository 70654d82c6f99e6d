"""Print the scorecard of the event coder on the labelled articles, each read by models not trained on it.

    python tools/quality.py [--gold DIR] [--save FILE] [--quick]

Five folds by article; the articles of `labels/corpus.jsonl` are learnt from, fold by fold, but not scored. Within the
training part, the second layer of models is trained on what the first says of files that it has not seen. With
`--quick` the first layer is trained once per fold, not once per fold and part.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import msgspec
from labelled import FOLDS, load, load_all
from layers import View, train, train_forests, train_linear, view
from samples import Sample, sample
from scorecard import scorecard

from agents.grammar.coder import decided
from agents.grammar.model import Models
from agents.grammar.writing import write_events

GOLD = Path(__file__).parents[2] / "shared" / "gold"


def predict(item: Sample, models: Models) -> list[dict[str, Any]]:
    """Return all likelier acts of a file as events in the fields of the labels, with their confidence."""
    found: list[dict[str, Any]] = []
    for article, story in zip(item.labelled.articles, item.stories, strict=True):
        events = write_events(article, story.reading, decided(story.reading, models))
        found += [msgspec.json.decode(msgspec.json.encode(event)) for event in events]
    return found


def fold_predictions(fold: int, gold: Path) -> dict[str, list[dict[str, Any]]]:
    """Train without a fold and return what the models say of its articles."""
    samples = [sample(item) for item in load_all(gold)]
    models = train([s for s in samples if s.labelled.fold != fold])
    return {s.labelled.name: predict(s, models) for s in samples if s.labelled.fold == fold}


def quick_predictions(gold: Path) -> dict[str, list[dict[str, Any]]]:
    """Return the same from one first layer per fold: the second layer's training then knows the first's of its fold."""
    samples = [sample(item) for item in load_all(gold)]
    linear = [train_linear(_without(samples, fold)) for fold in range(FOLDS)]
    views = [view(s, Models(linear[s.labelled.fold], {})) for s in samples]
    found = {}
    for fold in range(FOLDS):
        forests = train_forests([v for v in views if v.sample.labelled.fold != fold])
        models = Models(linear[fold], forests)
        found |= {v.sample.labelled.name: predict(v.sample, models) for v in _of(views, fold)}
    return found


def _without(samples: Iterable[Sample], fold: int) -> list[Sample]:
    return [s for s in samples if s.labelled.fold != fold]


def _of(views: Iterable[View], fold: int) -> list[View]:
    return [v for v in views if v.sample.labelled.fold == fold]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD, help="folder with labels.jsonl, texts/ and score.py")
    parser.add_argument("--save", type=Path, help="write the predictions here, a line for each article")
    parser.add_argument("--quick", action="store_true", help="a third of the time, slightly flattering")
    args = parser.parse_args()
    predictions = quick_predictions(args.gold) if args.quick else _in_folds(args.gold)
    labelled = load(args.gold)
    if args.save:
        lines = (json.dumps({"article": name, "events": events}) for name, events in sorted(predictions.items()))
        args.save.write_text("\n".join(lines) + "\n", "utf-8")
    print(scorecard(labelled, predictions, args.gold))


def _in_folds(gold: Path) -> dict[str, list[dict[str, Any]]]:
    with ProcessPoolExecutor(2) as pool:
        folds: Sequence[dict[str, Any]] = list(pool.map(fold_predictions, range(FOLDS), [gold] * FOLDS))
    return {name: events for fold in folds for name, events in fold.items()}


if __name__ == "__main__":
    main()
