"""Extract: pages of all kinds become the same text form, and nothing else on the page becomes part of a story."""

import contextlib
import time
from datetime import UTC, datetime

import pytest
from pace import slowness

from agents.errors import Rejected
from agents.extract import extract

ARCHIVED = """---
title: Harbour City Court Jails Operator of StreamCove
url: https://torrentfreak.com/harbour-city-court-jails-operator-260312/
source: Example Outlet
date: 2026-03-13
fetch_date: 2026-03-14T10:00:00.1
---

# Harbour City Court Jails Operator of StreamCove

[![](https://example.org/logo.svg)](/)

* News ▼
  + [Piracy](https://example.org/category/piracy/)
  + [Lawsuits](https://example.org/category/lawsuits/)
* [Contact](https://example.org/contact/)

# Harbour City Court Jails Operator of StreamCove

March 12, 2026 by
[Ada Fenn](https://example.org/author/ada/)

[Home](https://example.org "Go home.") > [Lawsuits](https://example.org/category/lawsuits/ "Archives.") >

The operator of *StreamCove* was [jailed](https://example.org/x_(y)) for **two years** on Tuesday.

[![court](https://example.org/c.png)](/c.png)Prosecutors asked for three\\_years, the [court said](/a "It "is" so").

## What the Court Found

> “He knew what he was doing,” the judge said in her ruling.

* One server was seized in Port Lowe.
* Two phones were [seized](https://example.org/b) as well.

Short but real.

* [![](https://example.org/left.svg)Next Post](https://example.org/other-261111/)
* [Previous Post![](https://example.org/right.svg)](https://example.org/other-261110/)

### Tagged In:

* [Streaming](https://example.org/tag/streaming/)

### You Might Also Like:

[![](https://example.org/card.png)

Anti-Piracy

### Police Arrest Nine Men in Westmark

* March 10, 2026, 08:07 by Ada Fenn](https://example.org/police-arrest-nine/)
"""


def test_archived_page_gives_the_story_and_nothing_around_it():
    [story] = extract(ARCHIVED, url=None, media_type="text/markdown")
    assert story.text == (
        "# Harbour City Court Jails Operator of StreamCove\n"
        "\n"
        "The operator of StreamCove was jailed for two years on Tuesday.\n"
        "\n"
        "Prosecutors asked for three_years, the court said.\n"
        "\n"
        "## What the Court Found\n"
        "\n"
        "> “He knew what he was doing,” the judge said in her ruling.\n"
        "\n"
        "- One server was seized in Port Lowe.\n"
        "- Two phones were seized as well.\n"
        "\n"
        "Short but real.\n"
    )
    assert story.url == "https://torrentfreak.com/harbour-city-court-jails-operator-260312/"
    assert story.source == "Example Outlet"
    assert (story.published_at, story.date_basis) == (datetime(2026, 3, 12, tzinfo=UTC), "byline")


def test_page_without_text_is_rejected():
    with pytest.raises(Rejected, match="empty page"):
        extract(" \n", url=None, media_type="text/html")


def test_feed_time_of_the_printed_day_is_kept_and_another_day_is_not():
    same_day = datetime(2026, 3, 12, 16, 5, tzinfo=UTC)
    [story] = extract(ARCHIVED, url=None, media_type="text/markdown", published_at=same_day)
    assert (story.published_at, story.date_basis) == (same_day, "feed")
    [story] = extract(ARCHIVED, url=None, media_type="text/markdown", published_at=datetime(2026, 3, 20, 9, tzinfo=UTC))
    assert (story.published_at, story.date_basis) == (datetime(2026, 3, 12, tzinfo=UTC), "byline")


