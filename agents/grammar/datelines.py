"""The printed date line: "KUMAMOTO, May 27 (Agency) - Police …", "Published: 24 May 2023".

Its day is when the text was printed or sent, not when the act was.
"""

import re

from agents.grammar.mention import Mention

RULE = "date.dateline"

_LONGEST = 80
_NO_TOWN = r"(?!(?:On|In|By|At|Since|Until|Till|From|After|Before|The|That|Last|This|Late|Early|Mid)\b)"
_TOWN = rf"{_NO_TOWN}[A-ZÀ-Þ][\w.’'-]*(?:[ -][A-ZÀ-Þ][\w.’'-]*){{0,3}}"
_AGENCY = r"\([^()\n]{2,40}\)"
_BEFORE = re.compile(rf"[*_> ]*{_TOWN}(?:, {_TOWN}){{0,2}}(?: ?[-–—]{{0,2}} ?{_AGENCY})?(?:, ?| ?[-–—|]{{1,2}} ?| )")
_AFTER = re.compile(rf"[*_]*(?:,? {_AGENCY})?[*_]*(?: ?[-–—]{{1,2}} ?| ?: )(?=\S)")
_AGENCY_AFTER = re.compile(rf"[*_]*,? {_AGENCY}[*_]*(?: ?[-–—]{{1,2}} ?)")
_LABEL = re.compile(
    r"[*_> ]*(?:(?:first |last )?(?:published|posted|updated|modified|issued|released|dated?)(?: on| at)?:? )?"
    r"(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day,? )?",
    re.IGNORECASE,
)
_LINE_END = re.compile(r"[*_]*,?(?: (?:at |[-–|] )?\d{1,2}[:.]\d\d(?: ?[ap]\.?m\.?)?(?: [A-Z]{2,4})?)?[*_ ]*(?:\n|$)")


def marked(text: str, mention: Mention) -> Mention:
    """Return the date with the rule `date.dateline` if it is a line's date line, else as it is."""
    if len(mention.value.iso) != len("2000-01-01"):
        return mention
    line = text.rfind("\n", max(0, mention.start - _LONGEST), mention.start) + 1
    if mention.start - line > _LONGEST or not _is_dateline(text, line, mention):
        return mention
    return mention._replace(rule=RULE)


def _is_dateline(text: str, line: int, mention: Mention) -> bool:
    start, end = mention.start, mention.end
    if _LABEL.fullmatch(text, line, start) and _LINE_END.match(text, end):
        return True
    if line == start:
        return _AGENCY_AFTER.match(text, end) is not None
    return _BEFORE.fullmatch(text, line, start) is not None and _AFTER.match(text, end) is not None
