"""The scorecard: what `score.py` of the labelled articles says of predictions, as text."""

import importlib.util
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from types import ModuleType
from typing import Any

from labelled import FOLDS, Labelled

from agents.grammar.coder import THRESHOLD

ALERTING = ("happened", "ordered", "sought")
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

Predictions = Mapping[str, Sequence[dict[str, Any]]]


def scorer(gold: Path) -> ModuleType:
    """Return the project's measure, `score.py`, as a module."""
    spec = importlib.util.spec_from_file_location("score", gold / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


class _Measure:
    """Scores parts of the labelled articles."""

    def __init__(self, gold: Path, predictions: Predictions, names: Iterable[str]) -> None:
        self.module = scorer(gold)
        self.predictions = predictions
        files = {path.stem: path for path in (gold / "texts").iterdir()}
        self.texts = {name: self.module.plain(files[name].read_text("utf-8")) for name in names}

    def __call__(self, rows: Sequence[dict[str, Any]], threshold: float, *, alerts: bool = False) -> dict[str, Any]:
        predictions = {name: _alerting(events) if alerts else events for name, events in self.predictions.items()}
        wanted = [row | {"events": _alerting(row["events"]), "main": None} for row in rows] if alerts else rows
        result: dict[str, Any] = self.module.score(wanted, predictions, self.texts, threshold)
        return result


def _alerting(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [e for e in events if e["time_role"] == "news" and e["status"] in ALERTING]


def scorecard(labelled: Sequence[Labelled], predictions: Predictions, gold: Path) -> str:
    """Return the scorecard: overall, by threshold, by fold and half, by outlet, by field, by type."""
    measure = _Measure(gold, predictions, [item.name for item in labelled])
    return "\n".join(_lines(measure, labelled))


def _lines(measure: _Measure, labelled: Sequence[Labelled]) -> Iterator[str]:
    rows = [item.row for item in labelled]
    whole = measure(rows, THRESHOLD)
    yield f"{len(rows)} articles, shipped threshold {THRESHOLD}"
    for part in ("strict", "lenient", "article has enforcement news", "main event found"):
        yield f"{part:30} " + "  ".join(f"{key} {value}" for key, value in whole[part].items())
    yield "\nconfidence ≥    strict P     R    F1   lenient P     R   alerts P     R   calibration"
    for step in STEPS:
        yield _at(measure, rows, step)
    yield "\npart                          strict P     R    F1"
    for name, some in _parts(labelled):
        strict = measure(some, THRESHOLD)["strict"]
        yield f"{name:30} {strict['precision']:7.3f} {strict['recall']:5.3f} {strict['f1']:5.3f}"
    for part in ("fields", "types"):
        yield f"\n{part:18} precision recall    F1  gold predicted"
        for key, s in whole[part].items():
            yield f"{key:18} {s['precision']:9.3f} {s['recall']:6.3f} {s['f1']:5.3f} {s['gold']:5} {s['predicted']:9}"


def _at(measure: _Measure, rows: Sequence[dict[str, Any]], step: float) -> str:
    every, above = measure(rows, step), measure(rows, step + 0.1)
    strict, lenient, alerts = every["strict"], every["lenient"], measure(rows, step, alerts=True)["strict"]
    told = strict["predicted"] - above["strict"]["predicted"]
    right = round(
        strict["precision"] * strict["predicted"] - above["strict"]["precision"] * above["strict"]["predicted"]
    )
    bin_rate = f"{right / told:.2f}" if told else "-"
    s = strict
    return (
        f"{step:12} {s['precision']:11.3f} {s['recall']:5.3f} {s['f1']:5.3f} {lenient['precision']:11.3f}"
        f" {lenient['recall']:5.3f} {alerts['precision']:10.3f} {alerts['recall']:5.3f}   {bin_rate} of {told}"
    )


def _parts(labelled: Sequence[Labelled]) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for fold in range(FOLDS):
        yield f"fold {fold}", [item.row for item in labelled if item.fold == fold]
    for looked_at in (True, False):
        yield ("looked at" if looked_at else "not looked at"), [i.row for i in labelled if i.looked_at == looked_at]
    for outlet in sorted({item.name.partition("-")[0] for item in labelled}):
        yield outlet, [item.row for item in labelled if item.name.startswith(f"{outlet}-")]
