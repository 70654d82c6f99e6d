"""The strands of an article: which of its events are one proceeding.

The extractor's grouping is the start. Within a group, events that share no name with the main ones become strands of
their own, because a recap of another case must not bring its parties into this one.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date

from agents.link_keys import docket, keys_of, kind_of, operation, party, services_of, whole_names
from agents.link_text import headline_keys, page_keys, text_keys
from schemas.events import Event, Link
from schemas.taxonomy import TimeRole

_OF_RECAPS = {"docket", "person", "operation", "company", "pair", "cites"}
_OF_SIDES = {"docket", "pair"}
"""What a recap says of the proceeding whose news is told beside it."""


@dataclass(frozen=True)
class Strand:
    """The events of one proceeding in one article, with what they are looked up by."""

    events: tuple[Event, ...]
    keys: tuple[str, ...]
    day: date
    """The day of the newest act that has one, else of publication."""
    published: date

    @property
    def background(self) -> bool:
        return all(event.time_role is TimeRole.BACKGROUND for event in self.events)

    def only(self, events: Iterable[Event]) -> "Strand":
        """Return the strand with those of its events that are among `events`; it is looked up as before."""
        kept = {event.id for event in events}
        return replace(self, events=tuple(event for event in self.events if event.id in kept))

    @property
    def own_keys(self) -> tuple[str, ...]:
        """The keys under which its case will be found. A recap leaves none of a site or figure: it would make the names
        of much told stories look common."""
        return tuple(key for key in self.keys if not self.background or key.partition(":")[0] in _OF_RECAPS)


@dataclass(frozen=True)
class Text:
    """What is known of an article besides its events."""

    title: str
    """The headline, which is about the main event."""
    published: date
    url: str | None = None
    links: Sequence[Link] = ()
    names: Sequence[str] = ()
    """Those that it goes back to again and again."""


def strands_of(events: Sequence[Event], text: Text) -> list[Strand]:
    """Return the events as strands, the main one first."""
    groups: dict[int, list[Event]] = {}
    for event in sorted(events, key=lambda one: (not one.main, one.time_role is TimeRole.BACKGROUND)):
        groups.setdefault(event.case, []).append(event)
    parts = [part for group in groups.values() for part in _connected(group)]
    return [
        _strand(part, text, links, first=part is parts[0])
        for part, links in zip(parts, _links_of(parts, text), strict=True)
    ]


def _links_of(parts: Sequence[Sequence[Event]], text: Text) -> list[list[Link]]:
    """Return the links for each part: those in paragraphs that tell of it; all others belong to the first."""
    found: list[list[Link]] = [[] for _ in parts]
    for link in text.links:
        told = [links for part, links in zip(parts, found, strict=True) if any(_holds(link, event) for event in part)]
        for links in told or found[:1]:
            links.append(link)
    return found


def _holds(link: Link, event: Event) -> bool:
    return link.span[0] <= event.span[0] < link.span[1]


@dataclass
class _Part:
    """Events that belong together so far, and whom and what they name."""

    events: list[Event]
    people: set[str]
    things: set[str]

    def takes(self, other: "_Part") -> bool:
        """Return whether another part belongs here: it shares a name, or names nothing of a kind that is named here.

        A recap joins news only by a defendant or a docket: the same site was acted against in other cases, too.
        """
        if other.recap and not self.recap:
            return bool(self.people & other.people)
        if (self.people | self.things) & (other.people | other.things):
            return True
        return not (self.people and other.people) and not (self.things and other.things)

    @property
    def recap(self) -> bool:
        return self.events[0].time_role is TimeRole.BACKGROUND

    def add(self, other: "_Part") -> None:
        self.events += other.events
        self.people |= other.people
        self.things |= other.things


def _connected(group: Sequence[Event]) -> list[list[Event]]:
    """Split a group where nothing connects its events."""
    parts: list[_Part] = []
    for event in group:
        new = _Part([event], people_of(event), things_of(event))
        homes = [part for part in parts if part.takes(new)]
        if not homes:
            parts.append(new)
            continue
        homes[0].add(new)
        for other in homes[1:]:
            if homes[0].people & other.people:
                homes[0].add(other)
                parts.remove(other)
    return [part.events for part in parts]


def people_of(event: Event) -> set[str]:
    """Return the names of the people and the lesser known companies acted against, and the docket."""
    found = {party(name) for name in whole_names(event.defendant) if kind_of(name) != "known"}
    return found | ({docket(event.docket)} if event.docket else set())


def things_of(event: Event) -> set[str]:
    """Return the names of the sites and services acted against, and of the operation."""
    found = set(services_of(event.target))
    return found | ({operation(event.operation)} if event.operation else set())


def _strand(events: list[Event], text: Text, links: Sequence[Link], *, first: bool) -> Strand:
    published = text.published
    news = [event for event in events if event.time_role is TimeRole.NEWS] or events
    days = [first_day(event.date) for event in news if event.date]
    keys = keys_of(news, published)
    keys += headline_keys(text.title, published) if first else []
    recap = [event for event in events if event not in news]
    keys += [key for key in keys_of(recap, published) if key.partition(":")[0] in _OF_SIDES and key not in keys]
    keys += page_keys(text.url if first else None, links)
    keys += text_keys(text.names) if first else []
    return Strand(tuple(events), tuple(keys), max(days, default=published), published)


def first_day(value: str) -> date:
    """Return the first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`."""
    return date.fromisoformat((value + "-01-01")[:10] if len(value) == 4 else (value + "-01")[:10])
