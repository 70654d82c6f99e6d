"""Import this in a process that workers are forked from: what each would load at its first task is loaded before.

A new worker is then as fast as an old one, and all share the memory of the models and lexicons.
"""

import gc
from datetime import UTC, datetime

import streamer.feeds.parse  # noqa: F401 (workers parse feeds too)
from agents.classify import classify
from agents.extract import extract
from schemas.events import Article

PAGE = """<!doctype html><html><head><title>Port Selby police raid two shops over pirate boxes</title></head><body>
<article><h1>Port Selby police raid two shops over pirate boxes</h1>
<p>Officers of Port Selby Police raided two shops on Monday and arrested Ada Brill over the streaming service
brilltv.example, the force said. The High Court had ordered her to pay $40,000 to Harbour Films Ltd in May 2019.</p>
</article></body></html>"""


def load() -> None:
    """Read one page as a worker would, which loads all that reading needs."""
    [story] = extract(PAGE, url=None, media_type="text/html")
    at = datetime(2020, 1, 1, tzinfo=UTC)
    classify(
        Article(
            id="article-0",
            item_id="item-0",
            source="desk",
            version="0",
            title=story.title,
            text=story.text,
            language="en",
            published_at=at,
            seen_at=at,
        )
    )
    gc.collect()
    gc.freeze()  # collecting would write to the shared pages, and so copy them


load()
