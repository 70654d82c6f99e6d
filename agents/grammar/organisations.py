"""Organisations and agencies by the words that end or head their names, and what brackets call them."""

import re
from collections.abc import Iterator, Sequence
from functools import cache, lru_cache

from agents.grammar.gazetteer import demonyms
from agents.grammar.mention import Mention, NameValue
from agents.grammar.names import Run, Word, is_adjective, is_common
from agents.grammar.persons import first_names
from agents.lexicon import cue_words, rows

_SUFFIX = re.compile(
    r",? (?:Inc|Ltd|LLC|LLP|LLLP|PLC|plc|Plc|Corp|Corporation|Limited|GmbH|AG|KG|UG|S\.?A\.?S?|SARL|S\.?p\.?A|SpA|"
    r"S\.?r\.?l|SRL|S\.?L\.?U?|B\.?V|N\.?V|A/S|ApS|AB|AS|Oy|Oyj|Co|Company|Pte|Pty|Sdn|Bhd|Kft|z o\.o|d\.o\.o|s\.r\.o|"
    r"K\.K|LP|L\.P|L\.L\.C|L\.L\.P|FZE|FZCO|FZ-LLC|Tech FZE|Lda|Ltda|EIRL|OOO|JSC|PJSC)(?![\w])\.?"
    r"(?:,? (?:Ltd|LLC|Limited|Inc|KG|Bhd)(?!\w)\.?)?"
)
_ACRONYM = re.compile(r" \((?:the |aka |or )?[“\"‘]?(?P<acronym>[A-Z][A-Za-z&/-]{1,9})[”\"’]?(?:;[^)]{0,30})?\)")
_KINDS = ("agency", "organisation", "rights_group")


def find_organisations(text: str, runs: Sequence[Run]) -> list[Mention]:
    """Return organisations and agencies known by their form, with the acronym in brackets as alias.

    `runs` are cut at the "and" between two names already.
    """
    found = [mention for run in runs for mention in _in_run(text, _trimmed(run))]
    found += _lower_case_police(text, runs)
    return [_with_acronym(text, mention) for mention in found]


def find_aliases(text: str, mentions: Sequence[Mention]) -> list[Mention]:
    """Return all uses of the acronyms that the text itself has introduced in brackets."""
    introduced: dict[str, Mention] = {}
    for mention in mentions:
        found = _ACRONYM.match(text, mention.end) if mention.kind in _KINDS else None
        if found is not None:
            introduced.setdefault(found["acronym"], mention)
    if not introduced:
        return []
    uses = re.compile(r"(?<![\w-])(?:" + "|".join(map(re.escape, introduced)) + r")(?![\w-])")
    return [_alias(use, introduced[use[0]]) for use in uses.finditer(text)]


def _alias(use: re.Match[str], mention: Mention) -> Mention:
    known = mention.value
    value = NameValue(name=use[0], canonical=known.canonical, country=known.country, aliases=(use[0],))
    return Mention(use.start(), use.end(), mention.kind, value, f"{mention.kind}.acronym")


def find_unknown(text: str, runs: Sequence[Run]) -> list[Mention]:
    """Return capitalised names of unknown kind as weak organisations: what no stronger rule has claimed."""
    found = []
    for run in runs:
        words = _trimmed(run)
        if run.sentence_start and words and words[0] is run.words[0] and is_common(words[0].text):
            words = words[1:]
        if not words or words[-1].end - words[0].start <= _SHORTEST or _is_some_person(words):
            continue
        if len(words) == 1 and _is_cue(words[0].text):
            continue
        if not all(_says_nothing(word.text) for word in words) and not _is_office(words):
            found.append(_mention(text, words[0].start, words[-1].end, "organisation", "name.unknown"))
    return found


def _is_some_person(words: Sequence[Word]) -> bool:
    """ "Latvian Hacker", "Russian-Swedish": a nationality, with or without a role."""
    told = [_tells_person(word.text) for word in words]
    return all(told) and "nationality" in told


@lru_cache(maxsize=1 << 15)
def _tells_person(word: str) -> str:
    if all(part in demonyms() for part in word.split("-")):
        return "nationality"
    return "role" if word in cue_words("role") or word.lower() in cue_words("role") else ""


_SHORTEST = 2


@lru_cache(maxsize=1 << 15)
def _is_cue(word: str) -> bool:
    """Say whether a word says what a name is and is none alone."""
    return any(word in cue_words(says) for says in ("agency", "organisation", "title", "role"))


@lru_cache(maxsize=1 << 15)
def _says_nothing(word: str) -> bool:
    if is_common(word) or is_adjective(word) or word in demonyms():
        return True
    return word in cue_words("generic") or word in cue_words("outlet")


def and_inside(words: Sequence[Word], i: int) -> bool:
    """ "Alliance for Creativity and Entertainment", "Customs and Border Protection": one name."""
    left, right = words[:i], words[i:]
    if len(right) > 1 and _has_head(right) and not is_common(left[-1].text):
        return False
    if _has_head(left):
        named_for = any(word.joiner.startswith(("of", "for")) for word in left)
        return named_for and is_common(right[0].text) and (len(right) == 1 or not _has_head(right))
    return all(is_common(word.text) for word in left[-2:]) and _has_head(right)


