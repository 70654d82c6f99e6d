"""Cut a paragraph into sentences, by character spans. Linear in the length of the text."""

import re
from collections.abc import Iterator

from schemas.events import Span

LONGEST = 1200
"""Characters: what runs on longer without a full stop (tables, lists of names) is cut at a space."""

_END = re.compile(
    r"(?<![.!?…])[.!?…]++[\"'”’»)\]*_]{0,6}+(?=\s++[\"'“‘«(\[*_]{0,6}[A-Z0-9À-ÞА-Я$€£¥])"
)  # linear: a run of marks is tried once
_LAST_WORD = re.compile(r"[\w.&'’-]{1,20}\Z")
_ABBREVIATIONS = re.compile(
    r"(?:mr|mrs|ms|dr|prof|st|sr|jr|no|nos|v|vs|inc|ltd|corp|co|llc|plc|bros|dept|gov|sen|rep|lt|col|gen|sgt|capt|adm|hon"
    r"|jan|feb|mar|apr|jun|jul|aug|sep|sept|oct|nov|dec|art|sec|para|fig|vol|ed|eds|al|cf|ca|approx|est|e\.g|i\.e|u\.s"
    r"|u\.k|e\.u|u\.n|d\.c|a\.k\.a|p\.m|a\.m|s\.a|b\.v|n\.v|s\.p\.a|s\.r\.l|ph\.d|esq|messrs|rev|det|supt|insp)\Z"
)
_BEFORE_A_NUMBER = re.compile(r"(?:nos?|art|sec|para|fig|vol|jan|feb|mar|apr|jun|jul|aug|sept?|oct|nov|dec|[ap]\.m)\Z")


def sentence_spans(text: str, start: int, end: int) -> Iterator[Span]:
    """Yield the spans of the sentences in `text[start:end]`, without white space around them."""
    begin = start
    for match in _END.finditer(text, start, end):
        if not _is_abbreviation(text, begin, match.start(), match.end(), end):
            yield from _trimmed(text, begin, match.end())
            begin = match.end()
    yield from _trimmed(text, begin, end)


def _is_abbreviation(text: str, begin: int, dot: int, after: int, end: int) -> bool:
    """Say whether the full stop at `dot` belongs to an abbreviation or an initial."""
    if text[dot] != "." or after - dot > 1:
        return False
    found = _LAST_WORD.search(text, max(begin, dot - 20), dot)
    word = found.group().lower().lstrip("'’-&.") if found else ""
    if len(word) == 1 and word.isalpha() and text[dot - 1].isupper():
        return True
    if _BEFORE_A_NUMBER.match(word):
        return text[after : min(end, after + 3)].lstrip()[:1].isdigit()
    return bool(_ABBREVIATIONS.match(word))


def _trimmed(text: str, start: int, end: int) -> Iterator[Span]:
    while start < end and text[start].isspace():
        start += 1
    while end > start and text[end - 1].isspace():
        end -= 1
    while end - start > LONGEST:
        cut = max(text.rfind(" ", start + LONGEST // 2, start + LONGEST), start + LONGEST // 2)
        yield start, cut
        start = cut + 1
    if start < end:
        yield start, end
