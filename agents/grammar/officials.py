"""Officials: persons who act or speak for the law, such as judges and detectives, told by their title.

Who signs an order or is quoted for the police is no party of the case, so an official fills no slot of an event.
"""

import re
from collections.abc import Iterable, Sequence
from functools import cache

from agents.grammar.mention import Mention
from agents.grammar.persons import OF_THE_BAR
from agents.lexicon import cue_words

_LOOKED_AT = 60
"""Characters before a name in which its title is looked for."""
_NO_LONGER = re.compile(r"\b(?:former|fake|self-styled) (?:\w+ ){0,2}$|\b(?:ex|pseudo)-$", re.IGNORECASE)
_HEAD_OF_A_BODY = re.compile(r"\b[A-Z]{3,5}(?:['’]s)? (?:[A-Z][a-z]+ )?(?:Director|Commissioner) $")
_DESCRIBED = re.compile(
    r", (?:an? |the )?(?:[\w.-]+ ){0,3}?(?:U\.?S\.? Attorney|United States Attorney|Director in Charge|[Pp]rosecutor"
    r"|[Aa]ttorney [Gg]eneral|[Jj]udge|[Ss]pecial [Aa]gent|[Dd]etective|[Ss]pokes(?:person|man|woman))\b"
    r"(?! (?:says?|said|claims?|added)\b)"
)
_IN_COURT = re.compile(
    r", for [A-Z][\w’' -]{1,40}, (?:says?|said|told|argued)\b"
    r"|,? (?:prosecuting|defending|for the (?:accused|prosecution|defen[cs]e|Crown|State))\b"
)
_COUNSEL = re.compile(r"\b(?:prosecuted|represented) by $|\b[Cc]ounsel (?:to|for) [^,.;\n]{2,40}, $")
_OF_THE_BAR = re.compile(rf" (?:{'|'.join(sorted(OF_THE_BAR))}|Esq\.?)$")
_NEXT = re.compile(r", (?:and )?| and ")


@cache
def _title() -> re.Pattern[str]:
    titles = sorted(cue_words("official"), key=lambda title: (-len(title), title))
    return re.compile(rf"(?<!\w)(?P<title>{'|'.join(map(re.escape, titles))}) $")


def mark_officials(text: str, persons: Sequence[Mention]) -> list[Mention]:
    """Return the persons named in `text`, in order; those who hold an office somewhere in it are of kind `official`."""
    ordered = sorted(persons)
    held = set(_with_office(text, ordered))
    return [m._replace(kind="official") if m.value.canonical in held else m for m in ordered]


def _with_office(text: str, persons: Iterable[Mention]) -> Iterable[str]:
    listed, end = -1, 0
    for person in persons:
        title = _title().search(text, max(0, person.start - _LOOKED_AT), person.start)
        if title and not _NO_LONGER.search(text, max(0, title.start() - 30), title.start()):
            yield person.value.canonical
            listed = person.end if title["title"].endswith("s") else -1
        elif listed == end and _NEXT.fullmatch(text, end, person.start):  # "judges Roe, Doe and Poe"
            yield person.value.canonical
            listed = person.end
        elif _is_described(text, person):
            yield person.value.canonical
        end = person.end


def _is_described(text: str, person: Mention) -> bool:
    near = max(0, person.start - _LOOKED_AT), person.start
    return (
        any(pattern.search(text, *near) for pattern in (_HEAD_OF_A_BODY, _COUNSEL))
        or any(pattern.match(text, person.end) for pattern in (_DESCRIBED, _IN_COURT))
        or _OF_THE_BAR.search(text[person.start : person.end]) is not None
    )
