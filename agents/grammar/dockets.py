"""Case numbers: what ties one proceeding together across articles and years."""

import re

from agents.grammar.mention import Mention

_PATTERNS: tuple[tuple[str, tuple[str, ...], re.Pattern[str]], ...] = (
    # rule, pieces of text of which one must be there (a cheap look before the search), pattern
    # 1:23-cv-01234, 3:21-cr-00123-ABC: the number of a United States federal court.
    ("docket.us_federal", ("cv", "cr-", "mc-", "mj-", "ap-", "bk-", "md-"), re.compile(r"\d{1,2}:\d{2}-?(?:cv|cr|mc|mj|ap|bk|md|cv-)-?\d{1,6}(?:-[A-Z]{1,4}){0,4}\b")),
    # 23-cv-01234, 2:21cr123: the same without the office.
    ("docket.us_short", ("cv", "CV", "cr-", "CR-", "mc-", "mj-"), re.compile(r"\d{2}-?(?:cv|cr|mc|mj)-?\d{2,6}(?:-[A-Z]{1,4}){0,4}\b", re.IGNORECASE)),
    # C-13/16, T-101/20, Joined Cases C-682/18: the Court of Justice and the General Court of the European Union.
    ("docket.eu", ("/",), re.compile(r"[CT][-‑–]\d{1,4}/\d{2}(?: P)?\b")),
    # [2023] EWHC 12 (Ch), [2021] UKSC 5, [2020] FCA 123: neutral citations of common-law courts.
    ("docket.neutral", ("[1", "[2"), re.compile(r"\[\d{4}\] [A-Z][A-Za-z]{1,7}(?: [A-Z][a-z]{2,4})? \d{1,5}(?: \([A-Z][A-Za-z]{1,6}\))?")),
    # I ZR 140/15, 5 U 23/20, 308 O 10/21: German courts.
    ("docket.german", (" ZR ", " ZB ", " StR ", " U ", " O ", " W ", " Kart ", " KLs "), re.compile(r"(?:[IVX]{1,5}|\d{1,3}) (?:ZR|ZB|StR|U|O|W|Kart|KLs|Ks|Ls) \d{1,5}/\d{2}\b")),
    # CS(COMM) 123/2022, W.P.(C) 1234/2021: Indian high courts.
    ("docket.indian", ("CS", "W.P", "WP"), re.compile(r"(?:CS ?\((?:COMM|OS)\)|W\.?P\.? ?\(?C?\)?) ?(?:No\. ?)?\d{1,5}(?:/| of )\d{4}\b")),
    # ECLI:NL:RBAMS:2023:1234: the European case law identifier.
    ("docket.ecli", ("ECLI:",), re.compile(r"ECLI:[A-Z]{2}:[A-Z0-9]{1,7}:\d{4}:[A-Z0-9.]{1,25}")),
    # Case No. T-1234-22, Case number 22-12345, Docket No. 21-7890, application no. 12345/21.
    (
        "docket.worded",
        ("No.", "no.", "umber", "ase: ", "ase #", "ase no", "ase No"),
        re.compile(
            r"(?:[Cc]ase|[Dd]ocket|[Ff]ile|[Aa]pplication|[Cc]ause|[Pp]etition)(?: [Nn]umbers?:?| [Nn]os?\.?:?| #|: ?#?) ?"
            r"(?P<number>[A-Z]{0,5}[-:/]?\d[\w:/.-]{1,24}\w)"
        ),
    ),
)  # fmt: skip


def find_dockets(text: str) -> list[Mention]:
    """Return the case numbers in `text`, in order; `value` is the number as written."""
    found: list[Mention] = []
    for rule, pieces, pattern in _PATTERNS:
        if not any(piece in text for piece in pieces):
            continue
        for match in pattern.finditer(text):
            group = "number" if "number" in pattern.groupindex else 0
            start, end = match.span(group)
            if start == 0 or not (text[start - 1].isalnum() or text[start - 1] in "/:-."):
                found.append(Mention(start, end, "docket", match[group], rule))
    found.sort(key=lambda m: (m.start, -m.end))
    return [m for i, m in enumerate(found) if i == 0 or m.start >= max(x.end for x in found[max(0, i - 3) : i])]
