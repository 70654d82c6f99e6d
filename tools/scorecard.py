"""The scorecard of predictions on labelled articles, as text: overall, by confidence, by part, by field, by type."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from labelled import FOLDS, Labelled
from scoring import Score, Tally, interval, quotable, score

from agents.grammar.coder import THRESHOLD

ALERTING = ("happened", "ordered", "sought")
STEPS = (0.1, 0.2, 0.3, 0.4, 0.5, 0.6, 0.7, 0.8, 0.9)

Predictions = Mapping[str, Sequence[dict[str, Any]]]


class _Measure:
    """Scores parts of the labelled articles."""

    def __init__(self, labelled: Sequence[Labelled], predictions: Predictions) -> None:
        self.predictions = predictions
        self.texts = {item.name: quotable(item.text) for item in labelled}

    def __call__(self, rows: Sequence[dict[str, Any]], threshold: float, *, alerts: bool = False) -> Score:
        predictions = {name: _alerting(events) if alerts else events for name, events in self.predictions.items()}
        wanted = [row | {"events": _alerting(row["events"]), "main": None} for row in rows] if alerts else rows
        return score(wanted, predictions, self.texts, threshold)

    def told(self, rows: Sequence[dict[str, Any]]) -> Score:
        """Score what the coder tells."""
        predictions = {name: [e for e in events if e["told"]] for name, events in self.predictions.items()}
        return score(rows, predictions, self.texts, 0.0)


def _alerting(events: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    return [e for e in events if e["time_role"] == "news" and e["status"] in ALERTING]


def scorecard(labelled: Sequence[Labelled], predictions: Predictions, *, folds: bool = True) -> str:
    """Return the scorecard. `folds` says whether each article was read by models of its fold."""
    return "\n".join(_lines(_Measure(labelled, predictions), labelled, folds))


def _lines(measure: _Measure, labelled: Sequence[Labelled], folds: bool) -> Iterator[str]:
    rows = [item.row for item in labelled]
    whole = measure.told(rows)
    low, high = interval(whole.strict.hit, whole.strict.predicted)
    yield f"{len(rows)} articles, as told: confidence from {THRESHOLD}, and the likeliest news"
    yield f"{_figures('strict', whole.strict)}, its precision {low:.3f} to {high:.3f} at 95 %"
    yield _figures("lenient", whole.lenient)
    yield _figures("article has enforcement news", whole.news)
    yield f"{'main event found':30} {whole.main.recall:.3f} of {whole.main.gold}"
    yield "\nconfidence ≥    strict P     R    F1   lenient P     R   alerts P     R   calibration"
    for step in STEPS:
        yield _at(measure, rows, step)
    yield "\npart                          strict P     R    F1"
    for name, some in _parts(labelled, folds):
        strict = measure(some, THRESHOLD).strict
        yield f"{name:30} {strict.precision:7.3f} {strict.recall:5.3f} {strict.f1:5.3f}"
    by_number = sorted(whole.types.items(), key=lambda pair: (-pair[1].gold, pair[0]))
    for part, tallies in (("fields", list(whole.fields.items())), ("types", by_number)):
        yield f"\n{part:18} precision recall    F1  gold predicted"
        for key, t in tallies:
            yield f"{key:18} {t.precision:9.3f} {t.recall:6.3f} {t.f1:5.3f} {t.gold:5} {t.predicted:9}"


def _figures(name: str, t: Tally) -> str:
    figures = f"precision {t.precision:.3f}  recall {t.recall:.3f}  F1 {t.f1:.3f}"
    return f"{name:30} {figures}  gold {t.gold}  predicted {t.predicted}"


def _at(measure: _Measure, rows: Sequence[dict[str, Any]], step: float) -> str:
    every, above, alerts = (
        measure(rows, step),
        measure(rows, step + 0.1).strict,
        measure(rows, step, alerts=True).strict,
    )
    s, lenient = every.strict, every.lenient
    told, right = s.predicted - above.predicted, s.hit - above.hit
    share = f"{right / told:.2f}" if told else "-"
    return (
        f"{step:12} {s.precision:11.3f} {s.recall:5.3f} {s.f1:5.3f} {lenient.precision:11.3f} {lenient.recall:5.3f}"
        f" {alerts.precision:10.3f} {alerts.recall:5.3f}   {share} of {told}"
    )


def _parts(labelled: Sequence[Labelled], folds: bool) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    for fold in range(FOLDS) if folds else ():
        yield f"fold {fold}", [item.row for item in labelled if item.fold == fold]
    for looked_at in (True, False) if folds else ():
        yield ("looked at" if looked_at else "not looked at"), [i.row for i in labelled if i.looked_at == looked_at]
    for outlet in sorted({item.name.partition("-")[0] for item in labelled}):
        yield outlet, [item.row for item in labelled if item.name.startswith(f"{outlet}-")]
