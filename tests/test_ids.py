"""Ids depend on what makes the thing the same thing, and on nothing else."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.ids import article_id, canonical_url, item_id, make_id, text_hash

PARTS = st.lists(st.text(), max_size=4)


@given(PARTS, PARTS)
def test_ids_are_equal_only_for_equal_parts(first: list[str], second: list[str]):
    assert (make_id("case", *first) == make_id("case", *second)) == (first == second)


def test_borders_between_parts_count():
    assert make_id("case", "ab", "c") != make_id("case", "a", "bc") != make_id("case", "abc")


def test_the_kind_counts_and_is_readable():
    assert make_id("case", "x")[5:] != make_id("item", "x")[5:]
    assert re.fullmatch(r"case-[a-z2-7]{20}", make_id("case", "x"))


def test_ids_do_not_change_between_releases():
    """Stored ids would lose their things."""
    assert make_id("case", "a", "b") == "case-2od7qvyocvc2immjlf3w"
    assert text_hash("Police arrested two men.") == "ea545c79807c22a276dd89249bc427c9"


@pytest.mark.parametrize(
    ("given_url", "canonical"),
    [
        ("http://News.Example/a", "https://news.example/a"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example:443/a#top", "https://news.example/a"),
        ("http://news.example:80/a", "https://news.example/a"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        ("https://news.example./a", "https://news.example/a"),
        ("  https://news.example/a \n", "https://news.example/a"),
        ("https://news.example/a?utm_source=x&id=7&fbclid=y", "https://news.example/a?id=7"),
        ("https://news.example/a?b=2&a=1", "https://news.example/a?b=2&a=1"),
        ("https://news.example/a?empty=", "https://news.example/a?empty="),
        ("https://news.example/%7Ea/caf%C3%A9", "https://news.example/~a/caf%C3%A9"),
        ("https://news.example/café", "https://news.example/caf%C3%A9"),
        ("https://user:pass@news.example/a", "https://news.example/a"),
        ("https://[2001:db8::1]:443/a", "https://[2001:db8::1]/a"),
        ("https://[2001:db8::1]:8443/a", "https://[2001:db8::1]:8443/a"),
    ],
)
def test_copies_of_an_address_fall_together(given_url: str, canonical: str):
    assert canonical_url(given_url) == canonical
    assert canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "wrong",
    [
        "",
        "news.example/a",
        "ftp://news.example/a",
        "javascript:alert(1)",
        "https://",
        "http://./",
        "file:///etc/passwd",
    ],
)
def test_what_is_no_web_address_is_refused(wrong: str):
    with pytest.raises(ValueError, match="not a web address"):
        canonical_url(wrong)


@pytest.mark.parametrize("wrong", ["https://news.example:99999/", "https://[::1", "https://news.example:x/"])
def test_broken_addresses_are_refused(wrong: str):
    with pytest.raises(ValueError):
        canonical_url(wrong)


@given(st.from_regex(r"https?://[a-z0-9.-]{1,20}(:[0-9]{1,4})?/[ -~]{0,30}", fullmatch=True))
def test_the_canonical_form_is_its_own(url: str):
    try:
        once = canonical_url(url)
    except ValueError:
        return
    assert canonical_url(once) == once


def test_an_item_is_its_guid_else_its_address():
    assert item_id("a", "guid-1", "https://x.example/1") == item_id("a", "guid-1", "https://x.example/2")
    assert item_id("a", None, "http://x.example/1?utm_source=b") == item_id("a", None, "https://x.example/1")
    assert item_id("a", "guid-1", None) != item_id("b", "guid-1", None)
    assert item_id("a", "https://x.example/1", None) != item_id("a", None, "https://x.example/1")


def test_an_item_without_guid_and_address_is_refused():
    with pytest.raises(ValueError, match="needs a guid or an address"):
        item_id("a", None, None)


def test_stories_of_a_page_have_ids_of_their_own():
    page = "https://x.example/"
    assert article_id(page) == article_id(page, 0) != article_id(page, 1)


def test_white_space_does_not_make_a_new_version():
    assert text_hash("two  men\n\narrested ") == text_hash("two men arrested") != text_hash("two men charged")
