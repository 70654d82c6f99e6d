"""Stories from HTML: trafilatura finds the main text; several stories on one page are taken apart before.

Limits and the order of the passes come from measurements on hostile and on real pages: scripts are dropped before
anything is parsed, the fast pass comes first, the thorough one only where it found next to nothing.
"""

import re
from collections.abc import Iterator
from copy import deepcopy
from datetime import datetime

import lxml.html
import trafilatura
from lxml.etree import XMLSyntaxError
from trafilatura.settings import Document

from agents.errors import Rejected
from agents.page_blocks import Block, make_block
from agents.page_dates import is_byline, printed_date
from agents.page_markup import CLOSE, OPEN, hidden
from agents.page_meta import Meta, page_meta
from agents.page_story import Found, Rules, is_digest, page_rules, stories

_SHORT = 250
"""A main text with fewer characters is looked for a second time, thoroughly."""
_JSON_LIMIT = 256 * 1024
"""A longer JSON-LD script is dropped (5 MB of it cost 736 MB of memory)."""
_KINDS = {
    **dict.fromkeys(("head", "h1", "h2", "h3", "h4", "h5", "h6"), "heading"),
    **dict.fromkeys(("p", "row", "tr", "pre", "code", "dt", "dd"), "paragraph"),
    **dict.fromkeys(("item", "li"), "item"),
    **dict.fromkeys(("quote", "blockquote"), "quote"),
}
"""Kind of block by tag, of HTML and of trafilatura's own tree."""
_BLOCKS = (*_KINDS, "div", "section", "article", "main", "header", "list", "ul", "ol", "dl", "table", "body")
_PASSED_OVER = {"script", "style", "nav", "footer", "aside", "form", "button", "noscript", "svg", "iframe", "figure"}
_BOXES = {"div", "section", "aside", "footer", "ul", "ol", "nav", "form", "figure"}
_DOCUMENT = re.compile(r"<(?:html|head|body|!doctype)\b", re.IGNORECASE)
_WALL = re.compile(
    r"(enable|turn on|requires?) (javascript|cookies)|(verify|checking) (that )?(you are|if you are|your browser)"
    r"|(accept|consent to) .{0,30}cookies to (continue|view|read)",
    re.IGNORECASE,
)
_PAYWALL = re.compile(
    r"(subscribe|sign in|log in|register|become a member)( now)? to (continue|keep|read|unlock|access|view)\b"
    r"|(article|story|content) is (only )?(for|available to|reserved for) (our )?(paying |registered )?"
    r"(subscribers|members)"
    r"|(remaining|rest) of (this|the) (article|story) is",
    re.IGNORECASE,
)


def html_stories(text: str, *, url: str | None, title: str) -> tuple[list[Found], Meta]:
    """Return the stories of an HTML page and what its head says of them.

    Raises Rejected on a page that cannot be parsed and on a wall that asks for consent or scripts.
    """
    tree = _parsed(_without_scripts(text))
    rules = page_rules(url)
    meta = page_meta(tree)
    printed = next(filter(None, map(_below, tree.iter("h1"))), None)
    _prune(tree, rules)
    title = title or meta.title
    if _bylines(tree) > 1 or is_digest(title):
        parts = stories(list(_tree_blocks(_body(tree))), title=title, rules=rules)
        if len(parts) > 1:
            return parts, meta
    found = stories(_main_blocks(tree, url), title=title, rules=rules)
    body = " ".join(block.text for story in found for block in story.blocks)
    if len(body) < _SHORT and _WALL.search(body):
        raise Rejected("the page asks for consent or scripts instead of showing a text")
    found = [story if story.date else story._replace(date=printed) for story in found]
    return found, meta._replace(partial=meta.partial or _PAYWALL.search(body[-600:]) is not None)


def _without_scripts(text: str) -> str:
    """Drop scripts, other than JSON-LD of moderate size, in one pass."""
    lower = text.lower()
    kept: list[str] = []
    position = 0
    while (start := lower.find("<script", position)) >= 0:
        kept.append(text[position:start])
        end = lower.find("</script", start)
        end = len(text) if end < 0 else end + len("</script>")
        if "ld+json" in lower[start : start + 200] and end - start <= _JSON_LIMIT:
            kept.append(text[start:end])
        position = end
    kept.append(text[position:])
    return "".join(kept)


def _parsed(text: str) -> lxml.html.HtmlElement:
    if not _DOCUMENT.search(text, 0, 4096):  # a fragment, as feeds have it
        text = f"<html><body>{text}</body></html>"
    try:
        tree = trafilatura.load_html(text)
    except (XMLSyntaxError, ValueError):
        tree = None
    if tree is None:
        raise Rejected("not an HTML page")
    return tree


