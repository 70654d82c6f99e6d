"""Inline Markdown away, in time linear in the page: what is left is what a reader sees.

Link texts are kept between two marks (`OPEN`, `CLOSE`), so that prose can be told from navigation; images go.
"""

import html
import re
from collections import deque

OPEN, CLOSE = "\ue000", "\ue001"
_ESCAPED_BASE = 0xE100
_HIDDEN_BASE = 0xE200
_NOISE = re.compile("[\ue000-\uf8ff\x00-\x08\x0b\x0c\x0e-\x1f\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_ESCAPE = re.compile(r"\\([!-/:-@\[-`{-~])")
_UNESCAPE = {_ESCAPED_BASE + code: chr(code) for code in range(0x21, 0x7F)}
_HIDE = {code: chr(_HIDDEN_BASE + code) for code in range(0x21, 0x7F)}
_SHOW = {_HIDDEN_BASE + code: chr(code) for code in range(0x21, 0x7F)}
_HIDDEN = re.compile("[\ue221-\ue27e]+")
_LINK = re.compile(r"(?:https?://|/)[!-~]{1,500}\Z")
_BRACKET = re.compile(r"!\[|\[|\]")
_TARGET = re.compile(
    r"\(\s{0,3}(?:<[^<>\n]{0,3000}>|[^\s()]{0,3000}(?:\([^\s()]{0,500}\)[^\s()]{0,3000}){0,9})"
    r'(?:\s{1,3}"[^\n]{0,600}?"(?=\s{0,3}\)))?\s{0,3}\)'
)
_DEPTH = 20
"""Brackets open at once; an older one is taken as the character itself, which bounds the work."""
_CARD_LIMIT = 1500
"""A longer pair over several paragraphs is no card but a slip in the page's markup."""
_TAG = re.compile(
    r"</?(?:a|b|br|div|em|i|iframe|img|p|s|small|span|strong|sub|sup|u)(?:\s[^<>]{0,400})?/?>", re.IGNORECASE
)
_ADDRESS = re.compile(r"<((?:https?://|mailto:)[^<>\s]{1,500})>")
_STARS = re.compile(r"(?<![\s*])\*{1,3}|\*{1,3}(?![\s*])|^\s*\*{2,3}\s*$")
_UNDERSCORES = re.compile(r"(?<!\w)_{1,3}(?=\S)|(?<=\S)_{1,3}(?!\w)")
_RULE = re.compile(r"\s{0,3}([-*_])\s*(?:\1\s*){2,80}$")
_BULLET = re.compile(r"\s*\*\s")


def readable(markdown: str) -> str:
    """Return the page without inline markup; headings, lists, quotes and rules still have theirs."""
    text = _NOISE.sub("", markdown.replace("\r\n", "\n").replace("\r", "\n").replace("\u00a0", " "))
    text = _ESCAPE.sub(lambda match: chr(_ESCAPED_BASE + ord(match[1])), text)
    text = _without_links(text)
    if "<" in text:
        text = _TAG.sub(" ", _ADDRESS.sub(rf"{OPEN}\1{CLOSE}", text))
    text = "\n".join(_without_emphasis(line) for line in text.split("\n"))
    return html.unescape(text) if "&" in text else text


def literal(text: str) -> str:
    """Return the text with escaped punctuation as the punctuation itself. The last step."""
    return text.translate(_UNESCAPE)


def hidden(address: str) -> str:
    """Return the address that a link leads to in characters that no later step takes for text; empty if it is none."""
    return address.translate(_HIDE) if _LINK.match(address) else ""


def without_hidden(text: str) -> tuple[str, tuple[str, ...]]:
    """Return a text without hidden addresses, and these."""
    found = tuple(match[0].translate(_SHOW) for match in _HIDDEN.finditer(text))
    return (_HIDDEN.sub("", text), found) if found else (text, ())


def _without_links(text: str) -> str:
    out: list[str] = []
    opened: deque[int] = deque(maxlen=_DEPTH)
    position = 0
    for match in _BRACKET.finditer(text):
        if match.start() < position:
            continue
        out.append(text[position : match.start()])
        position = match.end()
        if match[0] != "]":
            opened.append(len(out))
            out.append(match[0])
            continue
        target = _TARGET.match(text, position)
        position = target.end() if target and opened else position
        _close(out, opened.pop() if opened else len(out), target and target[0])
    out.append(text[position:])
    return "".join(out)


def _close(out: list[str], start: int, target: str | None) -> None:
    """Put in place of all that was written since a bracket was opened what a reader sees of it.

    A link over several paragraphs is a card of another story: it goes as a whole.
    """
    opening, inner = "".join(out[start : start + 1]), "".join(out[start + 1 :])
    if target is None or not opening:
        out[start:] = [f"{opening}{inner}]"]
    elif opening == "![":
        out[start:] = [""]
    elif "\n\n" in inner.strip() and len(inner) < _CARD_LIMIT:
        out[start:] = ["\n\n"]
    else:
        address = target[1:-1].split(maxsplit=1)[:1]
        out[start:] = [OPEN, inner, *(hidden(html.unescape(one.strip("<>"))) for one in address), CLOSE]


def _without_emphasis(line: str) -> str:
    if not ("*" in line or "_" in line or "`" in line) or _RULE.match(line):
        return line
    bullet = _BULLET.match(line)
    start, rest = (line[: bullet.end()], line[bullet.end() :]) if bullet else ("", line)
    rest = _STARS.sub("", rest) if "*" in rest else rest
    rest = _UNDERSCORES.sub("", rest) if "_" in rest else rest
    return start + rest.replace("`", "")
