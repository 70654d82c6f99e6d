from datetime import date

import pytest

from agents.grammar.dates import find_dates

TUESDAY = date(2024, 8, 13)


def isos(text: str, published: date = TUESDAY) -> list[tuple[str, bool]]:
    return [(mention.value.iso, mention.value.future) for mention in find_dates(text, published)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("late last week", "2024-08"),
        ("last weekend", "2024-08"),
        ("over the weekend", "2024-08"),
        ("the past week", "2024-08"),
        ("the past month", "2024"),
        ("earlier this week", "2024-08"),
        ("earlier this year", "2024"),
        ("last night", "2024-08-12"),
        ("this morning", "2024-08-13"),
        ("last spring", "2024"),
        ("last summer", "2023"),
        ("last fall", "2023"),
        ("a few days ago", "2024-08"),
        ("several weeks ago", "2024"),
        ("a few months ago", None),
        ("about a week ago", "2024-08"),
        ("a couple of months ago", "2024-06"),
        ("more than three years ago", "2021"),
        ("two decades ago", None),
        ("a few years ago", None),
        ("last winter", None),
        ("the past year", None),
    ],
)
def test_a_phrase_is_as_precise_as_it_is_sure(text: str, iso: str | None):
    assert isos(f"It ended {text}.") == ([] if iso is None else [(iso, False)])


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("next week", "2024-08"),
        ("next month", "2024-09"),
        ("next year", "2025"),
        ("next spring", "2025"),
        ("next Friday", "2024-08-16"),
        ("later this week", "2024-08"),
    ],
)
def test_words_of_the_future_lie_ahead(text: str, iso: str):
    ((found, _),) = isos(f"It opens {text}.")
    assert found == iso


def test_a_hearing_to_come_on_a_weekday_lies_ahead():
    assert isos("He will appear in court on Friday.") == [("2024-08-16", True)]
    assert isos("He appeared in court on Friday.") == [("2024-08-09", False)]


@pytest.mark.parametrize("text", ["next weekend", "next night", "ago", "long ago", "each Monday", "5000 years ago"])
def test_what_tells_no_date(text: str):
    assert isos(text) == []


def test_this_week_on_a_monday_is_known_by_its_month():
    assert isos("It ended this week.", date(2024, 5, 6)) == [("2024-05", False)]


def test_a_weekday_beside_its_date_adds_nothing():
    assert isos("It ended on Tuesday, August 6, in Rome.") == [("2024-08-06", False)]