def _body(tree: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    body = tree.find(".//body")
    return tree if body is None else body


def _prune(tree: lxml.html.HtmlElement, rules: Rules) -> None:
    """Cut out boxes: elements whose first words are `Read next`, `Sponsored`, `3 comments` and the like.

    What holds the page's first heading, or half of its text in paragraphs, is no box.
    """
    half = _prose_size(tree) / 2
    for element in list(tree.iter("h2", "h3", "h4", "h5", "h6", "b", "strong", "span", "p", "div")):
        box = element.getparent()
        if box is None or box.tag not in _BOXES or box[0] is not element or (box.text or "").strip():
            continue
        label = " ".join("".join(element.itertext()).split()) if len(element) < 3 else ""
        is_label = label and len(label) < 80 and (rules.box.match(label) or rules.end.match(label))
        if is_label and next(box.iter("h1"), None) is None and _prose_size(box) <= half:
            box.drop_tree()


def _prose_size(element: lxml.html.HtmlElement) -> int:
    return sum(len(paragraph.text_content()) for paragraph in element.iter("p"))


def _bylines(tree: lxml.html.HtmlElement) -> int:
    """Return how many headings of the page have a byline with a date right below them."""
    return sum(_below(heading) is not None for heading in tree.iter("h1", "h2", "h3"))


def _below(heading: lxml.html.HtmlElement) -> datetime | None:
    """Return the date of the byline right below a heading."""
    below = heading.getnext()
    parent = heading.getparent()
    if below is None and parent is not None and parent.tag in ("header", "hgroup"):
        below = parent.getnext()
    text = "" if below is None else " ".join(below.text_content()[:400].split())
    return printed_date(text) if is_byline(text) else None


def _main_blocks(tree: lxml.html.HtmlElement, url: str | None) -> list[Block]:
    """Return the blocks of the main text, by the fast pass, the thorough pass, or all paragraphs of the page."""
    blocks: list[Block] = []
    for fast in (True, False):
        document = trafilatura.bare_extraction(
            deepcopy(tree), url=url, fast=fast, include_comments=False, include_links=True, include_formatting=False
        )
        found = list(_tree_blocks(document.body)) if isinstance(document, Document) else []
        blocks = max(blocks, found, key=_length)
        if _length(blocks) >= _SHORT:
            return blocks
    return blocks or list(_tree_blocks(_body(tree)))


def _length(blocks: list[Block]) -> int:
    return sum(len(block.text) for block in blocks)


def _tree_blocks(element: lxml.html.HtmlElement, kind: str = "paragraph", level: int = 0) -> Iterator[Block]:
    """Yield the blocks of a tree in reading order. Paragraphs within a list item or a quote take its kind."""
    run = [element.text or ""]
    for child in element:
        if child.tag in _BLOCKS or _holds_blocks(child):
            yield from _block(run, kind, level)
            run.clear()
            yield from _tree_blocks(child, *_kind(child, kind, level))
        else:
            run.append(_inline(child))
        run.append(child.tail or "")
    yield from _block(run, kind, level)


def _block(run: list[str], kind: str, level: int) -> Iterator[Block]:
    block = make_block(kind, "".join(run).strip().removesuffix(" |"), level)
    if any(map(str.isalnum, block.text)):
        yield block


def _holds_blocks(element: lxml.html.HtmlElement) -> bool:
    return element.tag not in _PASSED_OVER and next(element.iterdescendants(*_BLOCKS), None) is not None


def _kind(element: lxml.html.HtmlElement, outer: str, level: int) -> tuple[str, int]:
    kind = _KINDS.get(element.tag, outer)
    if kind == "heading":
        name = element.get("rend", "h2") if element.tag == "head" else element.tag
        return kind, int(name[1]) if name[1:].isdigit() else 2
    return (outer, level) if kind == "paragraph" and outer in ("item", "quote") else (kind, 0)


def _inline(element: lxml.html.HtmlElement) -> str:
    """Return the text of an element within a paragraph, link texts between marks."""
    if not isinstance(element.tag, str) or element.tag in _PASSED_OVER:
        return ""
    inner = (element.text or "") + "".join(_inline(child) + (child.tail or "") for child in element)
    if element.tag in ("a", "ref"):
        address = hidden((element.get("href") or element.get("target") or "").strip())
        return OPEN + inner.replace(OPEN, "").replace(CLOSE, "") + address + CLOSE
    if element.tag in ("br", "lb"):
        return f" {inner}"
    return f"{inner.strip()} | " if element.tag in ("td", "th", "cell") else inner
