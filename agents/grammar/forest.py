"""Boosted trees: numbers in, a probability out. Small forests from the data file, walked with plain numpy."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]


class Forest(NamedTuple):
    """Trees side by side: a row per tree, a column per node. A leaf points to itself."""

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float32]
    base: float
    depth: int

    def probabilities(self, rows: Sequence[Sequence[float]]) -> Matrix:
        """Return a probability for each row of numbers; nan stands for what is not known."""
        if not rows:
            return np.zeros(0)
        table = np.asarray(rows, np.float32)
        first = np.arange(self.feature.shape[0], dtype=np.int32) * self.feature.shape[1]
        feature, threshold, missing_left = self.feature.ravel(), self.threshold.ravel(), self.missing_left.ravel()
        left, right = ((side + first[:, None]).ravel() for side in (self.left, self.right))
        row = np.arange(len(table), dtype=np.int32)[:, None] * table.shape[1]
        at = np.repeat(first[None, :], len(table), axis=0)
        for _ in range(self.depth):
            seen = table.ravel().take(feature.take(at) + row)
            goes_left = (seen <= threshold.take(at)) | (np.isnan(seen) & missing_left.take(at))
            at = np.where(goes_left, left.take(at), right.take(at))
        total: Matrix = self.value.ravel().take(at).sum(axis=1, dtype=np.float64) + self.base
        return 1 / (1 + np.exp(-np.clip(total, -30, 30)))


def read_forest(arrays: Mapping[str, NDArray[np.generic]]) -> Forest:
    """Return the forest whose fields are given as arrays."""
    base, depth = float(arrays["base"]), int(arrays["depth"])
    rest = {name: arrays[name] for name in Forest._fields if name not in ("base", "depth")}
    return Forest(**rest, base=base, depth=depth)  # type: ignore[arg-type]


def forest_arrays(forest: Forest) -> dict[str, NDArray[np.generic]]:
    """Return the fields of a forest as arrays, for the data file."""
    return {name: np.asarray(getattr(forest, name)) for name in Forest._fields}