@pytest.mark.parametrize(
    ("line", "moment"),
    [
        ("March 12, 2026 by Ada Fenn", datetime(2026, 3, 12, tzinfo=UTC)),
        ("*Posted on March 12, 2026*", datetime(2026, 3, 12, tzinfo=UTC)),
        ("**Mar 12, 2026**Ada FennOnline Fraud / Piracy", datetime(2026, 3, 12, tzinfo=UTC)),
        ("Thu 12 Mar 2026 // 02:29 UTC", datetime(2026, 3, 12, 2, 29, tzinfo=UTC)),
        ("Posted in Legal, 12th March 2026 03:34 GMT", datetime(2026, 3, 12, 3, 34, tzinfo=UTC)),
        ("Ada Fenn @ 9:06 pm, March 12, 2026", datetime(2026, 3, 12, 21, 6, tzinfo=UTC)),
        ("Published 2026-03-12 23:30 +02:00", datetime(2026, 3, 12, 21, 30, tzinfo=UTC)),
        ("Updated 31 February 2026 by Ada Fenn", None),
    ],
)
def test_date_above_the_story_is_read(line, moment):
    page = f"# Raid in Port Lowe\n\n{line}\n\nPolice searched two flats in Port Lowe on Monday. No one was held.\n"
    [story] = extract(page, url=None, media_type="text/markdown")
    assert (story.published_at, story.date_basis) == (moment, "byline" if moment else "")


def test_sentence_with_a_date_is_no_dateline():
    page = "# Raid in Port Lowe\n\nOn March 12, 2026 officers searched two flats.\n\nThey took one server with them.\n"
    [story] = extract(page, url="https://example.org/raid-260313/", media_type="text/markdown")
    assert "On March 12, 2026 officers searched two flats." in story.text
    assert (story.published_at, story.date_basis) == (datetime(2026, 3, 13, tzinfo=UTC), "address")


def test_byline_below_a_standfirst_is_found_and_dropped():
    byline = "Ada Fenn @ 9:06 pm, March 12, 2026"
    page = f"# Raid\n\nOfficers had waited for this day.\n\n{byline}\n\nThey came at dawn.\n"
    [story] = extract(page, url=None, media_type="text/markdown")
    assert story.text == "# Raid\n\nOfficers had waited for this day.\n\nThey came at dawn.\n"


PROSE = "The Northbridge court heard on Tuesday that the service had sold access to films for more than six years."


def test_box_within_a_story_goes_and_the_story_goes_on():
    page = (
        f"# Raid\n\n{PROSE}\n\n## Related stories\n\n[Nine held](https://example.org/9)\n\n{PROSE}\n\nOne.\n\n{PROSE}\n"
    )
    [story] = extract(page, url=None, media_type="text/markdown")
    assert story.text == f"# Raid\n\n{PROSE}\n\n{PROSE}\n\nOne.\n\n{PROSE}\n"


def test_box_below_a_story_ends_it():
    page = (
        f"# Raid\n\n{PROSE}\n\n## Recommended for you\n\nNine men held in Westmark\n\nAda Fenn writes about courts.\n"
    )
    [story] = extract(page, url=None, media_type="text/markdown")
    assert story.text == f"# Raid\n\n{PROSE}\n"


def test_archive_copy_that_was_cut_loses_the_half_word_and_is_partial():
    front = "---\ntitle: Raid\nurl: https://example.org/raid\nsource: X\ndate: 2026-03-12\n---\n\n# Raid\n\n"
    [story] = extract(f"{front}{PROSE} They were fined 400,0...", url=None, media_type="text/markdown")
    assert story.text.endswith("They were fined\n")
    assert (story.text_status, story.date_basis) == ("partial", "front matter")
    [story] = extract(f"{front}{PROSE} They were [fined](https://exam...", url=None, media_type="text/markdown")
    assert story.text.endswith("They were fined\n")
    [story] = extract(f"{front}{PROSE}\n\n[![Advertisement](https://exam...", url=None, media_type="text/markdown")
    assert story.text.endswith(f"{PROSE}\n")


def test_archive_copy_that_was_cut_before_the_story_keeps_the_headline():
    page = "---\ntitle: Nine held in Westmark\ndate: 2026-03-12\n---\n\n* [Home](/)\n* [Abo..."
    [story] = extract(page, url=None, media_type="text/markdown")
    assert (story.text, story.text_status) == ("# Nine held in Westmark\n", "partial")


