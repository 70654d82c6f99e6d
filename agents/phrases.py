"""How each type of event is told: phrases only, no rules."""

from dataclasses import dataclass

from schemas.taxonomy import CountUnit, EventType

_THINGS = tuple(unit for unit in CountUnit if unit not in (CountUnit.PEOPLE, CountUnit.CASES))


@dataclass(frozen=True)
class Phrases:
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
    units: tuple[CountUnit, ...] = (CountUnit.PEOPLE,)
    """What may be counted of those that it is done to: nobody raids 1,300 devices."""
    owned: str = ""
    """What of people it is done to where no thing is named: `property of` them is seized."""


PHRASES: dict[EventType, Phrases] = {
    EventType.INVESTIGATION: Phrases(
        "investigation", "an investigation of {whom}", "opened an investigation of {whom}", "{whom} under investigation"
    ),
    EventType.RAID: Phrases(
        "raid", "a raid on {whom}", "raided {whom}", "{whom} raided", people=False,
        units=(CountUnit.PREMISES,)
    ),
    EventType.ARREST: Phrases("arrest", "the arrest of {whom}", "arrested {whom}", "{whom} arrested"),
    EventType.SEIZURE: Phrases(
        "seizure", "the seizure of {whom}", "seized {whom}", "{whom} seized", people=False, units=_THINGS,
        owned="property of"
    ),
    EventType.SUBPOENA: Phrases(
        "subpoena",
        "a subpoena against {whom}",
        "obtained a subpoena against {whom}",
        "subpoena issued against {whom}",
        actors=("complainant", "authority"),
    ),
    EventType.CHARGE: Phrases("charges", "charges against {whom}", "charged {whom}", "{whom} charged"),
    EventType.EXTRADITION: Phrases(
        "extradition", "the extradition of {whom}", "extradited {whom}", "{whom} extradited"
    ),
    EventType.GUILTY_PLEA: Phrases(
        "guilty plea", "a guilty plea by {whom}", "", "{whom} pleaded guilty", actors=()
    ),
    EventType.CONVICTION: Phrases(
        "conviction", "the conviction of {whom}", "found {whom} guilty", "{whom} convicted", actors=("court",)
    ),
    EventType.SENTENCE: Phrases(
        "sentence", "a sentence for {whom}", "sentenced {whom}", "{whom} sentenced", actors=("court",)
    ),
    EventType.ACQUITTAL: Phrases(
        "acquittal", "the acquittal of {whom}", "acquitted {whom}", "{whom} acquitted", actors=("court",)
    ),
    EventType.RELEASE: Phrases(
        "release", "the release of {whom}", "released {whom}", "{whom} released", actors=("authority", "court")
    ),
    EventType.LAWSUIT_FILED: Phrases(
        "lawsuit", "a lawsuit against {whom}", "sued {whom}", "{whom} sued", actors=("complainant", "authority")
    ),
    EventType.INJUNCTION: Phrases(
        "injunction",
        "an injunction against {whom}",
        "issued an injunction against {whom}",
        "injunction issued against {whom}",
        actors=("court", "authority"),
    ),
    EventType.SITE_BLOCKING: Phrases(
        "site blocking", "the blocking of {whom}", "had {whom} blocked", "{whom} blocked",
        actors=("court", "authority"), people=False, units=_THINGS
    ),
    EventType.DEFAULT_JUDGMENT: Phrases(
        "default judgment",
        "a default judgment against {whom}",
        "entered a default judgment against {whom}",
        "default judgment against {whom}",
        actors=("court",),
    ),
    EventType.DAMAGES_AWARD: Phrases(
        "damages", "damages from {whom}", "awarded damages against {whom}", "{whom} to pay damages", actors=("court",)
    ),
    EventType.SETTLEMENT: Phrases(
        "settlement",
        "a settlement with {whom}",
        "settled with {whom}",
        "{whom} settled",
        actors=("complainant", "authority"),
    ),
    EventType.DISMISSAL: Phrases(
        "dismissal",
        "the dismissal of the case against {whom}",
        "dismissed the case against {whom}",
        "case against {whom} dismissed",
        actors=("court", "authority"),
    ),
    EventType.APPEAL: Phrases(
        "appeal", "an appeal in the case of {whom}", "decided an appeal in the case of {whom}",
        "appeal in the case of {whom}", actors=()
    ),
    EventType.RULING_OTHER: Phrases(
        "court ruling", "a ruling in the case of {whom}", "ruled in the case of {whom}",
        "court ruling in the case of {whom}", actors=("court", "authority")
    ),
    EventType.FINE: Phrases("fine", "a fine for {whom}", "fined {whom}", "{whom} fined", actors=("authority", "court")),
    EventType.FORFEITURE: Phrases(
        "forfeiture", "the forfeiture of assets by {whom}", "ordered {whom} to forfeit assets",
        "{whom} ordered to forfeit assets", actors=("court", "authority")
    ),
    EventType.SHUTDOWN: Phrases(
        "shutdown", "the shutdown of {whom}", "shut down {whom}", "{whom} shut down", people=False, units=_THINGS,
        owned="a service of"
    ),
}  # fmt: skip

