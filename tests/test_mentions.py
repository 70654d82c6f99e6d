import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pace import slowness

from agents.grammar.budget import MAX_SIGNS, readable
from agents.grammar.mention import Mention
from agents.grammar.mentions import find_mentions

PUBLISHED = date(2024, 8, 13)
VALUES = ("money", "date", "term", "docket")

STORY = (
    "On Tuesday, police in Milan raided 12 homes and arrested three Romanian men in Operation Bluebird. They ran "
    "the pirate site Roestreams.example. Daniel Qoruvat, 36, was sentenced to two years in prison by the Court of "
    "Milan and fined €40,000 (about $43,000) in case 1:23-cv-01234. CODA welcomed the ruling."
)


def kinds(text: str) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    for mention in find_mentions(text, published=PUBLISHED):
        found.setdefault(mention.kind, []).append(text[mention.start : mention.end])
    return found


def test_a_story_has_every_kind_of_mention():
    found = kinds(STORY.replace(".example", ".to"))
    assert found == {
        "date": ["Tuesday"],
        "place": ["Milan", "Romanian"],
        "count": ["12 homes", "three Romanian men"],
        "operation": ["Operation Bluebird"],
        "domain": ["Roestreams.to"],
        "person": ["Daniel Qoruvat"],
        "term": ["two years"],
        "court": ["Court of Milan"],
        "money": ["€40,000", "$43,000"],
        "docket": ["1:23-cv-01234"],
        "rights_group": ["CODA"],
    }


def test_without_a_day_of_publication_relative_dates_are_left_out():
    assert [m for m in find_mentions(STORY, published=None) if m.kind == "date"] == []


def settled(mentions: list[Mention]) -> None:
    assert [m.start for m in mentions] == sorted(m.start for m in mentions)
    values = [m for m in mentions if m.kind in VALUES]
    names = [m for m in mentions if m.kind not in (*VALUES, "count")]
    for layer in (values, names):
        assert all(a.end <= b.start for a, b in pairwise(sorted(layer)))


VOCABULARY = (
    "The police of Milan , . ( ) \n # “ ” ' ’s $ € 5 1,200 million two years in prison Operation Fox and Court High "
    "for District the Ltd. Inc (ABC) roe.to [.] İ ß 2023 May 24th last week Tuesday Daniel Roe van der 36 \u202e 中国"
)
WORDS = st.sampled_from(VOCABULARY.split(" "))


@given(st.lists(WORDS, max_size=80).map(" ".join) | st.text(max_size=400))
def test_any_text_has_settled_mentions(text: str):
    mentions = find_mentions(text, published=PUBLISHED)
    settled(mentions)
    assert all(0 <= m.start < m.end <= len(text) for m in mentions)


MEGABYTE = 1_000_000
NASTY = {
    "capitals": "Aaaa ",
    "capitals and of": "Court of ",
    "one word": "a",
    "one capital word": "A",
    "digits": "1",
    "digits and commas": "1,111,",
    "dots": "a.",
    "domains": "aa.to ",
    "defanged": "a[.]",
    "brackets": "(",
    "nested brackets": "([{(",
    "quotes": "“A",
    "unclosed quotes": '“Roe said "',
    "blanks": " ",
    "dollars": "$1 ",
    "numbers": "one hundred and ",
    "months": "May 24 ",
    "days": "24/05/2023 2023-05-24 ",
    "years": "two years and ",
    "ago": "a few days ago ",
    "persons": "Daniel Roe, 36, ",
    "nicknames": "Daniel “Roe” Doe ",
    "acronyms": "Roe Records (RR) ",
    "possessives": "Roe’s Court’s ",
    "names": "Daniel Roe and Jane Doe sued Roe Ltd. in Milan. ",
    "no full stop": "the police of Milan arrested three men and seized 12 servers on Tuesday ",
    "courts": "Milan court and the District Court of Roe, Germany ",
    "nationalities": "Dutch police ",
    "dockets": "1:23-cv-01234 ",
    "headline": "# Aaa Bbb ",
    "right to left": "\u202eRoe\u202c ",
    "mixed scripts": "Роман Daniel 中国 ١٢٣ \u202e$5 ",
    "sites": "the pirate site Roe the Doe ransomware ",
}


@pytest.mark.slow
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_a_megabyte_of_anything_takes_two_seconds_at_most(text: str):
    find_mentions(STORY, published=PUBLISHED)
    long = text * (MEGABYTE // len(text))
    start = time.process_time()
    find_mentions(long, published=PUBLISHED)
    assert time.process_time() - start < 4 * slowness()  # twice the aim: tests are traced


@pytest.mark.slow
def test_a_megabyte_of_different_names_takes_two_seconds_at_most():
    letters = ["".join(chr(97 + n // 26**k % 26) for k in range(3)) for n in range(40_000)]
    text = " ".join(f"Daniel Roe{word} of Doe{word} Records (D{word.upper()})," for word in letters)[:MEGABYTE]
    start = time.process_time()
    find_mentions(text, published=PUBLISHED)
    assert time.process_time() - start < 4 * slowness()


def test_a_megabyte_of_prose_is_read_to_its_end():
    prose = "They said that nothing else was to be told about it by anyone in the town of Milan on that day.\n\n"
    text = prose * (MEGABYTE // len(prose)) + STORY
    assert readable(text) == text
    assert find_mentions(text, published=PUBLISHED)[-1].kind == "rights_group"


def test_of_a_text_of_names_only_the_beginning_is_read():
    assert len(readable("Roe " * MAX_SIGNS + "Doe Ltd.")) == 4 * MAX_SIGNS
