"""Links in a story: where they lead, and in which paragraph they stand."""

from agents.extract import MAX_LINKS, extract
from agents.page_markup import hidden

PAGE = """# Raid in Port Lowe

Officers [searched two flats](https://gazette.example/raid_(port)?utm_source=x "The first") on *Monday*, police said.

They took [one server](/2026/server) and [![](https://gazette.example/p.png)a phone](<http://Other.example/a_b_c>) away.

Nobody was [held](#top), [it](mailto:a@b.example) was [said](https://gazette.example/raid_(port)), [again](/lowe).
"""


def links_of(body: str, media_type: str = "text/markdown") -> list[tuple[str, str]]:
    [story] = extract(body, url="https://gazette.example/lowe", media_type=media_type)
    return [(link.url, story.text[slice(*link.span)].strip()) for link in story.links]


def test_links_of_a_page_stand_in_their_paragraphs_each_address_once():
    assert links_of(PAGE) == [
        ("https://gazette.example/raid_(port)", "Officers searched two flats on Monday, police said."),
        ("https://gazette.example/2026/server", "They took one server and a phone away."),
        ("https://other.example/a_b_c", "They took one server and a phone away."),
    ]


def test_html_has_the_same_links():
    page = (
        "<html><body><article><h1>Raid in Port Lowe</h1>"
        '<p>Officers <a href="https://gazette.example/r?a=1&amp;b=2">searched two flats</a> in the port on Monday.</p>'
        '<p>They took <a href="/2026/server">one server</a>, <a href="javascript:x()">a phone</a> and left.</p>'
        "</article></body></html>"
    )
    assert links_of(page, "text/html") == [
        ("https://gazette.example/r?a=1&b=2", "Officers searched two flats in the port on Monday."),
        ("https://gazette.example/2026/server", "They took one server, a phone and left."),
    ]


def test_characters_that_hide_addresses_are_no_text_and_no_link_on_a_page():
    page = f"# Raid in Port Lowe\n\nOfficers searched two flats {hidden('https://evil.example/')} on Monday.\n"
    [story] = extract(page, url=None, media_type="text/markdown")
    assert story.text.endswith("Officers searched two flats on Monday.\n")
    assert story.links == ()


def test_of_a_page_full_of_links_the_first_count():
    body = " ".join(f"Police searched [flat {number}](/flat/{number}) in Port Lowe." for number in range(99))
    assert len(links_of(f"# Raid in Port Lowe\n\n{body}\n")) == MAX_LINKS
