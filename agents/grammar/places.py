"""Places: which country a name of a country, region or city stands for, and whether it is only a nationality."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence

from agents.grammar.mention import Mention, NameValue, PlaceValue
from agents.grammar.names import Run, Word, word_before
from agents.lexicon import cue_words

_BODY = re.compile(
    r"['’]?s? (?:[\w-]+ ){0,3}?(?:court|courts|police|authorit(?:y|ies)|government|prosecutors?|law enforcement|ISPs?|"
    r"providers?|tribunal|regulators?|agenc(?:y|ies)|ministry|customs|gendarmerie|judges?|officials|investigators|"
    r"law|laws|legislation|supreme|high|federal|appeals?|district|telecom|watchdog|parliament|state|cops|feds|"
    r"territory|soil|borders?|branch|arm|market)\b",
    re.IGNORECASE,
)
_PERSON = re.compile(
    r" (?:[\w-]+ ){0,2}?(?:m[ae]n|wom[ae]n|nationals?|citizens?|hackers?|teen\w*|students?|national|couple|brothers|"
    r"developers?|cybercriminals?|threat actors?|duo|trio|suspects?|programmers?|fugitives?|immigrants?)\b",
    re.IGNORECASE,
)


def settle_places(text: str, places: Sequence[Mention]) -> list[Mention]:
    """Return place mentions with their country settled by what stands beside them.

    "Naples, Florida" becomes one place in the United States; a nationality before an institution ("Dutch police")
    is no mere nationality; "Georgia" beside Tbilisi is the country.
    """
    merged = list(_merged(text, places))
    caucasus = any(p.value.country == "GE" for p in merged)
    return [_settled(text, place, caucasus=caucasus) for place in merged]


def _merged(text: str, places: Sequence[Mention]) -> Iterator[Mention]:
    i = 0
    while i < len(places):
        here = places[i]
        there = places[i + 1] if i + 1 < len(places) else None
        if there and here.rule == "place.city" and there.rule in ("place.region", "place.country"):
            gap = text[here.end : there.start]
            if gap in (", ", ","):
                name = text[here.start : there.end]
                yield Mention(
                    here.start, there.end, "place", PlaceValue(name=name, country=there.value.country), "place.city"
                )
                i += 2
                continue
        if not _is_stray(text, here):
            yield here
        i += 1


def _is_stray(text: str, place: Mention) -> bool:
    """Say whether a state's short form ("Miss.", "Del.") stands behind no town, where it may be a word or a name."""
    short = place.rule == "place.region" and place.value.name.endswith(".")
    return short and text[max(0, place.start - 2) : place.start] != ", "


_MAN_AFTER = re.compile(r",? (?:\d\d-year-old )?(?:m[ae]n|wom[ae]n|resident|teen|teenager|native|couple|student)\b")
_BEFORE_TOWN = frozenset(("of", "in", "from", "near", "outside"))
_LONGEST_TOWN = 3


def find_towns(text: str, runs: Sequence[Run], places: Sequence[Mention]) -> Iterator[Mention]:
    """Yield small towns told with their state or country ("Roe of Litchfield Park, Arizona") as one place.

    `places` are those of the text, settled.
    """
    regions = {place.start: place for place in places if place.rule in ("place.region", "place.country")}
    known = {place.start for place in places}
    for run in runs:
        region = regions.get(run.end + 2)
        if region is None or text[run.end : region.start] != ", ":
            continue
        town = _town(text, run, region)
        if town and len(town) <= _LONGEST_TOWN and town[0].start not in known:
            name = text[town[0].start : region.end]
            value = PlaceValue(name=name, country=region.value.country)
            yield Mention(town[0].start, region.end, "place", value, "place.town")


def _town(text: str, run: Run, region: Mention) -> Sequence[Word]:
    """ "of Qoruvat, Texas", "a Qoruvat, Texas, man": the words of the town, none where it is another name."""
    first = next((i for i in reversed(range(len(run.words))) if run.words[i].joiner), 0)
    town = run.words[first:]
    before = town[0].joiner or word_before(text, run.start)
    if len(town) > 1 and town[0].text in ("A", "An", "The"):
        before, town = town[0].text, town[1:]
    told = before in _BEFORE_TOWN or (before.lower() in ("a", "an", "the") and _MAN_AFTER.match(text, region.end))
    return town if told and not any(_is_body(word.text) for word in town) else ()


def _is_body(word: str) -> bool:
    kinds = ("agency", "organisation", "generic", "outlet")
    return word.startswith(("Court", "Tribunal")) or any(word in cue_words(kind) for kind in kinds)


def _settled(text: str, place: Mention, *, caucasus: bool) -> Mention:
    value: PlaceValue = place.value
    if value.name == "Georgia" and caucasus:
        return place._replace(value=PlaceValue(name=value.name, country="GE"), rule="place.country")
    if value.nationality:
        body = _BODY.match(text, place.end) is not None and _PERSON.match(text, place.end) is None
        return place._replace(value=PlaceValue(name=value.name, country=value.country, nationality=not body))
    return place


def countries_in_a_row(text: str, places: Iterable[Mention]) -> frozenset[str]:
    """Return the countries that stand side by side in `text`: "in Spain, France and Peru", not "in Spain".

    `places` are its places in order. What was done in several countries was done in none of them alone.
    """
    found: set[str] = set()
    for one, other in itertools.pairwise(place for place in places if not place.value.nationality):
        listed = _IN_A_ROW.fullmatch(text, one.end, other.start)
        if listed and one.value.country != other.value.country:
            found |= {one.value.country, other.value.country}
    return frozenset(found)


_IN_A_ROW = re.compile(r"(?:,\s(?:and\s|&\s)?|\s(?:and|&)\s)(?:the\s)?")
_LISTED = re.compile(r",(?: and| &)? | and | & ")
_FIRMS = ("organisation", "rights_group")


def namesakes(text: str, names: Sequence[Mention]) -> list[Mention]:
    """Return names with each town that stands in a list of firms as one: "Elsevier, Bedford and Pearson".

    `names` are those of the text without overlaps, in order.
    """
    found = list(names)
    for i in range(1, len(found) - 1):
        before, here, after = found[i - 1], found[i], found[i + 1]
        if here.rule != "place.city" or before.kind not in _FIRMS or after.kind not in _FIRMS:
            continue
        gaps = text[before.end : here.start], text[here.end : after.start]
        if all(_LISTED.fullmatch(gap) for gap in gaps) and "name.unknown" not in (before.rule, after.rule):
            value = NameValue(name=here.value.name, canonical=here.value.name)
            found[i] = Mention(here.start, here.end, "organisation", value, "name.listed")
    return found


def without_towns(text: str, names: Sequence[Mention]) -> list[Mention]:
    """Return names without unknown ones that end a list of places: "London, Leeds and Smallville".

    `names` are those of the text without overlaps, in order.
    """
    return [name for n, name in enumerate(names) if not (n > 1 and _ends_list(text, names[n - 2 : n + 1]))]


def _ends_list(text: str, row: Sequence[Mention]) -> bool:
    if row[-1].rule != "name.unknown" or {mention.kind for mention in row[:-1]} != {"place"}:
        return False
    return all(_IN_A_ROW.fullmatch(text, a.end, b.start) for a, b in itertools.pairwise(row))
