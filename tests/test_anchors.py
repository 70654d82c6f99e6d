import pytest

from agents.grammar.anchors import find_anchors


@pytest.mark.parametrize(
    ("text", "group", "starts"),
    [
        ("In May they may march in March", "month", [3, 12, 16, 25]),
        ("Tuesday, last Tuesday", "weekday", [0, 14]),
        ("twenty-five and half a dozen", "number", [0, 7, 16, 21]),
        ("two years ago, a lifeless month", "length", [4, 26]),
        ("two years ago", "ago", [10]),
        ("the end of last week", "distance", [0, 11]),
        ("anyone, oneself, one_a, decade", "number", []),
        ("İİ one", "number", [3]),
    ],
)
def test_words_of_a_group_are_found_where_they_stand_alone(text: str, group: str, starts: list[int]):
    assert find_anchors(text)[group] == starts
