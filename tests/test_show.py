"""What is printed keeps the status of an act, and takes no markup from outside."""

from datetime import UTC, datetime

from rich.console import Console

from schemas.documents import document
from schemas.events import Case, Count, Event, LinkedEvent, Money
from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status, TimeRole
from streamer.contracts import LedgerRow
from streamer.show import case_line, event_line, ledger_table, total_row

NOW = datetime(2026, 3, 1, tzinfo=UTC)
EVENT = Event(
    id="event-1",
    type=EventType.DAMAGES_AWARD,
    status=Status.SOUGHT,
    time_role=TimeRole.NEWS,
    evidence="Harrow [bold]asked[/bold] for 2 million euros.",
    span=(0, 10),
    complainant=("Harrow Films",),
    target=("quaylist.example",),
    country="FR",
    date="2026-02",
    money=(Money(amount=2_000_000, currency="EUR", kind=MoneyKind.SOUGHT),),
    counts=(Count(n=1200, unit=CountUnit.DOMAINS),),
)
LINKED = LinkedEvent(event=EVENT, article_id="article-1", article_version="v", source="Gazette", seen_at=NOW)
CASE = Case(
    id="case-1",
    title="Harrow v. Quay [red]list[/red]",
    event_ids=("event-1",),
    sources=("Gazette",),
    opened_at=NOW,
    updated_at=NOW,
)


def printed(*lines: object) -> str:
    console = Console(width=200, no_color=True)
    with console.capture() as capture:
        for line in lines:
            console.print(line)
    return capture.get()


def test_a_sum_that_was_asked_for_is_said_to_be_sought():
    line = event_line(EVENT).plain
    assert line.startswith("2026-02     damages award (sought)")
    assert "2,000,000 EUR sought" in line
    assert "1,200 domains" in line


def test_an_event_and_its_search_document_read_alike():
    assert event_line(document(LINKED, CASE, NOW)).plain == event_line(EVENT).plain


def test_a_case_from_outside_is_shown_as_it_is():
    assert "Quay [red]list[/red]" in printed(case_line(CASE))


def test_one_event_is_not_events():
    assert "1 event, 1 source" in case_line(CASE).plain


def test_the_ledger_says_whether_it_adds_up():
    good = LedgerRow(source="a", seen=3, stored=1, dropped=1, dead=1, reasons={"no link": 1})
    bad = LedgerRow(source="b", seen=3, stored=1, reasons={"no link": 2})
    assert "DOES NOT" not in printed(ledger_table([good]))
    assert printed(ledger_table([good, bad])).count("DOES NOT ADD UP") == 2
    assert total_row([good, bad]).reasons == {"no link": 3}
