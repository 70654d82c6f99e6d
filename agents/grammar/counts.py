"""Counts of what enforcement acts on: "30 suspects", "183 Magis TV-linked IP addresses", "112 private homes"."""

import re
from collections.abc import Iterator
from functools import cache

from agents.grammar.mention import CountValue, Mention
from agents.grammar.numbers import DIGITS, WORDS, number_at
from agents.lexicon import rows

_START = re.compile(rf"(?:{DIGITS})(?![\d%])|(?:{WORDS})\b", re.IGNORECASE)
_WORD = re.compile(
    r"[ \u00a0-](?:of (?:the|its|their|his|her|these|those) )?(?P<word>[“\"‘'(]?[.\w][\w.@$+&/’'-]*[”\"’')]?)"
)
_STOP = frozenset(
    ["a", "an", "the", "in", "for", "on", "by", "with", "from", "at", "to", "were", "was", "are", "is", "be", "been", "has", "have", "had", "who", "which", "that", "than", "as", "into", "over", "under", "against", "after", "before", "during", "per", "percent", "year", "years", "month", "months", "week", "weeks", "day", "days", "hours", "hour", "minutes", "minute", "times", "old", "age", "aged", "euros", "dollars", "pounds", "yuan", "yen", "rupees", "million", "billion", "and", "or", "but", "each,", "pm", "am", "gmt", "he", "she", "they", "we", "it", "said", "of", "january", "february", "march", "april", "may", "june", "july", "august", "september", "october", "november", "december"]
)
_ELLIPTIC = re.compile(
    r" (?:(?:have|had|has) been |were |was |are |are now |being )?(?:(?:reportedly|also|allegedly|formally|later) )?"
    r"(?P<verb>arrested|detained|charged|indicted|convicted|sentenced|apprehended|jailed|prosecuted|acquitted|imprisoned|extradited)\b"
)
_BEFORE_BARE = re.compile(
    r"\b(?:arrested|arresting|arrests of|arrest of|detained|detaining|charged|charging|indicted|indicting|convicted|jailed|apprehended|prosecuted)(?: another| a further| a total of| at least| more than| nearly| around| about| some| over)? $",
    re.IGNORECASE,
)
_NO_COUNT_BEFORE = re.compile(
    r"(?:[$€£¥₹#§/:_@~-]|\b(?:section|article|rule|no\.?|number|page|part|phase|chapter|title|operation|version|windows|top|aged?|paragraph|mh|covid|formula|category|tier|level|day|round|season|episode|january|february|march|april|may|june|july|august|september|october|november|december|jan\.|feb\.|mar\.|apr\.|aug\.|sept\.|oct\.|nov\.|dec\.) )$",
    re.IGNORECASE,
)


@cache
def _units() -> dict[str, str]:
    return {row["noun"].replace("-", " ").lower(): row["unit"] for row in rows("counted_nouns.tsv")}


def find_counts(text: str) -> list[Mention]:
    """Return the counted things in `text`, in order; the span runs from the number to the noun.

    A single person is no count. Ages, money, percentages and numbered things ("Article 25") are left out.
    """
    found: list[Mention] = []
    taken = -1
    for start in _START.finditer(text):
        if start.start() < taken:
            continue
        for mention in _at(text, start.start()):
            found.append(mention)
            taken = mention.end
    return found


def _at(text: str, start: int) -> Iterator[Mention]:
    if start and (text[start - 1].isalnum() or _NO_COUNT_BEFORE.search(text, max(0, start - 12), start)):
        return
    number = number_at(text, start)
    if number is None or not number[0].is_integer():
        return
    value, end = int(number[0]), number[1]
    noun = _noun(text, end)
    if noun is not None:
        head, noun_end = noun
        unit = _units()[head.lower()]
        if not (value == 1 and unit == "people") and value > 0 and not _is_year(text, start, end, value, head):
            yield Mention(start, noun_end, "count", CountValue(n=value, unit=unit, head=head), "count.noun")
    elif value > 1:
        yield from _bare(text, start, end, value)


def _is_year(text: str, start: int, end: int, value: int, head: str) -> bool:
    """ "the 2023 lawsuit": four digits without a comma before a singular noun."""
    return end - start == 4 and text[start:end].isdigit() and 1900 <= value <= 2100 and not head.endswith("s")


def _noun(text: str, position: int) -> tuple[str, int] | None:
    """Return the last counted noun of the noun phrase that follows, and where it ends."""
    best: tuple[str, int] | None = None
    before = ""
    for _ in range(7):
        found = _WORD.match(text, position)
        if found is None:
            break
        raw = found["word"]
        word = raw.strip("“”\"‘’'().,").lower()
        if word in _STOP or word.isdigit():
            break
        start = found.start("word") + raw.lower().index(word) if word else found.start("word")
        for candidate in (f"{before} {word}", word):
            if candidate in _units():
                best = text[start + len(word) - len(candidate) : start + len(word)], start + len(word)
                break
        if best and best[1] != start + len(word):
            break
        before, position = word, found.end()
        if raw.endswith((".", ")", "”")) and raw[:-1].islower():
            break
    return best


def _bare(text: str, start: int, end: int, value: int) -> Iterator[Mention]:
    """ "Two were arrested", "arresting 30": a number of people without a noun."""
    after = _ELLIPTIC.match(text, end)
    before = _BEFORE_BARE.search(text, max(0, start - 40), start)
    followed = re.match(r"[ ]?(?:[.,;:)]|$|in |on |by |during |across |over |for |and |as )", text[end : end + 9])
    if after or (before and followed):
        yield Mention(start, end, "count", CountValue(n=value, unit="people"), "count.bare")
