"""The explanation as people see it: marks in the text, a page that nothing from outside can take over, a terminal."""

import base64
import hashlib
import re
from html.parser import HTMLParser

from explaining import ASKED, MODELS, TWICE, article, explained
from rich.console import Console

from agents.explain import explain
from agents.explain_marks import lines_of
from agents.explain_page import page_of
from agents.explained import Considered, Explanation, Step, TriggerWord, Value
from schemas.events import Event
from schemas.taxonomy import EventType, Status, TimeRole
from streamer.show_explain import explained as shown

HOSTILE = (
    "# <script>alert(1)</script> raid\n\n"
    'Police in Lisbon arrested <img src=x onerror=alert(2)> Rui Sobral</mark></p></body> on Tuesday over {{ 7*7 }} "'
    ' onmouseover=alert(3) and the pirate service Quaylist.example"><svg/onload=alert(4)>.\n\n'
    "## </style><style>body{display:none}</style>\n\n[bold]No markup[/bold] and \x1b[31mno escape\x9b31m.\n"
)
TAGS = {
    *("html", "head", "meta", "title", "style", "body", "article", "p", "h1", "h2", "h3", "mark", "span", "a", "br"),
    *("div", "section", "blockquote", "table", "thead", "tbody", "tr", "th", "td", "details", "summary", "strong"),
}


