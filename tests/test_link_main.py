"""Which case an article is mainly about, where its headline's event is not marked."""

import pytest
from casework import case, event, linked

from agents.link_main import Told, main_case
from schemas.taxonomy import TimeRole

BACKGROUND = {"time_role": TimeRole.BACKGROUND}
KNOWN = {
    "case-known": case(id="case-known", article_ids=("article-1", "article-2")),
    "case-alone": case(id="case-alone", article_ids=("article-1",)),
}


def told(case_id: str, title: str = "Fastflix is back", *, withdrawn: str = "", **fields: object) -> Told:
    fields = {"target": ("fastflix.example",)} | fields
    return case_id, linked(event("seizure", **fields), title=title, withdrawn=withdrawn)


@pytest.mark.parametrize(
    ("events", "expected"),
    [
        ([told("case-other"), told("case-known", main=True)], "case-known"),
        ([told("case-other", main=True, withdrawn="edited"), told("case-known")], "case-known"),
        ([told("case-other", confidence=0.4), told("case-known", confidence=0.7)], "case-known"),
        ([told("case-other", main=True, aggregate=True), told("case-known")], None),
        ([told("case-known", **BACKGROUND)], "case-known"),
        ([told("case-alone", **BACKGROUND)], None),
        ([told("case-known", "Police speak", **BACKGROUND)], None),
        (
            [told("case-alone", **BACKGROUND), told("case-known", **BACKGROUND), told("case-known", **BACKGROUND)],
            "case-known",
        ),
        ([told("case-known", "Quay police speak", authority=("Quay police",), target=(), **BACKGROUND)], None),
        ([], None),
    ],
)
def test_the_main_case_is_of_the_headline_then_of_news_then_what_is_gone_back_to(
    events: list[Told], expected: str | None
) -> None:
    assert main_case(events, lambda ids: {one: KNOWN[one] for one in ids}) == expected
