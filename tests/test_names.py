import pytest

from agents.grammar.mentions import find_mentions
from agents.grammar.names import capitalised_runs


def named(text: str, *kinds: str) -> list[tuple[str, str]]:
    return [(m.kind, m.value.canonical) for m in find_mentions(text, published=None) if m.kind in kinds]


def test_small_words_tie_capitalised_ones():
    text = "Yesterday the Ministry of Roads and Bridges met Jan van der Berg in Roe."
    assert [text[run.start : run.end] for run in capitalised_runs(text)] == [
        "Yesterday",
        "Ministry of Roads and Bridges",
        "Jan van der Berg",
        "Roe",
    ]


def test_common_words_break_a_headline():
    runs = capitalised_runs("# Police Arrest Alan Boyd After Raid\n\nText.")
    assert [word.text for word in next(iter(runs)).words] == ["Alan", "Boyd"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("The man, Mikhail Borzov, was held.", "Mikhail Borzov"),
        ("A judge sentenced Zyxwin Qoruvat, 36, to prison.", "Zyxwin Qoruvat"),
        ("A judge sentenced Zyxwin Qoruvat (36) to prison.", "Zyxwin Qoruvat"),
        ("the 36-year-old Zyxwin Qoruvat was held", "Zyxwin Qoruvat"),
        ("Mr. Qoruvat agreed", "Qoruvat"),
        ("the developer Zyxwin Qoruvat agreed", "Zyxwin Qoruvat"),
        ("Arizona-resident J. Qoruvat agreed", "J. Qoruvat"),
        ("Zyxwin Qoruvat, also known as Zyx, agreed", "Zyxwin Qoruvat"),
        ("Prosecutors charged Bram van der Meulen again", "Bram van der Meulen"),
        ("They charged Daniel “Dan” Qoruvat again", "Daniel “Dan” Qoruvat"),
        ("However, Ahmed Qoruvat’s lawyer agreed", "Ahmed Qoruvat"),
        ("Zyxwin Qoruvat, a French national, agreed", "Zyxwin Qoruvat"),
        ("Bluebird President Zyxwin Qoruvat agreed", "Zyxwin Qoruvat"),
        ("Mr Zyxwin Qoruvat agreed", "Zyxwin Qoruvat"),
        ("the founder of Bluebird Exchange, Mr Zyxwin Qoruvat, agreed", "Zyxwin Qoruvat"),
        ("Dad-of-three David Qoruvat agreed", "David Qoruvat"),
    ],
)
def test_a_person_is_known_by_what_stands_around(text: str, name: str):
    assert named(text, "person") == [("person", name)]


def test_a_surname_comes_back_with_the_full_name():
    text = "Police held Daniel Qoruvat in May. Later Qoruvat was freed, Mr. Qoruvat said."
    assert named(text, "person") == [("person", "Daniel Qoruvat")] * 3


@pytest.mark.parametrize(
    "text",
    [
        "Qoruvat Media, a site for women, fell",
        "the raid in Zyxwin Qoruvat, Texas",
        "Daniel Records sued",
        "The Supreme Court in May",
        "On Monday Morning",
        "Operation Daniel Fox",
    ],
)
def test_other_capitals_are_no_person(text: str):
    assert named(text, "person") == []


@pytest.mark.parametrize(
    ("text", "kind", "name"),
    [
        ("It sued Qoruvat Hosting Ltd. in May", "organisation", "Qoruvat Hosting Ltd."),
        ("It sued Qoruvat GmbH again", "organisation", "Qoruvat GmbH"),
        ("It sued Qoruvat Systems, LLC, again", "organisation", "Qoruvat Systems, LLC"),
        ("said Qoruvat Records today", "organisation", "Qoruvat Records"),
        ("the Association of Qoruvat and Music", "organisation", "Association of Qoruvat and Music"),
        ("the Public Security Bureau of Qoruvat City", "agency", "Public Security Bureau of Qoruvat City"),
        ("the Qoruvat city cyber police said", "agency", "Qoruvat city cyber police"),
        ("the Qoruvat Prefectural Police said", "agency", "Qoruvat Prefectural Police"),
    ],
)
def test_a_body_is_known_by_its_form(text: str, kind: str, name: str):
    assert named(text, "organisation", "agency") == [(kind, name)]


