"""Small parts of the numbers that the forests read."""

import math

from schemas.taxonomy import EventType

NAN = math.nan
TYPES = tuple(sorted(EventType))

_LEAST = 0.0001
_MOST = math.log((1 - _LEAST) / _LEAST)


def log_odds(probability: float) -> float:
    """Return the log odds of a probability, kept within about nine."""
    if probability < _LEAST:
        return -_MOST
    return math.log(probability / (1 - probability)) if probability < 1 - _LEAST else _MOST