TWO = f"""Publishers Sue Mirrorhost over Comic Sites
Ada Fenn, 02 Mar 2026 08:26 AM

{PROSE}

The Claim

“We asked for four million marks,” said a lawyer for the publishers in a statement to this paper.

From: TF, for the latest news on copyright battles, piracy and more.

Prosecutors Ask for Five Years in Inkwell Case
Bo Reyes, 01 Mar 2026 08:23 PM

Inkwell was the largest group of its kind, prosecutors told the Harbour City court on Monday morning.

{PROSE}
"""


def test_text_with_two_stories_is_split_at_headings_with_bylines():
    first, second = extract(TWO, url=None, media_type="text/plain")
    assert (first.title, first.part) == ("Publishers Sue Mirrorhost over Comic Sites", 0)
    assert (second.title, second.part) == ("Prosecutors Ask for Five Years in Inkwell Case", 1)
    assert "## The Claim\n" in first.text
    assert "latest news" not in first.text
    assert "Inkwell" not in first.text
    assert (second.published_at, second.date_basis) == (datetime(2026, 3, 1, 20, 23, tzinfo=UTC), "byline")


def test_one_story_with_several_dated_headings_is_not_split():
    parts = "".join(f"## The raid of {month} 3, 2026\n\n{PROSE}\n\n{PROSE}\n\n" for month in ("May", "June"))
    assert len(extract(f"# Chronicle\n\n{parts}", url=None, media_type="text/markdown")) == 1


def test_plain_text_without_blank_lines_has_a_paragraph_per_line():
    page = f"Raid in Port Lowe\n{PROSE}\nThey came at dawn.\n"
    [story] = extract(page, url=None, media_type="text/plain")
    assert story.text == f"# Raid in Port Lowe\n\n{PROSE}\n\nThey came at dawn.\n"


def test_wrapped_plain_text_is_joined():
    page = (
        f"Raid in Port Lowe\n\n{PROSE[:60]}\n{PROSE[60:]}\n\n - One server was taken.\n - Two phones were\n   taken.\n"
    )
    [story] = extract(page, url=None, media_type="text/plain")
    joined = " ".join(f"{PROSE[:60]} {PROSE[60:]}".split())
    assert story.text == f"# Raid in Port Lowe\n\n{joined}\n\n- One server was taken.\n- Two phones were taken.\n"


def test_first_line_with_the_address_is_the_address():
    page = f"Original URL: https://example.org/raid\n\nRaid in Port Lowe\n\n{PROSE}\n"
    [story] = extract(page, url=None, media_type="text/plain")
    assert (story.url, story.title) == ("https://example.org/raid", "Raid in Port Lowe")


@pytest.mark.parametrize(
    "hostile",
    [
        "[" * 200_000,
        "![" * 100_000 + "](" * 50_000,
        '](x "' * 40_000,
        "[" * 100_000 + "]" * 100_000,
        "*" * 300_000,
        "_a" * 150_000,
        "# " * 150_000 + "x",
        "> " * 150_000,
        "- " * 150_000,
        "|-" * 150_000,
        "<a " * 100_000,
        "\\" * 300_000,
    ],
    ids=lambda text: repr(text[:6]),
)
def test_hostile_markup_takes_linear_time(hostile):
    started = time.process_time()
    extract(f"# Raid\n\n{PROSE}\n\n{hostile}\n\n{PROSE}\n", url=None, media_type="text/markdown")
    assert time.process_time() - started < 2.0 * slowness()


HEAD = """<html><head><title>Two jailed | Port Gazette</title><meta property="og:title" content="Two jailed">
<meta property="og:site_name" content="Port Gazette">
<script type="application/ld+json">{"@graph": [{"@type": "NewsArticle", "datePublished": "2026-03-12T10:00:00+01:00"}]}
</script><script>var x = "<p>Not a text</p>";</script></head><body><nav><a href="/">Home</a></nav>"""
ARTICLE = f"""<article><h1>Two jailed</h1><p class="byline">By Ada Fenn</p><p>{PROSE}</p><h2>How it began</h2>
<p>A trader sold his first <a href="/box">box</a> in 2019, police<br>said. More followed within weeks of that day.</p>
<ul><li>One server was taken in Port Lowe by officers.</li><li>Two phones were taken.</li></ul>
<blockquote><p>“We are pleased with the outcome,” said an officer of the unit.</p></blockquote></article>"""
FOOT = """<section><h3>You might also like</h3><ul><li><a href="/9">Nine held in Westmark</a></li></ul></section>
<footer>All rights reserved</footer></body></html>"""


