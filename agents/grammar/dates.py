"""Dates: absolute ones as written, year-less and relative ones resolved backward from the day of publication.

A date is first an interval of days; its `iso` is the finest form (day, month, year) that is sure for the whole
interval, so "last week" becomes a month, or a year, or nothing at a turn of the year. Nothing is put into the future
unless the words before it say so ("will be sentenced on 3 May").
"""

import re
from collections.abc import Iterator, Sequence
from datetime import date

from agents.grammar.anchors import MONTHS, SHORT_MONTHS, Anchors, find_anchors
from agents.grammar.datelines import marked
from agents.grammar.intervals import date_mention, day_of, month_of, nearest, year_of
from agents.grammar.mention import DateValue, Mention
from agents.grammar.relative_dates import relative_dates

_MONTH = {name: n for names in (MONTHS, SHORT_MONTHS) for n, name in enumerate(names, 1)} | {"Sept": 9}
_NAMES = "|".join((*MONTHS, "Sept", *SHORT_MONTHS))
_MONTH_NAME = re.compile(rf"(?:{'|'.join(MONTHS)})\b|(?:Sept|{'|'.join(SHORT_MONTHS)})\b\.?")
_AMBIGUOUS = frozenset(("May", "March", "Mar", "Jan", "Dec", "Sep", "Jun"))
"""Month names that are also words or names: they need a day, a year or a preposition of time beside them."""

_TH = r"(?:st|nd|rd|th)?"
_YEAR = r"(?:19|20)\d\d(?![\d,]?\d)"
_LEFT = re.compile(
    rf"(?:\b(?P<day>\d{{1,2}}){_TH}(?: of)? |\b(?P<last>last|this past) |\b(?P<next>next|this coming) |\bthis "
    r"|\b(?P<part>early|late|mid|the end of|the beginning of|the start of)[- ](?:in )?)$",
    re.IGNORECASE,
)
_RIGHT = re.compile(
    rf" (?P<day>\d{{1,2}}){_TH}(?![\d.,:]?\d|%)(?P<more>(?:/|[-–]| and | & | to )\d{{1,2}}{_TH}(?!\d))?"
    rf"(?:,? (?:of )?(?P<day_year>{_YEAR}))?"
    rf"|(?:,| of| in)? ?(?P<year>{_YEAR})"
    rf"|,?(?: of)? (?P<which>this|last) year\b"
    rf"|(?P<shared> ?(?:and|or|to|through|until|[-–/&]) ?(?:{_NAMES})\.?(?: \d{{1,2}}{_TH},?)? "
    rf"(?P<shared_year>{_YEAR}))"
)
_TIME_BEFORE = re.compile(
    r"\b(?:in|of|since|until|till|by|during|from|through|to|and|between|before|after|on|for|around|as of|or)\s$",
    re.IGNORECASE,
)
_AHEAD = re.compile(
    r"\b(?:will|scheduled|expected|due (?:to|in|on|for|back)|set (?:for|to)|slated|is to|are to|upcoming|until|next"
    r"|to be (?:sentenced|heard|tried))\b[^.!?\n]*$",
    re.IGNORECASE,
)
_PAST = re.compile(r"\b(?:was|were|had|did)\b", re.IGNORECASE)

_ISO = re.compile(r"[12][09]\d\d([-/.])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12]\d|3[01])(?!\d)")
_NUMERIC = re.compile(r"[0-9]{1,2}(?P<sep>[./])(?P<b>\d{1,2})(?P=sep)(?P<year>(?:19|20)\d\d)(?!\d)")
_BARE_YEAR = re.compile(r"(?:19[89]|20[0-4])\d(?![\d,.]?\d|[-–/]\d\d|s\b|%|-year|-cv|-cr)")
_YEAR_BEFORE = re.compile(
    r"(?:\b(?P<part>early|late|mid)[- ]|\b(?:in|of|since|from|until|till|by|during|for|through|to|and|between|before|"
    r"after|around|circa|or) |[(,–—/] ?)$",
    re.IGNORECASE,
)


_STATUTE = re.compile(r"\b(?:Act|Code|Ordinance|Regulations?|Directive|Bill|Rules|Law|Statute),?(?: of)? $")
"""What a year names and does not date: "Copyright Act 1987"."""


def find_dates(text: str, published: date | None, anchors: Anchors | None = None) -> list[Mention]:
    """Return the dates in `text`, in order and without overlaps.

    The day of a printed date line has the rule `date.dateline`. Without `published` only dates that carry their year
    are found. `anchors` are those of the text, where they are known already.
    """
    anchors = find_anchors(text) if anchors is None else anchors
    found: list[Mention] = []
    for mention in sorted(_all(text, published, anchors), key=lambda m: (m.start, -m.end)):
        if not found or mention.start >= found[-1].end:
            found.append(marked(text, _of_the_same_year(text, mention, found)))
    return found


