"""Amounts of money: "$1.2 million", "460 million yen (US$3m)", "Rs 10 lakh", "400,000 yuan"."""

import re
from collections.abc import Iterator, Sequence
from datetime import date
from functools import cache
from itertools import pairwise
from typing import Any

import msgspec

from agents.grammar.mention import Mention, MoneyValue
from agents.grammar.numbers import Number, find_numbers
from agents.lexicon import rows

_LONGEST_MARK = 25
_FARTHEST_CHANGE = 100


@cache
def _marks(place: str) -> dict[str, str]:
    """Return what stands `before` an amount ("US$", "EUR") or `after` it ("euros"), each with its currency."""
    return {row["mark"]: row["currency"] for row in rows("currencies.tsv") if row["place"] == place}


@cache
def _before() -> re.Pattern[str]:
    marks = "|".join(re.escape(mark) for mark in sorted(_marks("before"), key=len, reverse=True))
    return re.compile(rf"(?<![\w./€£¥-])(?P<mark>{marks})[ \u00a0]?$")


@cache
def _after() -> re.Pattern[str]:
    marks = "|".join(re.escape(mark) for mark in sorted(_marks("after"), key=len, reverse=True))
    return re.compile(rf"[ \u00a0-]?(?P<mark>{marks})(?!\w)")


_VAGUE = re.compile(
    r"(?:more than|over|up to|nearly|almost|around|about|some|at least|approximately|roughly|as much as|estimated|"
    r"close to|in excess of|less than|under|upwards of|minimum of|maximum of|just short of)[ \u00a0]$",
    re.IGNORECASE,
)
_TRAILING = re.compile(
    r" ?(?P<open>\()?(?P<code>(?:USD|CAD|AUD|NZD|HKD|SGD|MXN|TWD)\b|(?:Canadian|Australian|US)\b(?! \w))(?(open)\))"
)
_DOLLARS = {"Canadian": "CAD", "Australian": "AUD", "US": "USD"}
_RESTATES = re.compile(
    r"\s?[(\[][^()\[\].;]{0,30}"
    r"|,? (?:or|equal to|equivalent to|i\.e\.|=) (?:(?:about|around|roughly|approximately|some) )?"
    r"|,? (?:[–—-] ?)?(?:or )?(?:about|around|roughly|approximately) "
)
_RANGE = re.compile(r" ?[-–—] ?| (?:to|and) ")


def find_money(text: str, numbers: Sequence[Number] | None = None) -> list[Mention]:
    """Return the amounts in `text`, in order. `value.amount` is in whole units of the currency.

    `numbers` are the numbers of the text, where they are known already. Of a range ("$10-15 million") each end is an
    amount, marked vague. Amounts without a number ("millions of dollars") are none.
    """
    numbers = find_numbers(text) if numbers is None else numbers
    found = [mention for i, number in enumerate(numbers) for mention in _amount(text, number, numbers, i)]
    return _flag_former(text, _flag_converted(text, found))


def _amount(text: str, number: Number, numbers: Sequence[Number], i: int) -> Iterator[Mention]:
    if text[number.start].isdigit():
        before = (
            _before().search(text, max(0, number.start - 8), number.start) if _may_mark(text, number.start) else None
        )
        if before is not None:
            yield from _marked_before(text, number, before, numbers, i)
            return
    shared = _currency_of_range(text, number, numbers, i)
    if shared is not None:
        value = MoneyValue(amount=round(number.value, 2), currency=shared, vague=True)
        yield Mention(number.start, number.end, "money", value, "money.range")
        return
    after = _after().match(text, number.end, number.end + _LONGEST_MARK)
    if after is not None and not _only_a_verb(after["mark"], number):
        yield from _marked_after(text, number, after, numbers, i)


def _may_mark(text: str, start: int) -> bool:
    """Whether a currency mark may end here: a cheap look before the search."""
    last = text[start - 1] if start else ""
    return last in " \u00a0" or not (last.isspace() or last.isdigit() or last in "(,-:;/")


def _currency_of_range(text: str, number: Number, numbers: Sequence[Number], i: int) -> str | None:
    """ "$10-15 million": the mark of the first number is the second one's too."""
    earlier = numbers[i - 1] if i else None
    if earlier is None or not number.scaled or not re.fullmatch(r" ?[-–—] ?| to ", text[earlier.end : number.start]):
        return None
    before = _before().search(text, max(0, earlier.start - 8), earlier.start)
    return _marks("before")[before["mark"]] if before else None


def _only_a_verb(mark: str, number: Number) -> bool:
    """ "In 2023 won", "22 won": no Korean currency."""
    return mark == "won" and not number.scaled and number.value < 3000


def _marked_before(
    text: str, number: Number, before: re.Match[str], numbers: Sequence[Number], i: int
) -> Iterator[Mention]:
    start, end = before.start("mark"), number.end
    if not number.scaled and text[end : end + 1].isalpha():
        return
    currency = _marks("before")[before["mark"]]
    trailing = _TRAILING.match(text, end) if before["mark"] == "$" else None
    if trailing:
        currency, end = _DOLLARS.get(trailing["code"], trailing["code"]), trailing.end()
    value = _value(text, start, number.value * _shared_scale(text, number, numbers, i), currency)
    yield Mention(start, end, "money", value, "money.mark_before")


