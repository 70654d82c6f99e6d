"""Events in words: one honest line each. What is asked for is never told as granted, what is alleged never as done."""

import re
from collections.abc import Sequence
from functools import cache

from agents.lexicon import rows
from agents.link_outcome import overturned
from agents.phrases import (
    APPEALS,
    BEGUN,
    BLOCKED_BY,
    FORFEITED_THINGS,
    OVERTURNED,
    PAID_BY_EITHER,
    PHRASES,
    TO_COME,
    Phrases,
)
from agents.whom import (
    OF_PEOPLE_ONLY,
    actor_of,
    distinct,
    is_somebody,
    many_people,
    people_of,
    quoted_of,
    quotes_other_side_only,
    some,
    things_of,
    told_of,
)
from schemas.events import Count, Event, Money
from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status

_WITH_SUM = {
    EventType.FORFEITURE: (MoneyKind.FORFEITURE, "ordered {whom} to forfeit {sum}", "{whom} ordered to forfeit {sum}"),
    EventType.FINE: (MoneyKind.FINE, "fined {whom} {sum}", "{whom} fined {sum}"),
    EventType.DAMAGES_AWARD: (
        MoneyKind.DAMAGES,
        "ordered {whom} to pay {sum} in damages",
        "{whom} to pay {sum} in damages",
    ),
}
"""How an act is told whose one sum is what it is about: the sum stands in the sentence, not behind it."""
_DONE = (Status.HAPPENED, Status.ONGOING)
_MODES: dict[Status, tuple[str, tuple[str, ...], str]] = {
    Status.ORDERED: ("{actor} ordered {thing}", ("court", "authority"), "{thing} ordered"),
    Status.SOUGHT: ("{actor} asked for {thing}", ("complainant", "authority"), "{thing} asked for"),
    Status.PLANNED: ("{actor} planned {thing}", ("complainant", "authority"), "{thing} planned"),
    Status.DENIED: ("{actor} refused {thing}", ("court", "authority"), "{thing} refused"),
    Status.ALLEGED: ("", (), "{thing} alleged"),
    Status.HYPOTHETICAL: ("", (), "{thing} possible"),
}
"""What is not done: told of an actor in one of the roles if there is one, else of nobody."""
_EITHER_SIDE = {
    EventType.ACQUITTAL,
    EventType.APPEAL,
    EventType.DISMISSAL,
    EventType.RELEASE,
    EventType.RULING_OTHER,
    EventType.SETTLEMENT,
}
"""What either side may ask for: the roles do not tell which one did."""
_UNCOUNTED = {"charges", "damages", "extradition", "site blocking"}
_ARTICLE = re.compile(r"^(?:an?|the) ")
_SUMMED = re.compile(
    r"\b(?:combined|total|collective(?:ly)?|between them|in all|altogether|together|(?:more|less) than \w+ years)\b",
    re.IGNORECASE,
)
"""What is said of the terms of several people taken together."""
_UNITS = {
    CountUnit.PEOPLE: ("person", "people"),
    CountUnit.PREMISES: ("place", "places"),
    CountUnit.DEVICES: ("device", "devices"),
}
_PAID = {
    MoneyKind.SOUGHT: "asked for",
    MoneyKind.FINE: "fine",
    MoneyKind.DAMAGES: "damages",
    MoneyKind.SETTLEMENT: "settlement",
    MoneyKind.RESTITUTION: "restitution",
    MoneyKind.FORFEITURE: "forfeiture",
    MoneyKind.SEIZED: "seized",
    MoneyKind.BAIL: "bail",
    MoneyKind.OTHER: "named in the text",
}


def line_of(event: Event, *, where: bool = True) -> str:
    """Return one line: what happened, to whom, by whom, where, how much; in lower case unless a name begins it."""
    place = f" ({country_name(event.country)})" if event.country and where else ""
    rest = [money for money in event.money if money is not _sum(event) and money.kind is not MoneyKind.OTHER]
    details = "; ".join((*_term(event), *_amounts(rest[:3])))
    return _sentence(event) + place + (f": {details}" if details else "")