_SAME_YEAR = re.compile(r",? (?:of )?(?:that|the) same year\b|,? (?:of )?that year\b")


def _of_the_same_year(text: str, mention: Mention, before: list[Mention]) -> Mention:
    """ "In May that same year": the year of the date told before."""
    if mention.rule != "date.month" or not before or not _SAME_YEAR.match(text, mention.end):
        return mention
    iso = before[-1].value.iso[:4] + mention.value.iso[4:]
    return mention._replace(value=DateValue(iso=iso, relative=True), rule="date.same_year")


def _all(text: str, published: date | None, anchors: Anchors) -> Iterator[Mention]:
    yield from _in_digits(text)
    yield from _by_month(text, published, anchors["month"])
    yield from _years(text)
    if published is not None:
        yield from relative_dates(text, published, anchors)


def _stands_alone(text: str, start: int) -> bool:
    return start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "_-/.#$€£:")


def _in_digits(text: str) -> Iterator[Mention]:
    """ "24/05/2023" and "05/24/2023" are sure; "05/06/2023" is not. With points the day stands first."""
    for found in _ISO.finditer(text):
        interval = day_of(*(int(part) for part in re.split(r"[-/.]", found[0])))
        if interval and _stands_alone(text, found.start()):
            yield from date_mention(*found.span(), interval, "date.iso")
    for found in _NUMERIC.finditer(text):
        a, b, year = int(re.match(r"\d+", found[0])[0]), int(found["b"]), int(found["year"])  # type: ignore[index]
        day, month = (b, a) if b > 12 else (a, b)
        sure = found["sep"] == "." or a == b or max(a, b) > 12
        interval = day_of(year, month, day) if sure else None
        if interval and _stands_alone(text, found.start()):
            yield from date_mention(*found.span(), interval, "date.numeric")


def _years(text: str) -> Iterator[Mention]:
    for found in _BARE_YEAR.finditer(text):
        start = found.start()
        before = _YEAR_BEFORE.search(text, max(0, start - 16), start)
        part = before is not None and before["part"] is not None
        if _STATUTE.search(text, max(0, start - 18), start):
            continue
        if before and (part or _stands_alone(text, start)):
            yield from date_mention(before.start() if part else start, found.end(), year_of(int(found[0])), "date.year")
        elif _stands_alone(text, start):
            yield from date_mention(start, found.end(), year_of(int(found[0])), "date.bare_year")


def _by_month(text: str, published: date | None, starts: Sequence[int]) -> Iterator[Mention]:
    for start in starts:
        found = _MONTH_NAME.match(text, start)
        if found is None:
            continue
        end, name = found.end(), found[0].rstrip(".")
        left = _LEFT.search(text, max(0, start - 18), start)
        right = _RIGHT.match(text, end)
        if name in _AMBIGUOUS and not (left or right or _TIME_BEFORE.search(text, max(0, start - 10), start)):
            continue
        yield from _month_date(text, published, (start, end, _MONTH[name]), left=left, right=right)


def _month_date(
    text: str,
    published: date | None,
    name: tuple[int, int, int],
    *,
    left: re.Match[str] | None,
    right: re.Match[str] | None,
) -> Iterator[Mention]:
    """Yield the date of a month name (its start, its end, its number), day and year taken from the left or right."""
    start, end, month = name
    start = left.start() if left else start
    day = int(left["day"]) if left and left["day"] else 0
    if day and right and right["day"]:
        right = None
    if right and right["shared"] is None:
        end = right.end()
    if right and right["day"]:
        day = 0 if right["more"] else int(right["day"])
    year = _year(right, published) if right else None
    if year:
        interval = day_of(int(year), month, day) if day else month_of(int(year), month)
        if interval:
            yield from date_mention(start, end, interval, "date.month_year")
    elif published is not None:
        ahead = bool(left and left["next"]) or _says_future(text, start)
        past = bool(left and left["last"])
        interval = nearest(published, month, day, future=ahead, strictly_past=past)
        if interval:
            yield from date_mention(start, end, interval, "date.month", published=published)


def _year(right: re.Match[str], published: date | None) -> str | None:
    if right["which"]:  # "July of last year"
        return str(published.year - (right["which"] == "last")) if published else None
    return right["day_year"] or right["year"] or right["shared_year"]


def _says_future(text: str, start: int) -> bool:
    found = _AHEAD.search(text, max(0, start - 90), start)
    return found is not None and not _PAST.search(found[0])
