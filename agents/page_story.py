"""The stories on a page: where each begins and ends, and what stands between that is no part of it."""

import re
import tomllib
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from itertools import pairwise
from typing import NamedTuple
from urllib.parse import urlsplit

from agents.page_blocks import Block
from agents.page_dates import is_byline, is_dateline, printed_date


class Found(NamedTuple):
    """A story as it stands on a page."""

    title: str
    """Its own heading; empty if it has none."""
    date: datetime | None
    """As printed at its head."""
    blocks: list[Block]


class Rules(NamedTuple):
    """Patterns for what stands around stories, tried on a whole block."""

    end: re.Pattern[str]
    box: re.Pattern[str]
    drop: re.Pattern[str]
    pointer: re.Pattern[str]

    def is_furniture(self, text: str) -> bool:
        return any(pattern.match(text) for pattern in (self.end, self.box, self.drop))


_HEAD = 10
"""So many blocks below a heading are looked at to tell the story from its teaser."""
_BEFORE = 5
"""So many blocks above the heading may hold the dateline."""
_DIGEST = re.compile(r"\b(round-?up|digest|in brief|briefs|week in review|this week in)\b", re.IGNORECASE)
_LATE = 4
"""So many blocks below a standfirst may hold the dateline."""
_STORY_PROSE = 2
"""A story among several, and the rest of a story below a box, has at least so many paragraphs of prose."""


def stories(blocks: Sequence[Block], *, title: str, rules: Rules) -> list[Found]:
    """Return the stories of a page: several, or the one that the heading `title` stands above."""
    start = _start(blocks, title)
    heading = title or (blocks[start].text if start >= 0 else "")
    digest = _digest(blocks[start + 1 :], rules) if is_digest(heading) else []
    return _several(blocks, rules) or digest or [_story(blocks, start, rules)]


def is_digest(title: str) -> bool:
    """Return whether a title says that below it stand several stories."""
    return _DIGEST.search(title) is not None


def _several(blocks: Sequence[Block], rules: Rules) -> list[Found]:
    """Return the stories of a page that holds at least two, each a heading with a byline and paragraphs below it."""
    starts = [
        number
        for number, (block, below) in enumerate(pairwise(blocks))
        if block.kind == "heading" and block.linked < 0.9 and below.kind == "paragraph" and is_byline(below.text)
    ]
    return _parts(blocks, starts, rules, prose=_STORY_PROSE)


def _digest(blocks: Sequence[Block], rules: Rules) -> list[Found]:
    """Return the stories of a page that calls itself a digest: one below each heading of its highest level."""
    levels = [block.level for block in blocks if block.kind == "heading"]
    starts = [number for number, block in enumerate(blocks) if block.kind == "heading" and block.level == min(levels)]
    return _parts(blocks, starts, rules, prose=1)


def _parts(blocks: Sequence[Block], starts: list[int], rules: Rules, *, prose: int) -> list[Found]:
    """Cut the page at `starts`. Return an empty list unless at least two parts have text and names of their own."""
    parts = [blocks[start:end] for start, end in pairwise([*starts, len(blocks)])]
    whole = [part for part in parts if _prose_count(_until_end(part[1:], rules)) >= prose]
    distinct = {words(part[0].text) for part in whole}
    return [_story(part, 0, rules) for part in whole] if len(distinct) == len(whole) > 1 else []


def page_rules(url: str | None) -> Rules:
    """Return the patterns that hold for the host of a page. Source: `lexicon/pages.toml`.

    Of hosts without patterns of their own nothing is kept: their number has no bound.
    """
    try:
        host = urlsplit(url or "").hostname or ""
    except ValueError:
        host = ""
    known = [name for name in _table() if f".{host}".endswith(f".{name}")]
    return _rules(*known)


@cache
def _rules(*hosts: str) -> Rules:
    sets = [_table()[name] for name in ("any", *hosts)]
    return Rules(*(_any_of(sets, name) for name in Rules._fields))


@cache
def _table() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads(files("agents.lexicon").joinpath("pages.toml").read_text("utf-8"))


def _any_of(sets: list[dict[str, list[str]]], name: str) -> re.Pattern[str]:
    patterns = [pattern for rules in sets for pattern in rules.get(name, ())]
    return re.compile(rf"\W{{0,4}}(?:{'|'.join(patterns)})\W{{0,4}}\Z", re.IGNORECASE)


