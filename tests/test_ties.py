"""What a text says of the names of one service, and what it does not say."""

from datetime import UTC, datetime

import pytest
from casework import event

from agents.grammar.coder import read
from agents.grammar.reading import Reading
from agents.grammar.ties import ties_of, with_ties
from schemas.events import Article
from schemas.ids import text_hash

NOW = datetime(2025, 3, 1, 9, tzinfo=UTC)


def reading(text: str) -> Reading:
    return read(
        Article(
            id="article-a",
            item_id="item-a",
            source="Harbour Gazette",
            version=text_hash(text),
            title="A story",
            text=text,
            language="en",
            published_at=NOW,
            seen_at=NOW,
        )
    )


def ties(text: str) -> list[tuple[str, str, str]]:
    return [(tie.kind.value, tie.name, tie.other) for tie in ties_of(reading(text))]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("FlumeTV, formerly known as QuarryTV, was shut down.", [("former", "FlumeTV", "QuarryTV")]),
        ("Police named flumetv[.]to (previously quarrytv.cx) on Monday.", [("former", "flumetv.to", "quarrytv.cx")]),
        ("Last year QuarryTV rebranded as FlumeTV.", [("former", "FlumeTV", "QuarryTV")]),
        ("The pirate site QuarryTV, now known as FlumeTV, is back.", [("former", "FlumeTV", "QuarryTV")]),
        ("After that, quarrytv.cx moved to the new domain flumetv.to.", [("former", "flumetv.to", "quarrytv.cx")]),
        ("FlumeTV, also known as QuarryTV, was raided.", [("alias", "FlumeTV", "QuarryTV")]),
        (
            "FlumeTV (aka QuarryTV, RidgeTV and TarnTV) and DaleTV were raided.",
            [("alias", "FlumeTV", "QuarryTV"), ("alias", "FlumeTV", "RidgeTV"), ("alias", "FlumeTV", "TarnTV")],
        ),
        ("They blocked flumetv.cx, a mirror of flumetv.to.", [("mirror", "flumetv.to", "flumetv.cx")]),
        (
            "FlumeTV mirrors such as quarry.cx, ridge.cx and tarn.cx stayed.",
            [("mirror", "FlumeTV", "quarry.cx"), ("mirror", "FlumeTV", "ridge.cx"), ("mirror", "FlumeTV", "tarn.cx")],
        ),
        ("Peter Holm, the former operator of pirate site FlumeTV, pleaded.", [("operator", "FlumeTV", "Peter Holm")]),
        (
            "They sued FlumeTV operators Peter Holm and Anna Berg.",
            [("operator", "FlumeTV", "Peter Holm"), ("operator", "FlumeTV", "Anna Berg")],
        ),
        ("They sued Peter Holm, the alleged owner of FlumeTV.", [("alleged_operator", "FlumeTV", "Peter Holm")]),
        ("FlumeTV founder Peter Holm was accused of fraud.", [("alleged_operator", "FlumeTV", "Peter Holm")]),
    ],
)
def test_plain_words_tie_two_names(text: str, expected: list[tuple[str, str, str]]) -> None:
    assert ties(text) == expected


@pytest.mark.parametrize(
    "text",
    [
        "FlumeTV and QuarryTV were shut down.",
        "FlumeTV redirects to QuarryTV.",
        "flumetv.to and flumetv.cx were seized.",
        "The domain flumetv.to moved to Acme Registry Inc. in May.",
        "FlumeTV is not QuarryTV, also known as RidgeTV.",
        "Peter Holm denied that he is the operator of FlumeTV.",
        "A fake site, FlumeTV, formerly known as QuarryTV, fooled many.",
        "FlumeTV. Formerly known as QuarryTV.",
    ],
)
def test_nothing_else_does(text: str) -> None:
    assert ties(text) == []


def test_a_tie_keeps_its_words_and_its_quote() -> None:
    text = "A court ruled on Monday. FlumeTV, formerly known as “QuarryTV”, must close. It will."
    (tie,) = ties_of(reading(text))
    assert tie.words == "formerly known as"
    assert (tie.evidence, text[slice(*tie.span)]) == ("FlumeTV, formerly known as “QuarryTV”, must close.",) * 2


def test_an_event_has_the_ties_of_those_acted_against_over_several_steps() -> None:
    text = "FlumeTV, formerly known as QuarryTV, is gone. QuarryTV, also known as RidgeTV, was first."
    text += " DaleTV, also known as TarnTV, is not concerned."
    (one,) = with_ties([event("shutdown", target=("FlumeTV",))], reading(text))
    assert [(tie.name, tie.other) for tie in one.ties] == [("FlumeTV", "QuarryTV"), ("QuarryTV", "RidgeTV")]
    (other,) = with_ties([event("shutdown", target=("MoorTV",))], reading(text))
    assert other.ties == ()
