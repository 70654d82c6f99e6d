"""How an explained article looks on a terminal and in a pager: brackets carry the marks, colours only add to them.

`[1: … ]` is the quote of event 1, `{…}` a value read from it; `{…}(2)` a value of event 2.
"""

from collections.abc import Iterator, Sequence

from rich.console import Group, RenderableType
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from agents.explain_marks import Line, Piece, Run, lines_of, told_of
from agents.explain_words import nothing_in, percent, status_of, time_role_of, type_of
from agents.explained import STEPS, Considered, Explanation, Reason, Step
from agents.wording import line_of
from schemas.events import Event
from streamer.show import STATUS_STYLES

MOST = 3
"""Reasons for and against that are shown; the page and the JSON hold all."""

_STYLES = {"title": "bold", "heading": "bold"}
_INDENTS = {"item": "- ", "quote": "> "}
_VALUE, _QUOTE, _NUMBER = "bold cyan", "yellow", "bold black on yellow"


def explained(story: Explanation, *, every: bool) -> Iterator[RenderableType]:
    """Yield the parts of a story's page: text, events, table of triggers. `every`: those judged unlikely too."""
    lines = lines_of(story)
    yield _head(story, titled=bool(lines) and lines[0].kind == "title")
    if story.not_classified:
        yield Text(f"not read: {story.not_classified}; only English is read for events\n", "yellow")
    for line in lines:
        yield _line(line)
        yield Text()
    if story.not_classified:
        return
    told = told_of(story)
    yield Text(f"Told: {len(told)}", "bold underline")
    if not told:
        yield Text(f"{nothing_in(story)}\n")
    for one, event in zip(told, story.events, strict=True):
        yield _event(one, event)
    yield from _rest(story, every=every)


def _head(story: Explanation, *, titled: bool) -> Text:
    """Return outlet, day and address, after the title unless the text begins with it."""
    day = f", {story.published_at:%Y-%m-%d}" if story.published_at else ""
    head = Text(_clean(f"{story.source}{day}  {story.url or ''}".rstrip()), "dim")
    if not titled and story.title:
        head = Text.assemble((f"{_clean(story.title)}\n", "bold"), head)
    if story.cut_at:
        head.append(f"\nonly the first {story.cut_at:,} characters were read", "yellow")
    return head.append("\n")


def _clean(text: str) -> str:
    """Return a text without control characters, which a terminal would obey."""
    return "".join(char if char.isprintable() else " " for char in text)


def _line(line: Line) -> RenderableType:
    text = Text(_INDENTS.get(line.kind, ""), _STYLES.get(line.kind, ""))
    for run in line.runs:
        text.append_text(_run(run))
    return text


def _run(run: Run) -> Text:
    text = Text()
    labels = [one.label for one in run.quotes]
    if labels:
        text.append(f"[{','.join(labels)}:", _NUMBER).append(" ", _QUOTE)
    for some in _joined(run.pieces):
        text.append_text(_marked(some, labels))
    return text.append("]", _NUMBER) if labels else text


def _joined(pieces: Sequence[Piece]) -> Iterator[list[Piece]]:
    """Yield pieces together that a value of both spans: one pair of braces goes around them."""
    some: list[Piece] = []
    for piece in pieces:
        if some and not any(value in piece.values for value in some[-1].values):
            yield some
            some = []
        some.append(piece)
    if some:
        yield some


def _marked(pieces: Sequence[Piece], inside: Sequence[str]) -> Text:
    valued = bool(pieces[0].values)
    text = Text()
    if valued:
        text.append("{", _VALUE)
    for piece in pieces:
        style = _VALUE if valued else _QUOTE if inside else ""
        if piece.triggers:
            fired = any(one.step is Step.TOLD for one in piece.triggers)
            style = f"{style} {'bold underline' if fired else 'underline'}"
        text.append(_clean(piece.text), style.strip())
    if valued:
        labels = dict.fromkeys(one.label for piece in pieces for one, _ in piece.values)
        away = [label for label in labels if label not in inside]
        text.append("}" + (f"({','.join(away)})" if away else ""), _VALUE)
    return text


def _event(one: Considered, event: Event) -> RenderableType:
    head = Text.assemble((f"[{one.label}]", _NUMBER), " ", (_clean(line_of(event)), "bold"))
    quote = Text(_quoted(one.quote), "italic")
    parts: list[RenderableType] = [quote, _judgement(one), *([_values(one)] if one.values else [])]
    return Group(head, Padding(Group(*parts, *_reasons(one.reasons)), (0, 0, 1, 4)))


def _quoted(quote: str) -> str:
    """Return a quote in quotation marks, unless it brings its own."""
    text = _clean(quote)
    return text if text[:1] in '“"‘«' else f"“{text}”"


def _judgement(one: Considered) -> Text:
    status = Text(status_of(one), STATUS_STYLES.get(one.status or "", ""))
    return Text.assemble(type_of(one), ", ", status, f", {time_role_of(one)}; {one.because}; trigger {_words(one)}")


def _words(one: Considered) -> str:
    return ", ".join(dict.fromkeys(f"“{_clean(word.words)}”" for word in one.triggers))


def _values(one: Considered) -> Table:
    table = Table(box=None, show_header=False, pad_edge=False)
    for value in one.values:
        sure = "by rule" if value.likely is None else percent(value.likely)
        if value.why_not:
            sure += f", not taken: {value.why_not}"
        style = "dim" if value.why_not else ""
        read = f"“{_clean(value.words)}”" if value.words != value.value else ""
        table.add_row(
            Text(value.field.replace("_", " "), "dim"),
            Text(_clean(value.value), style),
            Text(read, style),
            Text(sure, "dim"),
        )
    return table


def _reasons(reasons: Sequence[Reason]) -> Iterator[Text]:
    for sign, some in (("+", [r for r in reasons if r.weight > 0]), ("-", [r for r in reasons if r.weight < 0])):
        if some:
            yield Text(f"{sign} {'; '.join(_clean(reason.words) for reason in some[:MOST])}", "dim")


def _rest(story: Explanation, *, every: bool) -> Iterator[RenderableType]:
    """Yield the triggers that told nothing, with the step at which each ended and the reason."""
    rest = [one for one in story.considered if one.step is not Step.TOLD]
    shown = [one for one in rest if every or one.step is not Step.JUDGE]
    if rest:
        yield Text(f"Not told: {len(rest)}", "bold underline")
    if shown:
        yield Text(STEPS, "dim")
        yield _table(shown)
    if len(shown) < len(rest):
        yield Text(f"{len(rest) - len(shown)} more were judged unlikely to state an event; --all shows them", "dim")


def _table(rows: Sequence[Considered]) -> Table:
    table = Table(box=None, header_style="bold", pad_edge=False)
    table.add_column("no.", no_wrap=True)
    table.add_column("type and trigger", max_width=26)
    table.add_column("the step at which it ended, and why", ratio=1)
    for one in rows:
        why = Group(Text.assemble((f"{one.step}: ", "bold"), one.because), *_reasons(one.reasons))
        table.add_row(Text(one.label), Text(f"{type_of(one)}  {_words(one)}"), why)
    return table
