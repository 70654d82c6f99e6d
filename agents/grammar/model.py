"""Linear models: named binary features in, scores out. Plain numpy, from one data file, read once.

The file `weights.npz` is written by `tools/train.py`. For each model it holds its feature names (one a line), a matrix
with a row per feature and a column per label, and the bias of each label.
"""

import functools
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.grammar.forest import Forest, forest_arrays, read_forest

Array = NDArray[np.float32]
Places = NDArray[np.intp]


@dataclass(frozen=True, eq=False)
class Linear:
    """A matrix of weights with names."""

    rows: Mapping[str, int]
    weights: Array
    bias: Array
    labels: tuple[str, ...]

    def scores(self, features: Iterable[str]) -> Array:
        """Return one score per label."""
        total: Array = self.weights[self._known(features)].sum(axis=0) + self.bias
        return total

    def shares(self, features: Iterable[str], columns: Sequence[int]) -> dict[str, float]:
        """Return what each known feature adds to the sum of some labels' scores."""
        known = {feature: self.rows[feature] for feature in features if feature in self.rows}
        return {feature: float(self.weights[row, list(columns)].sum()) for feature, row in known.items()}

    def score(self, features: Iterable[str]) -> float:
        """Return the score of a model with one label."""
        return float(self.scores(features)[0])

    def weighted(self, numbers: Mapping[str, float]) -> float:
        """Return the score of a model with one label that reads numbers, not features."""
        total = sum(float(self.weights[self.rows[name], 0]) * number for name, number in numbers.items())
        return total + float(self.bias[0])

    @functools.cached_property
    def typed(self) -> "Typed":
        """The same weights, by part of the model and type of event."""
        return _typed(self)

    def _known(self, features: Iterable[str]) -> list[int]:
        return [row for row in map(self.rows.get, features) if row is not None]


class Typed(NamedTuple):
    """A linear model whose labels are `part|` and `part|type`, with what both say of a type added up."""

    rows: Mapping[str, int]
    sums: Array
    """By feature, type and part. The last two rows: the bias, and nothing."""
    types: Mapping[str, int]
    """Places of the types; one more, the last, is of any other type."""
    parts: tuple[str, ...]

    def shares(self, items: Sequence[Iterable[str]]) -> Array:
        """Return what the features of each item add to the scores: by item, type and part."""
        rows, starts = self._gathered(items, -1)
        found: Array = np.add.reduceat(self.sums.take(rows, axis=0), starts, axis=0)
        return found

    def scores(self, items: Sequence[Iterable[str]], types: Places) -> Array:
        """Return the scores of each item, of which type it is: by item and part."""
        rows, starts = self._gathered(items, -2)
        lengths = np.diff(starts, append=len(rows))
        flat = self.sums.reshape(-1, len(self.parts))
        found: Array = np.add.reduceat(
            flat.take(rows * self.sums.shape[1] + np.repeat(types, lengths), axis=0), starts, axis=0
        )
        return found

    def places(self, types: Iterable[str]) -> Places:
        """Return the places of types."""
        return np.array([self.types.get(each, len(self.types)) for each in types], np.intp)

    def _gathered(self, items: Sequence[Iterable[str]], first: int) -> tuple[Places, Places]:
        """Return the rows of the known features of all items, and where those of each begin; all begin with `first`."""
        rows: list[int] = []
        starts = []
        for features in items:
            starts.append(len(rows))
            rows.append(len(self.sums) + first)
            rows.extend(row for row in map(self.rows.get, features) if row is not None)
        return np.array(rows, np.intp), np.array(starts, np.intp)


def _typed(model: Linear) -> Typed:
    split = [label.partition("|")[::2] for label in model.labels]
    parts = tuple(dict.fromkeys(part for part, _ in split))
    types = {kind: n for n, kind in enumerate(sorted({kind for _, kind in split if kind}))}
    sums = np.zeros((len(model.weights) + 2, len(types) + 1, len(parts)), np.float32)
    for column, (part, kind) in enumerate(split):
        places = slice(None) if not kind else types[kind]
        sums[:-2, places, parts.index(part)] += model.weights[:, column].reshape(-1, *[1] * (not kind))
        sums[-2, places, parts.index(part)] += model.bias[column]
    return Typed(model.rows, sums, types, parts)


LINEAR, FOREST = "linear-", "forest-"
"""How the names of the two sorts of model begin in the data file."""


class Models(NamedTuple):
    """All that was learnt."""

    linear: Mapping[str, Linear]
    forests: Mapping[str, Forest]


@functools.cache
def columns_of(labels: tuple[str, ...], kind: str) -> list[tuple[str, tuple[int, ...]]]:
    """Return, for each part of a model, the columns that speak for it in events of a type."""
    found: dict[str, list[int]] = defaultdict(list)
    for n, label in enumerate(labels):
        slot, _, of_type = label.partition("|")
        if of_type in ("", kind):
            found[slot].append(n)
    return [(slot, tuple(columns)) for slot, columns in found.items()]


def probability(score: float) -> float:
    """Return the logistic function of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


def probabilities(scores: Array) -> NDArray[np.float64]:
    """Return the logistic function of scores, safe for any size."""
    found: NDArray[np.float64] = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -30, 30)))
    return found


@functools.cache
def shipped_models() -> Models:
    """Return the models of the data file. Read once."""
    return read_models(resources.files("agents.grammar").joinpath("weights.npz").read_bytes())


def read_models(data: bytes) -> Models:
    """Return the models in the bytes of an npz file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        parts: dict[str, dict[str, NDArray[Any]]] = defaultdict(dict)
        for key in file.files:
            name, _, field = key.rpartition(".")
            parts[name][field] = file[key]
    split = {
        kind: {n.removeprefix(kind): f for n, f in parts.items() if n.startswith(kind)} for kind in (LINEAR, FOREST)
    }
    linear = {name: _linear(fields) for name, fields in split[LINEAR].items()}
    return Models(linear, {name: read_forest(fields) for name, fields in split[FOREST].items()})


def _linear(fields: Mapping[str, NDArray[Any]]) -> Linear:
    features = bytes(fields["features"]).decode().split("\n")
    labels = tuple(bytes(fields["labels"]).decode().split("\n"))
    weights = fields["weights"].astype(np.float32)
    return Linear({f: n for n, f in enumerate(features)}, weights, fields["bias"].astype(np.float32), labels)


def write_models(models: Models) -> bytes:
    """Return the models as the bytes of an npz file."""
    arrays: dict[str, NDArray[Any]] = {}
    for name, model in models.linear.items():
        arrays[f"{LINEAR}{name}.features"] = np.frombuffer("\n".join(model.rows).encode(), np.uint8)
        arrays[f"{LINEAR}{name}.labels"] = np.frombuffer("\n".join(model.labels).encode(), np.uint8)
        arrays[f"{LINEAR}{name}.weights"] = model.weights.astype(np.float16)
        arrays[f"{LINEAR}{name}.bias"] = model.bias.astype(np.float32)
    for name, forest in models.forests.items():
        arrays |= {f"{FOREST}{name}.{field}": values for field, values in forest_arrays(forest).items()}
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()
