"""Amounts of money: "$1.2 million", "460 million yen (US$3m)", "Rs 10 lakh", "400,000 yuan"."""

import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from typing import Any

from agents.grammar.mention import Mention, MoneyValue
from agents.grammar.numbers import DIGITS, SCALE, SCALES, WORDS, value_of
from agents.lexicon import rows


@cache
def _marks() -> tuple[dict[str, str], dict[str, str]]:
    """Return what stands before an amount ("US$", "EUR") and what stands after it ("euros"), each to its code."""
    before, after = {}, {}
    for row in rows("currencies.tsv"):
        (before if row["place"] == "before" else after)[row["mark"]] = row["currency"]
    return before, after


@cache
def _before() -> re.Pattern[str]:
    marks = sorted(_marks()[0], key=len, reverse=True)
    words = "|".join(re.escape(mark) for mark in marks if mark[-1].isalnum())
    symbols = "|".join(re.escape(mark) for mark in marks if not mark[-1].isalnum())
    number = rf"(?P<low>{DIGITS})(?: ?[-–—] ?\$?(?P<high>{DIGITS}))?"
    return re.compile(
        rf"(?P<mark>{symbols}|(?:{words})(?=[ \u00a0\d]))\$?[ \u00a0]?{number}(?:[ \u00a0-]?(?P<scale>{SCALE}))?"
    )


@cache
def _after() -> tuple[re.Pattern[str], re.Pattern[str]]:
    words = "|".join(re.escape(word) for word in sorted(_marks()[1], key=len, reverse=True))
    word = re.compile(rf"(?:{words})(?![\w])")
    number = re.compile(
        rf"(?<![\w.,$€£¥])(?:(?P<low>{DIGITS}) ?(?:[-–—]|to|and) ?)?(?P<high>{DIGITS}|(?:{WORDS}))(?:[ \u00a0-]?(?P<scale>{SCALE}))?[ \u00a0-]?$",
        re.IGNORECASE,
    )
    return word, number


_VAGUE = re.compile(
    r"(?:more than|over|up to|nearly|almost|around|about|some|at least|approximately|roughly|as much as|an estimated|"
    r"estimated|close to|in excess of|less than|under|upwards of|a minimum of|well over|just over|just under)[ \u00a0]$",
    re.IGNORECASE,
)
_TRAILING_CODE = re.compile(r" ?\(?(USD|CAD|AUD|NZD|HKD|SGD|MXN|TWD|Canadian|Australian|US|NT)\b(?! [Dd]epartment)\)?")
_DOLLARS = {"Canadian": "CAD", "Australian": "AUD", "US": "USD", "NT": "TWD"}
_RESTATES = re.compile(
    r"\s?[(\[][^()\[\].;]{0,30}$|,? (?:or|equal to|equivalent to) (?:about |around |roughly |approximately |some )?$|,? [–—-] ?(?:or )?(?:about|around|roughly|approximately) $"
)


def find_money(text: str) -> list[Mention]:
    """Return the amounts in `text`, in order. `value.amount` is in whole units of the currency."""
    found: list[Mention] = []
    for mention in sorted([*_with_mark_before(text), *_with_word_after(text)], key=lambda m: (m.start, -m.end)):
        if not found or mention.start >= found[-1].end:
            found.append(mention)
    return _flag_converted(text, found)


def _with_mark_before(text: str) -> Iterator[Mention]:
    marks = _marks()[0]
    for found in _before().finditer(text):
        start, end = found.span()
        mark = found["mark"]
        if mark[0].isalpha() and start and (text[start - 1].isalnum() or text[start - 1] in "-_./"):
            continue
        if found["scale"] is None and text[end : end + 1].isalnum():
            continue
        currency = marks[mark]
        code = _TRAILING_CODE.match(text, end) if mark == "$" else None
        if code:
            currency = _DOLLARS.get(code[1], code[1])
            end = code.end() - (code[0].endswith(")") and "(" not in code[0])
        yield from _amounts(text, start, end, found, currency, "money.symbol")


def _with_word_after(text: str) -> Iterator[Mention]:
    word, number = _after()
    currencies = _marks()[1]
    for found in word.finditer(text):
        amount = number.search(text, max(0, found.start() - 45), found.start())
        if amount is None or (found[0] == "won" and not amount["scale"] and value_of(amount["high"]) < 3000):
            continue
        yield from _amounts(text, amount.start(), found.end(), amount, currencies[found[0]], "money.word")


def _amounts(text: str, start: int, end: int, found: re.Match[str], currency: str, rule: str) -> Iterator[Mention]:
    scale = SCALES[found["scale"].lower()] if found["scale"] else 1.0
    vague = _VAGUE.search(text, max(0, start - 16), start) is not None
    low, high = found["low"], found["high"]
    if low and high:
        middle = found.start("high")
        yield Mention(start, middle, "money", _value(low, scale, currency, vague=True), rule + "_range")
        yield Mention(middle, end, "money", _value(high, scale, currency, vague=True), rule + "_range")
    else:
        yield Mention(start, end, "money", _value(low or high, scale, currency, vague=vague), rule)


def _value(number: str, scale: float, currency: str, *, vague: bool) -> MoneyValue:
    return MoneyValue(amount=round(value_of(number) * scale, 2), currency=currency, vague=vague)


def _flag_converted(text: str, found: list[Mention]) -> list[Mention]:
    """Flag an amount that only repeats the one before it in a second currency."""
    for i in range(1, len(found)):
        before, here = found[i - 1], found[i]
        gap = text[before.end : here.start]
        if before.value.currency == here.value.currency or before.value.converted or len(gap) > 40:
            continue
        if _RESTATES.fullmatch(gap):
            value = MoneyValue(
                amount=here.value.amount, currency=here.value.currency, converted=True, vague=here.value.vague
            )
            found[i] = here._replace(value=value)
    return found


@cache
def _rates() -> Any:
    from currency_converter import CurrencyConverter  # noqa: PLC0415 - takes 0.4 s to load

    return CurrencyConverter(fallback_on_missing_rate=True)


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
