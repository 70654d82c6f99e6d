"""Print how well events are tied into cases: decisions taken at arrival, on a real store.

    python tools/link_quality.py CASES.jsonl EVENTS [--shuffles N]

CASES.jsonl says of each article which case it is about: {"article", "case", "also"}. EVENTS is a file of classified
articles (messages as lines of JSON), a file of labels (what a person found: the ceiling of linking), or a folder of
archived pages, which are classified first; `--save FILE` keeps those.

Precision and recall are of pairs of articles in one case; opened: of the cases that were opened, how many had not been
met before. Figures stand for all articles, then as mean and spread of five folds by case: a fold is scored by its own
cases alone, so that a few large cases cannot carry the figure.
"""

import argparse
import hashlib
import json
import random
import re
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from typing import Any, NamedTuple

import msgspec
from labelled import stories

from agents.classify import classify
from agents.link import link
from schemas.codec import decode, encode
from schemas.events import ArticleEvents, Event
from schemas.ids import make_id
from streamer.stores.sqlite import SqliteStore

FOLDS = 5
_DAY = re.compile(r"\d{4}-\d\d-\d\d")


class Gold(NamedTuple):
    """What an article is about: its case, and the cases that it also touches."""

    case: str | None
    also: frozenset[str]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("events", type=Path)
    parser.add_argument("--shuffles", type=int, default=0, help="link so often in random order, and compare the cases")
    parser.add_argument("--save", type=Path, help="keep the classified articles here")
    args = parser.parse_args()
    gold = read_gold(args.cases)
    messages = read_messages(args.events, gold)
    if args.save:
        args.save.write_bytes(b"".join(encode(one) + b"\n" for one in messages))
    given = linked(messages)
    for name, value in report(gold, given).items():
        print(f"{name:12} {value}")
    if args.shuffles:
        print(f"{'same cases':12} {stability(messages, args.shuffles)}")


# --- what goes in ----------------------------------------------------------------------------------------------------


def read_gold(path: Path) -> dict[str, Gold]:
    rows = map(json.loads, path.read_text("utf-8").splitlines())
    return {name_of(row["article"]): Gold(row["case"], frozenset(row["also"] or ())) for row in rows}


def name_of(article: str) -> str:
    """Return an article's name without its folder, which some lists write with a dash."""
    return article.replace("/", "-", 1)


def read_messages(path: Path, gold: Mapping[str, Gold]) -> list[ArticleEvents]:
    """Return the classified articles in the order of their days, each under its name as id."""
    if path.is_dir():
        pages = [page for page in path.rglob("*.md") if name_of(str(page.relative_to(path)))[:-3] in gold]
        with ProcessPoolExecutor(2) as pool:
            read = pool.map(_classified, pages, [path] * len(pages), chunksize=8)
            found = [message for messages in read for message in messages]
    else:
        found = [one for line in path.read_bytes().splitlines() for one in _message(line, gold)]
    return sorted((one for one in found if one.item_id in gold), key=lambda one: (_day(one), one.article_id))


def _classified(page: Path, folder: Path) -> list[ArticleEvents]:
    name = name_of(str(page.relative_to(folder)))[:-3]
    found = [one for story in stories(page.stem, page.read_text("utf-8")) for one in classify(story)]
    return [_named(one, name) for one in found if isinstance(one, ArticleEvents)]


def _message(line: bytes, gold: Mapping[str, Gold]) -> Iterator[ArticleEvents]:
    row = json.loads(line)
    if "schema" not in row:
        if name_of(row["article"]) in gold:
            yield _labelled(row)
        return
    message = decode(line)
    assert isinstance(message, ArticleEvents)
    yield _named(message, name_of(message.item_id))


def _named(message: ArticleEvents, name: str) -> ArticleEvents:
    at = datetime.fromisoformat(_DAY.findall(name)[0]).replace(tzinfo=UTC)
    part = message.article_id.rpartition("#")[2] if "#" in message.article_id else ""
    return msgspec.structs.replace(message, item_id=name, article_id=f"{name}#{part}" if part else name, seen_at=at)


def _labelled(row: dict[str, Any]) -> ArticleEvents:
    """Return the labels of an article as a message. Their headline is the name of the file."""
    name = name_of(row["article"])
    at = datetime.fromisoformat(_DAY.findall(name)[0]).replace(tzinfo=UTC)
    groups = list(dict.fromkeys(one["case"] for one in row["events"]))
    events = [_event(name, place, one, groups, row["main"]) for place, one in enumerate(row["events"])]
    return ArticleEvents(
        id=make_id("events", name),
        article_id=name,
        article_version="labels",
        item_id=name,
        source=name.partition("-")[0],
        title=_DAY.split(name)[-1].replace("-", " ").strip(),
        language="en",
        published_at=at,
        seen_at=at,
        events=tuple(events),
    )


def _event(name: str, place: int, label: dict[str, Any], groups: Sequence[str], main: int) -> Event:
    fields = {key: value for key, value in label.items() if value is not None}
    own = {"id": make_id("event", name, str(place)), "span": (0, 1), "main": place == main}
    return msgspec.convert(fields | own | {"case": groups.index(label["case"])}, Event)


def _day(message: ArticleEvents) -> str:
    return message.seen_at.isoformat()


# --- linking ---------------------------------------------------------------------------------------------------------