def is_prose(block: Block) -> bool:
    """Return whether a block is running text rather than a label or navigation."""
    if block.kind not in ("paragraph", "quote") or block.linked > 0.5:
        return False
    return len(block.text) >= 80 or (len(block.text) >= 40 and block.text[-1] in ".!?”\"'")


def _prose_count(blocks: Iterable[Block]) -> int:
    return sum(map(is_prose, blocks))


def words(text: str) -> str:
    """Return a text's words in lower case, for comparison."""
    return " ".join(re.sub(r"[\W_]+", " ", text).lower().split())


def _start(blocks: Sequence[Block], title: str) -> int:
    """Return the place of the heading that the story stands below; -1 if there is none.

    A page may say its title several times (archive head, navigation, story): the one with most prose below it counts,
    of equals the last. Without one that says the title, the last heading of the first level.
    """
    wanted = words(title)
    headings = [number for number, block in enumerate(blocks) if block.kind == "heading"]
    same = [number for number in headings if wanted and words(blocks[number].text) == wanted]
    top = [number for number in headings if blocks[number].level == 1 and blocks[number].linked < 0.9]
    candidates = [*same, *top]
    prose = {number: _prose_count(blocks[number + 1 : number + 1 + _HEAD]) for number in candidates}
    return max(candidates, key=lambda number: (prose[number], number), default=-1)


def _story(blocks: Sequence[Block], start: int, rules: Rules) -> Found:
    heading = blocks[start].text if start >= 0 else ""
    below = [block for block in blocks[start + 1 :] if not heading or words(block.text) != words(heading)]
    size = _head_size(below, rules)
    around = [*below[: size + _LATE], *reversed(blocks[max(0, start - _BEFORE) : max(0, start)])]
    dates = (printed_date(block.text) for block in around if is_dateline(block.text))
    head = [block for block in below[:size] if block.kind == "heading" and block.linked < 0.5]
    late = [block for block in below[size : size + _LATE] if not is_dateline(block.text)]
    body = _until_end([*head, *late, *below[size + _LATE :]], rules)
    return Found(heading, next((date for date in dates if date), None), _without_furniture(body, rules))


def _head_size(blocks: Sequence[Block], rules: Rules) -> int:
    """Return how many blocks below the heading are byline, breadcrumbs, captions and the like, not yet story."""
    for number, block in enumerate(blocks):
        label = block.kind in ("rule", "heading") or block.linked >= 0.6 or is_dateline(block.text)
        short = len(block.text) < 60 and not block.text.endswith((".", "!", "?", ":", "”", '"', "’"))
        if not (label or short or rules.is_furniture(block.text)):
            return number
    return len(blocks)


def _until_end(blocks: Sequence[Block], rules: Rules) -> Iterator[Block]:
    """Yield what stands above the end of the story, without the boxes in it.

    A box with no prose to speak of below it is the end.
    """
    end = next((number for number, block in enumerate(blocks) if rules.end.match(block.text)), len(blocks))
    prose_left = sum(map(is_prose, blocks[:end]))
    in_box = False
    for block in blocks[:end]:
        prose = is_prose(block)
        if rules.box.match(block.text):
            in_box = True
            if prose_left < _STORY_PROSE:
                return
        in_box = in_box and not prose
        prose_left -= prose
        if not in_box:
            yield block


def _without_furniture(blocks: Iterable[Block], rules: Rules) -> list[Block]:
    kept: list[Block] = []
    for block in blocks:
        share = 0.4 if rules.pointer.match(block.text) else 0.9
        pointer = block.linked >= share and block.kind != "item" and (block.kind == "heading" or len(block.text) < 200)
        if not (pointer or block.kind == "rule" or rules.drop.match(block.text)):
            kept.append(block)
    return _without_menus(kept)


def _without_menus(blocks: list[Block]) -> list[Block]:
    """Drop lists of which every item is a link, and headings that nothing follows (but not if all are headings)."""
    kept: list[Block] = []
    position = 0
    while position < len(blocks):
        end = position + 1
        while blocks[position].kind == "item" and end < len(blocks) and blocks[end].kind == "item":
            end += 1
        run = blocks[position:end]
        if run[0].kind != "item" or any(block.linked < 0.9 for block in run):
            kept.extend(run)
        position = end
    last = next((number for number in range(len(kept), 0, -1) if kept[number - 1].kind != "heading"), len(kept))
    return kept[:last]
