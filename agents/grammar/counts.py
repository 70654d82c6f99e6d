"""Counts of what enforcement acts on: "30 suspects", "183 Magis TV-linked IP addresses", "112 private homes"."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from agents.grammar.mention import CountValue, Mention
from agents.grammar.numbers import Number, find_numbers
from agents.lexicon import cue_words, rows

_WORD = re.compile(
    r"[ \u00a0-](?:of (?:the|its|their|his|her|these|those) )?(?P<word>[“\"‘'(]?[.\w][\w.@$+&/’'-]*[”\"’')]?)"
)
_ELLIPTIC = re.compile(
    r" (?:(?:have|had|has) been |were |was |are |are now |being )?(?:(?:reportedly|also|allegedly|formally|later) )?"
    r"(?:arrested|detained|charged|indicted|convicted|sentenced|apprehended|jailed|prosecuted|acquitted|imprisoned|"
    r"extradited)\b"
)
_BEFORE_BARE = re.compile(
    r"\b(?:arrested|arrests?|arresting|arrests? of|detained|detaining|charged|charging|indicted|indicting|convicted|"
    r"jailed|apprehended|prosecuted)(?: another| a further| a total of| at least| more than| nearly| around| about|"
    r" some| over)? $",
    re.IGNORECASE,
)
_BARE_END = re.compile(r" ?(?:[.,;:)]|$|(?:in|on|by|during|across|over|for|and|as|at|after) )")
_NO_COUNT_BEFORE = re.compile(
    r"(?:[$€£¥₹#§/:_@~-]|\b(?:section|article|rule|no\.?|number|page|part|phase|chapter|title|operation|version|windows|"
    r"top|aged?|paragraph|hb|sb|hr|h\.r\.|covid|formula|category|tier|level|day|round|season|episode|january|february|march|april|may|june|"
    r"july|august|september|october|november|december|jan\.|feb\.|mar\.|apr\.|aug\.|sept\.|oct\.|nov\.|dec\.) )$",
    re.IGNORECASE,
)


_AGES = re.compile(
    r"\b(?:aged?|ages)\b:?(?: between| from)?(?: ?(?:\d{1,2}|,|and|to|or|[-–])(?!\w))* $"
    r"|(?:, |\()\d\d(?:, \d\d)*,? and $",
    re.IGNORECASE,
)
_OLDEST = 110


_ONE_MORE = re.compile(
    r"(?:,? aged [\d, and]{2,20}\d)?,? and (?:an?|another) (?:\d\d[- ]year[- ]old )?"
    r"(?:man|woman|boy|girl|teenager|minor|juvenile)\b"
)
"""The one that stands beside several: "two men aged 53 and 35 and a woman"."""


@cache
def _units() -> dict[str, str]:
    return {row["noun"].replace("-", " ").lower(): row["unit"] for row in rows("counted_nouns.tsv")}


def find_counts(text: str, numbers: Sequence[Number] | None = None) -> list[Mention]:
    """Return the counted things in `text`, in order; the span runs from the number to the noun.

    `numbers` are the numbers of the text, where they are known already. A single person is no count. Ages, money,
    percentages and numbered things ("Article 25") are left out.
    """
    numbers = find_numbers(text) if numbers is None else numbers
    return [mention for number in numbers for mention in _counted(text, number)]


def _counted(text: str, number: Number) -> Iterator[Mention]:
    start, end, value = number.start, number.end, int(number.value)
    if not number.value.is_integer() or not 0 < value < 10**11 or text[end : end + 1] == "%":
        return
    noun = _noun(text, end)
    if noun is None:
        found = _bare(text, start, end, value)
    else:
        head, noun_end = noun
        unit = _units()[head.replace("-", " ")]
        if (value == 1 and (unit == "people" or text.startswith(" of ", end))) or _is_year(
            text, start, end, value, head
        ):
            return
        one_more = _ONE_MORE.match(text, noun_end) if unit == "people" else None
        if one_more:
            value, noun_end = value + 1, one_more.end()
        found = Mention(start, noun_end, "count", CountValue(n=value, unit=unit, head=head), "count.noun")
    if found is None or _NO_COUNT_BEFORE.search(text, max(0, start - 12), start):
        return
    if not (value < _OLDEST and found.rule == "count.bare" and _AGES.search(text, max(0, start - 40), start)):
        yield found


def _is_year(text: str, start: int, end: int, value: int, head: str) -> bool:
    """ "the 2023 lawsuit": four digits without a comma before a singular noun."""
    return end - start == 4 and text[start:end].isdigit() and 1900 <= value <= 2100 and not head.endswith("s")


def _noun(text: str, position: int) -> tuple[str, int] | None:
    """Return the last counted noun of the noun phrase that follows, and where it ends."""
    best: tuple[str, int] | None = None
    before, hyphen = "", text[position : position + 1] == "-"
    for _ in range(7):
        found = _WORD.match(text, position)
        if found is None:
            break
        raw = found["word"]
        word = raw.strip("“”\"‘’'().,").lower()
        if not word or word in cue_words("ends_count") or word.isdigit() or word.startswith("year"):
            break
        head = None if raw.startswith(".") else _counted_noun(before, word)
        if head is None and (best is not None or hyphen):  # "a two-page letter to victims"
            break
        if head is not None:
            best = head, found.start("word") + raw.lower().index(word) + len(word)
        before, position = word, found.end()
        if raw.endswith((".", ")", "”")) and raw[:-1].islower():
            break
    return best


def _counted_noun(before: str, word: str) -> str | None:
    for candidate in (f"{before} {word}", word):
        if candidate.replace("-", " ") in _units():
            return candidate
    return None


def _bare(text: str, start: int, end: int, value: int) -> Mention | None:
    """ "Two were arrested", "arresting 30": a number of people without a noun."""
    if value < 2 or _is_year(text, start, end, value, ""):
        return None
    after = _ELLIPTIC.match(text, end)
    before = _BEFORE_BARE.search(text, max(0, start - 40), start) if _BARE_END.match(text, end) else None
    if after is None and before is None:
        return None
    return Mention(start, end, "count", CountValue(n=value, unit="people"), "count.bare")
