"""Tell a policy report from news. A report recommends; what it tells of enforcement lies in the past."""

import re

from agents.grammar.reading import Reading

LONG = 20_000
"""Characters: longer than any news story of the labelled articles, whose archive copies end at 8,000."""

PER_CHARACTERS = 4_000
"""A report recommends something at least once in so many characters."""

_RECOMMENDS = re.compile(
    r"\b(?:should (?:be|also|ensure|take|adopt|amend|provide|continue|increase|implement)|recommend(?:s|ed|ations?)?"
    r"|urge[sd]?|must (?:ensure|take|adopt|amend|provide)|needs? to (?:ensure|take|adopt|amend|provide|be))\b",
    re.IGNORECASE,
)


def is_policy_report(reading: Reading) -> bool:
    """Say whether a text is a long paper that recommends: it reports no act as new."""
    if len(reading.text) < LONG:
        return False
    return sum(1 for _ in _RECOMMENDS.finditer(reading.text)) * PER_CHARACTERS >= len(reading.text)
