"""The labelled articles as the coder sees them: each file read by `agents.extract`, with its labels beside it."""

import hashlib
import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, NamedTuple

from agents.extract import extract
from schemas.events import Article
from schemas.ids import article_id, text_hash

FOLDS = 5


class Labelled(NamedTuple):
    """A file, the stories on it, and the events that a person found there."""

    name: str
    row: dict[str, Any]
    articles: tuple[Article, ...]
    fold: int
    looked_at: bool
    """True for the half of the articles whose errors may be read by who writes rules."""


def load(gold: Path) -> list[Labelled]:
    """Return the labelled articles of a folder with `labels.jsonl` and `texts/`."""
    rows = [json.loads(line) for line in (gold / "labels.jsonl").read_text("utf-8").splitlines() if line.strip()]
    files = {path.stem: path for path in (gold / "texts").iterdir()}
    return [_labelled(row, files[row["article"]]) for row in rows]


def _labelled(row: dict[str, Any], path: Path) -> Labelled:
    name = row["article"]
    digest = hashlib.sha256(name.encode()).digest()
    return Labelled(name, row, stories(path), int.from_bytes(digest[1:5], "big") % FOLDS, digest[0] % 2 == 0)


def stories(path: Path) -> tuple[Article, ...]:
    """Return the stories of an archived page as articles."""
    text = path.read_text("utf-8")
    kind = "text/markdown" if text.startswith("---") else "text/plain"
    return tuple(
        Article(
            id=article_id(path.stem, story.part),
            item_id=path.stem,
            source=story.source or "archive",
            url=story.url,
            part=story.part,
            version=text_hash(story.text),
            title=story.title,
            text=story.text,
            language="en",
            published_at=story.published_at,
            seen_at=datetime(2026, 1, 1, tzinfo=UTC),
        )
        for story in extract(text, url=None, media_type=kind)
    )
