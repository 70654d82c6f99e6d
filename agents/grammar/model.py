"""Linear models: named binary features in, scores out. Plain numpy, from one data file, read once.

The file `weights.npz` is written by `tools/train.py`. For each model it holds its feature names (one a line), a matrix
with a row per feature and a column per label, and the bias of each label.
"""

import functools
import io
import math
from collections.abc import Iterable, Mapping
from importlib import resources
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]


class Linear(NamedTuple):
    """A matrix of weights with names."""

    rows: Mapping[str, int]
    weights: Array
    bias: Array
    labels: tuple[str, ...]

    def scores(self, features: Iterable[str]) -> Array:
        """Return one score per label."""
        rows = self.rows
        known = [rows[feature] for feature in features if feature in rows]
        total: Array = self.weights[known].sum(axis=0) + self.bias
        return total

    def score(self, features: Iterable[str]) -> float:
        """Return the score of a model with one label."""
        return float(self.scores(features)[0])

    def best(self, features: Iterable[str]) -> str:
        """Return the label with the highest score."""
        return self.labels[int(np.argmax(self.scores(features)))]


Models = Mapping[str, Linear]


def probability(score: float) -> float:
    """Return the logistic function of a score, safe for any size."""
    return 1 / (1 + math.exp(-max(-30.0, min(30.0, score))))


@functools.cache
def shipped_models() -> Models:
    """Return the models of the data file. Read once."""
    return read_models(resources.files("agents.grammar").joinpath("weights.npz").read_bytes())


def read_models(data: bytes) -> dict[str, Linear]:
    """Return the models in the bytes of an npz file."""
    with np.load(io.BytesIO(data), allow_pickle=False) as file:
        names = sorted({key.rpartition(".")[0] for key in file.files})
        return {name: _read(file, name) for name in names}


def _read(file: Mapping[str, Array], name: str) -> Linear:
    features = bytes(file[f"{name}.features"]).decode().split("\n")
    labels = tuple(bytes(file[f"{name}.labels"]).decode().split("\n"))
    weights = file[f"{name}.weights"].astype(np.float32)
    return Linear({f: n for n, f in enumerate(features)}, weights, file[f"{name}.bias"].astype(np.float32), labels)


def write_models(models: Models) -> bytes:
    """Return the models as the bytes of an npz file."""
    arrays: dict[str, NDArray[np.generic]] = {}
    for name, model in models.items():
        arrays[f"{name}.features"] = np.frombuffer("\n".join(model.rows).encode(), np.uint8)
        arrays[f"{name}.labels"] = np.frombuffer("\n".join(model.labels).encode(), np.uint8)
        arrays[f"{name}.weights"] = model.weights.astype(np.float16)
        arrays[f"{name}.bias"] = model.bias.astype(np.float32)
    buffer = io.BytesIO()
    np.savez_compressed(buffer, **arrays)  # type: ignore[arg-type]
    return buffer.getvalue()
