"""Services, sites, malware and groups: names beside a cue ("pirate site X", "the X botnet"), and odd spellings."""

import re
from collections.abc import Iterator, Sequence
from functools import lru_cache
from itertools import pairwise

from agents.grammar.gazetteer import demonyms
from agents.grammar.mention import Mention, NameValue
from agents.grammar.names import Run, Word, is_adjective, is_common, word_before
from agents.lexicon import cue_words

_ODD = re.compile(r"[a-z][A-Z]|[a-z]\d|\d[A-Za-z]|[$]|[a-z]TV$|[A-Z]{3}[a-z]{2}")
_ACTOR_NUMBER = re.compile(r"(?:APT|UNC|FIN|TA|TAG|DEV|UAC|UTA|Storm)-?\d{1,4}")
_SIZE = re.compile(r"\d[\d.,]*(?:[KMGTPkm]?i?[Bb](?:ps|it|its|yte|ytes)?|[kKMG]?Hz|[KMG]|[km]?W|mAh)s?")
_NEXT = re.compile(r"[”\"’']? (?P<word>[\w-]+)")
_BEFORE_CUE = frozenset(" ”\"’'")
_INITIALS = re.compile(r"(?:Mc|Mac|De|Di|La|Le|O['’])[A-Z]")


def find_services(
    text: str, runs: Sequence[Run], domains: Sequence[Mention], places: Sequence[Mention] = ()
) -> list[Mention]:
    """Return names that stand for a site, service, malware or group, everywhere in the text once cued anywhere.

    What is a place or a general term is none ("Belgian sites", "the IPTV service").
    """
    stems = {domain.value.canonical.rsplit(".", 1)[0].rsplit(".", 1)[-1] for domain in domains}
    cued: dict[str, str] = {}
    for run in runs:
        for start, end, rule in _cued(text, run, stems):
            cued.setdefault(text[start:end], rule)
    for name in {place.value.name for place in places} | cue_words("generic") | cue_words("outlet"):
        cued.pop(name, None)
    uses = (mention for run in runs for mention in _uses(text, run, cued)) if cued else ()
    return [*uses, *_numbered(text)]


_NUMBERED = re.compile(r"[0-9]{1,4}[a-z]{4,}[\w-]*")
_UNITS = re.compile(r"\d+(?:year|month|week|day|hour|min|sec|euro|million|billion|people|thousand|bit|point)")


def _numbered(text: str) -> Iterator[Mention]:
    """Yield names that begin with a number and go on in small letters: "123films"."""
    for found in _NUMBERED.finditer(text):
        start = found.start()
        if (start and (text[start - 1].isalnum() or text[start - 1] in "_-.,/$€£#@")) or _UNITS.match(found[0]):
            continue
        if text[found.end() : found.end() + 1] not in ("@", "_"):
            yield _mention(start, found.end(), found[0], "service.numbered")


def _cued(text: str, run: Run, stems: set[str]) -> Iterator[tuple[int, int, str]]:
    run = _without_article(run)
    titled = run.words[0].text in cue_words("title")
    if len(run.words) <= 3 and not titled and not all(_says_nothing(word.text) for word in run.words):
        if word_before(text, run.start).lower() in cue_words("service_before"):
            yield run.start, run.end, "service.cue_before"
        elif not (run.sentence_start and is_common(run.words[0].text)) and _cue_follows(text, run.end):
            yield run.start, run.end, "service.cue_after"
    for first, second in pairwise(run.words):
        if second.joiner == "" and _names_actor(first.text, second.text):
            yield first.start, second.end, "service.threat_actor"
    for word in run.words:
        rule = _rule_of_word(word, stems)
        if rule is not None:
            yield word.start, word.end, rule


def _without_article(run: Run) -> Run:
    """ "A Russian operator", "The Qoruvat ransomware" at the start of a sentence."""
    if len(run.words) > 1 and run.words[0].text in ("A", "An"):
        return Run(run.words[1:], sentence_start=False)
    return run


def _names_actor(first: str, second: str) -> bool:
    """ "Salt Typhoon", "Earth Kapre": the naming schemes of security firms."""
    by_last = second in cue_words("actor_last") and first.isalpha()
    return by_last or (first in cue_words("actor_first") and not is_common(second))


@lru_cache(maxsize=1 << 15)
def _says_nothing(word: str) -> bool:
    return is_common(word) or is_adjective(word) or word in demonyms() or word in cue_words("generic")


def _cue_follows(text: str, end: int) -> bool:
    if text[end : end + 1] not in _BEFORE_CUE:
        return False
    for _ in range(3):
        found = _NEXT.match(text, end)
        if found is None:
            return False
        if found["word"] in cue_words("service_after"):
            return True
        if found["word"].lower() not in cue_words("service_between"):
            return False
        end = found.end()
    return False


def _rule_of_word(word: Word, stems: set[str]) -> str | None:
    if stems and len(word.text) > 3:
        lower = word.text.lower()
        if lower in stems or lower.replace("-", "") in stems:
            return "service.domain_stem"
    if _ACTOR_NUMBER.fullmatch(word.text):
        return "service.threat_actor"
    return "service.spelling" if _odd(word.text) else None


@lru_cache(maxsize=1 << 15)
def _odd(word: str) -> bool:
    """Say whether a word is spelled as only names of services and firms are: "SmokeLoader", "Lapsus$", "MagisTV"."""
    return (
        len(word) > 3
        and "." not in word
        and not is_adjective(word)
        and _ODD.search(word) is not None
        and _SIZE.fullmatch(word) is None
        and _INITIALS.match(word) is None
    )


def _uses(text: str, run: Run, cued: dict[str, str]) -> Iterator[Mention]:
    run = _without_article(run)
    whole = text[run.start : run.end]
    if whole in cued:
        yield _mention(run.start, run.end, whole, cued[whole])
        return
    for first, second in pairwise(run.words):
        name = text[first.start : second.end]
        if cued.get(name) == "service.threat_actor":
            yield _mention(first.start, second.end, name, cued[name])
    for word in run.words:
        if word.text in cued:
            yield _mention(word.start, word.end, word.text, cued[word.text])


def _mention(start: int, end: int, name: str, rule: str) -> Mention:
    return Mention(start, end, "service", NameValue(name=name, canonical=name), rule)
