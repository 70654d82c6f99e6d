"""The labelled articles as the coder sees them: each file read by `agents.extract`, with its labels beside it.

Three sets: the gold set, on which quality is reported, and two that are only learnt from: `labels/corpus.jsonl`, more
articles of the same corpus (it holds no text: its quotes are spans of the article's file), and `labels/written`,
invented articles in the manner of outlets that the corpus lacks.
"""

import hashlib
import json
import re
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from agents.extract import extract
from schemas.events import Article
from schemas.ids import article_id, text_hash

FOLDS = 5
MORE = Path(__file__).parent / "labels" / "corpus.jsonl"
WRITTEN = Path(__file__).parent / "labels" / "written"
CUT = 8000
"""Characters of a file that were labelled."""
NEARLY = 9000
"""Files up to this long are read whole: what was cut off holds no act of its own, and may be all text of a page."""

_PICTURE = re.compile(r"!\[[^\]]*\]\([^)]*\)")
_LINK = re.compile(r"!?\[([^\]]*)\]\([^)]*\)")


class Labelled(NamedTuple):
    """A file, the stories on it, and the events that a person found there."""

    name: str
    row: dict[str, Any]
    articles: tuple[Article, ...]
    fold: int
    looked_at: bool
    """True for the half of the articles whose errors may be read by who writes rules."""
    complete: bool = True
    """False where what is told in passing may not be labelled."""
    page: str = ""
    """The file as it is."""

    @property
    def text(self) -> str:
        """What may be quoted: the page without pictures and the addresses of links."""
        return _LINK.sub(r"\1", _PICTURE.sub("", self.page))


def load(folder: Path) -> list[Labelled]:
    """Return the labelled articles of a folder with `labels.jsonl` and the pages in `texts/` or `articles/`."""
    rows = [json.loads(line) for line in (folder / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]
    pages = next(folder / name for name in ("texts", "articles") if (folder / name).is_dir())
    files = {path.stem: path for path in pages.iterdir()}
    return [_labelled(row, files[row["article"]].read_text("utf-8")) for row in rows]


def load_all(gold: Path) -> list[Labelled]:
    """Return all three sets; the corpus is looked for beside the gold set."""
    return load(gold) + load_more(gold.parent / "corpus") + load(WRITTEN)


def load_more(corpus: Path) -> list[Labelled]:
    """Return more articles of the corpus; `corpus` is the folder with a folder of files per outlet."""
    rows = [json.loads(line) for line in MORE.read_text("utf-8").splitlines()]
    found = []
    for row in rows:
        text = (corpus / f"{row['article']}.md").read_text("utf-8")
        text = text if len(text) <= NEARLY else text[:CUT]
        events = [event | {"evidence": _LINK.sub(r"\1", text[slice(*event["evidence"])])} for event in row["events"]]
        found.append(_labelled(row | {"events": events}, text)._replace(complete=False))
    return found


def _labelled(row: dict[str, Any], text: str) -> Labelled:
    name = row["article"]
    digest = hashlib.sha256(name.encode()).digest()
    fold = int.from_bytes(digest[1:5], "big") % FOLDS
    return Labelled(name, row, stories(name, text), fold, digest[0] % 2 == 0, page=text)


def stories(name: str, text: str) -> tuple[Article, ...]:
    """Return the stories of an archived page as articles."""
    kind = "text/markdown" if text.startswith("---") else "text/plain"
    return tuple(
        Article(
            id=article_id(name, story.part),
            item_id=name,
            source=story.source or "archive",
            url=story.url,
            part=story.part,
            version=text_hash(story.text),
            title=story.title,
            text=story.text,
            links=story.links,
            language="en",
            published_at=story.published_at,
            seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for story in extract(text, url=None, media_type=kind)
    )
