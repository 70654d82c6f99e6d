"""Boosted trees: numbers in, a probability out. Small forests from the data file, run with plain numpy.

No tree is walked. A question that a row answers with "no" strikes out the leaves on its left; of those left over, the
first is the row's. So all questions of all trees are put to all rows at once, in a few steps.
Source: Lucchese and others, "QuickScorer", SIGIR 2015.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, fields
from functools import cached_property
from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]

MOST_LEAVES = 64
"""Leaves of one tree: as many as a number has bits."""


class _Question(NamedTuple):
    """An inner node: its place, and the leaves on its left as bits."""

    node: int
    left: int


@dataclass(frozen=True, eq=False)
class Forest:
    """Trees side by side: a row per tree, a column per node. A leaf points to itself."""

    feature: NDArray[np.int16]
    threshold: NDArray[np.float32]
    left: NDArray[np.int16]
    right: NDArray[np.int16]
    missing_left: NDArray[np.bool_]
    value: NDArray[np.float32]
    base: float

    def probabilities(self, rows: Sequence[Sequence[float]]) -> Matrix:
        """Return a probability for each row of numbers; nan stands for what is not known."""
        if not rows:
            return np.zeros(0)
        ask = self._asked
        seen = np.asarray(rows, np.float32).take(ask.feature, axis=1)
        goes_left = (seen <= ask.threshold) | (np.isnan(seen) & ask.missing_left)
        struck = np.where(goes_left, 0, ask.struck).reshape(len(rows), *ask.shape)
        kept = ~np.bitwise_or.reduce(struck, axis=1)
        first = np.bitwise_count(~kept & (kept - 1))
        total: Matrix = ask.value.take(first + ask.first_leaf).sum(axis=1, dtype=np.float64) + self.base
        return 1 / (1 + np.exp(-np.clip(total, -30, 30)))

    @cached_property
    def _asked(self) -> "_Asked":
        return _asked(self)


class _Asked(NamedTuple):
    """The questions of all trees: the first of each tree, then the second of each, and so on."""

    feature: NDArray[np.intp]
    threshold: NDArray[np.float32]
    missing_left: NDArray[np.bool_]
    struck: NDArray[np.unsignedinteger]
    """The leaves that "no" strikes out: a bit for each leaf of the tree, the first from the left the lowest."""
    shape: tuple[int, int]
    """Questions of a tree, number of trees."""
    value: NDArray[np.float32]
    """The leaves of all trees."""
    first_leaf: NDArray[np.intp]
    """By tree, the place of its first leaf in `value`."""


def _asked(forest: Forest) -> _Asked:
    trees = [_questions(forest, tree) for tree in range(len(forest.feature))]
    most = max(len(leaves) for _, leaves in trees)
    if most > MOST_LEAVES:
        message = f"a tree has {most} leaves, more than {MOST_LEAVES}"
        raise ValueError(message)
    shape = most, len(trees)
    node = np.zeros(shape, np.intp)
    struck = np.zeros(shape, np.uint8 if most <= 8 else np.uint64)
    value = np.zeros((len(trees), most), np.float32)
    for tree, (questions, leaves) in enumerate(trees):
        value[tree, : len(leaves)] = forest.value[tree, leaves]
        node[: len(questions), tree] = [question.node for question in questions]
        struck[: len(questions), tree] = [question.left for question in questions]
    at = np.arange(len(trees)), node
    return _Asked(
        forest.feature[at].ravel().astype(np.intp),
        forest.threshold[at].ravel(),
        forest.missing_left[at].ravel(),
        struck.ravel(),
        shape,
        value.ravel(),
        at[0] * most,
    )


def _questions(forest: Forest, tree: int) -> tuple[list[_Question], list[int]]:
    """Return the inner nodes of a tree, and the nodes that are its leaves from left to right."""
    questions: list[_Question] = []
    leaves: list[int] = []

    def visit(node: int) -> None:
        left, right = int(forest.left[tree, node]), int(forest.right[tree, node])
        if left == node:
            leaves.append(node)
            return
        before = len(leaves)
        visit(left)
        questions.append(_Question(node, (1 << len(leaves)) - (1 << before)))
        visit(right)

    visit(0)
    return questions, leaves


def read_forest(arrays: Mapping[str, NDArray[np.generic]]) -> Forest:
    """Return the forest whose fields are given as arrays."""
    rest = {name: arrays[name] for name in _names() if name != "base"}
    return Forest(**rest, base=float(arrays["base"]))  # type: ignore[arg-type]


def forest_arrays(forest: Forest) -> dict[str, NDArray[np.generic]]:
    """Return the fields of a forest as arrays, for the data file."""
    return {name: np.asarray(getattr(forest, name)) for name in _names()}


def _names() -> Iterator[str]:
    return (field.name for field in fields(Forest))
