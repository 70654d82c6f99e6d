"""Events in words: one honest line each. What is asked for is never told as granted, what is alleged never as done."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache

from agents.lexicon import rows
from schemas.events import Count, Event, Money
from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status
from schemas.tokens import tokens


@dataclass(frozen=True)
class Act:
    """How one type of event is told. `{whom}` is who or what it is done to."""

    noun: str
    """Alone: `lawsuit`."""
    thing: str
    """With its object: `a lawsuit against {whom}`."""
    active: str
    """Done by a known actor, who stands before it: `sued {whom}`."""
    passive: str
    """Done by nobody named: `{whom} sued`."""
    actors: tuple[str, ...] = ("authority",)
    """The roles that may do it, the first that is known told: a court arrests nobody, and police sentence nobody."""
    people: bool = True
    """Whether it is done to people (else to sites and things) where both are named."""


ACTS: dict[EventType, Act] = {
    EventType.INVESTIGATION: Act(
        "investigation", "an investigation of {whom}", "opened an investigation of {whom}", "{whom} under investigation"
    ),
    EventType.RAID: Act("raid", "a raid on {whom}", "raided {whom}", "{whom} raided", people=False),
    EventType.ARREST: Act("arrest", "the arrest of {whom}", "arrested {whom}", "{whom} arrested"),
    EventType.SEIZURE: Act("seizure", "the seizure of {whom}", "seized {whom}", "{whom} seized", people=False),
    EventType.SUBPOENA: Act(
        "subpoena",
        "a subpoena against {whom}",
        "obtained a subpoena against {whom}",
        "subpoena issued against {whom}",
        actors=("complainant", "authority"),
    ),
    EventType.CHARGE: Act("charges", "charges against {whom}", "charged {whom}", "{whom} charged"),
    EventType.EXTRADITION: Act(
        "extradition", "the extradition of {whom}", "extradited {whom}", "{whom} extradited"
    ),
    EventType.GUILTY_PLEA: Act(
        "guilty plea", "a guilty plea by {whom}", "", "{whom} pleaded guilty", actors=()
    ),
    EventType.CONVICTION: Act(
        "conviction", "the conviction of {whom}", "found {whom} guilty", "{whom} convicted", actors=("court",)
    ),
    EventType.SENTENCE: Act(
        "sentence", "a sentence for {whom}", "sentenced {whom}", "{whom} sentenced", actors=("court",)
    ),
    EventType.ACQUITTAL: Act(
        "acquittal", "the acquittal of {whom}", "acquitted {whom}", "{whom} acquitted", actors=("court",)
    ),
    EventType.RELEASE: Act(
        "release", "the release of {whom}", "released {whom}", "{whom} released", actors=("authority", "court")
    ),
    EventType.LAWSUIT_FILED: Act(
        "lawsuit", "a lawsuit against {whom}", "sued {whom}", "{whom} sued", actors=("complainant", "authority")
    ),
    EventType.INJUNCTION: Act(
        "injunction",
        "an injunction against {whom}",
        "issued an injunction against {whom}",
        "injunction issued against {whom}",
        actors=("court", "authority"),
    ),
    EventType.SITE_BLOCKING: Act(
        "site blocking", "the blocking of {whom}", "had {whom} blocked", "{whom} blocked",
        actors=("court", "authority"), people=False
    ),
    EventType.DEFAULT_JUDGMENT: Act(
        "default judgment",
        "a default judgment against {whom}",
        "entered a default judgment against {whom}",
        "default judgment against {whom}",
        actors=("court",),
    ),
    EventType.DAMAGES_AWARD: Act(
        "damages", "damages from {whom}", "awarded damages against {whom}", "{whom} to pay damages", actors=("court",)
    ),
    EventType.SETTLEMENT: Act(
        "settlement",
        "a settlement with {whom}",
        "settled with {whom}",
        "{whom} settled",
        actors=("complainant", "authority"),
    ),
    EventType.DISMISSAL: Act(
        "dismissal",
        "the dismissal of the case against {whom}",
        "dismissed the case against {whom}",
        "case against {whom} dismissed",
        actors=("court", "authority"),
    ),
    EventType.APPEAL: Act(
        "appeal", "an appeal in the case of {whom}", "decided an appeal in the case of {whom}",
        "appeal in the case of {whom}", actors=()
    ),
    EventType.RULING_OTHER: Act(
        "court ruling", "a ruling in the case of {whom}", "ruled in the case of {whom}",
        "court ruling in the case of {whom}", actors=("court", "authority")
    ),
    EventType.FINE: Act("fine", "a fine for {whom}", "fined {whom}", "{whom} fined", actors=("authority", "court")),
    EventType.FORFEITURE: Act(
        "forfeiture", "the forfeiture of assets by {whom}", "ordered {whom} to forfeit assets",
        "{whom} ordered to forfeit assets", actors=("court", "authority")
    ),
    EventType.SHUTDOWN: Act("shutdown", "the shutdown of {whom}", "shut down {whom}", "{whom} shut down", people=False),
}  # fmt: skip

_FORFEITED_THINGS = Act(
    "forfeiture", "the forfeiture of {whom}", "ordered the forfeiture of {whom}", "forfeiture of {whom}",
    actors=("court", "authority"),
    people=False
)  # fmt: skip
_BLOCKED_BY = Act(
    "site blocking", "the blocking of sites by {whom}", "ordered {whom} to block sites", "sites blocked by {whom}",
    actors=("court", "authority")
)  # fmt: skip
"""Where no site is named, those who are told are the providers under order: they are not blocked themselves."""
_PAID_BY_EITHER = Act(
    "damages", "damages in the case of {whom}", "decided on damages in the case of {whom}",
    "damages in the case of {whom}", actors=("court",)
)  # fmt: skip
"""Where the quote names the other side only: who pays whom is not told."""
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
OF_PEOPLE_ONLY = {
    EventType.ARREST,
    EventType.EXTRADITION,
    EventType.GUILTY_PLEA,
    EventType.CONVICTION,
    EventType.SENTENCE,
    EventType.ACQUITTAL,
    EventType.RELEASE,
    EventType.CHARGE,
}
"""What is never done to a site or a group as such: without people, the act is told alone."""
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


def line_of(event: Event) -> str:
    """Return one line: what happened, to whom, by whom, where, how much; in lower case unless a name begins it."""
    where = f" ({country_name(event.country)})" if event.country else ""
    rest = [money for money in event.money[:3] if money is not _sum(event)]
    details = "; ".join((*_term(event), *(money_words(money) for money in rest)))
    return _sentence(event) + where + (f": {details}" if details else "")


def act_of(event: Event) -> str:
    """Return what happened without figures, for a case that nobody's name stands for: `fine by Quay court (2022)`."""
    rest = ", ".join(part for part in (event.country and country_name(event.country), (event.date or "")[:4]) if part)
    return _sentence(event) + (f" ({rest})" if rest else "")