def act_of(event: Event) -> str:
    """Return what happened without figures, for a case that nobody's name stands for: `fine by Quay court (2022)`."""
    rest = ", ".join(part for part in (event.country and country_name(event.country), (event.date or "")[:4]) if part)
    return _sentence(event) + (f" ({rest})" if rest else "")


def correction_of(new: Event, old: Event) -> str:
    """Return one line that tells what an edited text says of an act now, and what it said before."""
    line = line_of(new)
    said = {(money.amount, money.currency, money.kind) for money in new.money}
    gone = [money for money in old.money if (money.amount, money.currency, money.kind) not in said]
    counts = [counted_words(count.n, count.unit) for count in old.counts if count not in new.counts]
    was = [*_sums(gone), *counts, *(_term(old) if old.prison_months != new.prison_months else ())]
    if was:
        return f"{line}, not {' and '.join(was)}"
    if line_of(old) != line:
        return f"{line}, instead of: {line_of(old)}"
    return f"{line}, on {new.date}, not {old.date}" if new.date and old.date and new.date != old.date else line


def _amounts(several: Sequence[Money]) -> list[str]:
    """Return sums with what they are, those of one kind together: `EUR 180,000 and EUR 2,800 seized`."""
    kinds = dict.fromkeys(money.kind for money in several)
    return [f"{' and '.join(_sums([one for one in several if one.kind is kind]))} {_PAID[kind]}" for kind in kinds]


def _sums(several: Sequence[Money]) -> list[str]:
    return [f"{money.currency} {money.amount:,.0f}" for money in several]


def noun_of(event: Event) -> str:
    """Return what an event is called, with a word for its status: `site blocking asked for`, `raid planned`."""
    noun = PHRASES[event.type].noun
    return noun if event.status in _DONE else _MODES[event.status][2].format(thing=noun)


def _sentence(event: Event) -> str:
    act, whom = _act(event), whom_of(event)
    if event.status in _DONE:
        return _done(event, act, whom, _actor(event, act.actors)) + _over(event)
    told, roles, untold = _MODES[event.status]
    if event.status is Status.PLANNED:
        roles = tuple(role for role in roles if role in act.actors[:1])
    if event.status is Status.SOUGHT and event.type in _EITHER_SIDE:
        roles = ()
    thing = act.thing.format(whom=whom) if whom else _one(act.noun)
    if told and (actor := _actor(event, roles)):
        return told.format(actor=actor, thing=thing) + _over(event)
    return untold.format(thing=_ARTICLE.sub("", thing)) + _over(event)


def _one(noun: str) -> str:
    """Return a noun with its article, if it has one: `an arrest`, `charges`."""
    if noun in _UNCOUNTED:
        return noun
    return f"an {noun}" if noun[0] in "aeiou" else f"a {noun}"


def _actor(event: Event, roles: Sequence[str]) -> str:
    """Return who acts: those in the first of these roles in which the quote names somebody."""
    return next((names for role in roles if (names := actor_of(event, role))), "")


def _done(event: Event, act: Phrases, whom: str, actor: str) -> str:
    if not whom:
        return f"{act.noun} by {actor}" if actor else act.noun
    active, passive = act.active, act.passive
    if paid := _sum(event):
        _, active, passive = _WITH_SUM[event.type]
        active, passive = (text.replace("{sum}", _sums([paid])[0]) for text in (active, passive))
    return f"{actor} {active.format(whom=whom)}" if actor else passive.format(whom=whom)


def _act(event: Event) -> Phrases:
    """Return how an event is told: by its type, and by what of it the quote says."""
    act = PHRASES[event.type]
    match event.type:
        case EventType.FORFEITURE if not event.defendant:
            return FORFEITED_THINGS
        case EventType.SITE_BLOCKING if not event.target and not _counted(event, act):
            return BLOCKED_BY
        case EventType.DAMAGES_AWARD if quotes_other_side_only(event):
            return PAID_BY_EITHER
        case EventType.APPEAL if event.status in _DONE:
            return OVERTURNED if overturned(event) else _said(APPEALS, event) or act
        case EventType.RULING_OTHER:
            return _said(BEGUN if event.status in _DONE else TO_COME, event) or act
        case _:
            return act


