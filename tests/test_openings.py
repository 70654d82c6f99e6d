"""What a match of a pattern can begin with, and the cues that are tried only there."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agents.grammar.cues import Cue, find_cues, lexicon
from agents.grammar.openings import openings


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        (r"\bsought\b", {"sou"}),
        (r"\b(?:seek(?:s|ing)?|sought)\b", {"see", "sou"}),
        (r"\b(?:on |last )?(?:monday|friday)s?\b", {"on", "las", "mon", "fri"}),
        (r"\bif\b|\bunless\b", {"if", "unl"}),
        (r"\bn[o’']t\b", {"not", "n"}),
        (r"\b(?:in|of) (?:mid[- ]*)*\d\d\b", {"in", "of"}),
        (r"\bwe(?: have)?\b", {"we"}),
        (r"\ba+b", {"a"}),
        (r"\bx{0,2}yes", {"x", "yes"}),
        (r"\bdomain\.tld", {"dom"}),
    ],
)
def test_openings_are_the_first_letters_of_every_alternative(pattern: str, expected: set[str]) -> None:
    assert openings(pattern) == expected


@pytest.mark.parametrize("pattern", [r"sought", r"\b\w+ed\b", r"\b[a-m]x", r"\b(?!no)so", r"\bone|two", r"\b[^a]b", ""])
def test_what_may_begin_anywhere_has_no_openings(pattern: str) -> None:
    assert openings(pattern) == frozenset()


TEXT = (
    "in of late may 2019 , - . ’ it is has been had was seeking said they will not last week Monday could ask for "
    "court ordered the on this earlier now 20 1999s İn xin inx reported we"
)
WORDS = st.sampled_from(TEXT.split())


@given(st.lists(st.tuples(WORDS, st.sampled_from([" ", "", "\n", "-"])), max_size=20))
def test_cues_are_those_that_every_pattern_finds_alone(parts: list[tuple[str, str]]) -> None:
    text = "".join(word + space for word, space in parts)
    lowered = "".join(c.lower() if len(c.lower()) == 1 else c for c in text)
    expected = [
        Cue(match.start(), match.end(), row.label, row.name)
        for row in lexicon()
        for match in row.regex.finditer(lowered)
    ]
    assert find_cues(text, 0, len(text)) == expected


def test_every_cue_of_the_lexicon_has_openings() -> None:
    assert not [row.name for row in lexicon() if not openings(row.regex.pattern)]