def correction_of(new: Event, old: Event) -> str:
    """Return one line that tells what an edited text says of an act now, and what it said before."""
    line = line_of(new)
    gone = [money for money in old.money if money not in new.money]
    counts = [counted_words(count.n, count.unit) for count in old.counts if count not in new.counts]
    was = [*_sums(gone), *counts, *(_term(old) if old.prison_months != new.prison_months else ())]
    if was:
        return f"{line}, not {' and '.join(was)}"
    if line_of(old) != line:
        return f"{line}, instead of: {line_of(old)}"
    return f"{line}, on {new.date}, not {old.date}" if new.date and old.date and new.date != old.date else line


def _sums(several: Sequence[Money]) -> list[str]:
    return [f"{money.currency} {money.amount:,.0f}" for money in several]


def noun_of(event: Event) -> str:
    """Return what an event is called, with a word for its status: `site blocking asked for`, `raid planned`."""
    noun = ACTS[event.type].noun
    return noun if event.status in _DONE else _MODES[event.status][2].format(thing=noun)


def _sentence(event: Event) -> str:
    act, whom = _act(event), whom_of(event)
    if event.status not in _DONE:
        told, roles, untold = _MODES[event.status]
        if event.status is Status.PLANNED:
            roles = tuple(role for role in roles if role in act.actors[:1])
        if event.status is Status.SOUGHT and event.type in _EITHER_SIDE:
            roles = ()
        actor = next((names for role in roles if (names := _actor(event, role))), "")
        thing = (act.thing.format(whom=whom) if whom else act.noun) + _over(event)
        return told.format(actor=actor, thing=thing) if actor and told else untold.format(thing=thing)
    actor = next((names for role in act.actors if (names := _actor(event, role))), "")
    return _done(event, act, whom, actor) + _over(event)


def _done(event: Event, act: Act, whom: str, actor: str) -> str:
    if not whom:
        return f"{act.noun} by {actor}" if actor else act.noun
    active, passive = act.active, act.passive
    if paid := _sum(event):
        _, active, passive = _WITH_SUM[event.type]
        active, passive = (text.replace("{sum}", _sums([paid])[0]) for text in (active, passive))
    return f"{actor} {active.format(whom=whom)}" if actor else passive.format(whom=whom)


def _act(event: Event) -> Act:
    if event.type is EventType.FORFEITURE and not event.defendant:
        return _FORFEITED_THINGS
    if event.type is EventType.SITE_BLOCKING and not event.target and not _counted(event, CountUnit.PEOPLE, no=True):
        return _BLOCKED_BY
    if event.type is EventType.DAMAGES_AWARD and _quotes_other_side_only(event):
        return _PAID_BY_EITHER
    return ACTS[event.type]


