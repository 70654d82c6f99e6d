"""Courts: "U.S. District Court for the Eastern District of Virginia", "Liverpool Crown Court", "Court of Milan".

Well-known courts stand in `lexicon/courts.tsv`. All others are found from their head word outwards: capitalised words
before it, "of …" and "for …" after it. A generic court ("a federal court in California") is none.
"""

import re
from bisect import bisect_left
from collections.abc import Sequence
from functools import cache

from agents.grammar.mention import Mention, NameValue
from agents.grammar.names import is_common
from agents.lexicon import cue_words, rows

Bounds = tuple[int, int]

_HEAD = re.compile(
    r"(?:Courts?|courts?|Tribunale?s?|tribunal|COURT|TRIBUNAL|Circuit|District of|Oberlandesgericht|Landgericht|"
    r"Amtsgericht|Verwaltungsgericht|Handelsgericht|Rechtbank|Gerechtshof|Audiencia|Juzgado|Cour d['’][Aa]ppel)\b"
)
_CAP = r"[A-ZÀ-ÞŁŚŠŽ][\w’'-]*"
_LEFT = re.compile(rf"(?:(?<![\w’'])(?:U\.S\.|U\.K\.|[A-Z]\.|{_CAP}|of|and|for|&|de|du)[ -])+$")
_OWN = r"[A-ZÀ-ÞŁŚŠŽ][\w-]*(?:['’](?!s\b)\w[\w-]*)*"
_RIGHT = re.compile(
    rf"(?:,? (?:of|for|in|at|de|du|di)(?: the)? (?:U\.S\.|{_OWN})"
    rf"(?:(?: of(?: the)?| and| for the| for| de| du)? {_OWN})*)+"
)
_GERMAN_RIGHT = re.compile(rf" {_OWN}(?:[ -](?:am |I|{_OWN}))?")
_TIME = re.compile(
    r",? (?:in|at|on|for|of) (?:the )?(?:(?:Jan|Febr)uary|March|April|May|June|July|August|\w{4,6}ber|\w+day)\b"
)
_NATIONAL = re.compile(r"(?:Federal|Supreme|High) Court")
"""A court of a whole country: the town where it sits is no part of its name."""
_BRACKETS = re.compile(r" \((?:[A-Z]{2,6}|[A-Z][\w ]{2,30} [Dd]ivision)\)")
_ORDINAL = (
    "First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth|Eleventh|Federal|D\\.C\\.|\\d{1,2}(?:st|nd|rd|th)"
)
_CIRCUIT = re.compile(
    rf"(?:(?:U\.S\.|US|United States) )?(?:Court of Appeals? for the )?(?:{_ORDINAL}) (?:(?:U\.S\.|US) )?$"
)
_AFTER_CIRCUIT = re.compile(r" Court of Appeals?|(?!\w)")
_COMPASS = re.compile(
    r"(?:(?:[Uu]\.?[Ss]\.? )?(?:[Ff]ederal|[Dd]istrict) [Cc]ourt (?:in|for|of) the )?"
    r"(?:(?:Northern|Southern|Eastern|Western|Central|Middle) )?$"
)
_PROSECUTOR = re.compile(
    r"(?:Attorneys?|Office|[Pp]rosecutors?|FBI|Marshal)\b[\w ’'.]{0,22} (?:for|in|of|from) (?:the )?$"
)
_LOWER = re.compile(r"(?:[a-z’'-]+ ){1,2}$")
_OF_PLACE = re.compile(
    rf" of (?:appeals?|cassation|first instance)(?: (?:of|in|for) {_CAP})?| (?:of|in) {_CAP}(?: {_CAP})?"
)


@cache
def _says(kind: str) -> frozenset[str]:
    return frozenset(row["word"] for row in rows("court_words.tsv") if row["says"] == kind)


@cache
def _states() -> re.Pattern[str]:
    names = [row["name"] for row in rows("places.tsv") if row["kind"] == "region" and row["country"] == "US"]
    names += ["New York", "Columbia", "Puerto Rico", "Guam"]
    return re.compile(r" (?:" + "|".join(map(re.escape, names)) + r")\b")


@cache
def _countries() -> tuple[tuple[str, str], ...]:
    return tuple((row["word"], row["says"]) for row in rows("court_words.tsv") if len(row["says"]) == 2)


def find_courts(text: str, places: Sequence[Mention] = ()) -> list[Mention]:
    """Return the courts that are named by their form, in order; `value.country` where the name or a place tells it.

    `places` are the place mentions of the text, as `places.settle_places` returns them: one inside or before the name
    ("Germany's Supreme Court") tells the country.
    """
    cities = {place.start for place in places if place.rule in ("place.city", "place.region")}
    starts = [place.start for place in places]
    found: list[Mention] = []
    for head in _HEAD.finditer(text):
        if found and head.start() < found[-1].end:
            continue
        bounds = _bounds(text, head, cities)
        if bounds is not None:
            near = places[bisect_left(starts, bounds[0] - 14) : bisect_left(starts, bounds[1] + len(" in X"))]
            found.append(_mention(text, bounds, near))
    return found


