"""Fit the linear models of `agents.grammar.model` with scikit-learn. Same data, same seed, same weights."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from scipy import sparse
from sklearn.ensemble import HistGradientBoostingClassifier
from sklearn.linear_model import LogisticRegression

from agents.grammar.forest import Forest
from agents.grammar.model import Linear

SEED = 20240607
SMALL = 0.01
"""Weights nearer to nothing than this are left out of the data file."""

Names = Sequence[Sequence[str]]


def matrix(names: Names, rows: dict[str, int]) -> sparse.csr_matrix:
    """Return a sparse matrix with a row per item and a column per feature."""
    starts, found = [0], []
    for features in names:
        found.extend(sorted({rows[f] for f in features if f in rows}))
        starts.append(len(found))
    ones = np.ones(len(found), np.float32)
    return sparse.csr_matrix((ones, found, starts), shape=(len(names), len(rows)))


def vocabulary(names: Names, at_least: int) -> dict[str, int]:
    """Number the features that at least so many items have."""
    counts = Counter(feature for features in names for feature in set(features))
    return {f: n for n, f in enumerate(sorted(f for f, count in counts.items() if count >= at_least))}


def fit(names: Names, labels: Sequence[str], *, strength: float, at_least: int = 3) -> Linear:
    """Return a model that tells the labels apart. With two labels it has one column: the second against the first."""
    rows = vocabulary(names, at_least)
    model = LogisticRegression(C=strength, max_iter=400, random_state=SEED).fit(matrix(names, rows), np.asarray(labels))
    shown = tuple(model.classes_) if len(model.classes_) > 2 else (model.classes_[1],)
    return without_small(Linear(rows, model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32), shown))


def fit_typed(
    names: Names,
    types: Sequence[str],
    yes: Sequence[bool],
    *,
    strength: float,
    at_least: int = 3,
    weights: Sequence[float] | None = None,
) -> Linear:
    """Return a yes-or-no model with one column that all types share and one more for each type."""
    rows = vocabulary(names, at_least)
    plain = matrix(names, rows)
    labels = sorted(set(types))
    column = {label: n for n, label in enumerate(labels)}
    copies = _beside(plain, np.array([column[t] for t in types]), len(labels))
    model = LogisticRegression(C=strength, solver="liblinear", tol=0.01, random_state=SEED)
    model.fit(copies, np.asarray(yes), sample_weight=weights)
    weights = model.coef_.reshape(1 + len(labels), len(rows)).T
    bias = np.full(1, model.intercept_[0], np.float32).repeat(1 + len(labels))
    bias[1:] = 0
    return without_small(Linear(rows, weights.astype(np.float32), bias, ("", *labels)))


def fit_numbers(rows: Sequence[Mapping[str, float]], yes: Sequence[bool]) -> Linear:
    """Return a model of few named numbers that tells the rows with `yes` from the others."""
    names = list(rows[0])
    model = LogisticRegression(C=1.0, max_iter=400, random_state=SEED)
    model.fit(np.array([[row[name] for name in names] for row in rows]), np.asarray(yes))
    by_name = {name: n for n, name in enumerate(names)}
    return Linear(by_name, model.coef_.T.astype(np.float32), model.intercept_.astype(np.float32), ("yes",))


def side_by_side(models: dict[str, Linear]) -> Linear:
    """Return one model with the columns of several, each labelled `name|label`: features are looked up once for all."""
    rows = {name: n for n, name in enumerate(sorted({f for model in models.values() for f in model.rows}))}
    labels = [f"{name}|{label}" for name, model in models.items() for label in model.labels]
    weights = np.zeros((len(rows), len(labels)), np.float32)
    start = 0
    for model in models.values():
        places = [rows[feature] for feature in model.rows]
        weights[places, start : start + len(model.labels)] = model.weights
        start += len(model.labels)
    return Linear(rows, weights, np.concatenate([model.bias for model in models.values()]), tuple(labels))


def _beside(plain: sparse.csr_matrix, columns: np.ndarray, count: int) -> sparse.csr_matrix:
    """Return `plain` with, to its right, a copy of each row in the block of its type."""
    lengths = np.diff(plain.indptr)
    shift = np.repeat((columns + 1) * plain.shape[1], lengths)
    shape = (plain.shape[0], plain.shape[1] * (count + 1))
    return plain_wide(plain, shape) + sparse.csr_matrix((plain.data, plain.indices + shift, plain.indptr), shape=shape)


def plain_wide(plain: sparse.csr_matrix, shape: tuple[int, int]) -> sparse.csr_matrix:
    return sparse.csr_matrix((plain.data, plain.indices, plain.indptr), shape=shape)


def without_small(model: Linear) -> Linear:
    """Return the model without the features whose weights are all next to nothing."""
    keep = np.abs(model.weights).max(axis=1) >= SMALL
    names = [name for name, kept in zip(model.rows, keep, strict=True) if kept]
    weights = np.where(np.abs(model.weights) < SMALL / 2, 0, model.weights)[keep]
    return Linear({name: n for n, name in enumerate(names)}, weights, model.bias, model.labels)


def flatten(parts: Iterable[Iterable[str]]) -> list[str]:
    return [item for part in parts for item in part]


def fit_forest(rows: Sequence[Sequence[float]], yes: Sequence[bool], *, trees: int = 100, leaves: int = 8) -> Forest:
    """Return boosted trees that tell the rows with `yes` from the others."""
    model = HistGradientBoostingClassifier(
        max_iter=trees,
        learning_rate=0.05,
        max_leaf_nodes=leaves,
        min_samples_leaf=25,
        l2_regularization=1.0,
        early_stopping=False,
        random_state=SEED,
    ).fit(np.asarray(rows, np.float32), np.asarray(yes))
    # scikit-learn has no public way to the trees of this model
    trees_of_nodes = [predictors[0].nodes for predictors in model._predictors]  # noqa: SLF001
    return _forest(trees_of_nodes, float(model._baseline_prediction[0, 0]))  # noqa: SLF001


def _forest(trees: Sequence[np.ndarray], base: float) -> Forest:
    """Pad the trees of scikit-learn to one width; a leaf leads to itself."""
    shape = (len(trees), max(len(nodes) for nodes in trees))
    forest = Forest(
        np.zeros(shape, np.int16),
        np.full(shape, np.inf, np.float32),
        np.zeros(shape, np.int16),
        np.zeros(shape, np.int16),
        np.ones(shape, np.bool_),
        np.zeros(shape, np.float32),
        base,
    )
    for n, nodes in enumerate(trees):
        size, leaf = len(nodes), nodes["is_leaf"].astype(bool)
        itself = np.arange(size)
        forest.feature[n, :size] = np.where(leaf, 0, nodes["feature_idx"])
        forest.threshold[n, :size] = np.where(leaf, np.inf, nodes["num_threshold"])
        forest.left[n, :size] = np.where(leaf, itself, nodes["left"])
        forest.right[n, :size] = np.where(leaf, itself, nodes["right"])
        forest.missing_left[n, :size] = nodes["missing_go_to_left"].astype(bool)
        forest.value[n, :size] = np.where(leaf, nodes["value"], 0)
    return forest