def _sum(event: Event) -> Money | None:
    """Return the sum that an act against somebody is about, if there is one and only one."""
    if event.type not in _WITH_SUM or event.status not in _DONE or not event.defendant:
        return None
    if _act(event) is _PAID_BY_EITHER:
        return None
    paid = [money for money in event.money if money.kind is _WITH_SUM[event.type][0]]
    return paid[0] if len(paid) == 1 else None


def whom_of(event: Event) -> str:
    """Return to whom or what it was done: names, else a number with its unit; empty if the text tells neither."""
    people, things = some(_people(event)), some(event.target)
    of_people = _act(event).people
    counted = _counted(event, CountUnit.PEOPLE, no=not of_people)
    number = counted_words(counted.n, counted.unit) if counted else ""
    if event.type in OF_PEOPLE_ONLY:
        return people or number
    named = people or number or things if of_people else number or things or people
    if counted and named == number and things and not of_people:
        return _numbered(counted, distinct(event.target))
    return named


def _counted(event: Event, unit: CountUnit, *, no: bool = False) -> Count | None:
    """Return the first number of a unit (or of any other one) if it is more than one."""
    found = next((count for count in event.counts if (count.unit is unit) is not no), None)
    return found if found and found.n > 1 else None


def _numbered(count: Count, things: Sequence[str]) -> str:
    """Return how many things were concerned, and whose they are or which."""
    number, named = counted_words(count.n, count.unit), some(things)
    if len(things) == 1 or count.unit not in (CountUnit.SITES, CountUnit.DOMAINS):
        return f"{number} of {named}"
    return named if len(things) >= count.n else f"{number}, among them {named}"


def _people(event: Event) -> list[str]:
    if event.type not in OF_PEOPLE_ONLY:
        return list(event.defendant)
    return [name for name in told_of(event) if is_somebody(name, event.target)]


def told_of(event: Event) -> tuple[str, ...]:
    """Return the defendants to whom an act may be held: never more than the quote says.

    Of several, those whom the quote names, where it is known which it does; the only one need not be named again.
    """
    places = event.spans.get("defendant", ())
    if len(event.defendant) < 2 or len(places) != len(event.defendant):
        return event.defendant
    start, end = event.span
    return tuple(name for name, place in zip(event.defendant, places, strict=True) if start <= place[0] < end)


def is_somebody(name: str, things: Sequence[str]) -> bool:
    """Return whether a name may be a person's or a company's: no domain, no target, not written as software is."""
    if name in things or re.search(r"\.\w|\b(?:malware|ransomware|botnet|gang|group)\b", name):
        return False
    return not re.fullmatch(r"(?!(?:Mc|Mac|De|Di|Van|O)[A-Z])\w*[a-z][A-Z0-9]\w*", name)


def _over(event: Event) -> str:
    things = list(event.target)
    if event.type in OF_PEOPLE_ONLY:
        things += [name for name in event.defendant if name not in things and not is_somebody(name, event.target)]
    told = some(things)
    return f" over {told}" if told and _act(event).people and told not in whom_of(event) else ""


def _actor(event: Event, role: str) -> str:
    """Return who acts in a role: never a court of another rank than the quote's, nor who is acted against as well."""
    if role == "court":
        ranks = (rank for rank in _RANKS if re.search(rank, event.evidence, re.IGNORECASE))
        named = event.court or ""
        return "" if any(not re.search(rank, named, re.IGNORECASE) for rank in ranks) else named
    against = (*event.defendant, *event.target)
    return some([name for name in getattr(event, role) if not any(is_same(name, other) for other in against)])


_RANKS = (r"\b(?:court of appeals?|appeals? court)\b", r"\bsupreme court\b", r"\bhigh court\b")


def _quotes_other_side_only(event: Event) -> bool:
    quote = set(tokens(event.evidence))

    def named(names: Sequence[str]) -> bool:
        return any(quote.intersection(word for word in tokens(name) if len(word) > 2) for name in names)

    return named(event.complainant) and not named(event.defendant)


def _term(event: Event) -> Sequence[str]:
    if event.prison_months is None:
        return ()
    said = ", suspended" if event.suspended else ""
    if not said and re.search(r"\bsuspended (?:\w+ )?(?:sentence|term)\b", event.evidence):
        said = " (the quote speaks of a suspended sentence)"
    return (f"{event.prison_months:g} months in prison{said}",)


def money_words(money: Money) -> str:
    """Return an amount with its currency and what it is: `JPY 460,000,000 asked for`."""
    return f"{money.currency} {money.amount:,.0f} {_PAID[money.kind]}"


def counted_words(number: int, unit: CountUnit) -> str:
    one, many = _UNITS.get(unit, (unit.value.rstrip("s"), unit.value))
    return f"{number:,} {one if number == 1 else many}"


def some(names: Sequence[str]) -> str:
    """Return up to two names, or the first one and how many more there are; each of those who are meant once."""
    names = distinct(names)
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"


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
