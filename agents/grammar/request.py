"""A request is never told as a decision: where a sentence plainly asks for an act, that act is sought.

The models read the status from all words around; they are right nine times in ten. The tenth time must not be a motion
that is sold as an award, so the plain forms of asking are a rule.
"""

import re

from schemas.taxonomy import EventType, Status

ASKABLE = frozenset(
    (
        EventType.DAMAGES_AWARD,
        EventType.DEFAULT_JUDGMENT,
        EventType.DISMISSAL,
        EventType.EXTRADITION,
        EventType.FINE,
        EventType.FORFEITURE,
        EventType.INJUNCTION,
        EventType.SENTENCE,
        EventType.SITE_BLOCKING,
        EventType.SUBPOENA,
    )
)
"""What a party can ask for and a court or authority decides."""

_DONE = frozenset((Status.HAPPENED, Status.ORDERED))
_ASKING = re.compile(
    r"\b(?:motions?|requests?|applications?|petitions?|bids?|civil complaints?) (?:for|to|seeking|asking)\b"
    r"|\b(?:ask|asks|asked|asking|urge|urges|urged|urging|petitioned) "
    r"(?:[\w.'’-]+ ){0,8}?(?:court|courts|judge|tribunal|magistrate|jury)\b"
    r"|(?<!the )(?<!was )(?<!were )\b(?:seek|seeks|seeking|sought|requested|wants|wanted)\b"
    r"(?= (?:an?|the|to|that|more|up|\W))",
    re.IGNORECASE,
)
_NOT_BETWEEN = re.compile(
    r"[;:—]|\b(?:but|after|when|which|who|until|before|that|verdict|was|were|been)\b"
    r"|\b(?:overrul|overturn|revers|vacat|lift|stay|review|reconsider)"
    r"|\b(?:award[es]|ordered|ruled|dismissed|won|obtain|secur|issued|signed)",
    re.IGNORECASE,
)
"""Words that part what is asked for from the trigger, or turn it round."""
_DECIDED = re.compile(r"\b(?:grant|approv|agreed|den[iy]|reject|refus|turned down|quash)", re.IGNORECASE)
"""Words of deciding anywhere in the sentence: whether the request or another was decided is left to the models."""
_REACH = 90
"""So many characters may lie between the words of asking and what is asked for."""


def settled(status: Status, kind: EventType, sentence: str, trigger: int) -> Status:
    """Return the status of an act whose trigger stands at `trigger` in its sentence.

    `sought` where words of asking govern the trigger and the sentence tells of no decision; else as it was.
    """
    if status not in _DONE or kind not in ASKABLE or _DECIDED.search(sentence):
        return status
    before = sentence[max(0, trigger - 2 * _REACH) : trigger]
    for asking in _ASKING.finditer(before):
        between = before[asking.end() :]
        if len(between) <= _REACH and not _NOT_BETWEEN.search(between):
            return Status.SOUGHT
    return status
