"""Keys from what an article says besides its events: words of its headline, its links, the names it goes back to."""

from collections.abc import Iterable, Sequence
from datetime import date
from functools import cache

from agents.lexicon import words
from agents.link_keys import brand, kind_of, party, service
from schemas.events import Link
from schemas.ids import canonical_url, is_web
from schemas.tokens import tokens

MAX_LINKS = 12
"""Of one strand that make keys."""
_BUCKET = 3
"""Days. A headline is kept under its own span of days, and looked up in the spans before and after it too."""


@cache
def _plain_words() -> frozenset[str]:
    return words("headline_words.txt")


def headline_keys(title: str, published: date) -> list[str]:
    """Return keys for the telling words of a headline: for its days, and for ever."""
    found = dict.fromkeys(word for word in tokens(title) if len(word) > 2 and word not in _plain_words())
    telling, span = list(found)[:12], published.toordinal() // _BUCKET
    return [
        *(f"title:{word}|{span}" for word in telling),
        *(f"word:{word}" for word in telling if not word.isdigit()),
    ]


def page_keys(url: str | None, links: Sequence[Link]) -> list[str]:
    """Return keys for the page of an article and for the first pages that it links to."""
    own = [f"page:{canonical_url(url)}"] if url and is_web(url) else []
    return own + [f"cites:{link.url}" for link in links[:MAX_LINKS]]


def text_keys(names: Iterable[str]) -> list[str]:
    """Return keys for the names that a text goes back to, but those met in many cases."""
    folded = (_text_name(name) for name in names if kind_of(name) != "known")
    return [f"name:{name}" for name in dict.fromkeys(folded)]


def _text_name(name: str) -> str:
    """Return a name as one word, whatever it names: `Stream Cove Ltd` and `streamcove.example` are one."""
    return brand(name) or service(party(name))


def looked_up(keys: Iterable[str]) -> dict[str, str]:
    """Return the keys to look up for a strand's own, and for each the one as which it counts.

    Words of a headline are looked up in the days before and after too; a page where it is linked to, and a link where
    the page is.
    """
    found: dict[str, str] = {}
    for key in keys:
        kind, _, rest = key.partition(":")
        found[key] = key
        if kind == "title":
            word, _, span = key.rpartition("|")
            found |= {near: near for near in (f"{word}|{int(span) + step}" for step in (-1, 1))}
        elif kind == "page":
            found[f"cites:{rest}"] = key
        elif kind == "cites":
            found[f"page:{rest}"] = f"page:{rest}"
    return found
