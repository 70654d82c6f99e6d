"""How a whole case looks on a terminal. Everything is `Text`, so no text from outside is markup."""

from collections.abc import Iterable, Iterator, Mapping, Sequence

from rich.text import Text

from schemas.events import Case, Edit, LinkedEvent, Party
from streamer.acts import Figures, Told, acts_of, differing_figures, told_at
from streamer.related import Related
from streamer.show import case_line, event_line
from streamer.show_score import score_words


def case_page(
    case: Case, timeline: Sequence[LinkedEvent], related: Iterable[Related], *, reports: bool = False
) -> Iterator[Text]:
    """Yield the lines of a case: head, parties, acts with quotes and sources, why it is one case, related cases.

    With `reports` each report of an act is shown by itself.
    """
    yield from _head(case)
    seen = first_seen(timeline)
    for party in case.parties:
        yield from _party(party, seen)
    yield Text()
    if reports:
        yield from (line for linked in timeline for line in _event(linked))
    else:
        yield from _acts(timeline)
    yield from map(_differing, differing_figures(timeline))
    yield from _why(timeline)
    for one in related:
        said = f" (said {one.by})" if one.by else ""
        yield Text.assemble((f"{one.words}{said}: ", "dim"), case_line(one.case))


def _head(case: Case) -> Iterator[Text]:
    yield Text(case.title, "bold")
    yield Text(
        f"{case.id}, {case.state}, revision {case.revision}, updated {case.updated_at:%Y-%m-%d %H:%M} UTC", "dim"
    )
    if case.dockets:
        yield Text(f"Docket: {', '.join(case.dockets)}")


def _acts(timeline: Sequence[LinkedEvent]) -> Iterator[Text]:
    """Yield each act with its best report, and who else tells it; then what no longer counts."""
    for act in acts_of([Told(case_id="", linked=one) for one in timeline if not one.withdrawn]):
        yield from _event(act.linked)
        others = dict.fromkeys(_source(one.linked) for one in act.others)
        others.pop(_source(act.linked), None)
        if others:
            yield Text(f"    also told by {'; '.join(others)}", "dim")
    yield from (line for linked in timeline if linked.withdrawn for line in _event(linked))


def _why(timeline: Sequence[LinkedEvent]) -> Iterator[Text]:
    """Yield why each article was linked here, by the surest of its parts."""
    best: dict[str, LinkedEvent] = {}
    for one in sorted(timeline, key=lambda one: (told_at(one), -sum(one.score.values()))):
        if one.score:
            best.setdefault(one.article_id, one)
    for one in best.values():
        said = f"“{one.title}” ({_source(one)})"
        yield Text.assemble(("one case with ", "dim"), said, (f": {score_words(one.score)}", "dim"))


def first_seen(timeline: Iterable[LinkedEvent]) -> dict[tuple[str, str], LinkedEvent]:
    """Return by role and name where a case first has the name, of the articles as they were published."""
    found: dict[tuple[str, str], LinkedEvent] = {}
    for one in sorted(timeline, key=told_at):
        event = one.event
        tied = [name for tie in event.ties for name in (tie.name, tie.other)]
        named = {role: getattr(event, role) for role in ("authority", "complainant", "defendant")}
        named |= {"target": (*event.target, *event.domains, *tied), "court": (event.court,) if event.court else ()}
        for role, names in named.items():
            for name in names if not one.withdrawn else ():
                found.setdefault((role, name), one)
    return found


def _party(party: Party, seen: Mapping[tuple[str, str], LinkedEvent]) -> Iterator[Text]:
    yield Text.assemble(
        (f"{party.role}: ", "dim"), party.name, (f" ({party.status})" if party.status else "", "yellow")
    )
    for alias in party.aliases:
        where = seen.get((party.role, alias))
        if where and alias.casefold() != party.name.casefold():
            yield Text.assemble("    also ", alias, (f"  {_source(where)}", "dim"))


def _source(linked: LinkedEvent) -> str:
    return f"{linked.source}, {told_at(linked):%Y-%m-%d}"


def _event(linked: LinkedEvent) -> Iterator[Text]:
    yield event_line(linked.event)
    yield Text.assemble("    “", (linked.event.evidence.strip(), "italic"), "”")
    confidence = f"confidence {linked.event.confidence:.2f}"
    yield Text(f"    {_source(linked)}  {linked.url or ''}  {linked.event.id}  {confidence}", "dim")
    if linked.withdrawn:
        yield Text(f"    withdrawn: {linked.withdrawn}", "red")


def _differing(figures: Figures) -> Text:
    said = (f"{figure:,g} {figures.what} ({_source(one)})" for figure, one in figures.said)
    return Text.assemble((f"figures differ, {figures.type.replace('_', ' ')}: ", "yellow"), "; ".join(said))


def edit_lines(edits: Iterable[Edit], timeline: Iterable[LinkedEvent]) -> Iterator[Text]:
    """Yield the edits of a case, those undone too; of the linker's, because of which article."""
    articles = {one.change_id: one for one in timeline}
    for one in edits:
        what = " ".join(filter(None, (one.action, one.case_id, one.into and f"and {one.into}", one.value)))
        why = articles.get(one.note)
        note = f"tied by “{why.title}” ({_source(why)})" if why else one.note
        yield Text(f"{one.at:%Y-%m-%d %H:%M}  {what}  by {one.by}  {note}  [{one.id}]", "dim")
