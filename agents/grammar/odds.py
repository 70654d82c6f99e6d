"""Small parts of the numbers that the forests read."""

import math

from schemas.taxonomy import EventType

NAN = math.nan
TYPES = tuple(sorted(EventType))


def log_odds(probability: float) -> float:
    """Return the log odds of a probability, kept within about nine."""
    p = min(0.9999, max(0.0001, probability))
    return math.log(p / (1 - p))
