"""How a service looks on a terminal."""

import shlex
from collections.abc import Iterable, Iterator

from rich.text import Text

from streamer.service_history import Named, Service
from streamer.show import case_line, event_line


def service_page(service: Service) -> Iterator[Text]:
    """Yield the lines of a service: names and domains with what ties them, operators, acts by day, cases."""
    yield Text(service.name, "bold")
    yield from _named("known as: ", service.names)
    yield from _named("behind it: ", service.operators)
    yield from _named("alike in name, tied by no text: ", service.alike)
    yield Text()
    for act in service.acts:
        yield event_line(act.linked.event)
        yield Text.assemble("    “", (act.linked.event.evidence.strip(), "italic"), "”")
        when = act.linked.published_at or act.linked.seen_at
        more = f", and {len(act.others)} more" if act.others else ""
        yield Text(f"    {act.linked.source}, {when:%Y-%m-%d}{more}  {act.linked.url or ''}  [{act.case_id}]", "dim")
    yield Text()
    for case in service.cases:
        yield case_line(case)
    yield Text(f"crackdown subscribe {shlex.quote(service.query)}", "cyan")


def _named(heading: str, names: Iterable[Named]) -> Iterator[Text]:
    for one in names:
        line = Text.assemble((heading, "dim"), (one.name, "bold"))
        if one.words:
            line.append(f"  {_said(one)}", "yellow")
        if one.status:
            line.append(f"; {one.status}", "yellow")
        yield line.append(f"  {one.source}, {one.told_at:%Y-%m-%d}  {one.url or ''}", "dim")
        if one.words and one.words != "domain":
            yield Text.assemble("    “", (one.evidence.strip(), "italic"), "”")


def _said(one: Named) -> str:
    if one.words == "domain":
        return f"domain of {one.other}"
    return f"“{one.words}” ({'alleged, ' if one.alleged else ''}with {one.other})"
