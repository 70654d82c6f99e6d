"""Titles of cases that read well and claim no more than the texts do."""

from collections.abc import Sequence

from agents.wording import country_name, noun_of, some
from schemas.events import Case, Event, LinkedEvent
from schemas.taxonomy import EventType, Status, TimeRole

_LEADING = (
    EventType.LAWSUIT_FILED,
    EventType.SITE_BLOCKING,
    EventType.INJUNCTION,
    EventType.DEFAULT_JUDGMENT,
    EventType.DAMAGES_AWARD,
    EventType.SETTLEMENT,
    EventType.SENTENCE,
    EventType.CONVICTION,
    EventType.ACQUITTAL,
    EventType.GUILTY_PLEA,
    EventType.EXTRADITION,
    EventType.CHARGE,
    EventType.ARREST,
    EventType.RAID,
    EventType.SEIZURE,
    EventType.SHUTDOWN,
    EventType.FORFEITURE,
    EventType.FINE,
    EventType.SUBPOENA,
    EventType.INVESTIGATION,
    EventType.DISMISSAL,
    EventType.APPEAL,
    EventType.RELEASE,
    EventType.RULING_OTHER,
)
"""In the order in which a type gives its name to the case: what a case is called follows its main step."""
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
_DONE = {Status.HAPPENED, Status.ONGOING, Status.ORDERED}
MAX_TITLE = 140


def title_of(case: Case, linked: Sequence[LinkedEvent]) -> str:
    """Return the title of a case; without any name in it, the headline of the article that opened it."""
    leading = leading_event(linked)
    whom = _some(case, "defendant") or _some(case, "target")
    over = _some(case, "target") if _some(case, "defendant") else ""
    what = noun_of(leading)
    suing = _some(case, "complainant")
    where = f" ({', '.join(map(country_name, case.countries[:2]))})" if case.countries else ""
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
    return min(
        (one.event for one in linked),
        key=lambda event: (
            event.status not in _DONE,
            event.time_role is TimeRole.BACKGROUND,
            _LEADING.index(event.type),
        ),
    )


def _some(case: Case, role: str) -> str:
    return some([party.name for party in case.parties if party.role == role])


def _operation(name: str) -> str:
    return name if name.lower().startswith(("operation", "op ", "project")) else f"Operation {name}"
