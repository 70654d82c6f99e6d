"""Lengths of time that could be a sentence: "three-and-a-half years", "18 months", "life in prison"."""

import re
from collections.abc import Iterator, Sequence

from agents.grammar.anchors import Anchors, find_anchors
from agents.grammar.mention import Mention, TermValue
from agents.grammar.numbers import SMALL, value_of

LIFE = 1200.0
"""Months that stand for life: a hundred years, longer than any term of years met in practice."""

_WORD = "|".join(sorted((w for w in SMALL if w != "zero"), key=len, reverse=True))
_N = rf"(?:\d{{1,3}}(?:\.\d)?|(?:{_WORD})(?:-(?:{_WORD}))?|an?)"
_HALF = r"(?:[- ]and[- ]a[- ]half|½|[ -]1/2)"
_UNIT = re.compile(r"[Yy]ears?\b|[Mm]onths?\b|[Ww]eeks\b|[Dd]ays\b|[Ll]ife\b")
_LEFT = re.compile(rf"(?<![\w$€£.,])(?P<n>{_N})(?P<half>{_HALF})?(?P<gap>[ \u00a0-])(?:and a half )?$", re.IGNORECASE)
_MORE = re.compile(rf",?(?: and| plus)? (?P<n>{_N}) months?\b", re.IGNORECASE)
_LIFE = re.compile(
    r"life(?:(?: in)? (?:prison|imprisonment|behind bars)| sentences?| term)|life(?= without parole)", re.IGNORECASE
)
_NOT_A_TERM = re.compile(
    r"[- ]old\b|[- ]ago\b| (?:later|earlier|before|after|since|prior|apart|from now)\b"
    r"|['’]s? (?!(?:\w+ )?(?:imprisonment|prison|jail|custody|custodial|detention|incarceration|probation|suspended|in|"
    r"behind|supervised|community|conditional|hard|home|penal|sentence)\b)",
    re.IGNORECASE,
)
_AFTER = (" after", " before", " since")
_SENTENCED_TO = re.compile(
    r"\b(?:jail(?:ed|s)?|imprison(?:ed|ment)|sentenced?|prison|locked up|put away|behind bars|gets?|got|given|handed|"
    r"receives?|received|serve)(?: (?:for|to|at|least|an?|of|up|him|her|them|term|the|another|further|more|than|over|"
    r"nearly|almost|total|combined|in|spend)){0,4} $",
    re.IGNORECASE,
)
_LEFT_NOT = re.compile(
    r"(?:within|every|last|past|next|previous|first|recent|aged?|after|for nearly|older than|under|over the|in just) $",
    re.IGNORECASE,
)
_PRISON_RIGHT = re.compile(
    r"(?:['’]s?)?[- ,]*(?:in |of |at )?(?:(?:a |an )?[\w-]+ ){0,2}?(?:prison|jail|imprisonment|incarceration|"
    r"behind bars|custody|detention|gaol|custodial|sentence|penitentiary|penal)",
    re.IGNORECASE,
)
_PRISON_LEFT = re.compile(
    r"\b(?:imprison\w*|sentenced\w*|jail\w*|incarcerat\w*|sentences? of|term of|serv(?:e|ed|ing)|handed|custody|"
    r"behind bars|prison)\b[^.;!?\n]{0,50}$",
    re.IGNORECASE,
)
_PROBATION_RIGHT = re.compile(
    r"(?:['’]s?)?[- ]*(?:(?:term |period )?of )?(?:post-release |unsupervised |federal |additional )?"
    r"(?:probation|supervised release|supervision|community service|home confinement|house arrest|parole)",
    re.IGNORECASE,
)
_SUSPENDED = re.compile(r"suspend\w*|conditional(?:ly)?|probationary", re.IGNORECASE)
_OPERATIONAL = re.compile(
    r"\bsuspend\w*,?(?: (?:sentence|term|imprisonment))?,? (?:for|over|during)"
    r"(?: (?:a |the )?(?:(?:next|following|total|period|term) (?:of )?)*)?$",
    re.IGNORECASE,
)
"""The time for which a sentence is suspended is no sentence."""
_PROBATION_LEFT = re.compile(
    r"\b(?:probation\w*|supervis(?:ed release|ion)|(?:trial|operational|suspension) period)"
    r"(?: period| term)?(?: of| for) $",
    re.IGNORECASE,
)
_MAXIMUM = re.compile(
    r"\b(?:up to|fac(?:e|es|ed|ing)|maximum|maximal|as much as|as many as|carr(?:y|ies|ied)|punishable|could|may be|"
    r"potential\w*|minimum|at most|risk\w*|not? more than|mandatory)\b[^.;!?\n]{0,60}$",
    re.IGNORECASE,
)
_COMBINED = re.compile(
    r"\b(?:total(?:l?ing|l?ed|s)?|combined|altogether|between them|collectively|cumulative\w*|aggregate)\b"
    r"[^.;!?\n]{0,40}$",
    re.IGNORECASE,
)
_COMBINED_RIGHT = re.compile(r"[^.;!?\n]{0,30}\b(?:combined|in total|between them|in all)\b", re.IGNORECASE)
_SERVED = re.compile(r"\b(?:serv(?:ed|ing)|spent)(?: \w+){0,2} $", re.IGNORECASE)
_OF_TERM = re.compile(
    r" (?:behind bars |in (?:prison|jail) )?of (?:his|her|their|the|an?)(?: [\w-]+){0,3} (?:sentence|term)s?\b",
    re.IGNORECASE,
)
_DEFAULT = re.compile(r"\bor (?:(?:serve |face |spend )?(?:a further |an additional |another )?)$", re.IGNORECASE)
_IN_DEFAULT = re.compile(r"\b(?:in default(?: of payment)?|failing which),?(?: \w+){0,3} $", re.IGNORECASE)
_DEFAULT_RIGHT = re.compile(
    r"[^.;!?\n]{0,25}\b(?:in default|if (?:he|she|they) (?:fails?|do(?:es)? not) (?:to )?pay)\b", re.IGNORECASE
)


