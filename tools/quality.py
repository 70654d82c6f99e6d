"""Print the scorecard of the event coder on the labelled articles, each read by models not trained on it.

    python tools/quality.py [--gold DIR] [--own] [--save FILE] [--messages FILE] [--quick]

Without that folder, or with `--own`, the articles are the project's own (`tests/quality`), read by the shipped models,
which were not trained on them. They were written to show every type and rule: what is found in them does not
compare with what is found in real news, but with what the version before found.

Five folds by article; the articles of `labels/corpus.jsonl` are learnt from, fold by fold, but not scored. Within the
training part, the second layer of models is trained on what the first says of files that it has not seen. With
`--quick` the first layer is trained once per fold, not once per fold and part.
"""

import argparse
import json
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from labelled import FOLDS, Labelled, load, load_all
from layers import View, train, train_linear, train_second, view
from samples import Sample, sample
from scorecard import scorecard

from agents.classify import message_of
from agents.grammar.coder import read, steps, told_of
from agents.grammar.decide import Decided
from agents.grammar.model import Models, shipped_models
from agents.grammar.named import often_named
from agents.grammar.reading import Reading
from agents.grammar.writing import write_down, write_events
from schemas.codec import encode
from schemas.events import Article, ArticleEvents

ROOT = Path(__file__).parents[1]
GOLD = ROOT.parent / "shared" / "gold"
OWN = ROOT / "tests" / "quality"


class Found(NamedTuple):
    """What models say of a file."""

    events: list[dict[str, Any]]
    """All likelier acts of its stories in the fields of the labels, and whether each is told."""
    messages: list[ArticleEvents]
    """What is told of each story."""


def predict(articles: Sequence[Article], readings: Sequence[Reading], models: Models) -> Found:
    """Return what models say of a file's stories."""
    found = Found([], [])
    for article, reading in zip(articles, readings, strict=True):
        done = steps(reading, models)
        acts = done.admitted(reading)
        kept = [one.act for one in told_of(acts, reports=done.reports)]
        events = write_events(article, reading, kept)
        found.messages.append(message_of(article, events, names=often_named(reading) if events else ()))
        told = set(map(_place, kept))
        by_confidence = sorted(write_down(article, reading, acts), key=lambda pair: pair[1].confidence)
        written = {event.id: act for act, event in by_confidence}
        for event in write_events(article, reading, acts):
            fields = msgspec.json.decode(msgspec.json.encode(event))
            found.events.append(fields | {"told": _place(written[event.id]) in told, "reports": done.reports})
    return found


def _place(act: Decided) -> tuple[int, str]:
    return act.act.judged.candidate[:2]


def _of_sample(item: Sample, models: Models) -> Found:
    return predict(item.labelled.articles, [story.reading for story in item.stories], models)


def fold_predictions(fold: int, gold: Path) -> dict[str, Found]:
    """Train without a fold and return what the models say of its articles."""
    samples = [sample(item) for item in load_all(gold)]
    models = train([s for s in samples if s.labelled.fold != fold])
    return {s.labelled.name: _of_sample(s, models) for s in samples if s.labelled.fold == fold}


def quick_predictions(gold: Path) -> dict[str, Found]:
    """Return the same from one first layer per fold: the second layer's training then knows the first's of its fold."""
    samples = [sample(item) for item in load_all(gold)]
    linear = [train_linear(_without(samples, fold)) for fold in range(FOLDS)]
    views = [view(s, Models(linear[s.labelled.fold], {})) for s in samples]
    found = {}
    for fold in range(FOLDS):
        forests, whole = train_second([v for v in views if v.sample.labelled.fold != fold])
        models = Models(linear[fold] | {"about": whole}, forests)
        found |= {v.sample.labelled.name: _of_sample(v.sample, models) for v in _of(views, fold)}
    return found


def _without(samples: Iterable[Sample], fold: int) -> list[Sample]:
    return [s for s in samples if s.labelled.fold != fold]


def _of(views: Iterable[View], fold: int) -> list[View]:
    return [v for v in views if v.sample.labelled.fold == fold]


def shipped_predictions(labelled: Iterable[Labelled]) -> dict[str, Found]:
    """Return what the shipped models say of articles that they were not trained on."""
    models = shipped_models()
    return {item.name: predict(item.articles, list(map(read, item.articles)), models) for item in labelled}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD, help="folder with labels.jsonl and texts/")
    parser.add_argument("--own", action="store_true", help="the project's own articles, read by the shipped models")
    parser.add_argument("--part", nargs="+", metavar="OUTLET", help="of the own articles only those of these outlets")
    parser.add_argument("--save", type=Path, help="write the predictions here, a line for each article")
    parser.add_argument("--messages", type=Path, help="write what is told here, for tools/link_quality.py")
    parser.add_argument("--quick", action="store_true", help="a third of the time, slightly flattering")
    args = parser.parse_args()
    own = args.own or not args.gold.is_dir()
    labelled = load(OWN if own else args.gold)
    if own:
        labelled = [item for item in labelled if not args.part or item.name.split("-")[0] in args.part]
        print(f"the project's own articles ({OWN.relative_to(ROOT)}), read by the shipped models")
        predictions = shipped_predictions(labelled)
    else:
        predictions = quick_predictions(args.gold) if args.quick else _in_folds(args.gold)
    if args.save:
        lines = (json.dumps({"article": name, "events": one.events}) for name, one in sorted(predictions.items()))
        args.save.write_text("\n".join(lines) + "\n", "utf-8")
    if args.messages:
        told = (encode(message) + b"\n" for _, one in sorted(predictions.items()) for message in one.messages)
        args.messages.write_bytes(b"".join(told))
    print(scorecard(labelled, {name: one.events for name, one in predictions.items()}, folds=not own))


def _in_folds(gold: Path) -> dict[str, Found]:
    with ProcessPoolExecutor(2) as pool:
        folds: Sequence[dict[str, Found]] = list(pool.map(fold_predictions, range(FOLDS), [gold] * FOLDS))
    return {name: events for fold in folds for name, events in fold.items()}


if __name__ == "__main__":
    main()
