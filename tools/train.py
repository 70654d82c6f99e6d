"""Train the models of the event coder on the labelled articles and write `agents/grammar/weights.npz`.

    python tools/train.py [--gold DIR]

Everything is seeded: the same labels give the same file.
"""

import argparse
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from labelled import Labelled, load
from learning import fit, fit_typed
from targets import stated_by

from agents.grammar.coder import read
from agents.grammar.features import outcome_features
from agents.grammar.judge import Described, describe
from agents.grammar.model import Models, write_models
from agents.grammar.reading import Reading

WEIGHTS = Path(__file__).parents[1] / "agents" / "grammar" / "weights.npz"
GOLD = Path(__file__).parents[2] / "shared" / "gold"


class Sample(NamedTuple):
    """A labelled file, read: its stories, their candidates, and what the candidates state."""

    labelled: Labelled
    readings: tuple[Reading, ...]
    described: tuple[list[Described], ...]
    stated: list[list[int | None]]


def sample(labelled: Labelled) -> Sample:
    """Read a labelled file."""
    readings = tuple(read(article) for article in labelled.articles)
    described = tuple(list(describe(reading)) for reading in readings)
    pairs = [(r, [d.candidate for d in items]) for r, items in zip(readings, described, strict=True)]
    return Sample(labelled, readings, described, stated_by(labelled.row["events"], pairs))


def train(samples: Sequence[Sample]) -> Models:
    """Return the models learnt from these files."""
    items = [(d, None if n is None else s.labelled.row["events"][n]) for s in samples for d, n in _candidates(s)]
    event = fit_typed(
        [d.features + d.stems for d, _ in items],
        [d.candidate.type.value for d, _ in items],
        [truth is not None for _, truth in items],
        strength=0.1,
    )
    known = [(outcome_features(d.candidate, d.features, d.stems), truth) for d, truth in items if truth is not None]
    names = [features for features, _ in known]
    status = fit(names, [truth["status"] for _, truth in known], strength=0.3)
    news = fit(names, [truth["time_role"] for _, truth in known], strength=0.1)
    return {"event": event, "status": status, "news": news}


def _candidates(item: Sample) -> list[tuple[Described, int | None]]:
    return [pair for d, n in zip(item.described, item.stated, strict=True) for pair in zip(d, n, strict=True)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--gold", type=Path, default=GOLD)
    args = parser.parse_args()
    models = train([sample(item) for item in load(args.gold)])
    WEIGHTS.write_bytes(write_models(models))
    print(f"{WEIGHTS.stat().st_size / 1e6:.2f} MB, {sum(len(m.rows) for m in models.values())} features")


if __name__ == "__main__":
    main()
