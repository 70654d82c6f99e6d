"""Organisations and agencies by the words that end or head their names, and what brackets call them."""

import re
from collections.abc import Iterator, Sequence

from agents.grammar.mention import Mention, NameValue
from agents.grammar.names import Run, Word, is_common

_SUFFIX = re.compile(
    r",? (?:Inc|Ltd|LLC|LLP|LLLP|PLC|plc|Plc|Corp|Corporation|Limited|GmbH|AG|KG|UG|S\.?A\.?|S\.?A\.?S\.?|SARL|S\.?p\.?A|S\.?r\.?l|SRL|S\.?L\.?|S\.?L\.?U|B\.?V|N\.?V|"
    r"A/S|ApS|AB|AS|Oy|Oyj|Co|Company|Pte|Pty|Sdn|Bhd|Kft|z o\.o|d\.o\.o|s\.r\.o|a\.s|K\.K|LP|L\.P|L\.L\.C|L\.L\.P|FZE|FZCO|FZ-LLC|Tech FZE|Lda|Ltda|EIRL|OOO|JSC|PJSC)\b\.?(?:,? (?:Ltd|LLC|Limited|Inc|KG|Bhd)\b\.?)?"
)
AGENCY_HEADS = frozenset(
    ["Police", "Ministry", "Department", "Bureau", "Agency", "Gendarmerie", "Customs", "Commission", "Authority", "Unit", "Directorate", "Task", "Prosecutor", "Prosecutors", "Prosecution", "Attorney", "Office", "Constabulary", "Guard", "Carabinieri", "Taskforce", "Administration", "Inspectorate", "Squad", "Command", "Procuracy", "Procuratorate", "Secretariat", "Marshals", "Regulator", "Investigations", "Intelligence", "Polizia", "Policía", "Policia", "Polícia", "Guardia", "Bundespolizei", "Staatsanwaltschaft", "Sheriff", "Force", "Treasury", "Interior", "Ombudsman", "Garda", "Politie", "Headquarters", "Section", "Division", "Tribunal", "Cybercrime", "Station", "Government"]
)
ORGANISATION_HEADS = frozenset(
    ["Association", "Federation", "Alliance", "Foundation", "Group", "Records", "Pictures", "Studios", "Studio", "Entertainment", "Networks", "Network", "Media", "Telecom", "Telecommunications", "Hosting", "Technologies", "Technology", "University", "Bank", "Institute", "Society", "Union", "Coalition", "Center", "Centre", "Council", "League", "Club", "Holdings", "Productions", "Films", "Film", "Music", "Publishing", "Publishers", "Press", "Games", "Gaming", "Software", "Systems", "Solutions", "Communications", "International", "Enterprises", "Ventures", "Partners", "Labs", "Broadcasting", "Television", "Guild", "Distribution", "Company", "Corporation", "Stichting", "Foundation", "Fonds", "Trust", "Registry", "Exchange", "Capital", "Investments", "Industries", "Consulting", "Services", "Security", "Organization", "Organisation", "Committee", "Chamber", "Interactive", "Digital", "Mobile", "Online", "Cable", "Wireless", "Cinemas", "Sport", "Sports", "Football", "Agencies", "Electronics", "Education", "Learning"]
)
_ACRONYM = re.compile(r" \((?:the |aka |or )?[“\"‘]?(?P<acronym>[A-Z][A-Za-z&/-]{1,9})[”\"’]?(?:;[^)]{0,30})?\)")
_DROP_FIRST = frozenset(
    ["The", "A", "An", "In", "On", "At", "As", "But", "And", "For", "While", "When", "After", "Since", "If", "This", "That", "These", "Those", "With", "From", "By", "To", "However", "According", "Meanwhile", "Although", "Because", "Following", "During", "Before", "Both", "Other", "Many", "Some", "Most", "More", "All", "Also", "Not", "It", "He", "She", "They", "We", "You", "His", "Her", "Its", "Their", "Our", "Your", "My", "What", "Who", "How", "Why", "Where", "Which", "There", "Here", "Now", "Then"]
)


def find_organisations(text: str, runs: Sequence[Run]) -> list[Mention]:
    """Return organisations and agencies known by their form, with the acronym in brackets as alias."""
    found = [m for run in runs for m in _in_run(text, run)]
    return [_with_acronym(text, mention) for mention in found]


def _in_run(text: str, run: Run) -> Iterator[Mention]:
    words = _trimmed(run)
    if not words:
        return
    suffix = _SUFFIX.match(text, words[-1].end)
    start, end = words[0].start, words[-1].end
    inner = next((i for i in range(1, len(words)) if _SUFFIX.fullmatch(" " + words[i].text.rstrip("."))), None)
    if suffix or inner:
        end = suffix.end() if suffix else words[inner or 0].end
        yield _mention(text, start, end, "organisation", "organisation.suffix")
        return
    if len(words) < 2:
        return
    agency = next((i for i, w in enumerate(words) if w.text.split("’")[0].split("'")[0] in AGENCY_HEADS), None)
    if agency is not None:
        yield _mention(text, start, end, "agency", "agency.head")
    elif any(w.text in ORGANISATION_HEADS for w in words):
        yield _mention(text, start, end, "organisation", "organisation.head")


def _trimmed(run: Run) -> list[Word]:
    words = list(run.words)
    while words and (
        words[0].text in _DROP_FIRST
        or (
            run.sentence_start
            and len(words) > 2
            and is_common(words[0].text)
            and words[0].text not in AGENCY_HEADS | ORGANISATION_HEADS
        )
    ):
        words = words[1:]
        run = run._replace(sentence_start=False)
    return words


def _mention(text: str, start: int, end: int, kind: str, rule: str) -> Mention:
    name = text[start:end].rstrip(",")
    return Mention(start, start + len(name), kind, NameValue(name=name, canonical=name), rule)


def _with_acronym(text: str, mention: Mention) -> Mention:
    found = _ACRONYM.match(text, mention.end)
    if found is None:
        return mention
    value = mention.value
    return mention._replace(
        value=NameValue(name=value.name, canonical=value.canonical, country=value.country, aliases=(found["acronym"],))
    )


def find_aliases(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Return the later uses of acronyms that the text itself has introduced in brackets."""
    introduced = {}
    for mention in mentions:
        found = _ACRONYM.match(text, mention.end)
        if found and mention.kind in ("organisation", "agency", "rights_group"):
            introduced.setdefault(found["acronym"], mention)
    found_again: list[Mention] = []
    for acronym, mention in introduced.items():
        for use in re.finditer(rf"(?<![\w-]){re.escape(acronym)}(?![\w-])", text):
            value = NameValue(
                name=acronym, canonical=mention.value.canonical, country=mention.value.country, aliases=(acronym,)
            )
            found_again.append(Mention(use.start(), use.end(), mention.kind, value, f"{mention.kind}.acronym"))
    return found_again


def find_unknown(text: str, runs: Sequence[Run]) -> list[Mention]:
    """Return capitalised names of unknown kind as weak organisations: what no stronger rule has claimed."""
    found = []
    for run in runs:
        words = _trimmed(run)
        while words and all(is_common(w.text) for w in words[:1]) and run.sentence_start and words[0] is run.words[0]:
            words = words[1:]
        if not words or all(is_common(w.text) for w in words) or words[-1].end - words[0].start < 3:
            continue
        found.append(_mention(text, words[0].start, words[-1].end, "organisation", "name.unknown"))
    return found
