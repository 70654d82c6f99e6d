"""The coder on hostile and very long texts: it ends in time, and never quotes what does not stand there."""

import time
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from make import make_article
from pace import slowness

from agents.classify import classify
from agents.grammar.coder import LONGEST, code
from agents.grammar.model import shipped_models
from schemas.events import Event

LIMIT = 2.0
"""Seconds that no text may take. Tests allow a busy machine three times as much."""

PLAIN = "Police arrested two men in Leeds on Tuesday and seized 40 servers from Flume Ltd, the court said. "

NASTY = {
    "no full stop": "arrested seized sued " * 50_000,
    "unclosed quotes": '“He was arrested "and fined ‘' * 20_000,
    "nested brackets": "(" * 50_000 + "arrested" + "]" * 50_000,
    "mixed scripts": "police arrestó полиция 警方逮捕 الشرطة اعتقلت " * 10_000,
    "right to left marks": "\u202earrested\u202c \u200fseized\u200e " * 20_000,
    "capitals": "POLICE ARRESTED JOHN VANE OF FLUME LTD " * 10_000,
    "names": "Flume Vane and Marlow Bray sued Dorn Ltd; " * 10_000,
    "numbers": "fined €1,000,000.00 and 3 years 2 months on 5 May 2023; " * 10_000,
    "line ends": "\n" * 500_000 + "# fined\n- fined\n> fined\n" * 1000,
    "dots": "." * 500_000 + "raid." * 10_000,
    "ordinary": PLAIN * 10_000,
    "paragraphs": (PLAIN + "\n\n") * 10_000,
}


def events_of(text: str) -> tuple[Event, ...]:
    return classify(make_article(text=text))[0].events


@pytest.mark.slow
@pytest.mark.parametrize("name", NASTY)
def test_no_text_takes_long(name: str) -> None:
    shipped_models()
    events_of(PLAIN)
    start = time.process_time()
    events_of(NASTY[name])
    assert time.process_time() - start < 3 * LIMIT * slowness()


@pytest.mark.slow
def test_time_grows_with_the_text_and_not_faster() -> None:
    def seconds(text: str) -> float:
        start = time.process_time()
        events_of(text)
        return time.process_time() - start

    events_of(PLAIN)
    once = min(seconds((PLAIN + "\n\n") * 500) for _ in range(3))
    assert seconds((PLAIN + "\n\n") * 2000) < 8 * once + 0.2


def test_what_lies_beyond_the_longest_text_is_not_read() -> None:
    assert events_of(" \n" * (LONGEST // 2) + PLAIN) == ()


@given(st.text(alphabet=st.characters(codec="utf-8"), max_size=300))
@settings(deadline=None, max_examples=60)
def test_any_text_is_read_without_an_error(text: str) -> None:
    for event in events_of(text):
        assert text[event.span[0] : event.span[1]] == event.evidence


SOME = (
    "police arrested Vane sued Flume Ltd. fined €500 in 2023 . \n\n # > - court ordered ISPs to block "
    "flume.example “ ” , sentenced years prison raid seized on Tuesday will not"
)
WORDS = st.sampled_from(SOME.split(" "))


@given(st.lists(WORDS, max_size=60).map(" ".join))
@settings(deadline=None, max_examples=60)
def test_quotes_and_values_stand_where_their_spans_say(text: str) -> None:
    article = make_article(text=text)
    for event in code(article, models=shipped_models(), threshold=0.0):
        assert text[event.span[0] : event.span[1]] == event.evidence
        for spans in event.spans.values():
            assert all(0 <= start < end <= len(text) for start, end in spans)
        for role in ("defendant", "target", "complainant", "authority"):
            assert len(getattr(event, role)) == len(event.spans.get(role, ()))
        assert event.date is None or date.fromisoformat(event.date + "-01-01"[len(event.date) - 4 :][:10])
        assert 0 <= event.confidence <= 1
