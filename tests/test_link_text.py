"""What an article says besides its events: words of headlines, links and names, and what they do for its case."""

from collections.abc import Iterator
from datetime import date
from pathlib import Path

import pytest
from casework import DAY, article, event

from agents.link import link
from agents.link_evidence import worth_of
from agents.link_strands import Text, strands_of
from agents.link_text import headline_keys, looked_up, page_keys, text_keys
from schemas.events import ArticleEvents, CaseUpdate, Link
from schemas.taxonomy import TimeRole
from streamer.stores.sqlite import SqliteStore

SUIT = event("lawsuit_filed", target=("brightcove.example",), court="Quay District Court", main=True)
RULING = event("ruling_other", target=("brightcove.example",), court="Quay District Court", main=True)
TO_FIRST = (Link(url="https://gazette.example/first", span=(0, 50)),)


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def run(store: SqliteStore, *messages: ArticleEvents) -> list[CaseUpdate]:
    return [update for message in messages for update in link(message, store=store, now=lambda: DAY)]


def test_headlines_of_the_same_days_share_keys_and_later_ones_none() -> None:
    kept, near, far = (headline_keys("Lantern thieves arrested by police", date(2025, 3, day)) for day in (1, 4, 20))
    assert {key.split("|")[0] for key in kept} == {"title:lantern", "title:thieves", "word:lantern", "word:thieves"}
    assert {"title:lantern", "word:lantern"} <= _kinds(set(kept) & {*looked_up(near)})
    assert {"word:lantern", "word:thieves"} == set(kept) & {*looked_up(far)}


def _kinds(keys: set[str]) -> set[str]:
    return {key.split("|")[0] for key in keys}


def test_a_link_leads_to_the_page_from_either_side_and_two_links_to_a_third_page_are_something_else() -> None:
    links = [Link(url="https://gazette.example/raid", span=(0, 9))]
    later = looked_up(page_keys("http://Gazette.example/trial?utm_source=feed", links))
    assert later["page:https://gazette.example/raid"] == "page:https://gazette.example/raid"
    assert later["cites:https://gazette.example/trial"] == "page:https://gazette.example/trial"
    assert later["cites:https://gazette.example/raid"] == "cites:https://gazette.example/raid"


def test_an_article_that_came_as_a_file_has_no_page() -> None:
    assert page_keys(None, []) == page_keys("file.md", []) == []


def test_names_of_a_text_fold_together_and_those_of_many_cases_are_left_out() -> None:
    assert text_keys(["Brightcove", "Bright Cove Ltd", "brightcove.example", "Google"]) == ["name:brightcove"]


def test_a_name_that_is_also_in_both_headlines_and_texts_counts_once() -> None:
    keys = {"target:brightcove.example": 1, "target:brightcove": 1}
    repeated = keys | {"name:brightcove": 1, "word:brightcove": 1}
    assert worth_of(repeated) == worth_of(keys)
    assert worth_of(repeated | {"word:lantern": 1})["word"] == 1


def test_links_belong_to_the_strand_that_their_paragraph_tells_of_and_others_to_the_first() -> None:
    main = event("raid", target=("a.example",), span=(10, 20), main=True)
    recap = event("sentence", defendant=("Anna Berg",), span=(110, 120), case=1, time_role=TimeRole.BACKGROUND)
    links = [Link(url=f"https://x.example/{at}", span=(at, at + 50)) for at in (0, 100, 200)]
    first, second = strands_of([main, recap], Text("", DAY.date(), "https://x.example/own", links))
    cited = [[key for key in one.keys if key.startswith(("cites:", "page:"))] for one in (first, second)]
    assert cited == [
        ["page:https://x.example/own", "cites:https://x.example/0", "cites:https://x.example/200"],
        ["cites:https://x.example/100"],
    ]


def test_a_link_to_an_earlier_article_and_a_name_in_common_make_one_case(store: SqliteStore) -> None:
    opened, joined = run(store, article(SUIT), article(RULING, name="later", day=200, links=TO_FIRST))
    assert joined.case.id == opened.case.id
    assert any(one.score.get("page", 0) > 0 for one in store.timeline(joined.case.id))


def test_without_the_link_the_same_articles_are_two_cases(store: SqliteStore) -> None:
    opened, other = run(store, article(SUIT), article(RULING, name="later", day=200))
    assert other.case.id != opened.case.id


def test_a_link_alone_makes_no_case(store: SqliteStore) -> None:
    suit = event("lawsuit_filed", target=("dimcove.example",), court="Quay District Court", main=True)
    opened, other = run(store, article(SUIT), article(suit, name="later", links=TO_FIRST))
    assert other.case.id != opened.case.id


def test_an_article_that_was_linked_to_before_it_came_in_joins_all_the_same(store: SqliteStore) -> None:
    opened, joined = run(store, article(RULING, name="later", day=200, links=TO_FIRST), article(SUIT))
    assert joined.case.id == opened.case.id
