from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.grammar.dates import find_dates
from agents.grammar.intervals import common_iso

TUESDAY = date(2024, 8, 13)


def isos(text: str, published: date | None = TUESDAY) -> list[str]:
    return [mention.value.iso for mention in find_dates(text, published)]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("on January 24th, 2023", "2023-01-24"),
        ("on 24 January 2023", "2023-01-24"),
        ("on the 24th of January 2023", "2023-01-24"),
        ("Jan. 24, 2023", "2023-01-24"),
        ("in September 2023", "2023-09"),
        ("in late 2022", "2022"),
        ("since mid-2022", "2022"),
        ("(2019)", "2019"),
        ("dated 2024-07-18", "2024-07-18"),
        ("dated 18.07.2024", "2024-07-18"),
        ("dated 15/06/2024", "2024-06-15"),
        ("dated 06/15/2024", "2024-06-15"),
    ],
)
def test_a_date_with_its_year_needs_no_day_of_publication(text: str, iso: str):
    assert isos(text, None) == [iso]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("arrested yesterday", "2024-08-12"),
        ("arrested today", "2024-08-13"),
        ("arrested on Tuesday", "2024-08-13"),
        ("arrested last Tuesday", "2024-08-06"),
        ("arrested last Friday", "2024-08-09"),
        ("arrested on Wednesday", "2024-08-07"),
        ("arrested last week", "2024-08"),
        ("arrested earlier this month", "2024-08"),
        ("arrested last month", "2024-07"),
        ("arrested last year", "2023"),
        ("arrested this summer", "2024"),
        ("arrested in January", "2024-01"),
        ("arrested in October", "2023-10"),
        ("arrested in late February", "2024-02"),
        ("arrested last December", "2023-12"),
        ("arrested on August 14", "2023-08-14"),
        ("arrested four months ago", "2024-04"),
        ("arrested three days ago", "2024-08-10"),
        ("arrested a year ago", "2023"),
    ],
)
def test_a_relative_date_is_resolved_backward(text: str, iso: str):
    (mention,) = find_dates(text, TUESDAY)
    assert (mention.value.iso, mention.value.relative, mention.value.future) == (iso, True, False)


def test_what_spans_two_months_takes_the_form_that_is_sure():
    assert isos("arrested last week", date(2024, 8, 6)) == ["2024"]
    assert isos("arrested last week", date(2025, 1, 7)) == []


def test_a_day_range_is_known_by_its_month_only():
    assert isos("took place on November 26/27") == ["2023-11"]


def test_two_months_share_the_year_after_the_second():
    assert isos("between March and May 2022") == ["2022-03", "2022-05"]


def test_that_same_year_is_the_year_told_before():
    assert isos("He was arrested in 2019. In May that same year, he fled.") == ["2019", "2019-05"]


def test_the_year_of_a_law_is_no_date():
    assert isos("charged under the Copyright Act 1987 and the Roads Act of 1990") == []
    assert isos("the Act was passed in 1990") == ["1990"]


@pytest.mark.parametrize(
    ("text", "iso"),
    [
        ("In July of this year, he was held.", "2024-07"),
        ("In July last year, he was held.", "2023-07"),
        ("Held on 3 May of last year.", "2023-05-03"),
    ],
)
def test_a_month_of_this_or_last_year(text: str, iso: str):
    (mention,) = find_dates(text, date(2024, 9, 10))
    assert mention.value.iso == iso


def test_the_future_is_only_where_the_words_say_so():
    (mention,) = find_dates("He will be sentenced on October 3.", TUESDAY)
    assert (mention.value.iso, mention.value.future) == ("2024-10-03", True)
    assert isos("He was sentenced on October 3.") == ["2023-10-03"]


@pytest.mark.parametrize(
    "text",
    [
        "dated 05/06/2024",
        "the 2023-24 season",
        "they may march on",
        "on February 30",
        "2,023 people",
        "the 1990s",
        "case 1:23-cv-2023",
        "every Tuesday",
        "a Sundayish mood",
    ],
)
def test_what_is_no_sure_date_is_passed_over(text: str):
    assert isos(text) == []


def test_spans_are_offsets_of_the_text():
    text = "The court ruled on Friday, May 3, 2024, and again last week."
    assert [text[m.start : m.end] for m in find_dates(text, TUESDAY)] == ["May 3, 2024", "last week"]


@given(st.dates(date(1990, 1, 1), date(2049, 12, 31)))
def test_a_written_date_is_read_back(day: date):
    assert isos(f"It happened on {day:%B} {day.day}, {day.year}.", None) == [day.isoformat()]


@given(st.dates(date(2000, 1, 1), date(2040, 1, 1)), st.integers(0, 400))
def test_a_year_less_date_never_lies_ahead(published: date, back: int):
    day = published - timedelta(days=back % 365)
    found = isos(f"It happened on {day.day} {day:%B}.", published)
    assert all(iso <= published.isoformat() for iso in found)


@given(st.dates(date(1990, 1, 1), date(2049, 12, 31)), st.integers(0, 800))
def test_the_common_form_holds_for_both_ends(first: date, days: int):
    last = first + timedelta(days=days)
    iso = common_iso(first, last)
    assert (iso is None) == (first.year != last.year)
    assert iso is None or (first.isoformat().startswith(iso) and last.isoformat().startswith(iso))


@pytest.mark.parametrize(
    "text",
    [
        "KUMAMOTO, May 27 (Meridian Wire) - Police arrested two men.",
        "Leeds, England – May 27, 2024 – Police arrested two men.",
        "May 27 (Meridian) -- Police arrested two men.",
        "LONDON--(MERIDIAN WIRE)--May 27, 2024--Police arrested two men.",
        "Published: Monday, 27 May 2024\nPolice arrested two men.",
        "# A title\n\n27 May 2024 10:30\n\nPolice arrested two men.",
    ],
)
def test_a_date_line_has_a_rule_of_its_own(text: str):
    (mention,) = find_dates(text, TUESDAY)
    assert (mention.value.iso, mention.rule) == ("2024-05-27", "date.dateline")


@pytest.mark.parametrize(
    "text",
    [
        "On May 27 – a Monday – police arrested two men.",
        "Police in Leeds arrested two men on May 27 (Monday) - and one more.",
        "May 27 was the day.",
        "In May 2024 - a warm month - police arrested two men.",
    ],
)
def test_a_date_in_a_sentence_is_no_date_line(text: str):
    assert find_dates(text, TUESDAY)[0].rule != "date.dateline"
