"""Triggers: which words may announce which events."""

import re

import pytest

from agents.grammar.document import read_document
from agents.grammar.triggers import find_triggers, lexicon
from schemas.taxonomy import EventType


def types_in(text: str) -> set[str]:
    return {t.type.value for found in find_triggers(read_document(text)).values() for t in found if t.strong}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Police opened an investigation into Flume.", "investigation"),
        ("Officers raided two homes.", "raid"),
        ("Two men were detained.", "arrest"),
        ("Customs confiscated 400 boxes.", "seizure"),
        ("The firm obtained a subpoena.", "subpoena"),
        ("He was indicted in May.", "charge"),
        ("She was extradited to Spain.", "extradition"),
        ("He pleaded guilty.", "guilty_plea"),
        ("A jury convicted him.", "conviction"),
        ("He was sentenced to two years.", "sentence"),
        ("The court acquitted her.", "acquittal"),
        ("He was freed on bail.", "release"),
        ("Flume sued its rival.", "lawsuit_filed"),
        ("The judge granted an injunction.", "injunction"),
        ("ISPs must block the site.", "site_blocking"),
        ("A default judgment was entered.", "default_judgment"),
        ("He was ordered to pay damages.", "damages_award"),
        ("The parties settled.", "settlement"),
        ("The case was dismissed.", "dismissal"),
        ("Flume appealed.", "appeal"),
        ("The judge ruled that Flume is liable.", "ruling_other"),
        ("The shop was fined.", "fine"),
        ("He must forfeit his cars.", "forfeiture"),
        ("The site was shut down.", "shutdown"),
    ],
)
def test_each_type_has_its_words(text: str, kind: str) -> None:
    assert kind in types_in(text)


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("Police have broken up a piracy ring.", "shutdown"),
        ("He turned himself in to the police.", "arrest"),
        ("Customs intercepted 5,000 fakes.", "seizure"),
        ("She got 18 months.", "sentence"),
        ("The court imposed a four-year term.", "sentence"),
        ("He walked free after the trial.", "acquittal"),
        ("They brought an action in the High Court.", "lawsuit_filed"),
        ("The complaint was struck out.", "dismissal"),
        ("The firm was penalised.", "fine"),
        ("A Norwich Pharmacal order was granted.", "subpoena"),
        ("Prosecutors are looking into the firm.", "investigation"),
        ("He was flown to New York last month.", "extradition"),
        ("It will pay $88m to resolve claims by 31 states.", "settlement"),
        ("Permission to appeal was refused.", "appeal"),
        ("The charge was left on file.", "dismissal"),
        ("An FIR was registered on Monday.", "investigation"),
        ("He claimed trial to two charges.", "charge"),
    ],
)
def test_the_words_of_other_papers_are_looked_at(text: str, kind: str) -> None:
    assert kind in {t.type for found in find_triggers(read_document(text)).values() for t in found}


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("He pleaded not guilty to two counts.", "guilty_plea"),
        ("He entered a plea of not guilty.", "guilty_plea"),
        ("His lawyer pleaded for a lower sum.", "guilty_plea"),
        ("He pleaded not guilty to two counts.", "acquittal"),
        ("He walked free with a suspended sentence.", "release"),
        ("It was prosecuted by Assistant U.S. Attorney Jane Roe.", "charge"),
        ("Jane Roe, prosecuting, told the court.", "charge"),
    ],
)
def test_what_only_sounds_like_it_is_no_strong_trigger(text: str, kind: str) -> None:
    assert kind not in types_in(text)


def test_an_appeal_that_is_dismissed_ends_no_case() -> None:
    """Rule 28 of the coding guide: an appeal lost on the merits is an appeal."""
    for text in ("The court dismissed the second appeal of Flume.", "Flume's appeal was dismissed."):
        assert types_in(text) == {"appeal"}
    assert "dismissal" in types_in("The judges dismissed the lawsuit on appeal.")


def test_the_lexicon_covers_every_type_and_each_pattern_needs_its_stem() -> None:
    assert {pattern.type for pattern in lexicon().patterns} == set(EventType)
    rows = [(p.type, p.stem, p.regex.pattern) for p in lexicon().patterns]
    assert len(rows) == len(set(rows))


def test_triggers_stand_where_they_say() -> None:
    text = "# Raid\n\nİ police ARRESTED two men."
    found = [t for triggers in find_triggers(read_document(text)).values() for t in triggers]
    assert {text[t.start : t.end].lower() for t in found} >= {"raid", "arrested"}


def test_a_text_without_stems_has_no_triggers() -> None:
    assert find_triggers(read_document("A sunny day in spring.")) == {}
    assert find_triggers(read_document("")) == {}


def test_patterns_ignore_case() -> None:
    assert all(pattern.regex.flags & re.IGNORECASE for pattern in lexicon().patterns)
