"""Titles of cases that read well and claim no more than the texts do."""

from collections.abc import Sequence

from schemas.events import Case, Event, LinkedEvent
from schemas.taxonomy import EventType, Status, TimeRole

_NOUNS = {
    EventType.LAWSUIT_FILED: "lawsuit",
    EventType.SITE_BLOCKING: "site blocking",
    EventType.INJUNCTION: "injunction",
    EventType.DEFAULT_JUDGMENT: "default judgment",
    EventType.DAMAGES_AWARD: "damages",
    EventType.SETTLEMENT: "settlement",
    EventType.SENTENCE: "sentence",
    EventType.CONVICTION: "conviction",
    EventType.ACQUITTAL: "acquittal",
    EventType.GUILTY_PLEA: "guilty plea",
    EventType.EXTRADITION: "extradition",
    EventType.CHARGE: "charges",
    EventType.ARREST: "arrest",
    EventType.RAID: "raid",
    EventType.SEIZURE: "seizure",
    EventType.SHUTDOWN: "shutdown",
    EventType.FORFEITURE: "forfeiture",
    EventType.FINE: "fine",
    EventType.SUBPOENA: "subpoena",
    EventType.INVESTIGATION: "investigation",
    EventType.DISMISSAL: "dismissal",
    EventType.APPEAL: "appeal",
    EventType.RELEASE: "release",
    EventType.RULING_OTHER: "court ruling",
}
"""In the order in which a type gives its name to the case: what a case is called follows its main step."""
_MODES = {
    Status.SOUGHT: "{} sought",
    Status.PLANNED: "planned {}",
    Status.ALLEGED: "alleged {}",
    Status.DENIED: "{} refused",
    Status.HYPOTHETICAL: "possible {}",
}
_ADVERSARIAL = {
    EventType.LAWSUIT_FILED,
    EventType.DEFAULT_JUDGMENT,
    EventType.DAMAGES_AWARD,
    EventType.SETTLEMENT,
    EventType.INJUNCTION,
    EventType.DISMISSAL,
    EventType.APPEAL,
    EventType.RULING_OTHER,
}
MAX_TITLE = 140


def title_of(case: Case, linked: Sequence[LinkedEvent]) -> str:
    """Return the title of a case; without any name in it, the headline of the article that opened it."""
    leading = leading_event(linked)
    whom = _some(case, "defendant") or _some(case, "target")
    over = _some(case, "target") if _some(case, "defendant") else ""
    what = noun(leading)
    suing = _some(case, "complainant")
    where = f" ({', '.join(case.countries[:2])})" if case.countries else ""
    if suing and whom and any(type_ in _ADVERSARIAL for type_ in case.types):
        title = f"{suing} v. {whom}: {what}" + (f" over {over}" if over and over != whom else "")
    elif case.operations:
        against = _some(case, "target") or _some(case, "defendant")
        title = f"{_operation(case.operations[0])}: {what}" + (f" against {against}" if against else "") + where
    elif whom:
        title = f"{whom}: {what}" + (f" over {over}" if over and over != whom else "") + where
    else:
        title = linked[0].title or f"{what}{where}".capitalize()
    return title if len(title) <= MAX_TITLE else title[: MAX_TITLE - 1].rstrip() + "…"


def leading_event(linked: Sequence[LinkedEvent]) -> Event:
    """Return the event that the case is called after: an act that took place before a mere wish, then by type."""
    order = list(_NOUNS)
    return min(
        (one.event for one in linked),
        key=lambda event: (
            event.status in _MODES,
            event.time_role is TimeRole.BACKGROUND,
            order.index(event.type),
        ),
    )


def noun(event: Event) -> str:
    """Return what an event is called, with a word for its status: `site blocking sought`, `planned raid`."""
    return _MODES.get(event.status, "{}").format(_NOUNS[event.type])


def _some(case: Case, role: str) -> str:
    """Return up to two names of a role, and how many more there are."""
    names = [party.name for party in case.parties if party.role == role]
    if len(names) <= 2:
        return " and ".join(names)
    return f"{names[0]} and {len(names) - 1} others"


def _operation(name: str) -> str:
    return name if name.lower().startswith(("operation", "op ", "project")) else f"Operation {name}"