def test_two_names_joined_by_and_are_two():
    text = "It was the FBI and Department of Homeland Security, then Qoruvat and Zyxwin."
    assert [name for _, name in named(text, "agency", "organisation")] == [
        "Federal Bureau of Investigation",
        "U.S. Department of Homeland Security",
        "Qoruvat",
        "Zyxwin",
    ]


def test_an_acronym_in_brackets_is_an_alias():
    text = "The Qoruvat Artists Association (QAA) sued. Later QAA won."
    assert named(text, "organisation") == [("organisation", "Qoruvat Artists Association")] * 3


def test_the_country_of_a_body_is_that_of_the_place_in_its_name():
    (mention,) = [m for m in find_mentions("the Egyptian Ministry of Qoruvat", published=None) if m.kind == "agency"]
    assert mention.value.country == "EG"


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("the pirate site Qoruvat was", "Qoruvat"),
        ("the Qoruvat ransomware was", "Qoruvat"),
        ("users of the Qoruvat illegal streaming platform", "Qoruvat"),
        ("they ran QoruStreams for years", "QoruStreams"),
        ("they ran iQoru for years", "iQoru"),
        ("they ran 987Qoruvat for years", "987Qoruvat"),
        ("they ran 987qoruvat for years", "987qoruvat"),
    ],
)
def test_a_service_is_known_by_cue_or_spelling(text: str, name: str):
    assert ("service", name) in named(text, "service")


def test_a_service_once_cued_is_one_everywhere():
    assert len(named("The forum Qoruvat fell. Nobody missed Qoruvat.", "service")) == 2


def test_the_name_inside_a_domain_is_a_service():
    assert named("Qoruvat.to fell. Fans of Qoruvat wept.", "service") == [("service", "Qoruvat")]


@pytest.mark.parametrize(
    "text",
    [
        "after 30days of it",
        "over 500GB of data",
        "A Russian operator of sites",
        "the IPTV service",
        "Belgian sites fell",
        "the Qoru-powered app",
        "roe@987qoruvat.com",
    ],
)
def test_general_terms_and_adjectives_are_no_service(text: str):
    assert named(text, "service") == []


@pytest.mark.parametrize(
    "text", ["Interestingly, nothing", "TorrentFreak asked", "In Europe, nothing", "the Office said", "I’m sure"]
)
def test_general_terms_and_outlets_are_no_names(text: str):
    assert named(text, "organisation", "service", "person", "agency") == []


@pytest.mark.parametrize("name", ["Earth Qoru", "Qoruvat Typhoon", "Nimble Kitten", "UNC9876", "Storm-9876"])
def test_groups_of_attackers_are_known_by_their_naming_schemes(name: str):
    text = f"Nobody knows who leads the hackers {name}, says Roe."
    assert ("service", name) in named(text, "service")
    assert named(text, "person") == []


def test_a_product_is_no_public_body():
    assert named("Copies of Microsoft Office were sold.", "agency") == []
    assert named("The Qoruvat Office was told.", "agency") == [("agency", "Qoruvat Office")]


def test_two_surnames_come_back_together():
    text = "Police held Daniel Qoruvat and Jane Doel. Later Qoruvat and Doel were freed."
    assert [name for _, name in named(text, "person")[2:]] == ["Daniel Qoruvat", "Jane Doel"]


def test_a_nickname_leaves_the_surname_known():
    text = "Police held Daniel “Dan” Qoruvat in May. Later Qoruvat was freed."
    assert named(text, "person") == [("person", "Daniel “Dan” Qoruvat")] * 2


def test_what_follows_a_surname_is_no_surname():
    text = "Police held Daniel Qoruvat III in May. Later Qoruvat was freed."
    assert named(text, "person") == [("person", "Daniel Qoruvat III")] * 2


@pytest.mark.parametrize("text", ["# Latvian Hacker extradited", "a dual Russian-Swedish national"])
def test_a_nationality_is_no_body(text: str):
    assert named(text, "organisation") == []
