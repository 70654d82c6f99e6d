"""Case numbers: what ties one proceeding together across articles and years."""

import re
from functools import cache
from typing import NamedTuple

from agents.grammar.mention import Mention
from agents.lexicon import rows


class _Form(NamedTuple):
    rule: str
    pieces: tuple[str, ...]
    pattern: re.Pattern[str]


@cache
def _forms() -> tuple[_Form, ...]:
    return tuple(
        _Form(f"docket.{row['rule']}", tuple(row["pieces"].split("|")), re.compile(row["pattern"]))
        for row in rows("dockets.tsv")
    )


def find_dockets(text: str) -> list[Mention]:
    """Return the case numbers in `text`, in order; `value` is the number as written.

    Their forms are those of `lexicon/dockets.tsv`; of two that overlap, the one that begins first or is longer stays.
    """
    found: list[Mention] = []
    for form in _forms():
        for piece in form.pieces:
            if piece in text:
                found.extend(_of_form(text, form))
                break
    found.sort(key=lambda mention: (mention.start, -mention.end))
    kept: list[Mention] = []
    for mention in found:
        if not kept or mention.start >= kept[-1].end:
            kept.append(mention)
    return kept


def _of_form(text: str, form: _Form) -> list[Mention]:
    group = "number" if "number" in form.pattern.groupindex else 0
    found = []
    for match in form.pattern.finditer(text):
        start, end = match.span(group)
        if start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "/:-."):
            found.append(Mention(start, end, "docket", match[group], form.rule))
    return found
