"""Print how well events are tied into cases, on a real store: the case that each article is mainly about at the end.

    python tools/link_quality.py CASES.jsonl EVENTS [--shuffles N] [--half read|unread]

CASES.jsonl says of each article which case it is about: {"article", "case", "also"}. EVENTS is a file of classified
articles (messages as lines of JSON), the folder of the gold set (what persons found, in it and in
`labels/corpus.jsonl`: the ceiling of linking), or a folder of archived pages, which are classified first; `--save FILE`
keeps them. Articles without a message are left out of the figures.

Precision and recall are of pairs of articles in one case; new: of the articles that were told as new cases when they
came in, how many were of matters not met before, of all and of those that concern a case at all. Figures stand for all
articles, then as mean and spread of five folds by case: a fold is scored by its own cases alone, so that a few large
cases cannot carry the figure. `--half` keeps to the cases whose mistakes may be read, or to the others: what is mended
by looking at the one half is reported on the other.
"""

import argparse
import random
import statistics
import tempfile
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from itertools import combinations
from pathlib import Path
from typing import NamedTuple

from link_inputs import FOLDS, Gold, read_gold, read_messages

from agents.link import link
from agents.notice import headline
from schemas.codec import encode
from schemas.events import Article, ArticleEvents, CaseUpdate
from schemas.taxonomy import ChangeKind
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


class Linked(NamedTuple):
    """What became of the articles, by their names."""

    home: dict[str, str]
    """The case that an article is mainly about, once all have come in: merges are followed."""
    opened: set[str]
    """Articles of which people were told as a new case when they came in."""


def linked(messages: Iterable[ArticleEvents]) -> Linked:
    """Link the articles one by one, as they come in."""
    with tempfile.TemporaryDirectory() as folder:
        store = SqliteStore(Path(folder) / "cases.db")
        told = set()
        for message in messages:
            store.save_article(_page_of(message))
            updates = link(message, store=store, now=lambda at=message.seen_at: at)  # type: ignore[misc]
            told |= {message.item_id for update in updates if is_new(update)}
        home = {name: case_id for name, case_id in store.main_cases() if case_id}
        store.close()
    return Linked(home, told)


def _page_of(message: ArticleEvents) -> Article:
    part = int(message.article_id.rpartition("#")[2]) if "#" in message.article_id else 0
    return Article(
        id=message.article_id,
        item_id=message.item_id,
        source=message.source,
        path=message.item_id,
        part=part,
        version=message.article_version,
        title=message.title,
        text=message.title,
        language="en",
        published_at=message.published_at,
        seen_at=message.seen_at,
    )


def is_new(update: CaseUpdate) -> bool:
    """Return whether subscribers read of a new case, because of the event that the article is about."""
    told = update.change is ChangeKind.OPENED and not update.muted and any(one.event.main for one in update.events)
    return told and headline(update).startswith("New case")


def together(home: Mapping[str, str]) -> dict[str, frozenset[str]]:
    """Return for each article all those that ended in its case."""
    groups = grouped(home)
    return {name: frozenset(groups[case_id]) for name, case_id in home.items()}


def stability(messages: Sequence[ArticleEvents], shuffles: int) -> str:
    """Return in how many articles the cases are the same sets of articles when all arrive in random order."""
    before, shares = together(linked(messages).home), []
    for seed in range(shuffles):
        after = together(linked(random.Random(seed).sample(messages, len(messages))).home)
        shares.append(sum(after.get(name) == others for name, others in before.items()) / len(before))
    return f"{statistics.mean(shares):.3f} of articles, lowest {min(shares):.3f}, in {shuffles} random orders"


# --- scores ----------------------------------------------------------------------------------------------------------


def report(gold: Mapping[str, Gold], found: Linked, names: set[str]) -> dict[str, str]:
    """Return the scores over the named articles by name, each with its mean and spread over the folds."""
    whole = scores(gold, found.home, found.opened, names)
    folds = [
        scores(gold, found.home, found.opened, {name for name in names if gold[name].fold == fold})
        for fold in range(FOLDS)
    ]
    lines = {}
    for name, value in whole.items():
        several = [fold[name] for fold in folds]
        mean, spread = statistics.mean(several), statistics.stdev(several)
        lines[name] = f"{value:.3f}   folds {mean:.3f} ± {spread:.3f}  {' '.join(f'{one:.2f}' for one in several)}"
    about = [name for name in names if gold[name].case]
    shares = f"{len(about)} about a case, {sum(name in found.home for name in about)} of them given one"
    return {"articles": f"{shares}; {len(found.home.keys() & (names - set(about)))} of the others"} | lines


def scores(
    gold: Mapping[str, Gold], given: Mapping[str, str], told: AbstractSet[str], names: AbstractSet[str]
) -> dict[str, float]:
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
        "new": truly_new(gold, told, names),
        "new, a case": truly_new(gold, told, set(mine)),
        "told new": float(len(told & names)),
    }


def truly_new(gold: Mapping[str, Gold], told: AbstractSet[str], names: AbstractSet[str]) -> float:
    """Return how many of the articles told as new cases were of matters not met before. `gold` is in time order."""
    met: set[str] = set()
    right = []
    for name, label in gold.items():
        if name in told and name in names:
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
