"""`crackdown search`: look for events or articles."""

from typing import Annotated

import typer
from rich.text import Text

from schemas.query import parse
from streamer.commands.state import JsonFlag, opened_store, out, print_json
from streamer.contracts import Hit, Page
from streamer.show import event_line

FACETS = ("type", "country", "outlet")


def search(
    query: Annotated[
        str,
        typer.Argument(metavar="QUERY", help='Such as: arrest, type:sentence country:JP, "pirate iptv" -type:fine.'),
    ],
    articles: Annotated[bool, typer.Option("--articles", help="Search the texts of articles, not events.")] = False,
    sort: Annotated[str, typer.Option(help="relevance, newest, oldest or amount.")] = "relevance",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Results a page.")] = 20,
    cursor: Annotated[str | None, typer.Option(help="From the end of the page before.")] = None,
    facets: Annotated[bool, typer.Option("--facets", help="Show counts by type, country and outlet.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Search events by words, "phrases", prefix*, field:value, ranges, AND OR NOT.

    Fields: type, status, role, country, court, authority, complainant, defendant, target, domain, operation, docket,
    amount_usd, prison_months, date, published, outlet, confidence, case, text.

    Examples:\n
      crackdown search 'type:sentence prison_months:>=24'\n
      crackdown search 'target:"example.to" date:[2024-01 TO 2024-06]'\n
      crackdown search --sort amount 'status:sought amount_usd:>=1000000'
    """
    tree = parse(query)
    if sort not in ("relevance", "newest", "oldest", "amount"):
        raise typer.BadParameter(f"{sort!r} is none of relevance, newest, oldest, amount", param_hint="--sort")
    with opened_store() as store:
        if articles:
            page = store.search_articles(tree, limit=limit, cursor=cursor)
        else:
            page = store.search(tree, sort=sort, limit=limit, cursor=cursor, facets=FACETS if facets else ())
    if as_json:
        print_json(page.hits)
    else:
        _show(page, articles=articles)
    raise typer.Exit(0 if page.hits else 1)


def _show(page: Page, *, articles: bool) -> None:
    for hit in page.hits:
        out.print(_article_line(hit) if articles else event_line(hit.document))
        out.print(Text("    ") + highlighted(hit.highlight or hit.document.evidence))
        out.print(
            f"    {hit.document.outlet}  {hit.document.url or ''}  [{hit.document.case_id}]", style="dim", markup=False
        )
    out.print(f"{len(page.hits)} of {page.total}" + (f"; next page: --cursor {page.cursor}" if page.cursor else ""))
    for name, counts in page.facets.items():
        out.print(f"{name}: " + "  ".join(f"{value} {n}" for value, n in counts.items()), markup=False)


def _article_line(hit: Hit) -> Text:
    published = hit.document.published_at
    return Text.assemble((f"{published:%Y-%m-%d}  " if published else "", "cyan"), (hit.document.title, "bold"))


def highlighted(text: str) -> Text:
    """Turn the search's ⟦marks⟧ into bold text; on a terminal without styles they simply go."""
    line = Text()
    for index, piece in enumerate(text.replace("⟧", "⟦").split("⟦")):
        line.append(piece, style="bold yellow" if index % 2 else "")
    return line
