"""Courts: "U.S. District Court for the Eastern District of Virginia", "Liverpool Crown Court", "Court of Milan".

A court's name is found from its head word outwards: capitalised words before it, "of …" and "for …" after it.
A generic court ("a federal court in California") is none.
"""

import re
from collections.abc import Sequence

from agents.grammar.mention import Mention, NameValue

_CAP = r"(?:[A-ZÀ-Þ][\w’'.-]*|of|the|and|for|in|de|du|van|der|&)"
_HEAD = re.compile(
    r"(?:[Cc]ourts?|[Tt]ribunale?s?|TRIBUNAL|COURT|Circuit|(?:Ober|Ober)?[Ll]andesgericht|Landgericht|Amtsgericht|"
    r"Bundesgerichtshof|Verwaltungsgericht|Bundesverfassungsgericht|Rechtbank|Gerechtshof|Hoge Raad|Conseil d['’][ÉE]tat|"
    r"Cour de [Cc]assation|Cour d['’][Aa]ppel|Audiencia (?:Nacional|Provincial)|Juzgado|Corte Suprema|BGH|CJEU|ECJ|"
    r"CAFC|PTAB|JPML|District of)\b"
)
_LEFT = re.compile(r"(?:(?<![\w’'])(?:U\.S\.|US|UK|EU|[A-ZÀ-Þ][\w’'-]*\.?|[A-Z]\.|of|and|for|&|in|de|du|d['’])[ -])+$")
_RIGHT = re.compile(
    r"(?: (?:of|for|in|at|de|du) (?:the )?(?:[A-ZÀ-Þ][\w’'.-]*[^\W.,]|U\.S\.)(?:(?: of(?: the)?| and| de|,? for the| for(?: the)?|-)? ?[A-ZÀ-Þ][\w’'-]*[\w])*)+"
)
_BRACKETS = re.compile(r" \((?:[A-Z]{2,6}|[A-Z][\w ]+ [Dd]ivision)\)")
_KNOWN_LEFT = re.compile(
    r"(?:Supreme|High|District|Crown|Regional|Magistrates['’]?|Federal|County|Circuit|Appeals?|Appellate|Superior|"
    r"Bankruptcy|Municipal|Provincial|Commercial|Enterprise|Constitutional|Cassation|Civil|Criminal|Economic|Higher|"
    r"Intermediate|People['’]s|Sessions|Patent and Market|Maritime and Commercial|Administrative|Judicial|City|Central|"
    r"Sheriff|Internet|Arbitrazh|General|Misdemeanors?|Claims|Trade|Session|Intellectual Property|IP|Enterprise|Local|"
    r"Business|Chancery|Juvenile|Youth|Family|Labou?r|Basmanny|Khamovnichesky|Meshchansky|Tverskoy|Military|Common Pleas)$"
)
_LOWER_KIND = re.compile(
    r"(?:supreme|high|district|crown|regional|magistrates['’]?|federal|county|appeals?|appellate|superior|judicial|"
    r"provincial|commercial|constitutional|criminal|economic|higher regional|intermediate|administrative|city|municipal|"
    r"general|central)$"
)
_ORDINAL = "First|Second|Third|Fourth|Fifth|Sixth|Seventh|Eighth|Ninth|Tenth|Eleventh|Federal|D\\.C\\.|1st|2nd|3rd|4th|5th|6th|7th|8th|9th|10th|11th"
_CIRCUIT = re.compile(rf"(?:(?:U\.S\.|US|United States) )?(?:Court of Appeals? for the )?(?:{_ORDINAL}) $")
_DISTRICT = re.compile(r"(?:(?:Northern|Southern|Eastern|Western|Central|Middle) )$")
_STATES = re.compile(
    r" (?:Alabama|Alaska|Arizona|Arkansas|California|Colorado|Connecticut|Delaware|Columbia|Florida|Georgia|Guam|Hawaii|"
    r"Idaho|Illinois|Indiana|Iowa|Kansas|Kentucky|Louisiana|Maine|Maryland|Massachusetts|Michigan|Minnesota|Mississippi|"
    r"Missouri|Montana|Nebraska|Nevada|New Hampshire|New Jersey|New Mexico|New York|North Carolina|North Dakota|Ohio|"
    r"Oklahoma|Oregon|Pennsylvania|Puerto Rico|Rhode Island|South Carolina|South Dakota|Tennessee|Texas|Utah|Vermont|"
    r"Virginia|Washington|West Virginia|Wisconsin|Wyoming)\b"
)
_BY_WORD = (
    ("US", re.compile(r"U\.S\.|\bUS\b|United States|Circuit|District of|Bankruptcy|Superior Court|SCOTUS|District Court for")),
    ("GB", re.compile(r"Crown Court|Magistrates|England|EWHC|\bUK\b|Old Bailey|Sheriff Court|Court of Session|IPEC|Enterprise Court of England")),
    ("DE", re.compile(r"gericht|BGH|Higher Regional Court|Federal Court of Justice|Bundes")),
    ("FR", re.compile(r"[Jj]udicial [Cc]ourt|Tribunal judiciaire|Cour d|Cour de|Conseil d")),
    ("NL", re.compile(r"Rechtbank|Gerechtshof|Hoge Raad")),
    ("IT", re.compile(r"Tribunale|TAR\b|Lazio")),
    ("ES", re.compile(r"Audiencia|Juzgado|Mercantil")),
    ("CN", re.compile(r"People['’]s Court|Intermediate")),
    ("SE", re.compile(r"Patent and Market")),
    ("DK", re.compile(r"Maritime and Commercial|Eastern High Court|Western High Court")),
    ("BE", re.compile(r"Enterprise Court")),
)  # fmt: skip


