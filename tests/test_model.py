"""Linear models, forests and their data file."""

import math

import numpy as np
import pytest

from agents.grammar.forest import Forest
from agents.grammar.model import Linear, Models, columns_of, probability, read_models, shipped_models, write_models

LABELS = ("court|", "court|fine", "court|raid", "date|", "date|raid")


def linear() -> Linear:
    weights = np.array([[1.0, 0.0], [-2.0, 0.5]], np.float32)
    return Linear({"a": 0, "b": 1}, weights, np.array([0.25, 0.0], np.float32), ("yes", "no"))


def stump() -> Forest:
    """One tree: feature 1 up to 0.5 gives -2, more gives 2, unknown goes right."""
    return Forest(
        feature=np.array([[1, 0, 0]], np.int16),
        threshold=np.array([[0.5, np.inf, np.inf]], np.float32),
        left=np.array([[1, 1, 2]], np.int16),
        right=np.array([[2, 1, 2]], np.int16),
        missing_left=np.array([[False, True, True]]),
        value=np.array([[0, -2, 2]], np.float32),
        base=0.0,
    )


def test_scores_add_the_weights_of_known_features() -> None:
    assert linear().scores(["a", "unknown"]).tolist() == [1.25, 0.0]
    assert linear().score(["a", "b"]) == pytest.approx(-0.75)
    assert linear().scores([]).tolist() == [0.25, 0.0]


def test_columns_of_a_part_are_the_shared_ones_and_those_of_the_type() -> None:
    assert columns_of(LABELS, "fine") == [("court", (0, 1)), ("date", (3,))]
    assert columns_of(LABELS, "raid") == [("court", (0, 2)), ("date", (3, 4))]


def test_typed_scores_add_what_is_said_of_all_types_and_of_one() -> None:
    weights = np.array([[1, 2, 4, 8, 16], [32, 64, 128, 256, 512]], np.float32)
    model = Linear({"a": 0, "b": 1}, weights, np.array([1, 0, 0, 2, 0], np.float32), LABELS)
    items, types = [["a"], ["a", "unknown", "b"], [], ["b"]], ["fine", "raid", "raid", "sentence"]
    places = model.typed.places(types)
    found = model.typed.scores(items, places)
    for item, kind, scores in zip(items, types, found.tolist(), strict=True):
        columns = columns_of(LABELS, kind)
        assert scores == [sum(model.scores(item)[n] for n in own) for _, own in columns]
    assert model.typed.parts == ("court", "date")
    bias = model.typed.scores([[]] * 4, places)
    assert (model.typed.shares(items)[range(4), places] + bias).tolist() == found.tolist()


def test_probabilities_are_safe_for_any_score() -> None:
    assert probability(0) == 0.5
    assert 0 < probability(-1e9) < probability(1e9) < 1.0001


def test_a_forest_walks_its_trees() -> None:
    rows = [[9.0, 0.0], [9.0, 1.0], [9.0, math.nan]]
    low, high, unknown = stump().probabilities(rows)
    assert low == pytest.approx(1 / (1 + math.exp(2)))
    assert high == unknown == pytest.approx(1 / (1 + math.exp(-2)))
    assert stump().probabilities([]).tolist() == []


def test_trees_of_different_sizes_stand_side_by_side() -> None:
    double = Forest(
        feature=np.array([[1, 0, 0, 0, 0], [1, 0, 0, 0, 0]], np.int16),
        threshold=np.array([[0.5, np.inf, np.inf, np.inf, np.inf], [0.5, 3.0, np.inf, np.inf, np.inf]], np.float32),
        left=np.array([[1, 1, 2, 3, 4], [1, 3, 2, 3, 4]], np.int16),
        right=np.array([[2, 1, 2, 3, 4], [2, 4, 2, 3, 4]], np.int16),
        missing_left=np.array([[False, *[True] * 4], [True] * 5]),
        value=np.array([[0, -2, 2, 0, 0], [0, 0, 7, 3, 5]], np.float32),
        base=1.0,
    )
    rows = [[2.0, 0.0], [4.0, 0.5], [math.nan, 0.5], [4.0, 1.0], [4.0, math.nan]]
    totals = np.log(double.probabilities(rows) / (1 - double.probabilities(rows)))
    assert totals == pytest.approx([-2 + 3 + 1, -2 + 5 + 1, -2 + 3 + 1, 2 + 7 + 1, 2 + 5 + 1])


def test_a_tree_of_too_many_leaves_is_refused() -> None:
    count = 66
    left = np.array([[2 * n + 1 if n < count - 1 else n for n in range(2 * count - 1)]])
    right = np.where(left == np.arange(2 * count - 1), left, left + 1)
    zeros = np.zeros(left.shape)
    with pytest.raises(ValueError, match="66 leaves, more than 64"):
        Forest(zeros.astype(int), zeros, left, right, zeros > 0, zeros, 0.0).probabilities([[1.0]])


def test_models_survive_their_data_file() -> None:
    models = read_models(write_models(Models({"x": linear()}, {"x": stump()})))
    assert models.linear["x"].labels == ("yes", "no")
    assert models.linear["x"].scores(["a"]).tolist() == [1.25, 0.0]
    assert models.forests["x"].probabilities([[0.0, 1.0]]) == pytest.approx(stump().probabilities([[0.0, 1.0]]))


def test_the_shipped_models_are_complete_and_read_once() -> None:
    assert shipped_models() is shipped_models()
    assert {"news", "keep"} <= set(shipped_models().forests)
    assert {"event", "outcome", "name", "date"} <= set(shipped_models().linear)
