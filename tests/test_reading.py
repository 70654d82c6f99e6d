"""Readings, candidates and their features."""

from datetime import date

import pytest
from reading import DAY, named, read, read_with

from agents.grammar.candidates import propose
from agents.grammar.features import age, bag, candidate_features, outcome_features, voice_of
from agents.grammar.mention import DateValue, Mention
from agents.grammar.words import words

TEXT = """# Police arrest Flume boss

Police arrested John Vane on Tuesday. He was charged in court.

## Earlier raid

In 2019, officers raided Flume's offices and seized servers.
"""


def features_of(text: str, kind: str) -> list[str]:
    reading = read(text)
    return next(candidate_features(reading, c) for c in propose(reading) if c.type == kind)


def test_candidates_are_sentences_with_a_type() -> None:
    found = {(c.sentence, c.type.value) for c in propose(read(TEXT))}
    assert {(0, "arrest"), (1, "arrest"), (2, "charge"), (4, "raid"), (4, "seizure")} <= found


def test_the_head_is_the_first_strong_trigger() -> None:
    reading = read("He was held and then arrested.")
    arrest = next(c for c in propose(reading) if c.type == "arrest")
    assert reading.text[arrest.head.start : arrest.head.end] == "arrested"


@pytest.mark.parametrize(
    ("text", "voice"),
    [
        ("Two men were arrested.", "passive"),
        ("Police arrested two.", "past"),
        ("They want to arrest him.", "infinitive"),
        ("They will arrest him.", "modal"),
        ("They have arrested him.", "perfect"),
        ("The arrest of Vane.", "noun"),
        ("They are arresting Vane.", "progressive"),
        ("Officers, arresting Vane.", "gerund"),
        ("Cops arrest Vane.", "plain"),
    ],
)
def test_voice_is_guessed_from_the_words_before(text: str, voice: str) -> None:
    found = words(text, 0, len(text))
    at = next(n for n, word in enumerate(found) if word.stem == "arrest")
    assert voice_of(found, at) == voice


def test_there_is_no_voice_outside_the_sentence() -> None:
    assert voice_of([], 0) == "none"


def test_features_say_where_a_sentence_stands() -> None:
    lead = features_of("# A raid\n\nPolice raided Flume.\n", "raid")
    assert "kind=title" in lead
    later = [c for c in propose(read(TEXT)) if c.sentence == 4 and c.type == "raid"]
    found = candidate_features(read(TEXT), later[0])
    assert {"section=1", "in_heading=True", "in_title=False", "opens=True"} <= set(found)


def test_names_are_masked_by_their_kind() -> None:
    text = "Flume sued John Vane today."
    reading = read_with(text, *named(text, "Flume"), *named(text, "John Vane", "person"))
    found = candidate_features(reading, next(c for c in propose(reading) if c.type == "lawsuit_filed"))
    assert "m-+=<@organisation>_sued_<@person>" in found
    assert {"name-left=<@organisation>", "name-right=<@person>"} <= set(found)


def test_the_bag_holds_words_and_pairs() -> None:
    assert {"w=police", "b=police_arrest"} <= set(bag(read("Police arrested Vane."), 0))


def test_outcome_features_join_what_tells_with_the_type() -> None:
    reading = read(TEXT)
    candidate = propose(reading)[0]
    found = outcome_features(candidate, candidate_features(reading, candidate), [])
    assert f"type={candidate.type.value}" in found
    assert any(name.startswith(f"{candidate.type.value}|voice") for name in found)


@pytest.mark.parametrize(
    ("iso", "name"),
    [
        ("2024-06-04", "days"),
        ("2024-05-28", "week"),
        ("2024-05-01", "month"),
        ("2024-01", "months"),
        ("2023-08", "year"),
        ("2021-01-01", "years"),
        ("2024-09-01", "future"),
        ("2024", "this-year"),
        ("2023", "last-year"),
        ("2011", "years"),
        ("2031", "future"),
    ],
)
def test_the_age_of_a_date(iso: str, name: str) -> None:
    mention = Mention(0, 1, "date", DateValue(iso=iso), "test")
    assert age(mention, DAY) == name
    assert age(mention, None) == "unknown"


def test_a_reading_looks_things_up_by_sentence() -> None:
    reading = read(TEXT, date(2024, 6, 5))
    assert reading.sentence_at(TEXT.index("raided")) == 4
    assert {m.kind for m in reading.mentions_in[4]} >= {"date"}
    assert reading.strong_sentences["raid"] == [3, 4]
    assert reading.heading_of[1].number == 3
    assert "arrest" in reading.title_stems
