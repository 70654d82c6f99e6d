"""All mentions of a text: every finder once, overlaps settled."""

from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from datetime import date

import msgspec

from agents.grammar.anchors import find_anchors
from agents.grammar.budget import readable
from agents.grammar.counts import find_counts
from agents.grammar.courts import find_courts
from agents.grammar.dates import find_dates
from agents.grammar.dockets import find_dockets
from agents.grammar.domains import find_domains
from agents.grammar.gazetteer import find_known
from agents.grammar.mention import Mention
from agents.grammar.money import find_money
from agents.grammar.names import and_parts, capitalised_runs
from agents.grammar.numbers import find_numbers
from agents.grammar.officials import mark_officials
from agents.grammar.operations import find_operations
from agents.grammar.organisations import and_inside, find_aliases, find_organisations, find_unknown
from agents.grammar.persons import find_persons
from agents.grammar.places import find_towns, namesakes, settle_places, without_towns
from agents.grammar.services import find_services
from agents.grammar.terms import find_terms


def find_mentions(text: str, *, published: date | None, outlet_domains: frozenset[str] = frozenset()) -> list[Mention]:
    """Return all mentions in `text`, by start. Spans are offsets into `text`.

    Values (money, dates, terms, dockets) do not overlap each other, and names do not overlap each other; a count may
    hold a name. Where two names claim the same characters, the longer wins, then the surer. `published` is the day
    that relative dates are resolved from; `outlet_domains` are domains of the outlet, which are never mentioned.
    Of a text with more names and numbers than `budget` allows, only the beginning is read.
    """
    text = readable(text)
    anchors = find_anchors(text)
    numbers = find_numbers(text, anchors)
    dates, terms = find_dates(text, published, anchors), find_terms(text, anchors)
    values = _without_overlaps([*find_money(text, numbers), *dates, *terms, *find_dockets(text)])
    names = _without_overlaps([*_names(text, outlet_domains), *values])
    names = sorted(name for name in names if name.kind not in _VALUES)
    names = without_towns(text, namesakes(text, names))
    settled = [*values, *find_counts(text, numbers), *names]
    settled.sort(key=lambda mention: (mention.start, -mention.end, mention.kind))
    return settled


_VALUES = frozenset(("money", "date", "term", "docket"))


def _names(text: str, outlet_domains: frozenset[str]) -> list[Mention]:
    known = find_known(text)
    places = settle_places(text, [mention for mention in known if mention.kind == "place"])
    whole = list(capitalised_runs(text))
    runs = [part for run in whole for part in and_parts(run, and_inside)]
    domains = find_domains(text, outlet_domains)
    named = [mention for mention in known if mention.kind != "place"]
    organisations = find_organisations(text, runs)
    bodies = [*organisations, *find_unknown(text, runs)]
    return [
        *domains,
        *named,
        *find_courts(text, places),
        *find_operations(text),
        *find_aliases(text, [*named, *organisations]),
        *mark_officials(text, list(_not_known(find_persons(text, whole), known))),
        *find_services(text, runs, domains, places),
        *places,
        *_not_known(find_towns(text, whole, places), named),
        *_with_country(bodies, places),
    ]


def _not_known(persons: Iterable[Mention], known: Sequence[Mention]) -> Iterator[Mention]:
    """Yield persons whose name is no known one ("Hong Kong" begins with a first name)."""
    spans = {mention[:2] for mention in known}
    return (person for person in persons if person[:2] not in spans)


def _with_country(bodies: Sequence[Mention], places: Sequence[Mention]) -> Iterator[Mention]:
    """Yield organisations with the country of the place inside their name ("Egyptian Ministry of Culture")."""
    countries = {place.start: place.value.country for place in places}
    ends = sorted(countries)
    for body in bodies:
        i = bisect_left(ends, body.start)
        if body.value.country is None and i < len(ends) and ends[i] < body.end:
            yield body._replace(value=msgspec.structs.replace(body.value, country=countries[ends[i]]))
        else:
            yield body


def _without_overlaps(mentions: Iterable[Mention]) -> list[Mention]:
    """Keep the surest mention where several overlap: weak ones give way, then the shorter, then the later rule."""
    ranked = sorted(enumerate(mentions), key=lambda item: (_weakness(item[1]), item[1].start - item[1].end, item[0]))
    taken = bytearray(max((mention.end for _, mention in ranked), default=0))
    kept = []
    for _, mention in ranked:
        if taken.find(1, mention.start, mention.end) < 0:
            taken[mention.start : mention.end] = b"\1" * (mention.end - mention.start)
            kept.append(mention)
    return kept


def _weakness(mention: Mention) -> int:
    if (mention.kind == "place" and mention.rule != "place.town") or mention.rule == "name.unknown":
        return 2
    return 1 if mention.rule in ("service.spelling", "date.bare_year") else 0
