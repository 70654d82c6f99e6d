"""Sentences: cut where a sentence ends, not at abbreviations; spans never lose a character."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.grammar.sentences import LONGEST, sentence_spans


def cut(text: str) -> list[str]:
    return [text[start:end] for start, end in sentence_spans(text, 0, len(text))]


@pytest.mark.parametrize(
    ("text", "sentences"),
    [
        ("Police came. They left.", ["Police came.", "They left."]),
        ("Mr. Vane of Flume Inc. was held. He denies it.", ["Mr. Vane of Flume Inc. was held.", "He denies it."]),
        (
            "The U.S. Attorney spoke on Jan. 5 at noon. All sat.",
            ["The U.S. Attorney spoke on Jan. 5 at noon.", "All sat."],
        ),
        ("J. R. Vane sued. He won.", ["J. R. Vane sued.", "He won."]),
        ("It ended in Jan. Then came more.", ["It ended in Jan.", "Then came more."]),
        ("“He is free.” The court rose.", ["“He is free.”", "The court rose."]),
        ("Flume v. Vane was heard! Was it? Yes.", ["Flume v. Vane was heard!", "Was it?", "Yes."]),
        ("no full stop", ["no full stop"]),
        ("  ", []),
    ],
)
def test_a_text_is_cut_into_its_sentences(text: str, sentences: list[str]) -> None:
    assert cut(text) == sentences


def test_what_never_ends_is_cut_at_a_space() -> None:
    parts = cut("word " * 2000)
    assert len(parts) > 5
    assert all(len(part) <= LONGEST for part in parts)


@given(st.text(max_size=400))
def test_spans_are_in_order_and_hold_every_letter(text: str) -> None:
    spans = list(sentence_spans(text, 0, len(text)))
    assert all(a[1] <= b[0] for a, b in itertools.pairwise(spans))
    kept = "".join(text[start:end] for start, end in spans)
    assert "".join(kept.split()) == "".join(text.split())
