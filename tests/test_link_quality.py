"""The measure of linking: wrong merges cost precision, splits cost recall, and what is touched is no wrong merge."""

import pytest
from casework import article, event
from link_inputs import Gold, name_of
from link_quality import is_same, linked, scores, stability, truly_new

NONE: frozenset[str] = frozenset()
GOLD = {
    "wire-1": Gold("quaylist", NONE),
    "wire-2": Gold("flume", NONE),
    "wire-3": Gold("quaylist", NONE),
    "wire-4": Gold("flume", frozenset({"quaylist"})),
    "wire-5": Gold(None, NONE),
}
TOLD = {"wire-1", "wire-2"}
RIGHT = {"wire-1": "case-1", "wire-2": "case-2", "wire-3": "case-1", "wire-4": "case-2"}


def scored(**changed: str) -> dict[str, float]:
    given = RIGHT | {name.replace("_", "-"): case for name, case in changed.items()}
    return scores(GOLD, given, TOLD, set(GOLD))


def test_cases_as_labelled_score_in_full():
    found = scored()
    assert [found[name] for name in ("B-cubed F1", "precision", "recall", "new")] == [1.0, 1.0, 1.0, 1.0]


def test_opening_a_case_for_every_article_is_the_floor():
    alone = {name: name for name in RIGHT}
    found = scores(GOLD, alone, set(alone), set(GOLD))
    assert found["B-cubed F1"] == pytest.approx(found["all new"])
    assert (found["precision"], found["recall"], found["new"]) == (1.0, 0.0, 0.5)


def test_a_wrong_merge_costs_precision_only():
    found = scored(wire_2="case-1", wire_4="case-1")
    assert found["recall"] == 1.0
    assert found["precision"] == pytest.approx(4 / 6)  # wire-4 touches the other case, so two of the pairs may stand


def test_a_split_costs_recall():
    found = scored(wire_3="case-3")
    assert (found["precision"], found["recall"]) == (1.0, 0.5)


def test_an_article_that_was_given_no_case_stands_alone():
    found = scores(GOLD, {name: case for name, case in RIGHT.items() if name != "wire-3"}, TOLD, set(GOLD))
    assert found["recall"] == 0.5


def test_new_is_what_was_not_met_before_and_is_a_case_at_all():
    assert truly_new(GOLD, {"wire-1", "wire-2"}, set(GOLD)) == 1.0
    assert truly_new(GOLD, {"wire-1", "wire-3"}, set(GOLD)) == 0.5
    assert truly_new(GOLD, {"wire-5"}, set(GOLD)) == 0.0
    assert truly_new(GOLD, {"wire-1", "wire-3"}, {"wire-1"}) == 1.0  # a fold counts its own articles


def test_what_is_told_as_new_without_concerning_a_case_is_counted_apart():
    found = scores(GOLD, RIGHT, {"wire-1", "wire-5"}, set(GOLD))
    assert (found["new"], found["new, a case"]) == (0.5, 1.0)


def test_articles_are_linked_told_and_compared_in_any_order():
    arrest = event("arrest", defendant=("Mara Lindqvist",), country="SE", main=True, date="2025-02-28")
    charge = event("charge", defendant=("Mara Lindqvist",), country="SE", main=True, date="2025-04-02")
    messages = [article(one, name=name, day=day) for name, day, one in (("a", 0, arrest), ("b", 32, charge))]
    found = linked(messages)
    assert found.home.keys() == {"item-a", "item-b"}
    assert len(set(found.home.values())) == 1
    assert found.opened == {"item-a"}
    assert stability(messages, 2).startswith("1.000 of articles, lowest 1.000")


def test_an_article_may_stand_in_a_case_that_it_touches():
    assert is_same(GOLD["wire-1"], GOLD["wire-3"])
    assert is_same(GOLD["wire-1"], GOLD["wire-4"])
    assert not is_same(GOLD["wire-1"], GOLD["wire-2"])


def test_an_article_s_name_is_without_its_folder():
    assert name_of("wire/2024-06-05-three-held") == "wire-2024-06-05-three-held"
