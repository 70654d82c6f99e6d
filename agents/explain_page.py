"""An explanation as one HTML page: it loads nothing, runs nothing, and escapes all text from outside."""

import base64
import hashlib
from collections.abc import Sequence
from functools import cache
from importlib.resources import files

from agents.explain_marks import Line, lines_of, told_of
from agents.explain_words import nothing_in, percent, status_of, time_role_of, type_of
from agents.explained import STEPS, Considered, Explanation, Step, Value
from agents.template import template
from agents.wording import line_of

FIELDS = ("authority", "complainant", "defendant", "target", "court", "country", "date", "counts", "money")
"""Fields with a colour of their own in the legend."""


def page_of(explanations: Sequence[Explanation]) -> str:
    """Return the page of the stories of a file."""
    style = _style()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    return template("explain.html.j2").render(
        stories=[_story(n, one) for n, one in enumerate(explanations, 1)],
        style=style,
        policy=f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'",
        fields=FIELDS,
        steps=STEPS,
        percent=percent,
        type_of=type_of,
        status_of=status_of,
        time_role_of=time_role_of,
        mark_title=mark_title,
        trigger_title=trigger_title,
        line_of=line_of,
        nothing=nothing_in,
    )


@cache
def _style() -> str:
    return files("agents").joinpath("explain.css").read_text("utf-8")


def _story(number: int, story: Explanation) -> dict[str, object]:
    told, lines = told_of(story), lines_of(story)
    judged = [one for one in story.considered if one.step is Step.JUDGE]
    return {
        "key": f"s{number}",
        "story": story,
        "lines": lines,
        "titled": bool(lines) and lines[0].kind == "title",
        "line_with": _line_with(lines),
        "told": list(zip(told, story.events, strict=True)),
        "dropped": [one for one in story.considered if one.step not in (Step.TOLD, Step.JUDGE)],
        "judged": judged,
    }


def _line_with(lines: Sequence[Line]) -> dict[str, int]:
    """Return, by label of a candidate, the number of the line where its first trigger stands."""
    found: dict[str, int] = {}
    for n, line in enumerate(lines):
        for piece in (piece for run in line.runs for piece in run.pieces):
            for one in piece.triggers:
                found.setdefault(one.label, n)
    return found


def mark_title(values: Sequence[tuple[Considered, Value]]) -> str:
    """Return what a marked value is, for the tip that shows when one points at it."""
    return "; ".join(
        f"{one.label}: {value.field.replace('_', ' ')} {value.value}"
        + (f" ({percent(value.likely)})" if value.likely is not None else "")
        for one, value in values
    )


def trigger_title(triggers: Sequence[Considered]) -> str:
    """Return what became of the candidates that some words announced."""
    return "; ".join(f"{one.label} {type_of(one)}: {one.step}, {one.because}" for one in triggers)
