"""Services, sites, malware and groups: names beside a cue ("pirate site X", "the X botnet"), and odd spellings."""

import re
from collections.abc import Iterator, Sequence

from agents.grammar.mention import Mention, NameValue
from agents.grammar.names import Run, is_common

_BEFORE = re.compile(
    r"\b(?:[Ss]ites?|[Ww]ebsites?|[Pp]latforms?|[Ss]ervices?|[Aa]pps?|[Ff]orums?|[Mm]arketplaces?|[Bb]otnets?|[Mm]alware|[Rr]ansomware|[Tt]rojan|[Ss]tealer|"
    r"[Ii]nfostealer|[Gg]ang|[Gg]roups?|[Pp]ortals?|[Tt]rackers?|[Ee]mulators?|IPTV|[Pp]rovider|[Ll]ibrary|[Ii]ndex|[Cc]yberlocker|[Rr]eseller|[Mm]ixer|[Ll]oader|"
    r"[Ss]pyware|[Cc]heat|[Ss]oftware|[Tt]ool|[Mm]essenger|[Nn]etwork|[Cc]hannel|[Rr]ipper|[Hh]oster|[Ee]xchange|[Mm]arket|[Cc]rew|called|named|dubbed|known as) [“\"‘']?$"
)
_AFTER = re.compile(
    r"[”\"’']? (?:(?:pirate |piracy |streaming |ransomware |malware |cybercrime |phishing |darknet |dark web |hacking |crime |banking |encrypted |messaging |IPTV |torrent |file-sharing |illegal |DDoS )*"
    r"(?:sites?|websites?|platforms?|services?|apps?|forums?|marketplaces?|botnets?|malware|ransomware|trojans?|stealer|infostealer|gang|portal|tracker|emulator|IPTV|messenger|"
    r"loader|mixer|spyware|affiliates?|operators?|users|domains?|brand|empire|operation|syndicate|cheats?|crew|RAT|domain names?))\b"
)
_ODD = re.compile(r"[a-z]+[A-Z]|[A-Z][a-z]+[A-Z]|\d[A-Za-z]|[A-Za-z]\d|[$]|TV$|[A-Z]{2,}[a-z]+")


def find_services(text: str, runs: Sequence[Run], domains: Sequence[Mention]) -> list[Mention]:
    """Return names that stand for a site, service, malware or group, everywhere in the text once cued anywhere."""
    cued = {}
    stems = {d.value.canonical.split(".")[0]: d.value.canonical for d in domains}
    for run in runs:
        for start, end, rule in _cued(text, run, stems):
            cued.setdefault(text[start:end], rule)
    return [m for run in runs for m in _uses(text, run, cued)]


def _cued(text: str, run: Run, stems: dict[str, str]) -> Iterator[tuple[int, int, str]]:
    words = run.words
    name = text[run.start : run.end]
    if len(words) <= 3 and not all(is_common(w.text) for w in words):
        if _BEFORE.search(text, max(0, run.start - 16), run.start):
            yield run.start, run.end, "service.cue_before"
        elif _AFTER.match(text, run.end) and not run.sentence_start:
            yield run.start, run.end, "service.cue_after"
    for word in words:
        plain = word.text.lower().replace("-", "")
        if (plain in stems or word.text.lower() in stems) and len(plain) > 3:
            yield word.start, word.end, "service.domain_stem"
        elif (
            len(word.text) > 3
            and _ODD.search(word.text)
            and "." not in word.text
            and len(words) < 3
            and not name.isupper()
            and "'" not in name
        ):
            yield word.start, word.end, "service.spelling"


def _uses(text: str, run: Run, cued: dict[str, str]) -> Iterator[Mention]:
    whole = text[run.start : run.end]
    if whole in cued:
        yield Mention(run.start, run.end, "service", NameValue(name=whole, canonical=whole), cued[whole])
        return
    for word in run.words:
        if word.text in cued:
            yield Mention(
                word.start, word.end, "service", NameValue(name=word.text, canonical=word.text), cued[word.text]
            )
