import time
from datetime import date
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

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


SIZE = 400_000
NASTY = {
    "capitals": "Aaaa " * (SIZE // 5),
    "capitals and of": "Court of " * (SIZE // 9),
    "one word": "a" * SIZE,
    "one capital word": "A" * SIZE,
    "digits": "1" * SIZE,
    "digits and commas": "1,111," * (SIZE // 6),
    "dots": "a." * (SIZE // 2),
    "defanged": "a[.]" * (SIZE // 4),
    "brackets": "(" * SIZE,
    "quotes": "“A" * (SIZE // 2),
    "blanks": " " * SIZE,
    "dollars": "$1 " * (SIZE // 3),
    "numbers": "one hundred and " * (SIZE // 16),
    "months": "May 24 " * (SIZE // 7),
    "years": "two years and " * (SIZE // 14),
    "ago": "a few days ago " * (SIZE // 15),
    "persons": "Daniel Roe, 36, " * (SIZE // 16),
    "acronyms": "Roe Records (RR) " * (SIZE // 17),
    "possessives": "Roe’s Court’s " * (SIZE // 14),
    "names": "Daniel Roe and Jane Doe sued Roe Ltd. in Milan. " * (SIZE // 48),
    "right to left": "\u202eRoe\u202c " * (SIZE // 6),
    "sites": "the pirate site Roe the Doe ransomware " * (SIZE // 39),
}


@pytest.mark.slow
@pytest.mark.parametrize("text", NASTY.values(), ids=NASTY.keys())
def test_cost_grows_with_length_only(text: str):
    find_mentions(text[:1000], published=PUBLISHED)
    start = time.process_time()
    find_mentions(text[: SIZE // 10], published=PUBLISHED)
    tenth = time.process_time()
    find_mentions(text, published=PUBLISHED)
    assert time.process_time() - tenth < 25 * (tenth - start) + 0.5


@pytest.mark.slow
def test_a_megabyte_of_prose_takes_two_seconds_at_most():
    text = (STORY + " Nothing else was said about it by anyone in the town that day, and so it went.\n\n") * 2500
    start = time.process_time()
    find_mentions(text[:SIZE], published=PUBLISHED)
    assert time.process_time() - start < 4  # twice the aim, as machines differ