class Page(HTMLParser):
    """The tags, attributes and text of a page."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.tags.add(tag)
        self.attributes += [(name, value or "") for name, value in attrs]

    def handle_data(self, data):
        self.text += data

    def all(self, name: str) -> list[str]:
        return [value for found, value in self.attributes if found == name]


def drawn(explanation: Explanation, *, every: bool = False, terminal: bool = False) -> str:
    console = Console(
        width=100, force_terminal=terminal, color_system="standard" if terminal else None, highlight=False
    )
    with console.capture() as captured:
        for part in shown(explanation, every=every):
            console.print(part)
    return captured.get()


def made_up(text: str, *values: tuple[str, int, int]) -> Explanation:
    """An explanation of a text that is one quote, with values at given places."""
    found = tuple(Value(field=f, value=text[a:b], span=(a, b), words=text[a:b]) for f, a, b in values)
    one = Considered(
        label="1",
        type=EventType.ARREST,
        quote=text,
        span=(0, len(text)),
        triggers=(TriggerWord(span=(0, 6), words=text[:6], rule="arrest:arrest", strong=True),),
        step=Step.TOLD,
        because="confidence 0.80",
        likely=0.9,
        mentioned=0.9,
        status=Status.HAPPENED,
        sure=0.9,
        news=0.9,
        values=found,
    )
    event = Event(
        id="event-1",
        type=EventType.ARREST,
        status=Status.HAPPENED,
        time_role=TimeRole.NEWS,
        evidence=text,
        span=(0, len(text)),
    )
    return Explanation(title="", source="", language="en", text=text, considered=(one,), events=(event,))


# --- marks ----------------------------------------------------------------------------------------------------------


def test_marks_cut_the_text_and_lose_nothing_of_it():
    for text in (TWICE, HOSTILE):
        lines = lines_of(explained(text))
        found = ["".join(piece.text for run in line.runs for piece in run.pieces) for line in lines]
        assert found == [re.sub(r"\A#+ ", "", line) for line in text.split("\n") if line.strip()]


def test_lines_know_what_they_are():
    lines = lines_of(explained("# Title\n\n## Heading\n\n- An item\n\n> A quotation\n\nText. # no heading\n"))
    assert [line.kind for line in lines] == ["title", "heading", "item", "quote", "text"]


def test_values_within_values_are_both_known():
    text = "Seized by the Paris police on Monday"
    [line] = lines_of(made_up(text, ("authority", 14, 26), ("country", 14, 19)))
    fields = {piece.text: [value.field for _, value in piece.values] for piece in line.runs[0].pieces}
    assert (fields["Paris"], fields[" police"]) == (["authority", "country"], ["authority"])
    assert len(line.runs) == 1


def test_on_the_terminal_one_pair_of_braces_goes_around_values_within_values():
    text = "Seized by the Paris police on Monday"
    found = drawn(made_up(text, ("authority", 14, 26), ("country", 14, 19), ("date", 30, 36)))
    assert "[1: Seized by the {Paris police} on {Monday}]" in found


# --- the page -------------------------------------------------------------------------------------------------------


def test_hostile_text_stays_text():
    page = Page(page_of([explained(HOSTILE)]))
    assert page.tags <= TAGS
    assert not [name for name, _ in page.attributes if name.startswith("on") or name in ("src", "style")]
    assert "<img src=x onerror=alert(2)>" in page.text
    assert "{{ 7*7 }}" in page.text


def test_an_address_that_runs_is_no_link():
    story = article(TWICE)
    bad = Explanation(title="x", source="x", url="javascript:alert(1)", language="en", text=story.text)
    assert not [link for link in Page(page_of([bad])).all("href") if "javascript" in link]
    good = Explanation(title="x", source="x", url="https://wire.example/1", language="en", text=story.text)
    assert "https://wire.example/1" in Page(page_of([good])).all("href")


def test_the_page_loads_nothing_and_allows_only_its_own_style():
    text = page_of([explained(TWICE)])
    page = Page(text)
    [style] = re.findall(r"<style>(.*?)</style>", text, re.DOTALL)
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert f"default-src 'none'; style-src 'sha256-{digest}'; base-uri 'none'; form-action 'none'" in page.all(
        "content"
    )
    assert not {"script", "link", "img", "iframe"} & page.tags
    assert not re.search(r"url\(|@import", style)


def test_every_mark_leads_to_its_row_and_every_row_to_its_line():
    page = Page(page_of([explained(TWICE), explained(ASKED)]))
    ids = page.all("id")
    links = [link.removeprefix("#") for link in page.all("href") if link.startswith("#")]
    assert len(set(ids)) == len(ids)
    assert set(links) <= set(ids)
    assert {f"s1-{one.label}" for one in explained(TWICE).considered} <= set(links)


def test_the_page_shows_quotes_values_steps_and_reasons():
    page = Page(page_of([explained(TWICE)]))
    for words in ("3 people", "“three men”", "tells again what", "unlikely to state one", "the trigger “arrested”"):
        assert words in page.text
    assert any("counts 3 people" in title for title in page.all("title"))


# --- the terminal ---------------------------------------------------------------------------------------------------


def test_without_colours_brackets_carry_the_marks():
    text = drawn(explained(TWICE))
    assert "[1: Police in {Lisbon}" in text
    assert "{three men}" in text
    assert "\x1b" not in text
    assert "““We arrested" not in drawn(made_up("“We arrested three men,” police said."))
    assert "more were judged unlikely" in text


def test_all_shows_what_was_judged_unlikely():
    assert "unlikely to state one" not in drawn(explained(TWICE))
    assert "unlikely to state one" in drawn(explained(TWICE), every=True)


def test_colours_only_add_to_the_text():
    plain, coloured = (drawn(explained(TWICE), terminal=terminal) for terminal in (False, True))
    assert re.search(r"\x1b\[1;36m{(?:\x1b\[[\d;]*m)*Lisbon", coloured)
    assert "\nThe match was stopped" in coloured  # no colour where there is no mark
    assert re.sub(r"\x1b\[[\d;]*m", "", coloured) == plain


def test_text_from_outside_gives_the_terminal_no_orders():
    text = drawn(explained(HOSTILE), every=True)
    assert "[bold]No markup[/bold]" in text
    assert not [char for char in text if not char.isprintable() and char != "\n"]


def test_what_was_not_read_or_not_found_is_said():
    spanish = drawn(explain(article("La policía detuvo a tres personas.", "es"), models=MODELS))
    assert "not read: language es" in spanish
    assert "La policía" in spanish
    assert "no word that may announce one" in drawn(explained("# A walk\n\nThe weather was sunny.\n"))