def _bounds(text: str, head: re.Match[str], cities: set[int]) -> Bounds | None:
    start, end = head.span()
    if start and text[start - 1].isalnum():
        return None
    if head[0] == "Circuit":
        return _circuit(text, start, end)
    if head[0] == "District of":
        return _district(text, start, end)
    return _lower_case(text, start, end, cities) if head[0][0].islower() else _capitalised(text, head)


def _capitalised(text: str, head: re.Match[str]) -> Bounds | None:
    start, end = head.span()
    left = _left(text, start)
    german = head[0].lower().endswith(("gericht", "rechtbank", "gerechtshof"))
    right = (_GERMAN_RIGHT if german else _RIGHT).match(text, end, min(len(text), end + 130))
    if (
        right
        and not _TIME.match(right[0])
        and not (_NATIONAL.fullmatch(text, left, end) and right[0][1:3] in ("in", "at"))
    ):
        end = right.end()
    brackets = _BRACKETS.match(text, end)
    end = brackets.end() if brackets else end
    bare = left == start and end == head.end()
    return None if bare else (left, end)


def _circuit(text: str, start: int, end: int) -> Bounds | None:
    left = _CIRCUIT.search(text, max(0, start - 60), start)
    more = _AFTER_CIRCUIT.match(text, end)
    return (left.start(), more.end()) if left and more else None


def _district(text: str, start: int, end: int) -> Bounds | None:
    """ "Southern District of New York" alone stands for its court, unless a prosecutor is meant."""
    state = _states().match(text, end)
    if state is None:
        return None
    compass = _COMPASS.search(text, max(0, start - 60), start)
    begin = compass.start() if compass else start
    return None if _PROSECUTOR.search(text, max(0, begin - 50), begin) else (begin, state.end())


def _left(text: str, start: int) -> int:
    """Return where the name begins: the capitalised words before the head, up to a common one that is no part of it."""
    found = _LEFT.search(text, max(0, start - 80), start)
    if found is None:
        return start
    position = start
    for word in reversed(list(re.finditer(r"[^ -]+[ -]", found[0]))):
        written = word[0].rstrip(" -")
        if _ends_name(written):
            break
        if not written[0].islower() and written != "&":
            position = found.start() + word.start()
    return position


def _ends_name(word: str) -> bool:
    if word in _says("kind") or word[0].islower() or word == "&":
        return False
    return word in cue_words("opens_court") or (is_common(word) and word not in _says("kind"))


def _lower_case(text: str, start: int, end: int, cities: set[int]) -> Bounds | None:
    """ "Paris judicial court", "Milan court", "regional court in Leipzig", "Chisinau court of appeal"."""
    kind_start = start - len(_kind_before(text, start))
    after = _OF_PLACE.match(text, end)
    instance = after is not None and after[0].startswith((" of appeal", " of cassation", " of first"))
    left = _left(text, kind_start)
    if left < kind_start:
        named = (text[kind_start:start] not in ("", "federal ", "district ")) or instance or left in cities
        return (left, after.end() if instance and after else end) if named else None
    if (
        after
        and kind_start < start
        and after[0].rsplit(" ", 1)[-1][0].isupper()
        and "federal" not in text[kind_start:start]
    ):
        return kind_start, after.end()
    return None


def _kind_before(text: str, start: int) -> str:
    """Return the lower-case words before "court" that make a name of it ("higher regional "), else nothing."""
    before = _LOWER.search(text, max(0, start - 30), start)
    if before is None:
        return ""
    words = before[0].split()
    kept: list[str] = []
    while words and words[-1] in _says("lower"):
        kept.insert(0, words.pop())
    return "".join(f"{word} " for word in kept)


def _mention(text: str, bounds: Bounds, near: Sequence[Mention]) -> Mention:
    start, end = bounds
    name = re.sub(r"['’]s?$|,$", "", text[start:end])
    value = NameValue(name=name, canonical=name, country=_country(text, (start, start + len(name)), near))
    return Mention(start, start + len(name), "court", value, _rule(name))


def _country(text: str, name: Bounds, near: Sequence[Mention]) -> str | None:
    """Tell the country by "U.S.", a place in the name or after "in", what courts are called, or a place before."""
    start, end = name
    by_word = _by_word(text[start:end])
    if by_word and text.startswith(_AMERICAN, start):
        return by_word
    told = (p.value.country for p in near if p.start >= start and (p.start < end or text[end : p.start] == " in "))
    before = (p.value.country for p in near if p.start < start)
    return next(told, None) or by_word or next(before, None)


_AMERICAN = ("U.S.", "US ", "United States")
_GENERIC = re.compile(r"(?:U\.S\.|US|UK|[A-Z]\w+(?: [A-Z]\w+)?) (?:federal |district )?courts?")


def _rule(name: str) -> str:
    """Tell a court of which little more than the region is said ("California federal court") from a named one."""
    return "court.generic" if _GENERIC.fullmatch(name) else "court.form"


def _by_word(name: str) -> str | None:
    return next((country for word, country in _countries() if re.search(rf"(?<![A-Z]){re.escape(word)}", name)), None)
