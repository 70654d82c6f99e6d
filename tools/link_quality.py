"""Print how well events are tied into cases: decisions taken at arrival, on a real store.

    python tools/link_quality.py CASES.jsonl EVENTS [--shuffles N] [--half read|unread]

CASES.jsonl says of each article which case it is about: {"article", "case", "also"}. EVENTS is a file of classified
articles (messages as lines of JSON), the folder of the gold set (what persons found, in it and in `labels/corpus.jsonl`:
the ceiling of linking), or a folder of archived pages, which are classified first; `--save FILE` keeps them. Articles
without a message are left out of the figures.

Precision and recall are of pairs of articles in one case; opened: of the cases that were opened, how many had not been
met before. Figures stand for all articles, then as mean and spread of five folds by case: a fold is scored by its own
cases alone, so that a few large cases cannot carry the figure. `--half` keeps to the cases whose mistakes may be read,
or to the others: what is mended by looking at the one half is reported on the other.
"""

import argparse
import random
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations
from pathlib import Path

from link_inputs import FOLDS, Gold, read_gold, read_messages

from agents.link import link
from schemas.codec import encode
from schemas.events import ArticleEvents
from streamer.stores.sqlite import SqliteStore


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("events", type=Path)
    parser.add_argument("--shuffles", type=int, default=0, help="link so often in random order, and compare the cases")
    parser.add_argument("--save", type=Path, help="keep the classified articles here")
    parser.add_argument("--half", choices=("read", "unread"), help="only cases that may be read, or only the others")
    args = parser.parse_args()
    gold = read_gold(args.cases)
    messages = read_messages(args.events, gold)
    if args.save:
        args.save.write_bytes(b"".join(encode(one) + b"\n" for one in messages))
    there = {one.item_id for one in messages}
    gold = {name: label for name, label in gold.items() if name in there}
    names = {name for name, label in gold.items() if args.half in (None, "read" if label.may_be_read else "unread")}
    for name, value in report(gold, linked(messages), names).items():
        print(f"{name:12} {value}")
    if args.shuffles:
        print(f"{'same cases':12} {stability(messages, args.shuffles)}")


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


def report(gold: Mapping[str, Gold], given: Mapping[str, str], names: set[str]) -> dict[str, str]:
    """Return the scores over the named articles by name, each with its mean and spread over the folds."""
    whole = scores(gold, given, names)
    folds = [scores(gold, given, {name for name in names if gold[name].fold == fold}) for fold in range(FOLDS)]
    lines = {}
    for name, value in whole.items():
        several = [fold[name] for fold in folds]
        mean, spread = statistics.mean(several), statistics.stdev(several)
        lines[name] = f"{value:.3f}   folds {mean:.3f} ± {spread:.3f}  {' '.join(f'{one:.2f}' for one in several)}"
    about = [name for name in names if gold[name].case]
    shares = f"{len(about)} about a case, {sum(name in given for name in about)} of them given one"
    return {"articles": f"{shares}; {len(given.keys() & (names - set(about)))} of the others"} | lines


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
