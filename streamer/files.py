"""Files as items: what `crackdown ingest` puts at the head of the stream."""

import re
from collections.abc import Callable, Iterator, Sequence
from datetime import datetime
from pathlib import Path

from schemas.events import FeedItem
from schemas.ids import item_id, text_hash

MEDIA_TYPES = {
    ".html": "text/html",
    ".htm": "text/html",
    ".xhtml": "text/html",
    ".md": "text/markdown",
    ".markdown": "text/markdown",
    ".txt": "text/plain",
}
MAX_BYTES = 5 * 1024 * 1024
_SOURCE = re.compile(r"^source:[ \t]*(.+?)[ \t]*$", re.MULTILINE)
_DATE = re.compile(r"^date:[ \t]*(\d{4}-\d{2}-\d{2})", re.MULTILINE)
_CHARSET = re.compile(rb"<meta[^>]{0,200}charset=[\"']?([\w-]{1,40})", re.IGNORECASE)


class UnusablePath(Exception):
    """A path that cannot be ingested; the message says why."""


def find_files(paths: Sequence[Path]) -> list[Path]:
    """Return the readable pages among files and folders (searched through). A file named outright is always taken.

    Raises UnusablePath if a path does not exist or a folder holds no page.
    """
    found: list[Path] = []
    for path in paths:
        if path.is_file():
            found.append(path)
        elif path.is_dir():
            inside = sorted(p for p in path.rglob("*") if p.suffix.lower() in MEDIA_TYPES and p.is_file())
            if not inside:
                raise UnusablePath(f"{path}: holds no {', '.join(sorted(MEDIA_TYPES))} file")
            found += inside
        else:
            raise UnusablePath(f"{path}: no such file or folder")
    return list(dict.fromkeys(found))


def read_items(files: Sequence[Path], *, now: Callable[[], datetime], muted: bool = True) -> Iterator[FeedItem]:
    """Yield an item per file, in the order of the dates in their front matter, so that an archive replays as it came.

    A file that cannot be read as text becomes an item all the same: the stream rejects it and keeps the reason.
    """
    heads = sorted(((_head_date(path), str(path)) for path in files), key=lambda pair: pair[0])
    for _, path in heads:
        yield read_item(Path(path), now=now, muted=muted)


def read_item(path: Path, *, now: Callable[[], datetime], muted: bool = True) -> FeedItem:
    """Return the item of one file, named by its full path: the same file is the same item."""
    media_type = MEDIA_TYPES.get(path.suffix.lower(), "text/plain")
    body, problem = _read(path)
    if media_type == "text/plain" and body.startswith("---\n"):
        media_type = "text/markdown"
    source = _SOURCE.search(body[:2000])
    name = source.group(1) if source and body.startswith("---\n") else "files"
    return FeedItem(
        id=item_id("files", str(path.resolve()), None),
        source=name[:80],
        guid=str(path.resolve()),
        title=problem,
        seen_at=now(),
        body=body,
        media_type=media_type,
        path=str(path),
        content_hash=text_hash(body),
        muted=muted,
    )


def _head_date(path: Path) -> str:
    try:
        with path.open("rb") as file:
            head = file.read(2000).decode("utf-8", "replace")
    except OSError:
        return ""
    date = _DATE.search(head) if head.startswith("---") else None
    return date.group(1) if date else ""


def _read(path: Path) -> tuple[str, str]:
    """Return (text, problem); the text is empty if there is a problem."""
    try:
        if path.stat().st_size > MAX_BYTES:
            return "", f"{path.name}: larger than {MAX_BYTES // 1024 // 1024} MiB"
        data = path.read_bytes()
    except OSError as error:
        return "", f"{path.name}: {error.strerror}"
    charset = _CHARSET.search(data[:4096])
    for encoding in ("utf-8-sig", charset.group(1).decode("ascii") if charset else "cp1252"):
        try:
            return data.decode(encoding).replace("\r\n", "\n"), ""
        except (UnicodeDecodeError, LookupError):
            continue
    return data.decode("latin-1"), ""
