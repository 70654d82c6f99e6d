"""Why two things are one case, in words: the parts of a score, what speaks most for or against it first."""

from collections.abc import Mapping

WORDS = {
    "docket": "one docket number",
    "operation": "one operation",
    "pair": "the same two sides",
    "person": "one person",
    "surname": "one surname",
    "company": "one company",
    "known": "one company that many cases name",
    "provider": "one provider under order",
    "target": "one site or service",
    "amount": "one sum",
    "number": "one number",
    "prison": "one prison term",
    "place": "one authority, country and month",
    "headline": "headlines of the same days share words",
    "word": "headlines share words",
    "name": "the texts share names",
    "page": "one article links to the other",
    "cites": "both link to the same pages",
    "same days": "one kind of act in the same days",
    "same week": "one kind of act in the same week",
    "starts over": "it would start over after its end",
}
"""Circumstances go by their own names where these say enough: `same country`, `other docket`."""


def score_words(score: Mapping[str, float]) -> str:
    """Return the parts of a score as one line."""
    parts = sorted(score.items(), key=lambda part: -abs(part[1]))
    return ", ".join(f"{WORDS.get(name, name)} {value:+.2g}" for name, value in parts)
