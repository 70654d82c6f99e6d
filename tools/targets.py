"""What the labels say of each candidate: which labelled event its sentence states, if any."""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any

from agents.grammar.candidates import Candidate
from agents.grammar.reading import Reading

_WORD = re.compile(r"[^\W_]+")


def word_counts(text: str) -> Counter[str]:
    return Counter(word.lower() for word in _WORD.findall(text))


def stated_by(
    events: Sequence[dict[str, Any]], read: Sequence[tuple[Reading, Sequence[Candidate]]]
) -> list[list[int | None]]:
    """Return, for the candidates of each story, the number of the event that the candidate's sentence states.

    Each event is given to one candidate of its type: the one whose sentence shares most words with the quote.
    """
    found: list[list[int | None]] = [[None] * len(candidates) for _, candidates in read]
    for number, event in enumerate(events):
        quote = word_counts(event["evidence"])
        scored = [
            (_agreement(quote, reading, candidate), story, place)
            for story, (reading, candidates) in enumerate(read)
            for place, candidate in enumerate(candidates)
            if candidate.type == event["type"] and found[story][place] is None
        ]
        best, story, place = max(scored, key=lambda item: item[0], default=(0.0, 0, 0))
        if best > 0:
            found[story][place] = number
    return found


def _agreement(quote: Counter[str], reading: Reading, candidate: Candidate) -> float:
    """Return how many words quote and sentence share, less a little for the words that they do not; 0 if under half."""
    sentence = reading.sentence(candidate.sentence)
    words = word_counts(reading.text[sentence.start : sentence.end])
    shared = (quote & words).total()
    smaller = max(1, min(quote.total(), words.total()))
    return shared - 0.01 * (words.total() - shared) if shared / smaller >= 0.5 else 0.0


def fills(slot: str, key: Sequence[Any], names: Sequence[str], event: dict[str, Any]) -> bool:
    """Say whether the labels give this thing (its key and the forms of its name) to this slot of the event."""
    value = event.get("prison_months" if slot == "prison" else slot)
    if not value:
        return False
    if slot in ("country", "date", "prison"):
        return bool(value == key[0])
    if slot == "money":
        return any(same_amount(m, key) for m in value)
    if slot == "counts":
        return any((c["n"], c["unit"]) == tuple(key) for c in value)
    wanted = [value] if isinstance(value, str) else value
    return any(same_name(name, w if isinstance(w, str) else w["name"]) for name in names for w in wanted)


def same_amount(money: dict[str, Any], key: Sequence[Any]) -> bool:
    return money["currency"] == key[1] and abs((money["amount"] or 0) - key[0]) <= 0.01 * key[0]


_NOISE = frozenset(
    ("the", "of", "inc", "ltd", "llc", "co", "corp", "company", "limited", "gmbh", "sa", "and", "police", "court")
)


def same_name(one: str, other: str) -> bool:
    """Compare names as the score does: one within the other, or most words shared."""
    x, y = (set(word_counts(name.replace("_", " "))) - _NOISE for name in (one, other))
    if not x or not y:
        return word_counts(one) == word_counts(other)
    return x <= y or y <= x or len(x & y) / len(x | y) >= 0.6


NAME_SLOTS = ("target", "defendant", "authority", "complainant")


def kept_by(events: Sequence[dict[str, Any]], told: Sequence[dict[str, Any]]) -> list[bool]:
    """Say of each told event, the likeliest first, whether it is the first to tell a labelled event, and right.

    Told events have the fields of the labels. Right means: same type, status and time role, and one party in common
    where both name any.
    """
    free = set(range(len(events)))
    found = []
    for event in told:
        close = [(n, _closeness(events[n], event)) for n in sorted(free)]
        best, score = max(close, key=lambda item: item[1], default=(0, 0.0))
        if score > 0:
            free.discard(best)
        found.append(score > 0 and _told_right(events[best], event))
    return found


def _closeness(label: dict[str, Any], told: dict[str, Any]) -> float:
    if label["type"] != told["type"]:
        return 0.0
    quote, other = word_counts(label["evidence"]), word_counts(told["evidence"])
    words = (quote & other).total() / max(1, min(quote.total(), other.total()))
    shared = _shared(label, told)
    if words < 0.5 and not shared:
        return 0.0
    return 1 + 2 * words + min(shared, 3) + 0.5 * sum(label[k] == told[k] for k in ("status", "time_role", "date"))


def _shared(label: dict[str, Any], told: dict[str, Any]) -> int:
    names = [name for slot in NAME_SLOTS for name in told[slot]]
    return sum(any(same_name(wanted, name) for name in names) for slot in NAME_SLOTS for wanted in label[slot])


def _told_right(label: dict[str, Any], told: dict[str, Any]) -> bool:
    if (label["status"], label["time_role"]) != (told["status"], told["time_role"]):
        return False
    both = all(any(event[slot] for slot in NAME_SLOTS) for event in (label, told))
    return not both or _shared(label, told) > 0
