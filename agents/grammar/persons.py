"""Persons: known first names, titles and roles before a name, an age after it, surnames that come back."""

import re
from collections.abc import Iterator, Sequence
from functools import cache

from agents.grammar.mention import Mention, NameValue
from agents.grammar.names import Run, Word, is_common, person_joiner
from agents.lexicon import words

_AGE_AFTER = re.compile(
    r",? \(?(?:aged? )?(?:1[2-9]|[2-8]\d)\)?(?:,|\)|\.| and |$)|,? (?:an? )?(?:1[2-9]|[2-8]\d)-year-old"
)
_AGE_BEFORE = re.compile(r"(?:\d\d-year-old|\d\d-year-olds|\d\d year old)(?: [\w-]+){0,3} $")
_ALIAS_AFTER = re.compile(
    r",? \(?(?:a/?k/?a|aka|a\.k\.a\.|also known as|known (?:online )?as|alias|nicknamed|who goes by)\b", re.IGNORECASE
)
_TITLES = frozenset(
    ["Mr.", "Mrs.", "Ms.", "Miss", "Dr.", "Mr", "Mrs", "Ms", "Dr", "Sir", "Dame", "Lord", "Lady", "Judge", "Justice", "Magistrate", "Prof.", "Professor", "Detective", "Inspector", "Sergeant", "Constable", "Superintendent", "Senator", "Congressman"]
)
_NEVER = frozenset(
    ["Police", "Court", "Department", "Office", "Ministry", "Agency", "Bureau", "Association", "Alliance", "Federation", "Group", "Inc", "Ltd", "LLC", "GmbH", "Corp", "Company", "University", "Institute", "Bank", "Foundation", "Records", "Music", "Entertainment", "Pictures", "Studios", "Media", "Network", "Networks", "Television", "Act", "Bill", "Law", "Operation", "District", "County", "City", "State", "States", "Center", "Centre", "Committee", "Commission", "Council", "Authority", "Service", "Services", "Unit", "Division", "Section", "Team", "League", "Club", "Society", "Party", "Union", "Street", "Road", "Avenue", "Square", "House", "Park", "Day", "Times", "News", "Post", "Press", "Guardian", "Telegraph", "Herald", "Magazine", "Archive", "Library", "Market", "Forum", "Shield", "Order", "Report", "List", "Treaty", "Directive", "Regulation", "Code", "Convention", "Agreement", "Programme", "Program", "Project", "Fund", "Trust", "Church", "School", "College", "Hospital", "Airport", "International", "National", "Federal", "European", "American", "British", "Internet", "Online", "Digital", "Security", "Cyber", "Crime", "Copyright", "Property", "Justice", "Supreme", "High", "Attorney", "General", "Prosecutor", "Prosecutors", "January", "February", "March", "April", "June", "July", "August", "September", "October", "November", "December", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday", "Android", "Windows", "Linux", "Chrome", "Facebook", "Twitter", "Google", "Premier", "Cup", "Series", "Holdings", "Limited", "Technologies", "Systems", "Software", "Solutions", "Communications", "Telecom", "Hosting", "Games", "Gaming", "Productions", "Distribution", "Publishing", "Publishers"]
)


@cache
def _first_names() -> frozenset[str]:
    return words("first_names.txt")


@cache
def _roles() -> frozenset[str]:
    return words("roles.txt")


def find_persons(text: str, runs: Sequence[Run]) -> list[Mention]:
    """Return the persons named in `text`; a surname alone carries the full name as `canonical`."""
    full = [m for run in runs for m in _full_names(text, run)]
    surnames = {
        m.value.canonical.rsplit(" ", 1)[-1]: m.value.canonical for m in reversed(full) if " " in m.value.canonical
    }
    taken = {m.start for m in full}
    again = [m for run in runs for m in _surnames(run, surnames, taken)]
    return sorted([*full, *again], key=lambda m: m.start)


def _full_names(text: str, run: Run) -> Iterator[Mention]:
    """Cut the run at words that belong to no person and test each piece."""
    piece: list[Word] = []
    for i, word in enumerate(run.words):
        breaks = word.text in _NEVER or not person_joiner(word.joiner) or _too_odd(word.text)
        if breaks and piece:
            yield from _piece(text, piece, run, first=piece[0] is run.words[0])
            piece = []
        if word.text not in _NEVER and not _too_odd(word.text):
            piece.append(word._replace(joiner="") if not piece else word)
        if i + 1 == len(run.words) and piece:
            yield from _piece(text, piece, run, first=piece[0] is run.words[0])


def _too_odd(word: str) -> bool:
    return (
        (len(word) > 3 and word.isupper() and "-" not in word)
        or any(c.isdigit() or c in "$+" for c in word)
        or ("." in word and len(word) > 3)
    )


def _piece(text: str, piece: list[Word], run: Run, *, first: bool) -> Iterator[Mention]:
    title = False
    while piece and (piece[0].text in _TITLES or piece[0].text in _roles()):
        title, piece = True, piece[1:]
    if first and run.sentence_start:
        while len(piece) > 1 and is_common(piece[0].text) and piece[0].text not in _first_names():
            piece = piece[1:]
    if not piece or len(piece) > 6:
        return
    rule = _rule(text, piece, title=title)
    if rule is not None:
        name = text[piece[0].start : piece[-1].end]
        yield Mention(piece[0].start, piece[-1].end, "person", NameValue(name=name, canonical=name), rule)


def _rule(text: str, piece: list[Word], *, title: bool) -> str | None:
    start, end = piece[0].start, piece[-1].end
    if any(len(word.text) < 2 for word in piece[-1:]):
        return None
    if title or _role_before(text, start):
        plain = all(not is_common(w.text) for w in piece[-1:])
        if plain and (title or len(piece) > 1):
            return "person.title" if title else "person.role"
    if len(piece) > 1 and not is_common(piece[-1].text) and piece[0].text in _first_names():
        return "person.first_name"
    if _AGE_AFTER.match(text, end) and not all(is_common(w.text) for w in piece):
        return "person.age"
    if len(piece) > 1 and _AGE_BEFORE.search(text, max(0, start - 60), start):
        return "person.age_before"
    if len(piece) > 1 and _ALIAS_AFTER.match(text, end) and not is_common(piece[-1].text):
        return "person.alias"
    if len(piece) > 2 and len(piece[1].text.rstrip(".")) == 1 and not is_common(piece[-1].text):
        return "person.initial"
    return None


def _role_before(text: str, start: int) -> bool:
    before = re.search(r"([A-Za-z-]+\.?),? $", text[max(0, start - 18) : start])
    return before is not None and before[1] in _roles()


def _surnames(run: Run, surnames: dict[str, str], taken: set[int]) -> Iterator[Mention]:
    for word in run.words:
        full = surnames.get(word.text)
        if full and word.start not in taken and len(run.words) <= 3:
            yield Mention(word.start, word.end, "person", NameValue(name=word.text, canonical=full), "person.surname")
