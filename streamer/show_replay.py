"""How the difference that a replay makes looks on a terminal."""

from collections import Counter
from collections.abc import Iterable, Iterator

from msgspec import Struct
from msgspec.structs import astuple
from rich.text import Text

from streamer.replay_report import CaseExample, EventExample, Report

_STYLES = {"gained": "green", "lost": "red", "changed": "yellow"}
_CASES = {
    "opened": "opened",
    "gone": "gone, kept with their events withdrawn",
    "merged": "made of several",
    "split": "split",
    "redirected": "under another id, to which the old one leads",
    "retitled": "with another title",
}


def report_lines(report: Report) -> Iterator[Text]:
    """Yield the lines: sums first, then by type, field and outlet, then examples."""
    yield Text(f"{report.articles:,} readings of articles" + (f", {report.failed:,} failed" if report.failed else ""))
    yield Text(f"events: {report.events_before:,} before, {report.events_after:,} now")
    yield from _counts("  gained", report.gained)
    yield from _counts("  lost", report.lost)
    yield from _counts("  read otherwise", report.changed)
    yield from _counts("  of another type", report.retyped)
    for source, counts in sorted(report.sources.items()):
        yield Text(f"  {source}: " + ", ".join(f"{n:,} {what}" for what, n in counts.items() if n))
    yield Text(f"cases: {report.cases_before:,} before, {report.cases_after:,} now")
    for what, n in report.cases.items():
        yield Text(f"  {n:,} {_CASES[what]}")
    yield Text(f"edits: {report.edits:,} applied again, {len(report.edits_that_do_not_fit):,} do not fit")
    for line in report.edits_that_do_not_fit:
        yield Text(f"  {line}", "yellow")
    if report.told:
        yield Text(f"{report.told:,} changes for subscribers to be told")
    if report.is_empty:
        yield Text("no difference", "bold green")
    yield from (_event(one) for one in report.events)
    yield from (_case(one) for one in report.case_examples)


def _counts(name: str, counts: Counter[str]) -> Iterable[Text]:
    if counts:
        listed = ", ".join(f"{what} {n:,}" for what, n in counts.most_common())
        yield Text(f"{name}: {listed}")


def _event(one: EventExample) -> Text:
    line = Text.assemble(
        (f"{one.what:8} ", _STYLES[one.what]), (one.type.replace("_", " "), "bold"), f"  {one.article}"
    )
    for name, (before, after) in one.fields.items():
        if name != "evidence":
            line.append(f"\n         {name}: {_value(before)} → {_value(after)}")
    return line.append(f"\n         “{one.evidence.strip()}”", "italic")


def _value(value: object) -> str:
    if isinstance(value, tuple | list):
        return ", ".join(map(_value, value)) or "—"
    if isinstance(value, Struct):
        return " ".join(str(one) for one in astuple(value) if one is not None)
    return "—" if value is None else str(value)


def _case(one: CaseExample) -> Text:
    others = f"  ({', '.join(one.others)})" if one.others else ""
    return Text.assemble((f"{one.what:10} ", "cyan"), (f"{one.id}  ", "dim"), one.title, (others, "dim"))
