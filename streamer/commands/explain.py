"""`crackdown explain`: an article with what was found in it, and why."""

from pathlib import Path
from typing import Annotated

import typer
from rich.rule import Rule

from agents.errors import Rejected
from agents.explain import explain
from agents.explain_page import page_of
from agents.explained import Explanation
from agents.grammar.model import shipped_models
from streamer.commands.classify import articles_in
from streamer.commands.state import JsonFlag, UserError, out, print_json
from streamer.show_explain import explained


def explain_file(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="HTML, plain text, or archived Markdown.")],
    html: Annotated[
        Path | None, typer.Option("--html", metavar="OUT", help="Write one HTML page, to be opened in a browser.")
    ] = None,
    json: JsonFlag = False,
    every: Annotated[
        bool, typer.Option("--all", help="Also the triggers that were judged unlikely to state an event.")
    ] = False,
) -> None:
    """Show an article with each event's quote and values marked, and why each trigger told something or nothing.

    `[1: … ]` is the quote of event 1, `{…}` a value read from it, `{…}(2)` a value of event 2.
    Below stand the events with their values, and the other triggers with the step at which each ended.

    Examples:

    - `crackdown explain page.html`

    - `crackdown explain page.html --all | less`

    - `crackdown explain page.html --html why.html`
    """
    stories = _explained(file)
    if html:
        _write(html, page_of(stories))
        out.print(f"{html}: {len(stories)} {'story' if len(stories) == 1 else 'stories'} explained", markup=False)
    if json:
        print_json(stories)
    elif not html:
        for n, story in enumerate(stories):
            if n:
                out.print(Rule(style="dim"))
            for part in explained(story, every=every):
                out.print(part, soft_wrap=False)


def _explained(file: Path) -> list[Explanation]:
    if file.is_dir():
        raise UserError(f"{file}: a folder; name one file")
    if not file.is_file():
        raise UserError(f"{file}: no such file")
    try:
        return [explain(article, models=shipped_models()) for article in articles_in(file)]
    except Rejected as error:
        raise UserError(f"{file}: {error}") from None


def _write(path: Path, page: str) -> None:
    try:
        path.write_text(page, "utf-8")
    except OSError as error:
        raise UserError(f"{path}: {error.strerror}") from None
