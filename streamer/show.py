"""How events, cases and sums look on a terminal. Everything is built as `Text`, so no text from outside is markup."""

from collections.abc import Sequence

from rich.table import Table
from rich.text import Text

from schemas.documents import Document
from schemas.events import Case, Event
from streamer.contracts import LedgerRow

STATUS_STYLES = {
    "sought": "yellow",
    "planned": "yellow",
    "alleged": "yellow",
    "hypothetical": "yellow",
    "denied": "red",
    "ordered": "magenta",
}

_LENGTHS = {"day": 10, "month": 7, "year": 4, "unknown": 10}


def event_line(event: Document | Event) -> Text:
    """Return one line: date, type, status where it is not plainly done, who, amounts, country."""
    line = Text.assemble((f"{_date(event) or '—':10}  ", "cyan"), (event.type.replace("_", " "), "bold"))
    if event.status != "happened":
        line.append(f" ({event.status})", STATUS_STYLES.get(event.status, ""))
    if event.time_role == "background":
        line.append(" background", "dim")
    if event.aggregate:
        line.append(" total", "dim")
    if parties := _first(4, event.defendant, event.target):
        line.append(f"  {', '.join(parties)}")
    if actors := _first(3, event.authority, event.complainant):
        line.append(f"  by {', '.join(actors)}", "dim")
    if figures := _figures(event):
        line.append(f"  {', '.join(figures)}")
    if event.country:
        line.append(f"  {event.country}", "green")
    return line


def _date(event: Document | Event) -> str | None:
    if isinstance(event, Event):
        return event.date
    return event.event_date and event.event_date[: _LENGTHS[event.event_date_precision]]


def _first(most: int, *groups: Sequence[str]) -> list[str]:
    return list(dict.fromkeys(name for group in groups for name in group))[:most]


def _figures(event: Document | Event) -> list[str]:
    figures = _counts_and_money(event)
    if event.prison_months:
        figures.append(f"{event.prison_months:g} months" + (" suspended" if event.suspended else ""))
    return figures


def _counts_and_money(event: Document | Event) -> list[str]:
    if isinstance(event, Event):
        counts = [f"{count.n:,} {count.unit}" for count in event.counts]
        return counts + [f"{money.amount:,.0f} {money.currency} {money.kind}" for money in event.money]
    counts = [f"{n:,} {unit}" for unit, n in event.counts.items()]
    if event.amount_minor is not None:
        counts.append(f"{event.amount_minor / 100:,.0f} {event.amount_currency} {event.amount_kind}")
    return counts


def case_line(case: Case) -> Text:
    """Return one line: id, last date, state, title, how much is in it."""
    return Text.assemble(
        (f"{case.id}  ", "dim"),
        (f"{case.last_date or '—':10}  ", "cyan"),
        (case.title, "bold"),
        f"  {plural(len(case.event_ids), 'event')}, {plural(len(case.sources), 'source')}",
        ("  closed" if case.state == "closed" else "", "dim"),
    )


def plural(n: int, noun: str) -> str:
    """Return a number with its noun: `1 case`, `2 cases`."""
    return f"{n} {noun}" if n == 1 else f"{n} {noun}s"


def ledger_table(rows: Sequence[LedgerRow]) -> Table:
    """Return the sums per source and in all, with a last column that says whether they add up."""
    table = Table(box=None, header_style="bold", pad_edge=False)
    for heading in ("source", "seen", "stored", "dropped", "dead", "waiting", ""):
        table.add_column(heading, justify="left" if heading in ("source", "") else "right", no_wrap=True)
    for row in (*rows, total_row(rows)):
        good = row.seen == row.stored + row.dropped + row.dead + row.waiting
        counts = (row.seen, row.stored, row.dropped, row.dead, row.waiting)
        table.add_row(
            Text(row.source),
            *(f"{n:,}" for n in counts),
            Text("adds up", "green") if good else Text("DOES NOT ADD UP", "red"),
        )
    return table


def total_row(rows: Sequence[LedgerRow]) -> LedgerRow:
    """Return the sum of all rows."""
    reasons: dict[str, int] = {}
    for row in rows:
        for reason, n in row.reasons.items():
            reasons[reason] = reasons.get(reason, 0) + n
    return LedgerRow(
        source="all",
        seen=sum(r.seen for r in rows),
        stored=sum(r.stored for r in rows),
        dropped=sum(r.dropped for r in rows),
        dead=sum(r.dead for r in rows),
        waiting=sum(r.waiting for r in rows),
        reasons=reasons,
    )
