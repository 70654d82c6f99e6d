from datetime import date

import pytest

from agents.grammar.money import find_money, usd


def amounts(text: str) -> list[tuple[float, str]]:
    return [(mention.value.amount, mention.value.currency) for mention in find_money(text)]


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("$1.2 million", 1_200_000, "USD"),
        ("US$70,800", 70_800, "USD"),
        ("$1.5M", 1_500_000, "USD"),
        ("$5k", 5_000, "USD"),
        ("€40,000", 40_000, "EUR"),
        ("EUR 1.6 million", 1_600_000, "EUR"),
        ("£102m", 102_000_000, "GBP"),
        ("460 million yen", 460_000_000, "JPY"),
        ("400,000 yuan", 400_000, "CNY"),
        ("R$ 5 million", 5_000_000, "BRL"),
        ("Rs. 2 crore", 20_000_000, "INR"),
        ("Rs 10 lakh", 1_000_000, "INR"),
        ("five million euros", 5_000_000, "EUR"),
        ("RM45,000", 45_000, "MYR"),
        ("RM1.7mil", 1_700_000, "MYR"),
        ("EUR5m", 5_000_000, "EUR"),
        ("C$50,000", 50_000, "CAD"),
        ("$2.5 million CAD", 2_500_000, "CAD"),
        ("$85,000 (AUD)", 85_000, "AUD"),
        ("SEK 50 million", 50_000_000, "SEK"),
        ("3 million won", 3_000_000, "KRW"),
        ("$10,761,573.20", 10_761_573.2, "USD"),
        ("500,000 Danish kroner", 500_000, "DKK"),
        ("2 million Egyptian pounds", 2_000_000, "EGP"),
        ("3,100 Bitcoin", 3_100, "BTC"),
    ],
)
def test_an_amount_has_its_currency(text: str, amount: float, currency: str):
    sentence = f"He paid {text} to them."
    (mention,) = find_money(sentence)
    assert (mention.value.amount, mention.value.currency) == (amount, currency)
    assert sentence[mention.start : mention.end] == text


def test_a_converted_amount_is_flagged():
    found = find_money("They want 460 million yen (US$3m), and $5,000 or about £4,000, and €7.")
    assert [m.value.converted for m in found] == [False, True, False, True, False]


def test_two_amounts_of_one_currency_are_both_meant():
    assert [m.value.converted for m in find_money("a fine of $10 (or $20 after May)")] == [False, False]


def test_a_range_gives_both_ends():
    assert amounts("worth $10-15 million") == [(10_000_000, "USD"), (15_000_000, "USD")]
    assert amounts("10 to 15 million euros") == [(10_000_000, "EUR"), (15_000_000, "EUR")]
    assert amounts("between $5 and $10 million") == [(5_000_000, "USD"), (10_000_000, "USD")]


@pytest.mark.parametrize("text", ["more than $5", "up to $5", "an estimated $5", "nearly $5"])
def test_words_that_blur_an_amount_make_it_vague(text: str):
    assert find_money(text)[0].value.vague


@pytest.mark.parametrize(
    "text", ["millions of dollars", "he won 22 won matches", "5 people", "in 2023 won the case", "A$AP", "$TSLA", "3DS"]
)
def test_no_amount_without_number_and_currency(text: str):
    assert amounts(text) == []


def test_dollars_are_dollars():
    assert usd(12.5, "USD", date(1950, 1, 1)) == 12.5


def test_the_rate_of_the_day_is_used():
    assert usd(100, "EUR", date(2023, 1, 2)) == 106.83
    assert usd(100, "EUR", date(2023, 1, 8)) is not None, "a Sunday has the rates around it"


@pytest.mark.parametrize(
    ("currency", "day"),
    [("CNY", date(2001, 1, 1)), ("RUB", date(2023, 1, 2)), ("AED", date(2023, 1, 2)), ("EUR", date(1990, 1, 1))],
)
def test_no_rate_is_borrowed_from_another_time(currency: str, day: date):
    assert usd(1_000_000, currency, day) is None


@pytest.mark.parametrize(
    ("text", "former"),
    [
        ("a fine reduced from £2.1m to £900,000", [True, False]),
        ("the court cut the damages from $5 million to just $1.2 million", [True, False]),
        ("the $10m award was lowered to $3m", [True, False]),
        ("the fine was cut to €1m (about $1.1m) from €3m", [False, False, True]),
        ("the fine was cut from €3m (about $3.3m) to €1m", [True, False, False]),
        ("fines from £2m to £5m", [False, False]),
        ("a cut of £5m. From £2m to £3m", [False, False, False]),
        ("reduced from £2m to $3m", [False, False]),
    ],
)
def test_an_amount_that_was_changed_is_flagged(text: str, former: list[bool]):
    assert [m.value.former for m in find_money(text)] == former