def linked(messages: Iterable[ArticleEvents]) -> dict[str, str]:
    """Return for each article that has a main event the case it was given at arrival."""
    given = {}
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "cases.db")
        for message in messages:
            link(message, store=store, now=lambda at=message.seen_at: at)  # type: ignore[misc]
            main = next((event.id for event in message.events if event.main), None)
            if main and "#" not in message.article_id:
                given[message.item_id] = store.linked([main])[main]
        store.close()
    return given


def final(messages: Sequence[ArticleEvents]) -> dict[str, frozenset[str]]:
    """Return for each article with a main event all articles that ended in its case."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "cases.db")
        mains: dict[str, str] = {}
        for message in messages:
            link(message, store=store, now=lambda at=message.seen_at: at)  # type: ignore[misc]
            mains |= {event.id: message.article_id for event in message.events if event.main}
        homes = store.linked(list(mains))
        store.close()
    together: dict[str, set[str]] = defaultdict(set)
    for event_id, case_id in homes.items():
        together[case_id].add(mains[event_id])
    return {article: frozenset(articles) for articles in together.values() for article in articles}


def stability(messages: Sequence[ArticleEvents], shuffles: int) -> str:
    """Return in how many articles the cases are the same sets of articles when all arrive in random order."""
    before, shares = final(messages), []
    for seed in range(shuffles):
        mixed = random.Random(seed).sample(messages, len(messages))
        after = final(mixed)
        shares.append(sum(after[name] == together for name, together in before.items()) / len(before))
    return f"{statistics.mean(shares):.3f} of articles, lowest {min(shares):.3f}, in {shuffles} random orders"


# --- scores ----------------------------------------------------------------------------------------------------------


def report(gold: Mapping[str, Gold], given: Mapping[str, str]) -> dict[str, str]:
    """Return the scores by name, each with its mean and spread over the folds."""
    whole = scores(gold, given, set(gold))
    folds = [scores(gold, given, {name for name in gold if fold_of(gold[name]) == fold}) for fold in range(FOLDS)]
    lines = {}
    for name, value in whole.items():
        several = [fold[name] for fold in folds]
        mean, spread = statistics.mean(several), statistics.stdev(several)
        lines[name] = f"{value:.3f}   folds {mean:.3f} ± {spread:.3f}  {' '.join(f'{one:.2f}' for one in several)}"
    return {"articles": f"{len(given)} given a case, of {sum(bool(g.case) for g in gold.values())} about one"} | lines


def fold_of(gold: Gold) -> int:
    return int.from_bytes(hashlib.sha256((gold.case or "").encode()).digest()[:4], "big") % FOLDS


def scores(gold: Mapping[str, Gold], given: Mapping[str, str], names: set[str]) -> dict[str, float]:
    """Return the scores over the named articles; an article without a case counts as a case of its own.

    A pair counts for a fold if one of its articles belongs to it: a wrong merge is nobody's but both sides'.
    """
    about = [name for name in gold if gold[name].case]
    mine = [name for name in about if name in names]
    case_of = {name: given.get(name, f"none {name}") for name in about}
    together, wanted = grouped(case_of), grouped({name: str(gold[name].case) for name in about})
    precise = [_share(gold, name, together[case_of[name]]) for name in mine]
    found = [
        sum(case_of[other] == case_of[name] for other in wanted[str(gold[name].case)])
        / len(wanted[str(gold[name].case)])
        for name in mine
    ]
    single = [1 / len(wanted[str(gold[name].case)]) for name in mine]
    pairs = [pair for group in together.values() for pair in combinations(group, 2) if names & set(pair)]
    right = sum(is_same(gold[one], gold[other]) for one, other in pairs)
    hoped = [pair for group in wanted.values() for pair in combinations(group, 2) if names & set(pair)]
    return {
        "B-cubed F1": harmonic(statistics.mean(precise), statistics.mean(found)),
        "all new": harmonic(1.0, statistics.mean(single)),
        "precision": right / len(pairs) if pairs else 1.0,
        "recall": sum(case_of[one] == case_of[other] for one, other in hoped) / len(hoped) if hoped else 1.0,
        "opened": opened(gold, given, names),
    }


def opened(gold: Mapping[str, Gold], given: Mapping[str, str], names: set[str]) -> float:
    """Return how many of the cases opened by these articles were of matters not met before. `gold` is in time order."""
    known: set[str] = set()
    met: set[str] = set()
    right = []
    for name, label in gold.items():
        if name in given and given[name] not in known:
            known.add(given[name])
            if name in names:
                right.append(bool(label.case) and label.case not in met)
        met.add(label.case or "")
    return statistics.mean(right) if right else 1.0


def grouped(case_of: Mapping[str, str]) -> dict[str, list[str]]:
    groups: dict[str, list[str]] = defaultdict(list)
    for name, case in case_of.items():
        groups[case].append(name)
    return groups


def _share(gold: Mapping[str, Gold], name: str, others: Sequence[str]) -> float:
    return sum(is_same(gold[name], gold[other]) for other in others) / len(others)


def is_same(one: Gold, other: Gold) -> bool:
    """Return whether two articles may stand in one case: it is the case of one, and the other touches it at least."""
    return one.case == other.case or one.case in other.also or other.case in one.also


def harmonic(one: float, other: float) -> float:
    return 2 * one * other / (one + other)


if __name__ == "__main__":
    main()