def html(page: str, **known):
    return extract(page, url="https://gazette.example/two-jailed", media_type="text/html", **known)


def test_html_page_gives_the_same_text_form():
    [story] = html(HEAD + ARTICLE + FOOT)
    assert story.text == (
        f"# Two jailed\n\n{PROSE}\n\n## How it began\n\n"
        "A trader sold his first box in 2019, police said. More followed within weeks of that day.\n\n"
        "- One server was taken in Port Lowe by officers.\n- Two phones were taken.\n\n"
        "> “We are pleased with the outcome,” said an officer of the unit.\n"
    )
    assert (story.title, story.source, story.text_status) == ("Two jailed", "Port Gazette", "full")
    assert (story.published_at, story.date_basis) == (datetime(2026, 3, 12, 9, tzinfo=UTC), "page")


def test_html_page_in_bytes_of_another_charset():
    page = (HEAD + ARTICLE.replace("trader", "händler") + FOOT).replace("<head>", '<head><meta charset="windows-1252">')
    assert "A händler sold" in html(page.encode("cp1252"))[0].text


def test_html_digest_is_split():
    story = "<{0}><h2>{1}</h2><p>By Ada Fenn | {2} March 2026</p><p>" + PROSE + "</p><p>" + PROSE + " {1}.</p></{0}>"
    for tag in ("article", "div"):
        page = f"{HEAD}<h1>The week</h1>{story.format(tag, 'Two jailed', 3)}{story.format(tag, 'Site sued', 4)}{FOOT}"
        first, second = html(page, title="The week")
        assert (first.title, second.title, second.part) == ("Two jailed", "Site sued", 1)
        assert (second.published_at, second.date_basis) == (datetime(2026, 3, 4, tzinfo=UTC), "byline")
        assert "Site sued" not in first.text
        assert "Nine held" not in second.text


def test_paywall_and_teaser_are_partial():
    closed = HEAD.replace('"@type"', '"isAccessibleForFree": "False", "@type"')
    assert html(closed + ARTICLE + FOOT)[0].text_status == "partial"
    teaser = ARTICLE.replace("</article>", "<p>Subscribe now to continue reading this article.</p></article>")
    assert html(HEAD + teaser + FOOT)[0].text_status == "partial"


@pytest.mark.parametrize(
    ("page", "reason"),
    [
        ("<html><body></body></html>", "no article text"),
        ("", "empty page"),
        ("<html><body><p>Please enable JavaScript to view this page.</p></body></html>", "scripts"),
        ("<p>" + "x" * (5 * 1024 * 1024), "larger than"),
    ],
)
def test_page_that_holds_no_story_is_rejected_with_a_reason(page, reason):
    with pytest.raises(Rejected, match=reason):
        html(page)


