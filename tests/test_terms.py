import pytest

from agents.grammar.mention import TermValue
from agents.grammar.terms import LIFE, find_terms


def only(text: str) -> TermValue:
    (mention,) = find_terms(text)
    value: TermValue = mention.value
    return value


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("sentenced to three years in prison", 36),
        ("an 18-month prison sentence", 18),
        ("jailed for three-and-a-half years", 42),
        ("jailed for two years and six months", 30),
        ("jailed for two and a half years", 30),
        ("sentenced to 6 1/2 years in prison", 78),
        ("12 years and 6 months in prison", 150),
        ("a year in jail", 12),
        ("30 days in jail", 1),
        ("life in prison", LIFE),
        ("a life sentence", LIFE),
        ("5.5 years in prison", 66),
        ("sentenced to 18 months' imprisonment", 18),
        ("given two years’ jail", 24),
        ("jailed for 15 years after a leak", 180),
        ("sentenced to two years before he fled", 24),
    ],
)
def test_a_prison_term_is_read_in_months(text: str, months: float):
    value = only(f"He was {text}.")
    assert (value.months, value.prison) == (months, True)


def test_suspended_conditional_and_probation_are_told_apart():
    assert only("sentenced to three years in prison, suspended").suspended
    assert only("a conditional prison sentence of 60 days").suspended
    value = only("sentenced to two years of probation")
    assert (value.probation, value.prison) == (True, False)
    assert only("three years of supervised release").probation


@pytest.mark.parametrize("text", ["faces up to 20 years in prison", "a maximum of 20 years in prison"])
def test_what_the_law_allows_is_a_maximum(text: str):
    assert only(text).maximum


def test_the_sum_of_a_group_is_combined():
    assert only("jailed for a total of 30 years").combined
    assert only("jailed for 30 years between them").combined
    assert only("the gang was jailed for a combined seven years").combined
    assert only("sentences that totalled 21 years").combined


@pytest.mark.parametrize(
    "text",
    [
        "a 36-year-old man",
        "three years ago",
        "two years later",
        "a fine, or six months in default",
        "fined RM45,000 in default five months' jail",
        "fined 40,000, failing which six months in prison",
        "within 30 days",
        "the last five years",
        "after two years",
        "lifetime ban",
        "two years’ worth of work",
    ],
)
def test_ages_and_distances_are_no_terms(text: str):
    assert find_terms(text) == []


@pytest.mark.parametrize(
    "text",
    [
        "given 18 months suspended for three years",
        "an 18-month prison term, suspended for two years",
        "18 months' imprisonment, suspended for a period of five years",
    ],
)
def test_the_time_for_which_a_term_is_suspended_is_none(text: str):
    value = only(text)
    assert (value.months, value.suspended) == (18, True)


def test_the_part_that_is_served_is_no_term():
    assert find_terms("He served two years of his sentence and left.") == []
    assert [m.value.months for m in find_terms("He served 18 months of a five-year prison sentence.")] == [60]
    assert only("He must serve two years in prison").months == 24


def test_a_probation_period_is_no_prison_term():
    first, second = (m.value for m in find_terms("two years in prison with a probation period of three years"))
    assert (first.prison, second.probation, second.prison) == (True, True, False)
