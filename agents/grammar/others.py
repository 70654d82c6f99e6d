"""Persons from whom a sentence tells apart those it acts on: "Roe's brother was jailed", "another 38 were arrested".

What befalls the brother or the others does not befall Roe.
"""

import re
from collections.abc import Sequence

from agents.grammar.arguments import Filler
from agents.grammar.judge import Judged
from agents.grammar.reading import Reading
from schemas.taxonomy import EventType

_PERSONAL = frozenset(
    (
        *(EventType.ARREST, EventType.CHARGE, EventType.EXTRADITION, EventType.GUILTY_PLEA, EventType.CONVICTION),
        *(EventType.SENTENCE, EventType.ACQUITTAL, EventType.RELEASE),
    )
)
_KIN = re.compile(
    r"['’]s? (?:[\w-]+ ){0,2}?(?:brother|sister|wife|husband|partner|son|daughter|mother|father|cousin|girlfriend"
    r"|boyfriend|associate|accomplice|co-defendant|co-conspirator|co-accused)(?:s|-in-law)?\b"
)
_OTHERS = re.compile(
    r"\b(?:(?:another|a further|some) (?:\d+|two|three|four|five|six|seven|eight|nine|ten|dozens?)"
    r"|(?:\d+|two|three|four|five|six|seven|eight|nine|ten) (?:others|more|other|further))\b",
    re.IGNORECASE,
)
_BEFORE = 60
"""Characters before the trigger in which others are looked for."""


def without_kin_and_others(reading: Reading, judged: Judged, defendants: Sequence[Filler]) -> list[Filler]:
    """Return the defendants of an act without those whose kin it befalls, and without any from other sentences where
    it befalls others.

    Of five labelled acts that befall somebody's kin or co-defendants, none has that somebody as defendant.
    """
    candidate, text = judged.candidate, reading.text
    if candidate.type not in _PERSONAL:
        return list(defendants)
    kept = [filler for filler in defendants if not _is_told_by_kin(text, candidate.sentence, filler)]
    start = max(reading.sentence(candidate.sentence).start, candidate.head.start - _BEFORE)
    if _OTHERS.search(text, start, candidate.head.start):
        return [filler for filler in kept if candidate.sentence in filler.group.sentences]
    return kept


def _is_told_by_kin(text: str, sentence: int, filler: Filler) -> bool:
    here = [m for m, n in zip(filler.group.mentions, filler.group.sentences, strict=True) if n == sentence]
    return bool(here) and all(_KIN.match(text, mention.end) for mention in here)