def find_terms(text: str, anchors: Anchors | None = None) -> list[Mention]:
    """Return the lengths of time in `text` that are no ages and no distances in time.

    `value.months` counts a year as 12, a week as 7 and a day as 1 thirtieth parts of a month.
    `anchors` are those of the text, where they are known already.
    """
    anchors = find_anchors(text) if anchors is None else anchors
    found: list[Mention] = []
    for mention in _all(text, anchors["length"]):
        if not found or mention.start >= found[-1].end:
            found.append(mention)
    return found


def _all(text: str, starts: Sequence[int]) -> Iterator[Mention]:
    for start in starts:
        unit = _UNIT.match(text, start)
        if unit is None:
            continue
        if unit[0].lower() == "life":
            yield from _life(text, unit.start())
        else:
            yield from _counted(text, unit)


def _life(text: str, start: int) -> Iterator[Mention]:
    found = _LIFE.match(text, start)
    if found and not text[max(0, start - 1) : start].isalnum():
        yield _mention(text, start, found.end(), LIFE, "term.life", prison=True)


def _counted(text: str, unit: re.Match[str]) -> Iterator[Mention]:
    left = _LEFT.search(text, max(0, unit.start() - 40), unit.start())
    if left is None or _is_distance(text, left.start(), unit.end()):
        return
    months = _months(left["n"], unit[0].lower(), half=bool(left["half"]) or "half" in left[0].lower())
    start, end = left.start(), unit.end()
    if unit[0].lower().startswith("year"):
        more = _MORE.match(text, end)
        if more and not _is_distance(text, start, more.end()):
            months, end = months + _months(more["n"], "month", half=False), more.end()
    if months > LIFE or _LEFT_NOT.search(text, max(0, start - 14), start) or _in_default(text, start, end):
        return
    if _OPERATIONAL.search(text, max(0, start - 50), start) or _is_served(text, start, end):
        return
    yield _mention(text, start, end, months, "term.counted")


def _is_distance(text: str, start: int, end: int) -> bool:
    """ "Three years ago", "two years after the raid", but not "jailed for two years after a raid"."""
    found = _NOT_A_TERM.match(text, end)
    if found is None:
        return False
    return found[0] not in _AFTER or _SENTENCED_TO.search(text, max(0, start - 60), start) is None


def _is_served(text: str, start: int, end: int) -> bool:
    """ "Served two years of his sentence": a part that is over, no sentence."""
    return _SERVED.search(text, max(0, start - 30), start) is not None and _OF_TERM.match(text, end) is not None


def _months(number: str, unit: str, *, half: bool) -> float:
    n = 1.0 if number.lower() in ("a", "an") else value_of(number)
    n += 0.5 if half else 0.0
    if unit.startswith("year"):
        return n * 12
    if unit.startswith("month"):
        return n
    return round(n * (7 if unit.startswith("week") else 1) / 30, 2)


def _in_default(text: str, start: int, end: int) -> bool:
    """ "A fine or six months in default": the months are no sentence."""
    if _IN_DEFAULT.search(text, max(0, start - 40), start):
        return True
    return _DEFAULT.search(text, max(0, start - 30), start) is not None and _DEFAULT_RIGHT.match(text, end) is not None


def _mention(text: str, start: int, end: int, months: float, rule: str, *, prison: bool = False) -> Mention:
    before, after = text[max(0, start - 90) : start], text[end : end + 60]
    probation = bool(_PROBATION_RIGHT.match(after) or _PROBATION_LEFT.search(before))
    clause = re.split(r"[.;!?\n,]", before)[-1] + " … " + re.split(r"[.;!?\n]", after, maxsplit=1)[0]
    value = TermValue(
        months=months,
        suspended=_SUSPENDED.search(clause) is not None,
        maximum=_MAXIMUM.search(before) is not None,
        combined=_COMBINED.search(before) is not None or _COMBINED_RIGHT.match(after) is not None,
        prison=not probation and (prison or bool(_PRISON_RIGHT.match(after) or _PRISON_LEFT.search(before))),
        probation=probation,
    )
    return Mention(start, end, "term", value, rule)
