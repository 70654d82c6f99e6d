import pytest

from agents.grammar.mentions import find_mentions


def people(text: str) -> list[tuple[str, str]]:
    mentions = find_mentions(text, published=None)
    return [(m.kind, m.value.canonical) for m in mentions if m.kind in ("person", "official", "agency")]


@pytest.mark.parametrize(
    "text",
    [
        "said Detective Sergeant Alan Qoruva on Monday",
        "Judge Alan Qoruva denied the motion",
        "U.S. Attorney Alan Qoruva said so",
        "FBI Special Agent Alan Qoruva said",
        "NCA Director Alan Qoruva said",
        "federal prosecutor Alan Qoruva said",
        "said Alan Qoruva, a spokesman for the firm",
        "said Alan Qoruva, the federal prosecutor",
        "The case was prosecuted by Alan Qoruva.",
        "prosecuted by Assistant U.S. Attorneys Beth Borzov and Alan Qoruva.",
        "told Alan Qoruva, prosecuting, that",
        "Crown attorney Alan Qoruva said",
        "Alan Qoruva, the United States Attorney for the Southern District of New York, announced",
        "Alan Qoruva, the Assistant Director in Charge of the New York office, announced",
        "Alan Qoruva, for Bluebird, told magistrates",
        "counsel to the agency, Alan Qoruva, told the court",
    ],
)
def test_who_acts_for_the_law_is_an_official(text: str):
    assert ("official", "Alan Qoruva") in people(text)


@pytest.mark.parametrize(
    "text",
    [
        "Alan Qoruva was arrested",
        "former Judge Alan Qoruva was arrested",
        "a fake prosecutor Alan Qoruva was arrested",
        "the developer Alan Qoruva was arrested",
        "the lawyer Alan Qoruva was arrested",
        "Alan Qoruva, prosecutors say, ran the site",
        "Alan Qoruva, the prosecutor said, ran the site",
    ],
)
def test_anyone_else_may_be_a_party(text: str):
    assert ("person", "Alan Qoruva") in people(text)


def test_letters_behind_a_name_tell_a_member_of_the_bar():
    assert people("The court heard Alan Qoruva SC on Monday.") == [("official", "Alan Qoruva SC")]
    assert people("Qoruval Borzovat KC, for the prosecution, rose.") == [("official", "Qoruval Borzovat KC")]


def test_the_surname_is_enough_behind_a_title():
    assert people("Judge Qoruvat agreed") == [("official", "Qoruvat")]


def test_judges_are_named_in_a_row():
    text = "Circuit judges Alan Qoruva, Beth Borzov, and Maria Doe affirmed it. Peter Loe was arrested."
    assert [kind for kind, _ in people(text)] == ["official", "official", "official", "person"]


def test_an_official_stays_one_under_the_surname():
    assert people("Detective Alan Qoruva led it. Qoruva thanked Peter Loe.") == [
        ("official", "Alan Qoruva"),
        ("official", "Alan Qoruva"),
        ("person", "Peter Loe"),
    ]


def test_a_body_begins_behind_its_officer():
    assert people("said Detective Alan Qoruva of the Roeville Police.") == [
        ("official", "Alan Qoruva"),
        ("agency", "Roeville Police"),
    ]


def test_a_body_ends_before_its_officer():
    assert people("U.S. Attorney for the District of Columbia Alan Qoruva said") == [
        ("agency", "U.S. Attorney for the District of Columbia")
    ]


def test_an_office_alone_is_no_body():
    assert people("Assistant Attorney General Alan Qoruva said") == [("official", "Alan Qoruva")]
    assert people("the Leeds Commissioner of Police said") == []
    assert people("the U.S. Attorney's Office said") == [("agency", "U.S. Attorney's Office")]
