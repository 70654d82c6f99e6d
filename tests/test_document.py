"""Documents: title, headings, items, quotations and sentences of an article's text."""

import itertools

from hypothesis import given
from hypothesis import strategies as st

from agents.grammar.document import read_document

TEXT = """# Court fines Flume

Flume was fined. It will pay.

## Earlier

- one man was held
- two were freed

> He said no.

1. Last point
"""


def test_every_part_has_its_kind() -> None:
    document = read_document(TEXT)
    kinds = [(s.kind, TEXT[s.start : s.end]) for s in document.sentences]
    assert kinds == [
        ("title", "Court fines Flume"),
        ("text", "Flume was fined."),
        ("text", "It will pay."),
        ("heading", "Earlier"),
        ("item", "one man was held"),
        ("item", "two were freed"),
        ("quote", "He said no."),
        ("item", "Last point"),
    ]


def test_sections_count_the_headings_and_paragraphs_the_blocks() -> None:
    sentences = read_document(TEXT).sentences
    assert [s.section for s in sentences] == [0, 0, 0, 1, 1, 1, 1, 1]
    assert sentences[1].paragraph == sentences[2].paragraph != sentences[3].paragraph
    assert [s.number for s in sentences] == list(range(8))


def test_the_title_of_the_text_goes_before_the_given_one() -> None:
    assert read_document(TEXT, "Feed title").title == "Court fines Flume"
    assert read_document("No title line.", "Feed title").title == "Feed title"


def test_an_empty_text_has_no_sentences() -> None:
    assert read_document("").sentences == ()


@given(st.text(alphabet="ab#->. \n\t1)", max_size=200))
def test_sentences_do_not_overlap(text: str) -> None:
    sentences = read_document(text).sentences
    assert all(a.end <= b.start for a, b in itertools.pairwise(sentences))
