"""Both modes on the same articles, compared document by document: `python -m tools.drill_modes FOLDER`.

The articles, spread over the folder, go through `crackdown ingest` once with the embedded engines and once with Kafka
and Elasticsearch. They go one by one through topics of one partition: which of two copies is the first, and what links
to what, may depend on the order of arrival.
"""

import argparse
import json
import sys
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, closing
from pathlib import Path
from typing import Any

import msgspec

from schemas.documents import Document
from schemas.events import Notice
from schemas.query import parse
from schemas.taxonomy import ChangeKind
from streamer.config import Cluster
from streamer.contracts import Store
from streamer.engines import open_store
from streamer.files import find_files
from streamer.home import open_home
from tools.drill_parts import crackdown, say, servers, toml

PASSING = {"opened_at", "updated_at", "seen_at", "indexed_at", "revision", "case_revision", "score"}
"""Fields that depend on when something was done."""
PAGE = 500
Found = Mapping[str, Mapping[str, Any]]
"""By kind, what there is under each id."""


def told(home: Path, *paths: Path) -> Found:
    """Let a home read files and tell a subscriber of everything; return what it then holds."""
    crackdown(home, "subscribe", "--all")
    crackdown(home, "ingest", "--tell", *map(str, paths))
    return held(home)


def held(home: Path) -> Found:
    """Return what a home holds."""
    with closing(open_store(open_home(home))) as store:
        return {
            "ledger": {row.source: row for row in store.ledger()},
            # the id of a dead letter is made of its bytes, which hold times
            "dead letters": {one.message_key: (one.stage, one.error) for one in store.dead_letters(limit=10_000)},
            "articles": {one["id"]: one for one in map(untimed, _articles(store))},
            "cases": {one["id"]: one for one in map(untimed, _cases(store))},
            "timelines": {case.id: [*map(untimed, store.timeline(case.id))] for case in _cases(store)},
            "events": {one["event_id"]: one for one in map(untimed, _documents(store))},
            "notices": dict(_notice(one.notice) for one in store.outbox(limit=10_000) if not _tells_merge(one.notice)),
        }


def untimed(record: msgspec.Struct) -> dict[str, Any]:
    """Return a record's values without the times at which it was made."""
    return {name: value for name, value in msgspec.structs.asdict(record).items() if name not in PASSING}


def _notice(notice: Notice) -> tuple[str, tuple[Any, ...]]:
    """Return the id and what is told. The case around it may have moved on before the notice was written."""
    return notice.id, (notice.case_id, notice.change_id, notice.change, notice.subject, notice.why)


def _tells_merge(notice: Notice) -> bool:
    """Say whether a notice tells that two cases became one: it goes to those alone who were told of both by then."""
    return notice.change == ChangeKind.CORRECTED and "(merged from " in notice.subject


def _articles(store: Store) -> Iterator[msgspec.Struct]:
    page = store.articles(limit=PAGE)
    while page:
        yield from page
        page = store.articles(page[-1].id, PAGE)


def _cases(store: Store) -> Iterator[Any]:
    cursor: str | None = ""
    while cursor is not None:
        page, cursor = store.list_cases(limit=PAGE, cursor=cursor or None)
        yield from page


def _documents(store: Store) -> Iterator[Document]:
    cursor: str | None = ""
    while cursor is not None:
        page = store.search(parse("*"), sort="oldest", limit=PAGE, cursor=cursor or None)
        yield from (hit.document for hit in page.hits)
        cursor = page.cursor


def differences(one: Found, other: Found) -> list[str]:
    """Return a line for each document that is not the same in both."""
    return [
        f"{kind} {id_}: {_parted(one[kind].get(id_), other[kind].get(id_))}"
        for kind in one
        for id_ in sorted({*one[kind], *other[kind]})
        if one[kind].get(id_) != other[kind].get(id_)
    ]


def _parted(one: Any, other: Any) -> str:
    """Return what is different, by field where there are any."""
    if isinstance(one, dict) and isinstance(other, dict):
        return "; ".join(f"{name}: {one[name]!r} ≠ {other[name]!r}" for name in one if one[name] != other[name])
    return f"{one!r} ≠ {other!r}"


def make_homes(folder: Path, cluster: Cluster) -> tuple[Path, Path]:
    """Return an embedded and a clustered home."""
    homes = folder / "embedded", folder / "cluster"
    for home, engines in zip(homes, (None, cluster), strict=True):
        home.mkdir()
        (home / "crackdown.toml").write_text(toml(engines, fetches=1))
    return homes


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path, help="archived pages")
    parser.add_argument("--articles", type=int, default=300)
    given = parser.parse_args()
    files = find_files([given.folder])
    chosen = files[:: max(1, len(files) // given.articles)][: given.articles]
    with ExitStack() as stack:
        made = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="crackdown-drill-")))
        _, _, cluster = stack.enter_context(servers(made, partitions=1))
        results = []
        for home in make_homes(made, cluster):
            say(f"{len(chosen)} articles, {home.name}")
            results.append(told(home, *chosen))
    embedded, clustered = results
    print(json.dumps({kind: len(found) for kind, found in embedded.items()}))
    different = differences(embedded, clustered)
    print("\n".join(different[:20]))
    print(f"{len(different)} documents differ" if different else "the same in both modes")
    return bool(different)


if __name__ == "__main__":
    sys.exit(main())
