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
    "headline": "words of the headlines",
    "same act": "one kind of act in the same days",
}
EITHER_WAY = {
    "country": ("one country", "other countries"),
    "order": ("a next step of one proceeding", "it would start over after its end"),
    "time": ("near in time", "far apart in time"),
    "court": ("one kind of court", "another kind of court or measure"),
    "docket conflict": ("", "other docket numbers"),
    "party conflict": ("", "other people or complainants"),
}
"""What a part says where it is above zero, and where it is below."""


def score_words(score: Mapping[str, float]) -> str:
    """Return the parts of a score as one line; a part that has no words here goes by its name."""
    parts = sorted(score.items(), key=lambda part: -abs(part[1]))
    return ", ".join(f"{_words(name, value)} {value:+.2g}" for name, value in parts)


def _words(name: str, value: float) -> str:
    return EITHER_WAY[name][value < 0] if name in EITHER_WAY else WORDS.get(name, name)
