import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.grammar.gazetteer import find_known, lowered
from agents.lexicon import cue_words, rows, words


def known(text: str) -> list[tuple[str, str]]:
    return [(m.kind, m.value.canonical) for m in find_known(text) if m.kind != "place"]


@pytest.mark.parametrize(
    ("text", "kind", "canonical"),
    [
        ("CODA said", "rights_group", "Content Overseas Distribution Association"),
        ("the Content Overseas Distribution Association", "rights_group", "Content Overseas Distribution Association"),
        ("INTERPOL and", "agency", "Interpol"),
        ("the DoJ said", "agency", "U.S. Department of Justice"),
        ("U.S. Attorney’s Office", "agency", "U.S. Attorney's Office"),
        ("ordered Cloudflare, Inc. to", "organisation", "Cloudflare"),
        ("the Lapsus$ gang", "service", "Lapsus$"),
        ("LIBGEN", "service", "Library Genesis"),
        ("the Hive ransomware", "service", "Hive"),
        ("PIPCU officers", "agency", "Police Intellectual Property Crime Unit"),
    ],
)
def test_a_known_name_comes_with_its_fullest_form(text: str, kind: str, canonical: str):
    assert known(text) == [(kind, canonical)]


@pytest.mark.parametrize("text", ["the ace of spades", "a fact", "Hive of bees", "the sky", "codas", "an orange"])
def test_a_common_word_is_no_name(text: str):
    assert known(text) == []


def test_the_longest_name_wins():
    assert [c for _, c in known("City of London Police Intellectual Property Crime Unit")] == [
        "Police Intellectual Property Crime Unit"
    ]


def test_a_place_inside_a_name_is_kept_beside_it():
    assert {m.kind for m in find_known("the Delhi High Court")} == {"court", "place"}


@given(st.text(max_size=200))
def test_lower_case_keeps_every_place(text: str):
    assert len(lowered(text)) == len(text)


def test_letters_that_grow_in_lower_case_keep_spans_true():
    text = "İİİ Europol İ"
    (mention,) = find_known(text)
    assert text[mention.start : mention.end] == "Europol"


@pytest.mark.parametrize(
    "table",
    ["agencies.tsv", "rights_groups.tsv", "companies.tsv", "services.tsv", "courts.tsv", "places.tsv", "currencies.tsv",
     "counted_nouns.tsv", "dockets.tsv", "name_cues.tsv", "court_words.tsv"],
)  # fmt: skip
def test_every_entry_has_a_source_and_stands_once(table: str):
    entries = rows(table)
    assert all(row["source"] for row in entries)
    keys = [tuple(row.values())[:2] for row in entries]
    assert len(keys) == len(set(keys))


def test_countries_are_codes_of_two_letters():
    tables = ("agencies.tsv", "rights_groups.tsv", "companies.tsv", "courts.tsv", "places.tsv")
    codes = {row["country"] for table in tables for row in rows(table)} - {""}
    assert all(len(code) == 2 and code.isupper() for code in codes)


def test_lists_are_read_as_words():
    assert {"however", "the"} <= words("common_words.txt")
    assert "Ministry" in cue_words("agency")


def test_a_town_in_capitals_is_one_where_it_opens_a_line():
    assert [m.value.name for m in find_known("LONDON (Meridian) - Two men")] == ["LONDON"]
    assert find_known("# LONDON CALLS") == find_known("LONDON CALLS") == find_known("They saw LONDON") == []
