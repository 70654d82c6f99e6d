"""A case as a web page: what a reader of a notice sees behind its link."""

from collections.abc import Sequence
from typing import Any

from agents.template import template
from agents.timeline import acts_of, when_of
from agents.wording import country_name, line_of
from schemas.events import Case, LinkedEvent

STYLE = """
body{margin:2em auto;padding:0 1em;max-width:44em;font-family:Georgia,serif;line-height:1.45;color-scheme:light dark}
h1{font-size:1.4em} h2{font-size:1.1em;margin-top:2em} dt{font-weight:bold;margin-top:1em} dd{margin:0}
blockquote{margin:.3em 0;padding-left:.8em;border-left:3px solid #888} .small{font-size:.9em}
"""


def case_page(case: Case, timeline: Sequence[LinkedEvent]) -> str:
    """Return a page with a case's steps, each with its quotes and sources; every value is escaped."""
    acts = acts_of([one for one in timeline if not one.withdrawn])
    return template("case.html.j2").render(
        case=case,
        style=STYLE,
        countries=[country_name(code) for code in case.countries],
        steps=[_step(reports) for reports in acts],
    )


def _step(reports: Sequence[LinkedEvent]) -> dict[str, Any]:
    """Return an act: when, in one line, and who says so in which words."""
    return {
        "when": when_of(reports),
        "line": max((line_of(one.event) for one in reports), key=len),
        "reports": [
            {
                "quote": " ".join(one.event.evidence.split()),
                "source": one.source,
                "title": one.title,
                "url": one.url,
                "published": one.published_at.date().isoformat() if one.published_at else "",
            }
            for one in reports
        ],
    }
