import pytest

from agents.grammar.gazetteer import find_known
from agents.grammar.mentions import find_mentions
from agents.grammar.places import countries_in_a_row, settle_places


def places(text: str) -> list[tuple[str, str, bool]]:
    found = settle_places(text, [m for m in find_known(text) if m.kind == "place"])
    return [(m.value.name, m.value.country, m.value.nationality) for m in found]


@pytest.mark.parametrize(
    ("text", "name", "country"),
    [
        ("in the U.S. and", "U.S.", "US"),
        ("in the UK.", "UK", "GB"),
        ("in Great Britain", "Great Britain", "GB"),
        ("from Yangzhou", "Yangzhou", "CN"),
        ("in Milan, police", "Milan", "IT"),
        ("in The Hague", "The Hague", "NL"),
        ("in Bavaria", "Bavaria", "DE"),
        ("in São Paulo", "São Paulo", "BR"),
        ("a US-based firm", "US", "US"),
        ("in Atlanta, Georgia", "Atlanta, Georgia", "US"),
        ("in Naples, Florida", "Naples, Florida", "US"),
        ("in Paris, Texas", "Paris, Texas", "US"),
        ("of Denver, Colo., was held", "Denver, Colo.", "US"),
    ],
)
def test_a_place_tells_its_country(text: str, name: str, country: str):
    assert places(text) == [(name, country, False)]


def test_the_short_form_of_a_state_needs_its_town():
    assert places("Miss. Roe and Del. Doe") == []


def test_georgia_is_the_country_beside_its_capital():
    assert [country for _, country, _ in places("arrested in Tbilisi, and in Georgia again")] == ["GE", "GE"]


@pytest.mark.parametrize("text", ["Dutch police", "the French authorities", "a German regional court", "Danish ISPs"])
def test_a_nationality_before_an_institution_is_a_place(text: str):
    assert [nationality for *_, nationality in places(text)] == [False]


@pytest.mark.parametrize("text", ["a Russian man", "two Chinese nationals", "a Dutch teenager", "the Korean drama"])
def test_a_nationality_of_persons_and_things_is_none(text: str):
    assert [nationality for *_, nationality in places(text)] == [True]


@pytest.mark.parametrize("text", ["nice reading", "Because us", "ITALIC", "the Polishing", "in2 chinaware"])
def test_words_that_hold_a_place_are_none(text: str):
    assert places(text) == []


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("Jane Roe, of Qoruvat Park, Arizona, fled", "Qoruvat Park, Arizona"),
        ("36-year-old Jane Roe of Qoruvat, Germany, fled", "Qoruvat, Germany"),
        ("a raid in Qoruvat, Texas", "Qoruvat, Texas"),
        ("A Qoruvat Springs, Texas, man fled", "Qoruvat Springs, Texas"),
    ],
)
def test_a_small_town_is_known_by_its_state(text: str, name: str):
    found = [m for m in find_mentions(text, published=None) if m.rule == "place.town"]
    assert [m.value.name for m in found] == [name]


@pytest.mark.parametrize(
    "text", ["servers in Germany, Finland and Spain", "staff of Qoruvat Records, Texas", "Qoruvat, Texas"]
)
def test_lists_and_bodies_are_no_towns(text: str):
    assert [m for m in find_mentions(text, published=None) if m.rule == "place.town"] == []


def test_a_town_in_a_list_of_firms_is_one_of_them():
    found = find_mentions("Elsevier, Bedford and Pearson sued a man in Bedford.", published=None)
    assert [m.kind for m in found if m.value.name == "Bedford"] == ["organisation", "place"]
    found = find_mentions("They went to Bedford, Leeds and Pearson.", published=None)
    assert [m.kind for m in found] == ["place", "place", "organisation"]


@pytest.mark.parametrize(
    ("text", "countries"),
    [
        ("arrests in Spain, France and the UK", {"ES", "FR", "GB"}),
        ("Dutch and Belgian police raided it", {"NL", "BE"}),
        ("arrests in Lyon and Paris", set()),
        ("arrested in Spain. France has no such law", set()),
        ("a Dutch and a Belgian man were held in Spain", set()),
    ],
)
def test_countries_side_by_side(text: str, countries: set[str]):
    found = settle_places(text, [m for m in find_known(text) if m.kind == "place"])
    assert countries_in_a_row(text, found) == countries


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Officers searched premises in London, Glasgow, Edinburgh and Qoruva.", []),
        ("In London, Qoruva was raided.", ["Qoruva"]),
        ("Police in London and Leeds said Qoruva was raided.", ["Qoruva"]),
    ],
)
def test_an_unknown_name_in_a_list_of_towns_is_one(text: str, names: list[str]):
    found = find_mentions(text, published=None)
    assert [text[m.start : m.end] for m in found if m.kind == "organisation"] == names