@pytest.mark.parametrize(
    "hostile",
    [
        "<script>" * 30_000,
        "<div>" * 30_000,
        "<!--" * 50_000,
        "<p " + "a " * 3_000 + ">",
        "\x00" * 1000,
        "<a><b>" * 5_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_hostile_html_ends_in_a_story_or_a_reason(hostile):
    started = time.process_time()
    with contextlib.suppress(Rejected):
        html(HEAD + ARTICLE + hostile)
    assert time.process_time() - started < 5.0 * slowness()


def test_page_that_calls_itself_a_digest_is_split_at_its_headings():
    items = "".join(f"<h2>{name}</h2><p>{PROSE} {name}.</p>" for name in ("Perfume seller fined", "Student sentenced"))
    page = f"<html><body><h1>Court round-up: two cases</h1><p>Briefly told.</p>{items}{FOOT}"
    first, second = html(page)
    assert first.text == f"# Perfume seller fined\n\n{PROSE} Perfume seller fined.\n"
    assert second.text == f"# Student sentenced\n\n{PROSE} Student sentenced.\n"
    assert len(html(page.replace("round-up", "report"))) == 1


def test_boxes_teasers_and_pointers_of_an_html_page_are_left_out():
    boxes = f"""<div><span>Sponsored</span><p>Learn why 300 firms were seized by doubt, in our free guide.</p></div>
    <p><b>Also on the wire:</b> <a href="/9">Nine men were held in Westmark on Monday</a></p><p>{PROSE} Twice.</p>
    <div><h2>Read next</h2><div><a href="/8"><h3>Eight held</h3></a><p>Police arrested eight men …</p></div></div>
    <div><h2>3 comments</h2><p>They should have been jailed for life, if you ask me, like in my day.</p></div>"""
    byline = "<div>3 March 2026 &middot; A. Fenn &middot; 1 min</div>"
    page = f"<html><body><h1>Two jailed</h1>{byline}<p>{PROSE}</p>{boxes}{FOOT}"
    [story] = html(page)
    assert story.text == f"# Two jailed\n\n{PROSE}\n\n{PROSE} Twice.\n"
    assert (story.published_at, story.date_basis) == (datetime(2026, 3, 3, tzinfo=UTC), "byline")


def test_wrapper_that_begins_with_share_links_is_not_taken_for_a_box():
    body = (
        f"<div class='wrap'><h4>Share this</h4><div><h1>Two jailed</h1><p>{PROSE}</p><p>{PROSE} Twice.</p></div></div>"
    )
    [story] = html(f"<html><body>{body}{FOOT}")
    assert story.text == f"# Two jailed\n\n{PROSE}\n\n{PROSE} Twice.\n"


@pytest.mark.parametrize(
    ("head", "moment", "basis"),
    [
        (
            '<script type="application/ld+json">{broken</script><time datetime="2026-03-12">',
            datetime(2026, 3, 12, tzinfo=UTC),
            "page",
        ),
        (
            '<meta name="date" content="soon"><meta name="DC.date.issued" content="2026-03-12">',
            datetime(2026, 3, 12, tzinfo=UTC),
            "page",
        ),
        ('<meta property="article:published_time" content="0001-01-01T00:00:00+05:00">', None, ""),
        ('<script type="application/ld+json">[[[[[[[[{"datePublished": "2026-03-12"}]]]]]]]]</script>', None, ""),
    ],
)
def test_odd_metadata_is_passed_over(head, moment, basis):
    [story] = html(f"<html><head>{head}</head><body>{ARTICLE}</body></html>")
    assert (story.published_at, story.date_basis) == (moment, basis)


def test_title_of_a_page_without_a_heading_is_that_of_its_head_without_the_site():
    [story] = html(f"<html><head><title>Two jailed - Port Gazette</title></head><body><p>{PROSE}</p></body></html>")
    assert story.title == "Two jailed"


def test_code_rules_and_tables_of_markdown_become_paragraphs():
    table = "| Site | Fine |\n|---|---|\n| a.example | 500 marks |"
    page = f"# Raid\n\n{PROSE}\n\n---\n\n```\nseized.example\n```\n\n{table}\n"
    [story] = extract(page, url="http://[odd/", media_type="text/markdown")
    assert story.text == f"# Raid\n\n{PROSE}\n\nseized.example\n\nSite | Fine\n\na.example | 500 marks\n"


def test_address_in_front_matter_that_is_no_web_address_is_left_out():
    front = "---\ntitle: Raid\nurl: javascript:alert(1)\n---\n\n"
    assert extract(f"{front}# Raid\n\n{PROSE}\n", url=None, media_type="text/markdown")[0].url is None


@pytest.mark.parametrize("heading", ["Comment", "Discussion"])
def test_a_note_of_a_law_firm_goes_on_below_its_comment(heading: str):
    note = ARCHIVED.replace("[![court]", f"## {heading}\n\nThe operator will appeal the judgment.\n\n[![court]")
    assert "will appeal" in extract(note, url=None, media_type="text/markdown")[0].text
