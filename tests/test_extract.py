"""Extract: pages of all kinds become the same text form, and nothing else on the page becomes part of a story."""

from datetime import UTC, datetime

import pytest

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

The operator of *StreamCove* was [jailed](https://example.org/x_(y)) for **two years** on Tuesday. He had pleaded guilty.

[![court](https://example.org/court.png)](https://example.org/court.png)Prosecutors asked for three\\_years, the [court said](https://example.org/a "Say "it" all").

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
        "The operator of StreamCove was jailed for two years on Tuesday. He had pleaded guilty.\n"
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
