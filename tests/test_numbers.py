from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.grammar.numbers import find_numbers, value_of


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1,234", 1234),
        ("10,00,000", 1_000_000),
        ("1.234.567", 1_234_567),
        ("5.6 million", 5_600_000),
        ("1.5bn", 1_500_000_000),
        ("10 lakh", 1_000_000),
        ("2 crore", 20_000_000),
        ("400k", 400_000),
        ("thirty-three", 33),
        ("two hundred and fifty", 250),
        ("half a dozen", 6),
        ("a dozen", 12),
        ("Eleven", 11),
        ("a hundred", 100),
        ("twelve thousand", 12_000),
    ],
)
def test_a_number_is_read_whole(text: str, value: float):
    (number,) = find_numbers(f"about {text} of them")
    assert (number.value, f"about {text} of them"[number.start : number.end]) == (value, text)


@pytest.mark.parametrize("text", ["dozens of sites", "hundreds", "someone", "often", "abc123", "the phone"])
def test_vague_and_hidden_numbers_are_none(text: str):
    assert find_numbers(text) == []


def test_a_letter_after_a_blank_is_no_scale_of_a_number_word():
    (number,) = find_numbers("two M people")
    assert number.value == 2


def test_other_words_have_no_value():
    with pytest.raises(ValueError, match="no number"):
        value_of("many")


@given(st.integers(0, 10**14))
def test_digits_with_and_without_commas_are_the_same(n: int):
    assert [number.value for number in find_numbers(f"x {n:,} y {n} z")] == [n, n]


@given(st.text(max_size=300))
def test_any_text_has_ordered_numbers(text: str):
    found = find_numbers(text)
    assert all(a.end <= b.start for a, b in pairwise(found))
    assert all(text[n.start : n.end] for n in found)
