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