def find_courts(text: str, places: Sequence[Mention] = ()) -> list[Mention]:
    """Return the named courts in `text`, in order; `value.country` where the name or a place inside it tells it.

    `places` are the place mentions of the text, as `places.settle_places` returns them.
    """
    found: list[Mention] = []
    for head in _HEAD.finditer(text):
        if found and head.start() < found[-1].end:
            continue
        span = _span(text, head)
        if span is not None:
            found.append(_mention(text, *span, places))
    return found


def _span(text: str, head: re.Match[str]) -> tuple[int, int] | None:
    start, end = head.span()
    if start and text[start - 1].isalnum():
        return None
    word = head[0]
    if word == "Circuit":
        return _circuit(text, start, end)
    if word == "District of":
        return _district(text, start, end)
    left = _trimmed_left(text, start)
    right = _RIGHT.match(text, end, min(len(text), end + 120))
    if word[0].islower():
        return _lower_case(text, start, end, left, right)
    end = right.end() if right and _right_is_name(text, left, start, right) else end
    brackets = _BRACKETS.match(text, end)
    end = brackets.end() if brackets else end
    if left == start and end == head.end() and word in ("Court", "Courts", "Tribunal", "COURT", "TRIBUNAL"):
        return None
    return left, end


def _right_is_name(text: str, left: int, start: int, right: re.Match[str]) -> bool:
    """ "Court of Milan" is a name; so is "High Court in London"; "Court in January" is not."""
    return not re.match(
        r" (?:in|at|on|for) (?:the )?(?:January|February|March|April|May|June|July|August|September|October|November|December|Monday|Tuesday|Wednesday|Thursday|Friday)",
        right[0],
    )


def _circuit(text: str, start: int, end: int) -> tuple[int, int] | None:
    left = _CIRCUIT.search(text, max(0, start - 60), start)
    if left is None:
        return None
    more = re.match(r" Court of Appeals?|(?= )", text[end : end + 20])
    return left.start(), end + (more.end() if more else 0)


def _district(text: str, start: int, end: int) -> tuple[int, int] | None:
    state = _STATES.match(text, end)
    if state is None:
        return None
    compass = _DISTRICT.search(text, max(0, start - 12), start)
    begin = compass.start() if compass else start
    if re.search(
        r"(?:Attorney|Office|prosecutors?)[\w ’'.]{0,12} (?:for|in|of|from) (?:the )?$",
        text[max(0, begin - 40) : begin],
    ):
        return None
    return begin, state.end()


_NOT_IN_NAME = frozenset(
    ["The", "A", "An", "In", "At", "On", "By", "And", "But", "For", "Of", "To", "From", "This", "That", "After", "Before", "When", "While", "However", "Yesterday", "Today", "Last", "Judge", "Justice", "Earlier", "Also", "Meanwhile", "As", "If", "Then", "Since", "According", "During", "Following", "Under", "With", "If", "Both", "Each", "Per", "Via", "Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November", "December", "Recently", "Their", "His", "Her", "Its", "Our", "Attorney", "ISPs", "ISP", "Court", "of", "and", "for", "in", "&", "de", "du"]
)


def _trimmed_left(text: str, start: int) -> int:
    """Return where the name begins: capitalised words before the head, without leading small and common words."""
    found = _LEFT.search(text, max(0, start - 80), start)
    if found is None:
        return start
    position = found.start()
    for word in re.finditer(r"[^ -]+[ -]", found[0]):
        if word[0].strip(" -") not in _NOT_IN_NAME and not word[0].strip().islower():
            break
        position = found.start() + word.end()
    return position


def _lower_case(text: str, start: int, end: int, left: int, right: re.Match[str] | None) -> tuple[int, int] | None:
    """ "Paris judicial court", "Court in Næstved", "Milan court", "regional court in Leipzig"."""
    before = re.search(r"((?:[a-z’'-]+ ){1,2})$", text[max(0, start - 30) : start])
    kind = None
    if before:
        words = before[1].split()
        if _LOWER_KIND.search(words[-1]):
            kind = words[-2:] if len(words) > 1 and _LOWER_KIND.search(words[-2]) else words[-1:]
    kind_start = start - sum(len(w) + 1 for w in kind) if kind else start
    named_left = _trimmed_left(text, kind_start)
    if named_left < kind_start:
        if (
            re.fullmatch(r"(?:[A-Z][\w.]+ )", text[named_left:kind_start])
            and not kind
            and not _is_place_word(text[named_left:kind_start])
        ):
            return None
        return named_left, end
    if (
        kind
        and right
        and re.match(r" (?:of|in) [A-Z]", right[0])
        and kind[-1] in ("regional", "district", "appeal", "appeals", "high", "crown")
    ):
        return kind_start, right.end()
    return None


def _is_place_word(word: str) -> bool:
    from agents.grammar.gazetteer import find_known  # noqa: PLC0415

    return any(m.kind == "place" and not m.value.nationality for m in find_known(word.strip()))


def _mention(text: str, start: int, end: int, places: Sequence[Mention]) -> Mention:
    name = re.sub(r"['’]s$", "", text[start:end])
    end = start + len(name)
    country = _country(name) or next((p.value.country for p in places if start <= p.start < end), None)
    return Mention(start, end, "court", NameValue(name=name, canonical=name, country=country), "court")


def _country(name: str) -> str | None:
    for country, pattern in _BY_WORD:
        if pattern.search(name):
            return country
    return "US" if _STATES.search(" " + name) and "District" in name else None
