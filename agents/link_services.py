"""Names of one service: those that a text has for one, and nothing that only looks alike."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from agents.link_keys import is_domain, service
from schemas.events import Event
from schemas.taxonomy import OF_PEOPLE


def one_service(event: Event) -> Iterator[tuple[str, str]]:
    """Yield pairs of names that an event's article has for one service: as it says, or a site and its own domain."""
    sites = {service(name): name for name in event.target}
    for domain in event.domains:
        own = sites.get(first_label(domain), domain)
        if own != domain:
            yield own, domain
    for tie in event.ties:
        if tie.kind not in OF_PEOPLE:
            yield tie.name, tie.other


def first_label(domain: str) -> str:
    """Return what may be a site's own name: `harbourtv` of `www.harbourtv.example`, not the host's in `tv.host.io`."""
    return service(domain).split(".")[0]


def groups_of(pairs: Iterable[tuple[str, str]]) -> dict[str, set[str]]:
    """Return for each folded name in the pairs all folded names that they tie to it, over any number of steps."""
    found: dict[str, set[str]] = {}
    for pair in pairs:
        one, other = map(service, pair)
        group = found.get(one, {one}) | found.get(other, {other})
        found |= dict.fromkeys(group, group)
    return found


def services_joined(spelled: Mapping[str, list[str]], events: Iterable[Event]) -> Iterator[tuple[set[str], list[str]]]:
    """Yield the services that the folded names of targets stand for: folded names, and all names that texts have."""
    tied, further = _tied(events)
    done: set[str] = set()
    for key in spelled:
        if key not in done:
            same = [key, *(other for other in further if other != key and other in tied.get(key, ()))]
            done.update(same)
            written = [name for one in same for name in (*spelled.get(one, ()), *further.get(one, ()))]
            yield set(same), list(dict.fromkeys(written))


def _tied(events: Iterable[Event]) -> tuple[dict[str, set[str]], dict[str, list[str]]]:
    """Return the groups that the texts tie, and by folded name how the texts that tie them write each."""
    pairs = list(dict.fromkeys(pair for event in events for pair in one_service(event)))
    written: dict[str, list[str]] = {}
    for name in dict.fromkeys(name for pair in pairs for name in pair):
        written.setdefault(service(name), []).append(name)
    return groups_of(pairs), written


def shown_of(names: Sequence[str]) -> str:
    """Return the name that a service goes by: the longest one, a domain only where there is no other."""
    return max([name for name in names if not is_domain(name)] or names, key=len)
