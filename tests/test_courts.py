import pytest

from agents.grammar.mentions import find_mentions


def courts(text: str) -> list[tuple[str, str | None]]:
    found = find_mentions(text, published=None)
    return [(m.value.name, m.value.country) for m in found if m.kind == "court"]


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("U.S. District Court for the Eastern District of Virginia", "US"),
        ("United States District Court for the District of Maryland", "US"),
        ("Ninth Circuit Court of Appeals", "US"),
        ("Fourth Circuit", "US"),
        ("Southern District of New York", "US"),
        ("U.S. Bankruptcy Court for the Southern District of New York", "US"),
        ("U.S. Supreme Court", "US"),
        ("S.D.N.Y.", "US"),
        ("9th U.S. Circuit Court of Appeals", "US"),
        ("Abu Dhabi court of first instance", "AE"),
        ("D. Minn.", "US"),
        ("Birmingham Crown Court", "GB"),
        ("Strabane Magistrates' Court", "GB"),
        ("High Court of England and Wales", "GB"),
        ("Court of Milan", "IT"),
        ("Milan Court", "IT"),
        ("Court of Lecce", "IT"),
        ("Paris judicial court", "FR"),
        ("Hamburg Regional Court", "DE"),
        ("Landgericht München", "DE"),
        ("Higher Regional Court of Cologne", "DE"),
        ("Tokyo District Court", "JP"),
        ("Delhi High Court", "IN"),
        ("Madras High Court", "IN"),
        ("Federal Court of Canada", "CA"),
        ("Court of Justice of the European Union", None),
        ("Amsterdam District Court", "NL"),
        ("Brussels Enterprise Court", "BE"),
        ("Chisinau Court of Appeal", "MD"),
        ("Intellectual Property Tribunal in Lahore", "PK"),
    ],
)
def test_a_court_is_named_in_full_with_its_country(name: str, country: str | None):
    assert courts(f"On Monday, the {name} ruled that the site must go.") == [(name, country)]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("filed at the regional court in Leipzig in May", "regional court in Leipzig"),
        ("said the Chisinau court of appeal", "Chisinau court of appeal"),
        ("The Amsterdam appeals court agreed", "Amsterdam appeals court"),
        ("a federal court in the District of Columbia", "federal court in the District of Columbia"),
        ("the Supreme Court in January", "Supreme Court"),
        ("the Federal Court in Toronto", "Federal Court"),
        ("the Court of Milan’s Specialized Section", "Court of Milan"),
    ],
)
def test_lower_case_and_surroundings(text: str, name: str):
    assert [found for found, _ in courts(text)] == [name]


@pytest.mark.parametrize(
    "text",
    [
        "a federal court in California",
        "The court ruled. Court papers say so.",
        "the U.S. Attorney for the Eastern District of Virginia",
        "a court in May",
        "an appeals court",
        "in the circuit of courts",
    ],
)
def test_a_generic_court_is_none(text: str):
    assert courts(text) == []


def test_a_place_before_the_name_tells_the_country():
    assert courts("In Ireland, the High Court agreed.")[0][0] == "High Court"
    assert courts("Germany’s Supreme Court agreed.")[0][1] == "DE"


@pytest.mark.parametrize(
    ("name", "country"),
    [
        ("West Kowloon Magistrates' Courts", "HK"),
        ("Dublin Circuit Court", "IE"),
        ("Superior Court of Quebec", "CA"),
        ("Intellectual Property Enterprise Court (IPEC)", "GB"),
        ("Brussels Enterprise Court", "BE"),
        ("U.S. District Court for the Northern District of Georgia", "US"),
    ],
)
def test_a_place_in_the_name_says_more_than_the_kind_of_court(name: str, country: str):
    assert courts(f"The {name} jailed a man.") == [(name, country)]


def test_the_town_where_a_national_court_sits_tells_its_country():
    assert courts("The High Court in Dublin agreed.") == [("High Court", "IE")]
