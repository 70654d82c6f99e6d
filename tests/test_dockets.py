import pytest

from agents.grammar.dockets import find_dockets


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("in 1:23-cv-01234-ABC, the judge", "1:23-cv-01234-ABC"),
        ("United States v. Roe, 22-cr-00123.", "22-cr-00123"),
        ("Case No. T-1234-22", "T-1234-22"),
        ("docket number 21-7890,", "21-7890"),
        ("in Joined Cases C-682/18 and others", "C-682/18"),
        ("[2023] EWHC 12 (Ch)", "[2023] EWHC 12 (Ch)"),
        ("[2021] UKSC 5", "[2021] UKSC 5"),
        ("(I ZR 140/15)", "I ZR 140/15"),
        ("308 O 10/21", "308 O 10/21"),
        ("ECLI:NL:RBAMS:2023:1234", "ECLI:NL:RBAMS:2023:1234"),
        ("CS(COMM) 123/2022", "CS(COMM) 123/2022"),
    ],
)
def test_a_case_number_is_found(text: str, number: str):
    assert [mention.value for mention in find_dockets(text)] == [number]


@pytest.mark.parametrize("text", ["24/7 service", "in case you ask", "file 3", "section 512(h)", "ABC-1/20"])
def test_other_numbers_are_none(text: str):
    assert find_dockets(text) == []
