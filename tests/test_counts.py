import pytest

from agents.grammar.counts import find_counts


def counts(text: str) -> list[tuple[int, str]]:
    return [(mention.value.n, mention.value.unit) for mention in find_counts(text)]


@pytest.mark.parametrize(
    ("text", "n", "unit"),
    [
        ("arrested 30 suspects", 30, "people"),
        ("three Chinese men", 3, "people"),
        ("11 other people", 11, "people"),
        ("half a dozen defendants", 6, "people"),
        ("40 pirate IPTV services", 40, "sites"),
        ("more than 2,500 domains", 2500, "domains"),
        ("183 Magis TV-linked IP addresses", 183, "items"),
        ("close to a hundred .APP sports streaming domains", 100, "domains"),
        ("29 servers", 29, "servers"),
        ("nine laptops", 9, "devices"),
        ("ten set-top boxes", 10, "devices"),
        ("112 private homes", 112, "premises"),
        ("5.6 million URLs", 5_600_000, "items"),
        ("514 cases", 514, "cases"),
        ("20 bank accounts", 20, "accounts"),
        ("three of the defendants", 3, "people"),
    ],
)
def test_a_counted_noun_gives_number_and_unit(text: str, n: int, unit: str):
    assert counts(f"They found {text} there.") == [(n, unit)]


@pytest.mark.parametrize(
    "text",
    ["Two men and a woman", "Two men, and a 40-year-old woman", "two men aged 53 and 35 and a 40-year-old woman"],
)
def test_the_one_beside_several_counts_too(text: str):
    assert counts(f"{text} were arrested") == [(3, "people")]


@pytest.mark.parametrize("text", ["Two were arrested", "Police arrested 30 in May", "with 19 arrests made"])
def test_people_may_be_counted_without_a_noun(text: str):
    ((n, unit),) = counts(text)
    assert n in (2, 30, 19)
    assert unit == "people"


@pytest.mark.parametrize(
    "text",
    [
        "one man",
        "hundreds of sites",
        "$30 servers",
        "30% of users",
        "a 36-year-old man",
        "Article 25 cases",
        "the 2023 lawsuit",
        "on May 5 defendants",
        "20 years in prison",
        "5 bananas",
        "a two-page letter to victims",
        "HB 1126 forces social media sites",
        "300 companies that hired staff",
    ],
)
def test_what_is_no_count(text: str):
    assert counts(text) == []


def test_the_span_runs_from_number_to_noun():
    text = "They took 12 mobile phones and left."
    (mention,) = find_counts(text)
    assert text[mention.start : mention.end] == "12 mobile phones"
    assert mention.value.head == "mobile phones"


@pytest.mark.parametrize(
    "text",
    [
        "A 41-year-old man and a 36-year-old woman were arrested",
        "Both, aged 31 and 28 were arrested",
        "They, aged between 19 and 36 were charged",
        "Roe and Doe, 41 and 36 were arrested",
    ],
)
def test_ages_are_no_counts(text: str):
    assert counts(text) == []


def test_a_count_after_a_comma_is_no_age():
    assert counts("Of those, 30 were arrested") == [(30, "people")]


def test_a_relative_clause_ends_the_counted_phrase():
    assert counts("from five investors whose wallets were drained") == [(5, "people")]


def test_a_number_tied_by_a_hyphen_counts_the_next_word_only():
    assert counts("a 12-site network") == [(12, "sites")]
