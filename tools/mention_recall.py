"""How many of the labelled values are among the mentions found, in the article and near the sentence of evidence.

    python tools/mention_recall.py GOLD [--misses FIELD] [--looked-at]

GOLD holds `labels.jsonl` and `texts/`. Articles are split in halves by a hash of their name: misses are shown for the
half that may be looked at only. "near" is the sentence of evidence and 400 characters around it.
"""

import argparse
import re
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).parent))

from labelled import Labelled, load
from rich.console import Console
from rich.table import Table

from agents.grammar.mention import Mention
from agents.grammar.mentions import find_mentions

NAME_FIELDS = ("authority", "complainant", "defendant", "target")
NAME_KINDS = frozenset(("person", "organisation", "service", "domain", "agency", "rights_group", "operation"))
_NOISE = frozenset(
    ["the", "of", "inc", "ltd", "llc", "co", "corp", "company", "limited", "gmbh", "sa", "and", "police", "court"]
)


class Want(NamedTuple):
    """A labelled value, and how to recognise it in a mention."""

    field: str
    value: str
    fits: Callable[[Mention], bool]
    event: dict[str, Any]


def word_set(name: str) -> frozenset[str]:
    return frozenset(re.sub(r"[\W_]+", " ", name).lower().split()) - _NOISE


def same_name(a: str, b: str) -> bool:
    """Six tenths of the words shared: stricter than the scorer, which also takes a part for the whole."""
    x, y = word_set(a), word_set(b)
    return bool(x | y) and len(x & y) / len(x | y) >= 0.6


def _named(name: str) -> Callable[[Mention], bool]:
    def fits(mention: Mention) -> bool:
        if mention.kind not in NAME_KINDS:
            return False
        value = mention.value
        return any(same_name(name, known) for known in (value.name, value.canonical, *value.aliases))

    return fits


def wanted(event: dict[str, Any]) -> Iterator[Want]:
    """Yield every value of an event."""
    for field in NAME_FIELDS:
        for name in event[field]:
            yield Want(field, name, _named(name), event)
    if event["court"]:
        court = event["court"]
        yield Want("court", court, lambda m: m.kind == "court" and same_name(court, m.value.name), event)
    if event["country"]:
        country = event["country"]
        yield Want("country", country, lambda m: getattr(m.value, "country", None) == country, event)
    if event["date"]:
        date = event["date"]
        yield Want("date", date, lambda m: m.kind == "date" and m.value.iso == date, event)
    if event["prison_months"]:
        months = event["prison_months"]
        yield Want("prison_months", str(months), lambda m: m.kind == "term" and m.value.months == months, event)
    if event["docket"]:
        docket = event["docket"]
        yield Want("docket", docket, lambda m: m.kind == "docket" and m.value in docket, event)
    yield from _numbers(event)


def _numbers(event: dict[str, Any]) -> Iterator[Want]:
    for count in event["counts"]:
        yield Want("counts", f"{count['n']} {count['unit']}", _counted(count["n"], count["unit"]), event)
    for money in event["money"]:
        amount, currency = money["amount"], money["currency"]
        yield Want("money", f"{currency} {amount}", _worth(amount, currency), event)


def _counted(n: int, unit: str) -> Callable[[Mention], bool]:
    return lambda m: m.kind == "count" and (m.value.n, m.value.unit) == (n, unit)


def _worth(amount: float, currency: str) -> Callable[[Mention], bool]:
    return lambda m: (
        m.kind == "money" and m.value.currency == currency and abs(m.value.amount - amount) <= 0.01 * amount
    )


def measure(article: Labelled, report: Counter[tuple[str, str]], misses: list[tuple[Want, str]]) -> None:
    """Add one labelled article's values to the sums."""
    found: list[tuple[str, list[Mention]]] = []
    for story in article.articles:
        day = story.published_at.date() if story.published_at else None
        found.append((story.text, find_mentions(story.text, published=day)))
    for event in article.row["events"]:
        near = list(_near(event["evidence"], found))
        for want in wanted(event):
            everywhere = any(want.fits(m) for _, mentions in found for m in mentions)
            report[want.field, "all"] += 1
            report[want.field, "article"] += everywhere
            report[want.field, "near"] += any(want.fits(m) for m in near)
            if not everywhere:
                misses.append((want, article.name))


def _near(evidence: str, found: Iterable[tuple[str, list[Mention]]]) -> Iterator[Mention]:
    start = re.sub(r"[*_]", "", evidence)[:40]
    for text, mentions in found:
        at = text.find(start)
        if at >= 0:
            yield from (m for m in mentions if at - 400 <= m.start <= at + len(evidence) + 400)


def main() -> None:
    """Print the table, and the misses of a field if asked."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--misses", help="field whose misses are shown")
    options = parser.parse_args()
    sums: dict[bool, Counter[tuple[str, str]]] = {True: Counter(), False: Counter()}
    misses: list[tuple[Want, str]] = []
    articles = load(options.gold)
    characters, began = sum(len(s.text) for a in articles for s in a.articles), time.perf_counter()
    for article in articles:
        measure(article, sums[article.looked_at], misses if article.looked_at else [])
    seconds = time.perf_counter() - began
    _show(sums, f"{len(articles) / seconds:.0f} articles, {characters / seconds / 1000:.0f} kB a second")
    for want, name in misses:
        if want.field == options.misses:
            print(f"{want.value} | {want.event['evidence'][:200]} | {name[:50]}")


def _show(sums: dict[bool, Counter[tuple[str, str]]], speed: str) -> None:
    table = Table(title=f"Recall of labelled values ({speed})")
    for heading in ("field", "looked at: n", "article", "near", "not looked at: n", "article", "near"):
        table.add_column(heading, justify="left" if heading == "field" else "right")
    for field in sorted({field for field, _ in sums[True] | sums[False]}):
        cells = []
        for half in (True, False):
            n = sums[half][field, "all"]
            cells += [str(n), *(f"{sums[half][field, part] / n:.2f}" if n else "-" for part in ("article", "near"))]
        table.add_row(field, *cells)
    Console(width=110).print(table)


if __name__ == "__main__":
    main()
