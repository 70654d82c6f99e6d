"""Rules on status: a request is never told as a decision, nor what is still to come as done.

The models read the status from all words around; they are right nine times in ten. The tenth time must not be a motion
that is sold as an award, a refused bail that is told as a release, or a plea or sentence told before its day, so the
plain forms are rules.
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
    r"|(?<!the )(?<!was )(?<!were )\b(?:seek|seeks|seeking|sought|requested|wants|wanted|demands|demanded|demanding)\b"
    r"(?= (?:an?|the|to|that|more|up|statutory|injunctive|\W|\d|$))",
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
_HEADLINE = re.compile(
    r"\b(?:seeks?|asks?|wants?|requests?|demands?|motions?|petitions?|urges?|proposes?)\b", re.IGNORECASE
)
_DECIDING = re.compile(
    r"\b(?:award|order|grant|rul(?:e[sd]?|ing)\b|judge|jury|court|magistrate|tribunal|verdict|must\b|ha(?:s|ve|d) to\b"
    r"|sign|enter|issu|approv|impos|compel|w[io]ns?\b|secur|obtain|liable|agree|settle|forfeit|confiscat|hand|receiv|paid)",
    re.IGNORECASE,
)
"""Words without which a sentence decides nothing."""
_MONEY_AND_ORDERS = frozenset(
    (EventType.DAMAGES_AWARD, EventType.DEFAULT_JUDGMENT, EventType.FORFEITURE, EventType.INJUNCTION)
)
_REACH = 90
"""So many characters may lie between the words of asking and what is asked for."""


_BAIL_REFUSED = re.compile(
    r"\b(?:refus|den(?:ied|y|ies)|declin)\w* (?:him |her |them |(?:to )?grant |(?:an? |his |her |their |the )?"
    r"(?:request|application|plea|bid)s? for )*bail\b"
    r"|\bbail\b(?: \w+){0,2} (?:was|were|been|is|being) (?:refused|denied|rejected|dismissed|turned down|declined)\b"
    r"|\bbail (?:refused|denied|rejected)\b"
    r"|\b(?:lost|loses) (?:his|her|their|its|the|a) (?:bid|plea|application|fight)\b[^.;]{0,15}\bbail\b",
    re.IGNORECASE,
)
_WILL_PLEAD = re.compile(
    r"\b(?:agree[ds]?|expected|set|due|scheduled|intends?|plans?|offered) to plead\b|\bwill plead\b", re.IGNORECASE
)

_AWAITED = re.compile(
    r"\b(?:will (?:\w+ )?be|to be|until|awaits?|awaiting|pending|faces?|facing|(?:due|set|scheduled) for) sentenc"
    r"|\bsentenc\w*,? (?:which |hearing |date )?"
    r"(?:will be|is (?:set|scheduled|due|expected)|(?:was|has been) scheduled)",
    re.IGNORECASE,
)
_PLAIN = {
    EventType.RELEASE: (_BAIL_REFUSED, Status.DENIED),
    EventType.GUILTY_PLEA: (_WILL_PLEAD, Status.PLANNED),
    EventType.SENTENCE: (_AWAITED, Status.PLANNED),
}
"""By type, words beside the trigger that settle its status."""
_BESIDE = 40, 60
"""Characters before and after the beginning of the trigger."""


def settled(status: Status, kind: EventType, sentence: str, trigger: int, *, headline: str = "") -> Status:
    """Return the status of an act whose trigger stands at `trigger` in its sentence.

    `sought` where words of asking govern the trigger and the sentence tells of no decision, or where the headline asks
    and a sentence on money or an order decides nothing; `denied` where bail is refused; `planned` where a plea or
    sentence is still to come; else as it was.
    """
    if status not in _DONE:
        return status
    if kind in _PLAIN:
        words, means = _PLAIN[kind]
        if words.search(sentence, max(0, trigger - _BESIDE[0]), trigger + _BESIDE[1]):
            return means
    if kind not in ASKABLE or _DECIDED.search(sentence):
        return status
    if kind in _MONEY_AND_ORDERS and _only_asked(sentence, headline):
        return Status.SOUGHT
    before = sentence[max(0, trigger - 2 * _REACH) : trigger]
    for asking in _ASKING.finditer(before):
        between = before[asking.end() :]
        if len(between) <= _REACH and not _NOT_BETWEEN.search(between):
            return Status.SOUGHT
    return status


def _only_asked(sentence: str, headline: str) -> bool:
    asks = _HEADLINE.search(headline) and not _DECIDED.search(headline) and not _DECIDING.search(headline)
    return bool(asks) and not _DECIDING.search(sentence)
