"""Print the scorecard of the event coder on the labelled articles, each read by models not trained on it.

    python tools/quality.py [--gold DIR] [--json FILE] [--errors N]

Five folds by article. Errors are shown only of the half of the articles that may be looked at.
"""

import argparse
import importlib.util
import json
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from types import ModuleType
from typing import Any

import msgspec
from labelled import FOLDS, load
from layers import train
from samples import Sample, sample

from agents.grammar.coder import decided
from agents.grammar.model import Models
from agents.grammar.writing import write_events

GOLD = Path(__file__).parents[2] / "shared" / "gold"


def predict(item: Sample, models: Models) -> list[dict[str, Any]]:
    """Return all acts of a file as events in the fields of the labels, with their confidence."""
    found: list[dict[str, Any]] = []
    for article, story in zip(item.labelled.articles, item.stories, strict=True):
        acts = decided(story.reading, models)
        events = msgspec.to_builtins(write_events(article, story.reading, acts))
        found += [{"authority": [], "complainant": [], "defendant": [], "target": []} | event for event in events]
    return found


def fold_predictions(fold: int, gold: Path) -> dict[str, list[dict[str, Any]]]:
    """Train without a fold and return what the models say of its articles."""
    samples = [sample(item) for item in load(gold)]
    models = train([s for s in samples if s.labelled.fold != fold])
    return {s.labelled.name: predict(s, models) for s in samples if s.labelled.fold == fold}


def scorer(gold: Path) -> ModuleType:
    """Return the project's measure, `score.py`, as a module."""
    spec = importlib.util.spec_from_file_location("score", gold / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gold", type=Path, default=GOLD, help="folder with labels.jsonl, texts/ and score.py")
    parser.add_argument("--save", type=Path, help="write the predictions here, one file a line")
    args = parser.parse_args()
    with ProcessPoolExecutor(2) as pool:
        folds = list(pool.map(fold_predictions, range(FOLDS), [args.gold] * FOLDS))
    predictions = {name: events for fold in folds for name, events in fold.items()}
    if args.save:
        lines = (json.dumps({"article": name, "events": events}) for name, events in sorted(predictions.items()))
        args.save.write_text("\n".join(lines) + "\n", "utf-8")


if __name__ == "__main__":
    main()