FORFEITED_THINGS = Phrases(
    "forfeiture", "the forfeiture of {whom}", "ordered the forfeiture of {whom}", "forfeiture of {whom}",
    actors=("court", "authority"), people=False, units=_THINGS
)  # fmt: skip
BLOCKED_BY = Phrases(
    "site blocking", "the blocking of sites by {whom}", "ordered {whom} to block sites", "sites blocked by {whom}",
    actors=("court", "authority")
)  # fmt: skip
"""Where no site is named, those who are told are the providers under order: they are not blocked themselves."""
PAID_BY_EITHER = Phrases(
    "damages", "damages in the case of {whom}", "decided on damages in the case of {whom}",
    "damages in the case of {whom}", actors=("court",)
)  # fmt: skip
"""Where the quote names the other side only: who pays whom is not told."""


def _step(noun: str) -> Phrases:
    """Return a step of a proceeding whose noun says all of it."""
    told = f"{noun} in the case of {{whom}}"
    return Phrases(noun, f"the {told}", "", told, actors=())


_LOST = (
    r"\bappeals? (?:(?:was|were|has|have|had|been|is|being) ){1,3}(?:\w+ly )?(?:dismissed|rejected|denied|thrown out)"
    r"|\b(?:dismiss|reject|den[iy]|threw out|throws out)\w* (?:[\w’']+ ){1,4}appeal\b"
    r"|\b(?:failed appeal|los(?:es|t) (?:[\w’']+ ){1,2}appeal)\b"
)
_FILED = (
    r"\bappealed\b|\bappeals? (?:was |has been |were )?(?:filed|lodged)\b"
    r"|\b(?:fil(?:e|es|ed|ing)|lodged|submitted|announced) (?:[\w’']+ ){0,3}(?:appeal|petition)\b"
)
APPEALS: tuple[tuple[str, Phrases], ...] = (
    (_LOST, _step("appeal dismissed")),
    (r"\b(?:upheld|upholds?|affirm(?:s|ed)|confirm(?:s|ed) the)\b", _step("decision upheld on appeal")),
    (_FILED, _step("appeal filed")),
)
"""How an appeal is told, by the first of these that its quote says."""
OVERTURNED = _step("decision overturned on appeal")
TO_COME: tuple[tuple[str, Phrases], ...] = (
    (r"\btrials?\b(?! court| judge)", _step("trial")),
    (r"\bhearings?\b", _step("hearing")),
)
"""What is told of a court's step that is still to come."""
BEGUN: tuple[tuple[str, Phrases], ...] = (
    (
        r"\btrials? (?:\w+ly )?(?:began|begun|begins|started|starts|opened|opens|got under ?way|kicked off)\b",
        _step("trial begun"),
    ),
    (r"\b(?:stayed|put (?:[\w’']+ ){1,5}on hold)\b", _step("proceedings stayed")),
)
"""What is told of a court's step that decides nothing."""
