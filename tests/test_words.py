"""Words, stems and cues."""

import pytest

from agents.grammar.cues import find_cues, lexicon
from agents.grammar.words import stem, words


@pytest.mark.parametrize(
    ("word", "short"),
    [
        ("arrested", "arrest"),
        ("raids", "raid"),
        ("suing", "suing"),
        ("police’s", "police"),
        ("2023", "<year>"),
        ("1,200", "<number>"),
        ("5th", "<mixed>"),
        ("is", "is"),
    ],
)
def test_stems(word: str, short: str) -> None:
    assert stem(word) == short


def test_words_have_their_places_and_money_marks_count() -> None:
    text = "Flume’s boss paid €5 to U.S. police-men"
    found = words(text, 0, len(text))
    assert [w.text for w in found] == ["flume’s", "boss", "paid", "€", "5", "to", "u.s", "police-men"]
    assert all(text[w.start : w.end].lower() == w.text for w in found)
    assert [w.capital for w in found[:2]] == [True, False]


@pytest.mark.parametrize(
    ("text", "label"),
    [
        ("The firm is seeking damages", "sought"),
        ("He will be sentenced in May", "planned"),
        ("The judge refused the request", "denied"),
        ("If the site returns", "hypothetical"),
        ("The man allegedly sold boxes", "alleged"),
        ("The probe is ongoing", "ongoing"),
        ("ISPs were ordered to act", "ordered"),
        ("Two years ago he fled", "background"),
        ("He was held on Tuesday", "news"),
    ],
)
def test_cues_speak_for_a_status_or_a_time_role(text: str, label: str) -> None:
    assert label in {cue.label for cue in find_cues(text, 0, len(text))}


def test_cues_are_found_only_inside_the_given_span() -> None:
    text = "He will go. She went."
    assert find_cues(text, 12, len(text)) == []
    assert len({(row.label, row.name) for row in lexicon()}) == len(lexicon())