def _said(ways: Sequence[tuple[str, Phrases]], event: Event) -> Phrases | None:
    return next((act for words, act in ways if re.search(words, event.evidence, re.IGNORECASE)), None)


def _sum(event: Event) -> Money | None:
    """Return the sum that an act against somebody is about, if there is one and only one."""
    if event.type not in _WITH_SUM or event.status not in _DONE or not event.defendant:
        return None
    if _act(event) is PAID_BY_EITHER:
        return None
    paid = [money for money in event.money if money.kind is _WITH_SUM[event.type][0]]
    return paid[0] if len(paid) == 1 else None


def whom_of(event: Event) -> str:
    """Return to whom or what it was done: names, else a number with its unit; empty if the text tells neither."""
    people, things = some(people_of(event)), some(things_of(event))
    act = _act(event)
    counted = _counted(event, act)
    number = counted_words(counted.n, counted.unit) if counted else ""
    if event.type in OF_PEOPLE_ONLY:
        return people or number
    if act.people:
        return people or number or things
    if counted and (quoted := distinct(quoted_of(event, "target"))):
        return _numbered(counted, quoted)
    return number or things or (people and f"{act.owned} {people}".strip())


def _counted(event: Event, act: Phrases) -> Count | None:
    """Return the first number of a unit that the act is done to, if it is more than one."""
    found = next((count for count in event.counts if count.unit in act.units), None)
    return found if found and found.n > 1 else None


def _numbered(count: Count, things: Sequence[str]) -> str:
    """Return how many things were concerned, and whose they are or which."""
    number, named = counted_words(count.n, count.unit), some(things)
    if count.unit not in (CountUnit.SITES, CountUnit.DOMAINS):
        return f"{number} linked to {named}"
    if len(things) == 1:
        return f"{number} of {named}"
    return named if len(things) >= count.n else f"{number}, among them {named}"


def _over(event: Event) -> str:
    """Return what an act against people was about, as far as the quote says it."""
    whom, act = whom_of(event), _act(event)
    things = list(quoted_of(event, "target"))
    if event.type in OF_PEOPLE_ONLY:
        things += [name for name in told_of(event) if name not in things and not is_somebody(name, event.target)]
    told = some(things)
    return f" over {told}" if told and act.people and told not in whom else ""


def _term(event: Event) -> Sequence[str]:
    """Return the prison term: of several people it is the longest one, and a sum of their terms is nobody's."""
    several = len(people_of(event)) > 1 or (many_people(event) and not people_of(event))
    if event.prison_months is None or (several and _SUMMED.search(event.evidence)):
        return ()
    said = ", suspended" if event.suspended else ""
    if not said and re.search(r"\bsuspended (?:\w+ )?(?:sentence|term)\b", event.evidence):
        said = " (the quote speaks of a suspended sentence)"
    return (f"{'up to ' if several else ''}{term_words(event.prison_months)} in prison{said}",)


def term_words(months: float) -> str:
    """Return a time in years and months; up to two years in months alone."""
    years, rest = divmod(months, 12)
    if months < 24:
        return f"{months:g} month{'' if months == 1 else 's'}"
    return f"{years:g} years" + (f" and {rest:g} month{'' if rest == 1 else 's'}" if rest else "")


def money_words(money: Money) -> str:
    """Return an amount with its currency and what it is: `JPY 460,000,000 asked for`."""
    return f"{money.currency} {money.amount:,.0f} {_PAID[money.kind]}"


def counted_words(number: int, unit: CountUnit) -> str:
    one, many = _UNITS.get(unit, (unit.value.rstrip("s"), unit.value))
    return f"{number:,} {one if number == 1 else many}"


_SHORT = {"US": "United States", "RU": "Russia", "KR": "South Korea"}


@cache
def _countries() -> dict[str, str]:
    found: dict[str, str] = {}
    for row in rows("places.tsv"):
        if row["kind"] == "country":
            found.setdefault(row["country"], row["name"])
    return found


def country_name(code: str) -> str:
    """Return the short English name of a country; the code itself where the list has none."""
    return _SHORT.get(code) or _countries().get(code, code)
