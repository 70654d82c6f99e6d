"""Measure speed and memory on real pages: `make bench`, or `python tools/bench.py --pages FOLDER`.

Prints articles per second of each part alone (one process) and of the whole chain (`crackdown ingest`, from Markdown
and from HTML, first and second run), with the peak memory of the process and its pool together.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from markdown_it import MarkdownIt

from agents.classify import classify
from agents.errors import Rejected
from agents.extract import extract
from agents.fetch import articles_of
from streamer.files import find_files, read_item

HTML = """<!doctype html><html><head><meta charset="utf-8"><title>{title}</title></head>
<body><article>{body}</article></body></html>"""


def rate(work: Callable[[Any], object], inputs: Sequence[Any]) -> str:
    """Run `work` on every input and return the rate as text."""
    start = time.perf_counter()
    for each in inputs:
        work(each)
    seconds = time.perf_counter() - start
    return f"{len(inputs) / seconds:9.1f}/s  ({len(inputs)} in {seconds:.1f} s)"


def as_html(pages: Sequence[Path], folder: Path) -> list[Path]:
    """Write each archived Markdown page as an HTML page; return the files."""
    render = MarkdownIt().render
    made = []
    for number, page in enumerate(pages):
        text = page.read_text("utf-8")
        body = text.split("\n---\n", 1)[-1]
        path = folder / f"{number:05}-{page.stem[:80]}.html"
        path.write_text(HTML.format(title=page.stem, body=render(body)), "utf-8")
        made.append(path)
    return made


def parts(markdown: Sequence[Path], html: Sequence[Path]) -> None:
    """Print the rate of each part in one process."""

    def now() -> datetime:
        return datetime.now(UTC)

    def stories(path: Path) -> list[Any]:
        item = read_item(path, now=now)
        try:
            return articles_of(item, extract(item.body or "", url=None, media_type=item.media_type, source=item.source))
        except Rejected:
            return []

    articles = [article for path in markdown for article in stories(path)]
    classify(articles[0])
    print("one process:")
    print("  read and extract, Markdown ", rate(stories, markdown))
    print("  read and extract, HTML     ", rate(stories, html[:300]))
    print("  classify                   ", rate(classify, articles))


def ingest(pages: Path, home: Path) -> tuple[float, float]:
    """Run `crackdown ingest` and return (seconds, peak MB of the process tree)."""
    command = [sys.executable, "-m", "streamer", "--home", str(home), "ingest", str(pages)]
    start = time.perf_counter()
    with subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as process:
        peak = [0.0]
        done = threading.Event()
        watcher = threading.Thread(target=_watch, args=(process.pid, peak, done))
        watcher.start()
        process.wait()
        done.set()
        watcher.join()
    return time.perf_counter() - start, peak[0]


def _watch(pid: int, peak: list[float], done: threading.Event) -> None:
    while not done.wait(0.2):
        peak[0] = max(peak[0], sum(_megabytes(each) for each in _tree(pid)))


def _tree(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(each for child in children for each in _tree(int(child)))]


def _megabytes(pid: int) -> float:
    """Return the proportional set size: memory shared between processes counts once in their sum."""
    try:
        text = Path(f"/proc/{pid}/smaps_rollup").read_text()
    except OSError:
        return 0.0
    return sum(int(line.split()[1]) for line in text.splitlines() if line.startswith("Pss:")) / 1024


def chain(name: str, pages: Path, count: int) -> None:
    """Print the rate of the whole chain, first and second run."""
    with tempfile.TemporaryDirectory() as folder:
        first, memory = ingest(pages, Path(folder))
        second, _ = ingest(pages, Path(folder))
    print(
        f"  from {name:9} {count / first:7.1f}/s"
        f"  ({count} in {first:.1f} s, peak {memory:.0f} MB; again in {second:.1f} s)"
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--pages", type=Path, default=Path("../shared/corpus"), help="folder of archived Markdown pages"
    )
    args = parser.parse_args()
    if not args.pages.is_dir():
        sys.exit(f"{args.pages}: no such folder; give one of archived pages with --pages")
    markdown = find_files([args.pages])
    print(f"{len(markdown)} pages, {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory() as folder:
        html = as_html(markdown, Path(folder))
        parts(markdown, html)
        print("whole chain, `crackdown ingest`:")
        chain("Markdown", args.pages, len(markdown))
        chain("HTML", Path(folder), len(html))


if __name__ == "__main__":
    main()
