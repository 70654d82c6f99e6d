"""`crackdown cases` and `crackdown case ID`."""

from typing import Annotated

import typer

from schemas.events import Case
from streamer.commands.state import JsonFlag, UserError, opened_store, out, print_json
from streamer.contracts import Store
from streamer.related import related_cases
from streamer.show import case_line
from streamer.show_case import case_page, edit_lines


def cases(
    articles: Annotated[
        bool, typer.Option("--articles", help="List each stored article and its main case instead.")
    ] = False,
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Cases a page.")] = 50,
    cursor: Annotated[str | None, typer.Option(help="From the end of the page before.")] = None,
    as_json: Annotated[bool, typer.Option("--json", "--jsonl", help="Print JSON, one object a line.")] = False,
) -> None:
    """List cases, last moved first."""
    with opened_store() as store:
        if articles:
            pairs = [{"article": name, "case": case_id} for name, case_id in store.main_cases()]
            if as_json:
                print_json(pairs)
            else:
                for pair in pairs:
                    out.print(f"{pair['article']}  {pair['case'] or '—'}", markup=False)
            return
        found, following = store.list_cases(limit=limit, cursor=cursor)
    if as_json:
        print_json(found)
        return
    for each in found:
        out.print(case_line(each))
    if following:
        out.print(f"next page: --cursor {following}", style="dim", markup=False)


def case(
    case_id: Annotated[str, typer.Argument(metavar="ID", help="As printed by `cases` or `search`.")],
    reports: Annotated[bool, typer.Option("--reports", help="Each report of an act by itself.")] = False,
    as_json: JsonFlag = False,
) -> None:
    """Show a case: parties, acts with quotes and sources, why it is one case, related cases, edits.

    Ids of merged cases lead on.
    """
    with opened_store() as store:
        found = resolve_case(store, case_id)
        timeline = store.timeline(found.id)
        related = related_cases(found, store)
        edits = store.edits(found.id)
    if as_json:
        print_json([{"case": found, "timeline": timeline, "related": related, "edits": edits}])
        return
    if found.id != case_id:
        out.print(f"{case_id} was merged into {found.id}", style="dim", markup=False)
    for line in (*case_page(found, timeline, related, reports=reports), *edit_lines(edits, timeline)):
        out.print(line)


def resolve_case(store: Store, case_id: str) -> Case:
    """Return the case under this id, following merges. Raises UserError if there is none."""
    found = store.case(case_id)
    while found is not None and found.merged_into:
        found = store.case(found.merged_into)
    if found is None:
        raise UserError(f"no case {case_id}: `crackdown cases` lists them")
    return found
