"""Of whom an act may be told: never of more than its quote says."""

import re
from collections.abc import Sequence

from schemas.events import Event
from schemas.taxonomy import GROUPS, CountUnit, EventType
from schemas.tokens import tokens

OF_PEOPLE_ONLY = {EventType.ARREST, *GROUPS["criminal"]}
"""What is never done to a site or a group as such: without people, the act is told alone."""
_RANKS = (r"\b(?:court of appeals?|appeals? court)\b", r"\bsupreme court\b", r"\bhigh court\b")
_COMMON = re.compile(
    r"and|for|the|from|with|group|international|ltd|inc|llc|gmbh|company|services?|united|states|office|department"
    r"|national|federal|general|police|court|district|high|supreme|appeals?|criminal"
)
"""Words of names that tell nobody from anybody else."""
_SHORT_FORM = re.compile(r"\s*\(\w*[A-Z]\w*\)$")


def people_of(event: Event) -> list[str]:
    """Return the defendants to whom the act was done."""
    told = told_of(event)
    if event.type not in OF_PEOPLE_ONLY:
        return list(told)
    return [name for name in told if is_somebody(name, event.target)]


def told_of(event: Event) -> tuple[str, ...]:
    """Return the defendants to whom an act may be held: never more than the quote says.

    Of several, those whom the quote names, where it is known which it does; the only one need not be named again,
    unless the quote speaks of more people than one.
    """
    several = len(event.defendant) > 1 or many_people(event)
    return quoted_of(event, "defendant") if several else event.defendant


def things_of(event: Event) -> tuple[str, ...]:
    """Return the targets that the act was done to: of several, those that the quote names, if it names any."""
    return (len(event.target) > 1 and quoted_of(event, "target")) or event.target


def many_people(event: Event) -> bool:
    """Return whether the act is told of more people than one."""
    return any(count.unit is CountUnit.PEOPLE and count.n > 1 for count in event.counts)


def quoted_of(event: Event, role: str) -> tuple[str, ...]:
    """Return the names of a role that the quote has, at their place or by one of their words.

    All of them where it is not known where they were read.
    """
    names = getattr(event, role) or ()
    names = (names,) if isinstance(names, str) else names
    places = event.spans.get(role, ())
    if len(places) != len(names):
        return names
    (start, end), found = event.span, zip(names, places, strict=True)
    return tuple(name for name, place in found if start <= place[0] < end or _is_quoted(name, names, event.evidence))


def _is_quoted(name: str, names: Sequence[str], quote: str) -> bool:
    return not _own_words(name, names).isdisjoint(tokens(quote))


def _own_words(name: str, names: Sequence[str]) -> set[str]:
    """Return the words of a name that tell it from the others: no `police`, and no surname that two of them share."""
    others = {word for other in names if other != name for word in tokens(other)}
    return {word for word in tokens(name) if len(word) > 2 and not _COMMON.fullmatch(word)} - others


def actor_of(event: Event, role: str) -> str:
    """Return who acts in a role: whom the quote names, but nobody who is acted against as well.

    Never a court of another rank than the quote's.
    """
    if role == "court" and event.court:
        ranks = (rank for rank in _RANKS if re.search(rank, event.evidence, re.IGNORECASE))
        if any(not re.search(rank, event.court, re.IGNORECASE) for rank in ranks):
            return ""
    against = (*event.defendant, *event.target)
    return some([name for name in quoted_of(event, role) if not any(is_same(name, other) for other in against)])


def quotes_other_side_only(event: Event) -> bool:
    """Return whether the quote names who complains, and nobody who is acted against."""
    quote = set(tokens(event.evidence))

    def named(names: Sequence[str]) -> bool:
        return any(quote.intersection(word for word in tokens(name) if len(word) > 2) for name in names)

    return named(event.complainant) and not named(event.defendant)


def is_somebody(name: str, things: Sequence[str]) -> bool:
    """Return whether a name may be a person's or a company's: no domain, no target, not written as software is."""
    if name in things or re.search(r"\.\w|\b(?:malware|ransomware|botnet|gang|group)\b", name):
        return False
    return not re.fullmatch(r"(?!(?:Mc|Mac|De|Di|Van|O)[A-Z])\w*[a-z][A-Z0-9]\w*", name)


def some(names: Sequence[str]) -> str:
    """Return up to two names, or the first one and how many more there are; each of those who are meant once."""
    names = [short_name(name) for name in distinct(names)]
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"


def short_name(name: str) -> str:
    """Return a name without the short form that its text gives behind it: `Quay Bureau (QB)`."""
    return _SHORT_FORM.sub("", name)


def distinct(names: Sequence[str]) -> list[str]:
    """Return names without those that another one of them contains as a whole: `Acme` beside `Acme Hosting`."""
    kept = []
    for place, name in enumerate(names):
        others = [(at, other) for at, other in enumerate(names) if at != place and _is_within(name, other)]
        if all(at > place and _is_within(other, name) for at, other in others):
            kept.append(name)
    return kept


def is_same(one: str, other: str) -> bool:
    """Return whether one of two names contains the other as a whole."""
    return _is_within(one, other) or _is_within(other, one)


def _is_within(part: str, whole: str) -> bool:
    """Return whether a name is in another one, not as the owner of what that one names (`Acme` in `Acme's shop`)."""
    short, long = tokens(part), tokens(whole)
    owned = re.search(rf"{re.escape(part)}['’]s\b", whole) is not None
    return bool(short) and not owned and f" {' '.join(short)} " in f" {' '.join(long)} "
