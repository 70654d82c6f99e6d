"""The measure: events told against events labelled.

A told event and a labelled one can be paired if their types agree and either half of the words of the shorter quote
stand in the other, or a party is common to both. Pairs are made one to one, the closest first.

- lenient: it is paired.
- strict: it is paired, status and time role agree, where both name parties one of them is common, and the quote stands
  in the article.

Fields are counted on pairs. Both kinds of event are in the fields of the coding guide, told ones with a `confidence`.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from targets import NAME_SLOTS, same_name, word_counts

Event = Mapping[str, Any]
Row = Mapping[str, Any]
"""A labelled article: a line of `labels.jsonl`."""

PLAIN = ("country", "prison_months", "suspended", "docket")


@dataclass
class Tally:
    """How many were right, of how many labelled and how many told."""

    hit: int = 0
    gold: int = 0
    predicted: int = 0

    def add(self, hit: int, gold: int, predicted: int) -> None:
        self.hit += hit
        self.gold += gold
        self.predicted += predicted

    @property
    def precision(self) -> float:
        """Share of the told that is right; 1 where nothing is told."""
        return self.hit / self.predicted if self.predicted else 1.0

    @property
    def recall(self) -> float:
        """Share of the labelled that is found; 1 where nothing is labelled."""
        return self.hit / self.gold if self.gold else 1.0

    @property
    def f1(self) -> float:
        both = self.precision + self.recall
        return 2 * self.precision * self.recall / both if both else 0.0


def interval(hit: int, of: int) -> tuple[float, float]:
    """Return the bounds within which a share lies at 95 % (Wilson's score interval)."""
    if not of:
        return 0.0, 1.0
    z, share = 1.96, hit / of
    middle, half = share + z * z / (2 * of), z * math.sqrt(share * (1 - share) / of + (z / (2 * of)) ** 2)
    scale = 1 + z * z / of
    return (middle - half) / scale, (middle + half) / scale


@dataclass
class Score:
    """What was found of the labelled articles."""

    strict: Tally = field(default_factory=Tally)
    lenient: Tally = field(default_factory=Tally)
    news: Tally = field(default_factory=Tally)
    """Articles that have enforcement news."""
    main: Tally = field(default_factory=Tally)
    """Articles whose main event is found, strictly; what is told is not counted."""
    fields: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    types: dict[str, Tally] = field(default_factory=lambda: defaultdict(Tally))
    """Strict, by type."""


def score(
    rows: Iterable[Row], predictions: Mapping[str, Sequence[Event]], texts: Mapping[str, str], threshold: float
) -> Score:
    """Return the score of what is told with a confidence from `threshold` on; `texts` are those of `quotable`."""
    found = Score()
    for row in rows:
        told = [e for e in predictions.get(row["article"], ()) if e.get("confidence", 1.0) >= threshold]
        _add(found, row, told, texts[row["article"]])
    return found


def _add(found: Score, row: Row, told: Sequence[Event], text: str) -> None:
    labels = row["events"]
    pairs = paired(labels, told)
    right = [(n, m) for n, m in pairs if is_strict(labels[n], told[m], text)]
    found.lenient.add(len(pairs), len(labels), len(told))
    found.strict.add(len(right), len(labels), len(told))
    for kind in {event["type"] for event in (*labels, *told)}:
        of_type = (sum(event["type"] == kind for event in some) for some in (labels, told))
        found.types[kind].add(sum(labels[n]["type"] == kind for n, _ in right), *of_type)
    for n, m in pairs:
        _add_fields(found.fields, labels[n], told[m])
    has_news = any(event["time_role"] == "news" for event in told)
    found.news.add(row["enforcement"] and has_news, row["enforcement"], has_news)
    if row["main"] is not None:
        found.main.add(any(n == row["main"] for n, _ in right), 1, 0)


def paired(labels: Sequence[Event], told: Sequence[Event]) -> list[tuple[int, int]]:
    """Return the pairs, by place in both lists, the closest first."""
    close = [(_closeness(label, event), n, m) for n, label in enumerate(labels) for m, event in enumerate(told)]
    free, left = set(range(len(labels))), set(range(len(told)))
    pairs = []
    for closeness, n, m in sorted(close, key=lambda one: (-one[0], one[1], one[2])):
        if closeness and n in free and m in left:
            free.discard(n)
            left.discard(m)
            pairs.append((n, m))
    return pairs


def _closeness(label: Event, told: Event) -> float:
    """Return how well two events fit; 0 if they cannot be paired."""
    if label["type"] != told["type"]:
        return 0.0
    quotes, parties = _common_words(label["evidence"], told["evidence"]), common_parties(label, told)
    if quotes < 0.5 and not parties:
        return 0.0
    return (
        1 + 2 * quotes + min(parties, 3) + 0.5 * sum(label[k] == told.get(k) for k in ("status", "time_role", "date"))
    )


def _common_words(one: str, other: str) -> float:
    """Return the share of the shorter text's words that the other has too."""
    a, b = word_counts(one.replace("_", " ")), word_counts(other.replace("_", " "))
    return (a & b).total() / max(1, min(a.total(), b.total()))


def common_parties(label: Event, told: Event) -> int:
    """Return how many of the labelled parties are told, in whatever role."""
    wanted, given = ([name for role in NAME_SLOTS for name in names(event, role)] for event in (label, told))
    return matches(wanted, given, same_name)


def names(event: Event, role: str) -> list[str]:
    """Return the names in a role, be it one or several."""
    value = event.get(role) or []
    return [v if isinstance(v, str) else v["name"] for v in (value if isinstance(value, list | tuple) else [value])]


def matches(wanted: Iterable[Any], given: Iterable[Any], same: Callable[[Any, Any], bool]) -> int:
    """Return how many of the wanted things are given, each given thing counted once."""
    left, count = list(given), 0
    for want in wanted:
        place = next((n for n, thing in enumerate(left) if same(want, thing)), None)
        if place is not None:
            del left[place]
            count += 1
    return count


def is_strict(label: Event, told: Event, text: str) -> bool:
    """Say whether a paired event is told right."""
    if (label["status"], label["time_role"]) != (told["status"], told["time_role"]):
        return False
    both_name = all(any(names(event, role) for role in NAME_SLOTS) for event in (label, told))
    if both_name and not common_parties(label, told):
        return False
    return quotable(told["evidence"]) in text


def quotable(text: str) -> str:
    """Return the words of a text in lower case, one space between them: quotes are looked up in this form."""
    return " ".join("".join(char if char.isalnum() else " " for char in text.lower()).split())


def _add_fields(fields: Mapping[str, Tally], label: Event, told: Event) -> None:
    for role in (*NAME_SLOTS, "court"):
        wanted, given = names(label, role), names(told, role)
        fields[role].add(matches(wanted, given, same_name), len(wanted), len(given))
    for key in PLAIN:
        _add_value(fields[key], label.get(key), told.get(key), lambda a, b: a == b)
    _add_value(fields["date"], label["date"], told.get("date"), lambda a, b: a == b)
    _add_value(fields["date (month)"], label["date"], told.get("date"), same_month)
    for key, source, same in (
        ("counts", "counts", lambda a, b: (a["n"], a["unit"]) == (b["n"], b["unit"])),
        ("money", "money", same_amount),
        ("money kind", "money", lambda a, b: same_amount(a, b) and a["kind"] == b["kind"]),
    ):
        wanted, given = label.get(source) or (), told.get(source) or ()
        fields[key].add(matches(wanted, given, same), len(wanted), len(given))


def _add_value(tally: Tally, wanted: Any, given: Any, same: Callable[[Any, Any], bool]) -> None:
    both = bool(wanted and given)
    tally.add(both and same(wanted, given), bool(wanted), bool(given))


def same_month(one: str, other: str) -> bool:
    """Compare days by month; by year where one of them is a year only."""
    length = 4 if 4 in (len(one), len(other)) else 7
    return one[:length] == other[:length]


def same_amount(one: Event, other: Event) -> bool:
    """Compare amounts of one currency: as good as the same within one in a hundred."""
    close = math.isclose(one["amount"] or 0, other["amount"] or 0, rel_tol=0.01)
    return bool(one["currency"] == other["currency"] and close)
