"""Look at the fillers of all acts together: a party of one act is often a party of the others.

The linear models see one pair of an act and a thing at a time. The forests here see what they say of the same thing in
the article's other acts, and of the other things in the same act.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from agents.grammar.arguments import FAMILY, Filler
from agents.grammar.forest import Forest
from agents.grammar.groups import NAMES, Group
from agents.grammar.judge import Judged
from agents.grammar.odds import NAN, TYPES, log_odds
from agents.grammar.reading import Reading

UNLIKELY = 0.02
"""Pairs that no linear model gives more than this are dropped."""

KINDS = tuple(sorted(NAMES))
ROLES = ("authority", "complainant", "defendant", "target")


class Pair(NamedTuple):
    """An act, by its place, and a filler of one of its slots, with the numbers that describe them."""

    act: int
    filler: Filler
    row: list[float]


def pairs(reading: Reading, judged: Sequence[Judged], raw: Sequence[Sequence[Filler]]) -> list[Pair]:
    """Return the pairs worth a second look; `raw` holds what the linear models say, by act."""
    by_thing: dict[tuple[str, Group], list[tuple[int, float]]] = defaultdict(list)
    for n, fillers in enumerate(raw):
        for filler in fillers:
            by_thing[filler.slot, filler.group].append((n, filler.likely))
    best = {thing: max(p for _, p in chances) for thing, chances in by_thing.items()}
    found = []
    for n, fillers in enumerate(raw):
        scores = {(f.slot, f.group): f.likely for f in fillers}
        ranked = _ranked(fillers)
        for filler in fillers:
            thing = filler.slot, filler.group
            if filler.likely > UNLIKELY or best[thing] > 5 * UNLIKELY:
                elsewhere = [(judged[m], p) for m, p in by_thing[thing] if m != n]
                row = _row(
                    reading,
                    judged[n],
                    filler=filler,
                    elsewhere=elsewhere,
                    scores=scores,
                    ranked=ranked[filler.slot],
                )
                found.append(Pair(n, filler, row))
    return found


def _ranked(fillers: Sequence[Filler]) -> Mapping[str, list[float]]:
    found: dict[str, list[float]] = defaultdict(list)
    for filler in fillers:
        found[filler.slot].append(filler.likely)
    return {slot: sorted(values, reverse=True) for slot, values in found.items()}


def _row(
    reading: Reading,
    act: Judged,
    *,
    filler: Filler,
    elsewhere: Sequence[tuple[Judged, float]],
    scores: Mapping[tuple[str, Group], float],
    ranked: Sequence[float],
) -> list[float]:
    group = filler.group
    before, here, after = group.around(act.candidate.sentence)
    likely = [(other, p) for other, p in elsewhere if other.likely > 0.25]
    alike = [p for other, p in likely if (other.news >= 0.5) == (act.news >= 0.5)]
    return [
        log_odds(filler.likely),
        TYPES.index(act.candidate.type),
        *(log_odds(scores.get((role, group), 0.0)) if FAMILY[filler.slot] == "name" else 0.0 for role in ROLES),
        log_odds(max((p for _, p in likely), default=0.0)) if likely else NAN,
        sum(p for _, p in likely) / len(likely) if likely else NAN,
        sum(alike) / len(alike) if alike else NAN,
        max((p for other, p in elsewhere if abs(other.candidate.sentence - act.candidate.sentence) <= 2), default=NAN),
        ranked.index(filler.likely),
        log_odds(ranked[0]) - log_odds(filler.likely),
        sum(p > 0.3 for p in ranked),
        before,
        after,
        here,
        len(group.sentences),
        any(reading.sentence(n).kind == "title" for n in group.sentences[:3]),
        group.sentences[0],
        KINDS.index(group.kind) if group.kind in KINDS else -1,
        log_odds(act.news),
        log_odds(act.likely),
    ]


def refined(
    reading: Reading, judged: Sequence[Judged], raw: Sequence[Sequence[Filler]], forests: Mapping[str, Forest]
) -> list[list[Filler]]:
    """Return the fillers by act, with what the forests say of them."""
    found: list[list[Filler]] = [[] for _ in raw]
    by_slot: dict[str, list[Pair]] = defaultdict(list)
    for pair in pairs(reading, judged, raw):
        by_slot[pair.filler.slot].append(pair)
    for slot, members in by_slot.items():
        chances = forests[slot].probabilities([pair.row for pair in members])
        for pair, chance in zip(members, chances, strict=True):
            found[pair.act].append(Filler(slot, pair.filler.group, float(chance)))
    return found