def _shared_scale(text: str, number: Number, numbers: Sequence[Number], i: int) -> float:
    """ "$10-15 million": the scale of the second number is the first one's too."""
    following = numbers[i + 1] if i + 1 < len(numbers) else None
    if number.scaled or following is None or not following.scaled or following.start - number.end > 8:
        return 1.0
    digits = re.match(r"[\d.,]+", text[following.start : following.end])
    if digits is None or not _RANGE.fullmatch(text[number.end : following.start].rstrip("$€£")):
        return 1.0
    return following.value / float(digits[0].replace(",", "").rstrip("."))


def _marked_after(
    text: str, number: Number, after: re.Match[str], numbers: Sequence[Number], i: int
) -> Iterator[Mention]:
    currency = _marks("after")[after["mark"]]
    earlier = numbers[i - 1] if i else None
    if earlier is not None and _RANGE.fullmatch(text[earlier.end : number.start]) and not earlier.scaled:
        low = earlier.value * _shared_scale(text, earlier, numbers, i - 1)
        value = MoneyValue(amount=round(low, 2), currency=currency, vague=True)
        yield Mention(earlier.start, earlier.end, "money", value, "money.range")
    yield Mention(number.start, after.end(), "money", _value(text, number.start, number.value, currency), "money.word")


def _value(text: str, start: int, amount: float, currency: str) -> MoneyValue:
    vague = _VAGUE.search(text, max(0, start - 16), start) is not None
    return MoneyValue(amount=round(amount, 2), currency=currency, vague=vague)


def _flag_converted(text: str, found: list[Mention]) -> list[Mention]:
    """Flag an amount that only repeats the one before it in a second currency."""
    for i in range(1, len(found)):
        before, here = found[i - 1], found[i]
        gap = text[before.end : here.start]
        if before.value.currency == here.value.currency or before.value.converted or len(gap) > 40:
            continue
        if _RESTATES.fullmatch(gap):
            found[i] = here._replace(value=msgspec.structs.replace(here.value, converted=True))
    return found


_CHANGE = r"(?:reduc|cut|lower|slash|trim|halv|rais|increas|drop|chang|adjust|revis|amend|brought|knock|upp)\w*"
_CHANGED_FROM = re.compile(rf"\b{_CHANGE}\b[^.;!?\n]{{0,60}}\bfrom (?:[a-z]+ ){{0,2}}$", re.IGNORECASE)
_CHANGED_TO = re.compile(rf"[^.;!?\n]{{0,60}}\b{_CHANGE}(?: [a-z]+){{0,4}} to (?:[a-z]+ ){{0,2}}", re.IGNORECASE)
_NOW = re.compile(r",? (?:down |up )?to (?:[a-z]+ ){0,2}")
_BEFORE_WAS = re.compile(rf"\b{_CHANGE}\b[^.;!?\n]{{0,60}}\bto (?:[a-z]+ ){{0,2}}$", re.IGNORECASE)
_ONCE = re.compile(r",? (?:down |up )?from (?:[a-z]+ ){0,3}")
_IN_BRACKETS = re.compile(r" ?\([^()]{0,40}\)")


def _flag_former(text: str, found: list[Mention]) -> list[Mention]:
    """Flag the amount that a later decision has changed: "reduced from £2.1m to £900,000", "a £2m fine, cut to £1m"."""
    places = [i for i, mention in enumerate(found) if not mention.value.converted]
    for i, j in pairwise(places):
        first, second = found[i], found[j]
        if first.value.currency != second.value.currency or second.start - first.end > _FARTHEST_CHANGE:
            continue
        gap, before = _IN_BRACKETS.sub("", text[first.end : second.start]), text[max(0, first.start - 90) : first.start]
        if _CHANGED_TO.fullmatch(gap) or (_NOW.fullmatch(gap) and _CHANGED_FROM.search(before)):
            found[i] = _as_former(first)
        elif _ONCE.fullmatch(gap) and _BEFORE_WAS.search(before):
            found[j] = _as_former(second)
    return found


def _as_former(mention: Mention) -> Mention:
    return mention._replace(value=msgspec.structs.replace(mention.value, former=True))


@cache
def _rates() -> Any:
    from currency_converter import CurrencyConverter  # noqa: PLC0415 (0.4 s to load, which most texts need not pay)

    return CurrencyConverter(fallback_on_missing_rate=True)  # type: ignore[no-untyped-call]


def usd(amount: float, currency: str, day: date) -> float | None:
    """Return `amount` in US dollars at the European Central Bank's reference rate of `day`, rounded to cents.

    None where the bank had no rate for that currency, or none yet or no more on that day: a rate of another time is
    never used, except over weekends and holidays.
    """
    if currency == "USD":
        return amount
    converter = _rates()
    bounds = converter.bounds.get(currency)
    if bounds is None or not bounds.first_date <= day <= bounds.last_date:
        return None
    return round(float(converter.convert(amount, currency, "USD", date=day)), 2)