def _has_head(words: Sequence[Word]) -> bool:
    return any(word.text in cue_words("agency") or word.text in cue_words("organisation") for word in words)


def _in_run(text: str, words: Sequence[Word]) -> Iterator[Mention]:
    if not words:
        return
    suffix = _SUFFIX.match(text, words[-1].end)
    inner = next((i for i, word in enumerate(words[1:], 1) if _is_suffix(word.text)), None) if len(words) > 1 else None
    if suffix or inner:
        end = suffix.end() if suffix else words[inner or 0].end
        yield _mention(text, words[0].start, end, "organisation", "organisation.suffix")
        return
    words = _without_holder(words)
    if len(words) > 1 and not _is_office(words):
        for kind in ("agency", "organisation"):
            if any(word.text in cue_words(kind) for word in words) and not (kind == "agency" and _is_product(words)):
                yield _mention(text, words[0].start, words[-1].end, kind, f"{kind}.head")
                return


def _is_office(words: Sequence[Word]) -> bool:
    """ "Assistant Attorney General", "Leeds Commissioner of Police": who holds an office is no body."""
    of_police = words[-1].text == "Police" and words[-1].joiner == "of"
    return all(word.text in cue_words("office") for word in (words[-2:-1] if of_police else words))


@lru_cache(maxsize=1 << 15)
def _is_suffix(word: str) -> bool:
    return _SUFFIX.fullmatch(f" {word}") is not None


def _is_product(words: Sequence[Word]) -> bool:
    """ "Microsoft Office": a company's name right before the only word that speaks of a public body."""
    return words[0].text in _companies() and words[1].text in cue_words("agency") and not _has_head(words[2:])


@cache
def _companies() -> frozenset[str]:
    return frozenset(row["name"] for row in rows("companies.tsv"))


_HOLDERS = frozenset(("Attorney", "General", "Prosecutor", "Sheriff", "Commissioner", "Inspector", "Minister"))


def _without_holder(words: Sequence[Word]) -> Sequence[Word]:
    """ "U.S. Attorney Jane Roe": the office ends where its holder's name begins."""
    for i in range(len(words) - 1):
        plain = words[i + 1].joiner == "" and not _has_head(words[i + 1 : i + 2])
        if words[i].text in _HOLDERS and plain and words[i + 1].text not in _HOLDERS:
            return words[: i + 1]
    if any(word.text in _HOLDERS for word in words):  # "U.S. Attorney for the District of Roe Jane Doe"
        named = (n for n, word in enumerate(words) if n and not word.joiner and word.text in first_names())
        return words[: next(named, len(words))]
    return words


_POLICE = re.compile(
    r" (?:(?:city|cyber|cybercrime|state|municipal|military|prefectural|regional|county|federal|national|local|crime|"
    r"public|general) )*(?:police|prosecutors?(?:['’]s? office)?|customs|prosecution service|gendarmerie)\b"
)


def _lower_case_police(text: str, runs: Sequence[Run]) -> Iterator[Mention]:
    """ "West Midlands police", "Ernakulam city cyber police": bodies of which only the place has a capital."""
    for run in runs:
        found = _POLICE.match(text, run.end)
        if found is not None and not (run.sentence_start and all(is_common(word.text) for word in run.words)):
            words = _trimmed(run)
            if words:
                yield _mention(text, words[0].start, found.end(), "agency", "agency.lower_case")


def _trimmed(run: Run) -> Sequence[Word]:
    """Return the words of the run without those before the name: "The", "US-based", a common one that opens."""
    words: Sequence[Word] = run.words
    while words and (
        words[0].text in cue_words("opens")
        or (len(words) > 1 and is_adjective(words[0].text))
        or (len(words) > 2 and _opens_sentence(run, words[0]))
    ):
        words = words[1:]
    return () if words and words[-1].text in cue_words("statute") else _without_official(words)


def _without_official(words: Sequence[Word]) -> Sequence[Word]:
    """ "Detective Jane Roe of the Roeville Police": the body begins behind its officer, and "Mr Roe" is none."""
    if words and words[0].text in cue_words("title"):
        behind = next((n for n, word in enumerate(words) if n > 1 and word.joiner.startswith("of")), len(words))
        return words[behind:]
    return words


def _opens_sentence(run: Run, word: Word) -> bool:
    if not (run.sentence_start and word is run.words[0] and is_common(word.text)):
        return False
    return word.text not in cue_words("agency") and word.text not in cue_words("organisation")


def _mention(text: str, start: int, end: int, kind: str, rule: str) -> Mention:
    name = text[start:end]
    return Mention(start, end, kind, NameValue(name=name, canonical=name), rule)


def _with_acronym(text: str, mention: Mention) -> Mention:
    found = _ACRONYM.match(text, mention.end)
    if found is None:
        return mention
    known = mention.value
    return mention._replace(value=NameValue(name=known.name, canonical=known.canonical, aliases=(found["acronym"],)))
