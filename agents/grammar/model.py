"""Linear models: named binary features in, scores out. Plain numpy, from one data file, read once.

The file `weights.npz` is written by `tools/train.py`. For each model it holds its feature names (one a line), a matrix
with a row per feature and a column per label, and the bias of each label.
"""

import functools
import io
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from importlib import resources
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from agents.grammar.forest import Forest, forest_arrays, read_forest

Array = NDArray[np.float32]


class Linear(NamedTuple):
    """A matrix of weights with names."""

    rows: Mapping[str, int]
    weights: Array
    bias: Array
    labels: tuple[str, ...]

    def scores(self, features: Iterable[str]) -> Array:
        """Return one score per label."""
        known = [row for row in map(self.rows.get, features) if row is not None]
        total: Array = self.weights[known].sum(axis=0) + self.bias
        return total

    def shares(self, features: Iterable[str], columns: Sequence[int]) -> dict[str, float]:
        """Return what each known feature adds to the sum of some labels' scores."""
        known = {feature: self.rows[feature] for feature in features if feature in self.rows}
        return {feature: float(self.weights[row, list(columns)].sum()) for feature, row in known.items()}

    def score(self, features: Iterable[str]) -> float:
        """Return the score of a model with one label."""
        return float(self.scores(features)[0])


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
