"""`crackdown classify`: the event coder alone, without storage."""

import sys
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import msgspec
import typer
from rich.text import Text

from agents.classify import classify
from agents.errors import Rejected
from agents.extract import extract
from agents.fetch import articles_of
from schemas.events import Article, ArticleEvents
from streamer.commands.state import UserError, err, out
from streamer.files import UnusablePath, find_files, read_item
from streamer.show import event_line


def classify_files(
    files: Annotated[list[Path], typer.Argument(metavar="FILE...", help="HTML, plain text, or archived Markdown.")],
    jsonl: Annotated[
        bool, typer.Option("--jsonl", "--json", help="One JSON object a file, in the guide's fields.")
    ] = False,
) -> None:
    """Find the enforcement events in files and print them; nothing is stored.

    With --jsonl each line is {"article": NAME, "events": [...]}. A file that cannot be read is named on standard error,
    and the exit code is 1.
    """
    failed = 0
    for path, read in _read(files):
        if isinstance(read, Rejected):
            failed += 1
            err.print(f"{path}: {read}", style="red", markup=False)
            continue
        if jsonl:
            line = {"article": path.stem, "events": [row for each in read for row in guide_rows(each)]}
            sys.stdout.buffer.write(msgspec.json.encode(line) + b"\n")
        else:
            _show(path, read)
    raise typer.Exit(1 if failed else 0)


def _read(files: Sequence[Path]) -> Iterator[tuple[Path, list[ArticleEvents] | Rejected]]:
    try:
        paths = find_files(files)
    except UnusablePath as error:
        raise UserError(str(error)) from None
    for path in paths:
        try:
            yield path, classify_file(path)
        except Rejected as error:
            yield path, error


def classify_file(path: Path) -> list[ArticleEvents]:
    """Return the events of each story in a file. Raises Rejected if it is no readable page."""
    return [events for article in articles_in(path) for events in classify(article)]


def articles_in(path: Path) -> list[Article]:
    """Return the stories in a file. Raises Rejected if it is no readable page."""
    item = read_item(path, now=lambda: datetime.now(UTC))
    if not item.body:
        raise Rejected(item.title or "the file is empty")
    return articles_of(item, extract(item.body, url=item.url, media_type=item.media_type, source=item.source))


def guide_rows(read: ArticleEvents) -> Iterator[dict[str, Any]]:
    """Yield each event as a dict with every field of the coding guide, `confidence` and spans."""
    for event in read.events:
        row: dict[str, Any] = {name: getattr(event, name) for name in event.__struct_fields__}
        row["money"] = [{"amount": m.amount, "currency": m.currency, "kind": m.kind, "usd": m.usd} for m in event.money]
        row["counts"] = [{"n": count.n, "unit": count.unit} for count in event.counts]
        yield row


def _show(path: Path, read: Sequence[ArticleEvents]) -> None:
    for story in read:
        out.print(Text.assemble((story.title or path.name, "bold"), (f"  {path}", "dim")))
        if story.not_classified:
            out.print(f"  not classified: {story.not_classified}", style="yellow", markup=False)
        for event in story.events:
            out.print(Text("  ") + event_line(event))
            out.print(Text(f"      “{event.evidence.strip()}”  {event.confidence:.2f}", "dim"))
        if not story.events and not story.not_classified:
            out.print("  no enforcement event", style="dim")
