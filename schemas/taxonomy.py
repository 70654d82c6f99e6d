"""The vocabulary of enforcement events: types, statuses, units.

The 24 types and their groups follow the coding guide of the project's labelled articles; the definitions shown to
people are in `DEFINITIONS`.
"""

from enum import StrEnum


class EventType(StrEnum):
    INVESTIGATION = "investigation"
    RAID = "raid"
    ARREST = "arrest"
    SEIZURE = "seizure"
    SUBPOENA = "subpoena"
    CHARGE = "charge"
    EXTRADITION = "extradition"
    GUILTY_PLEA = "guilty_plea"
    CONVICTION = "conviction"
    SENTENCE = "sentence"
    ACQUITTAL = "acquittal"
    RELEASE = "release"
    LAWSUIT_FILED = "lawsuit_filed"
    INJUNCTION = "injunction"
    SITE_BLOCKING = "site_blocking"
    DEFAULT_JUDGMENT = "default_judgment"
    DAMAGES_AWARD = "damages_award"
    SETTLEMENT = "settlement"
    DISMISSAL = "dismissal"
    APPEAL = "appeal"
    RULING_OTHER = "ruling_other"
    FINE = "fine"
    FORFEITURE = "forfeiture"
    SHUTDOWN = "shutdown"


DEFINITIONS: dict[EventType, str] = {
    EventType.INVESTIGATION: "an authority opens or runs a probe of a target",
    EventType.RAID: "search of premises, execution of a search warrant",
    EventType.ARREST: "a person is taken into custody or detained",
    EventType.SEIZURE: "an authority takes assets, goods, servers, money or domains",
    EventType.SUBPOENA: "compulsory disclosure of identity or data, applied for or issued",
    EventType.CHARGE: "indictment, formal charge, criminal complaint, referral to prosecutors",
    EventType.EXTRADITION: "surrender between states, or a decision on it",
    EventType.GUILTY_PLEA: "a defendant pleads guilty or no contest",
    EventType.CONVICTION: "found guilty by a court or jury",
    EventType.SENTENCE: "criminal punishment imposed: prison, probation, community service",
    EventType.ACQUITTAL: "found not guilty, cleared",
    EventType.RELEASE: "custody ends: bail, parole, term served",
    EventType.LAWSUIT_FILED: "a new civil action or a new claim is lodged",
    EventType.INJUNCTION: "a court orders or forbids conduct of a party",
    EventType.SITE_BLOCKING: "an order or measure that makes intermediaries block or deindex",
    EventType.DEFAULT_JUDGMENT: "judgment without a defence",
    EventType.DAMAGES_AWARD: "a court or arbitrator fixes money owed to a private party, costs included",
    EventType.SETTLEMENT: "the parties agree to end the dispute, consent judgments included",
    EventType.DISMISSAL: "a case, claim or charge ends without a finding on the merits against the defendant",
    EventType.APPEAL: "review of a decision is lodged or decided",
    EventType.RULING_OTHER: "any other liability or procedural decision of a court",
    EventType.FINE: "a penalty to the state, criminal or administrative",
    EventType.FORFEITURE: "final confiscation, restitution or proceeds order",
    EventType.SHUTDOWN: "a service or site stops because of enforcement",
}

GROUPS: dict[str, tuple[EventType, ...]] = {
    "investigate": (
        EventType.INVESTIGATION,
        EventType.RAID,
        EventType.ARREST,
        EventType.SEIZURE,
        EventType.SUBPOENA,
    ),
    "criminal": (
        EventType.CHARGE,
        EventType.EXTRADITION,
        EventType.GUILTY_PLEA,
        EventType.CONVICTION,
        EventType.SENTENCE,
        EventType.ACQUITTAL,
        EventType.RELEASE,
    ),
    "civil": (
        EventType.LAWSUIT_FILED,
        EventType.INJUNCTION,
        EventType.SITE_BLOCKING,
        EventType.DEFAULT_JUDGMENT,
        EventType.DAMAGES_AWARD,
        EventType.SETTLEMENT,
    ),
    "either": (EventType.DISMISSAL, EventType.APPEAL, EventType.RULING_OTHER),
    "administrative": (EventType.FINE, EventType.FORFEITURE),
    "effect": (EventType.SHUTDOWN,),
}


class Status(StrEnum):
    """Whether the act took place. Sought is not awarded, planned is not done."""

    HAPPENED = "happened"
    ONGOING = "ongoing"
    ORDERED = "ordered"
    SOUGHT = "sought"
    PLANNED = "planned"
    ALLEGED = "alleged"
    DENIED = "denied"
    HYPOTHETICAL = "hypothetical"


class TimeRole(StrEnum):
    """What the article reports as new, or what it recalls."""

    NEWS = "news"
    BACKGROUND = "background"


class CountUnit(StrEnum):
    PEOPLE = "people"
    SITES = "sites"
    DOMAINS = "domains"
    SERVERS = "servers"
    DEVICES = "devices"
    PREMISES = "premises"
    ITEMS = "items"
    CASES = "cases"
    ACCOUNTS = "accounts"


class MoneyKind(StrEnum):
    FINE = "fine"
    DAMAGES = "damages"
    SETTLEMENT = "settlement"
    RESTITUTION = "restitution"
    FORFEITURE = "forfeiture"
    SEIZED = "seized"
    BAIL = "bail"
    SOUGHT = "sought"
    OTHER = "other"


class TieKind(StrEnum):
    """What a text says two names have to do with each other."""

    ALIAS = "alias"
    """Two names of one service."""
    FORMER = "former"
    """The second is what the service was called, or where it was found, before."""
    MIRROR = "mirror"
    OPERATOR = "operator"
    """The second is somebody who founded the service, owns or runs it, or did: the text has the word for it."""
    ALLEGED_OPERATOR = "alleged_operator"


OF_PEOPLE = (TieKind.OPERATOR, TieKind.ALLEGED_OPERATOR)
"""Ties of a service to somebody; the others tie two names of one service."""


class ChangeKind(StrEnum):
    """How an article or an edit moved a case. Only `corroborated` is never told to subscribers."""

    OPENED = "opened"
    UPDATED = "updated"
    CORROBORATED = "corroborated"
    CORRECTED = "corrected"


class Relation(StrEnum):
    """How two cases belong together without being one proceeding."""

    PART_OF_OPERATION = "part_of_operation"
    APPEAL_OF = "appeal_of"
    CIVIL_PARALLEL = "civil_parallel"
    RELATED_TO = "related_to"
    POSSIBLE_CASE = "possible_case"
    UNRELATED = "unrelated"
    """What a person says of two cases that rules would relate."""


ROLES = ("authority", "complainant", "defendant", "target")
"""The roles that hold names; together they identify an act. `court` is a single name of its own."""
