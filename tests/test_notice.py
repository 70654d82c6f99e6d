"""Notices in words: honest about status, readable as text and as HTML, harmless whatever the source wrote."""

from typing import Any

import pytest
from casework import DAY, case, event, linked
from lxml import html

from agents.notice import facts, headline, html_of, text_of, what_changed
from agents.wording import line_of
from schemas.events import CaseUpdate, Count, Money, Party, RelatedCase, Subscription
from schemas.taxonomy import ChangeKind, CountUnit, EventType, MoneyKind, Relation, Status, TimeRole

ELEVEN = (Count(n=11, unit=CountUnit.PEOPLE),)
POUNDS = (Money(amount=412_000, currency="GBP", kind=MoneyKind.FORFEITURE),)
YEN = (Money(amount=460_000_000, currency="JPY", kind=MoneyKind.SOUGHT),)


@pytest.mark.parametrize(
    ("type_", "fields", "line"),
    [
        (
            "arrest",
            {"authority": ("Lanport police",), "counts": ELEVEN, "target": ("Shoal Comics",), "country": "CN"},
            "Lanport police arrested 11 people over Shoal Comics (China)",
        ),
        ("arrest", {"counts": ELEVEN, "country": "US"}, "11 people arrested (United States)"),
        ("arrest", {"status": Status.ALLEGED, "defendant": ("Mara Lind",)}, "the arrest of Mara Lind alleged"),
        ("raid", {"status": Status.PLANNED, "target": ("Shoal",)}, "a raid on Shoal planned"),
        ("guilty_plea", {"defendant": ("Mara Lind",)}, "Mara Lind pleaded guilty"),
        (
            "sentence",
            {"court": "Lanport court", "defendant": ("Mara Lind",), "prison_months": 14.0, "suspended": True},
            "Lanport court sentenced Mara Lind: 14 months in prison, suspended",
        ),
        (
            "sentence",
            {"status": Status.SOUGHT, "authority": ("Lanport prosecutors",), "defendant": ("Mara Lind",)},
            "Lanport prosecutors asked for a sentence for Mara Lind",
        ),
        (
            "lawsuit_filed",
            {"complainant": ("Tidal", "Quay", "Moor"), "defendant": ("Acme",), "money": YEN, "country": "JP"},
            "Tidal and 2 others sued Acme (Japan): JPY 460,000,000 asked for",
        ),
        (
            "site_blocking",
            {"status": Status.ORDERED, "court": "Harbour court", "target": ("a.example", "b.example")},
            "Harbour court ordered the blocking of a.example and b.example",
        ),
        (
            "injunction",
            {"status": Status.DENIED, "court": "Harbour court", "complainant": ("Tidal",), "defendant": ("Acme",)},
            "Harbour court refused an injunction against Acme",
        ),
        (
            "appeal",
            {"status": Status.SOUGHT, "complainant": ("Tidal",), "defendant": ("Acme",)},
            "an appeal in the case of Acme asked for",
        ),
        ("damages_award", {}, "damages"),
        (
            "arrest",
            {"authority": ("Lanport police",), "target": ("Shoal",)},
            "arrest by Lanport police over Shoal",
        ),
        (
            "seizure",
            {"counts": (Count(n=55, unit=CountUnit.DOMAINS),), "target": ("a.example",), "authority": ("Customs",)},
            "Customs seized 55 domains of a.example",
        ),
        ("fine", {"authority": ("Quay regulator",)}, "fine by Quay regulator"),
        (
            "forfeiture",
            {"court": "Quay court", "defendant": ("Mara Lind",), "money": POUNDS, "country": "GB"},
            "Quay court ordered Mara Lind to forfeit GBP 412,000 (United Kingdom)",
        ),
        ("forfeiture", {"defendant": ("Mara Lind",)}, "Mara Lind ordered to forfeit assets"),
        (
            "forfeiture",
            {"court": "Quay court", "target": ("a.example",)},
            "Quay court ordered the forfeiture of a.example",
        ),
        (
            "forfeiture",
            {"status": Status.SOUGHT, "authority": ("Prosecutors",), "defendant": ("Mara Lind",), "money": POUNDS},
            "Prosecutors asked for the forfeiture of assets by Mara Lind: GBP 412,000 forfeiture",
        ),
        (
            "arrest",
            {"authority": ("US prosecutors",), "defendant": ("GlassViper",), "country": "PL"},
            "arrest by US prosecutors over GlassViper (Poland)",
        ),
        (
            "site_blocking",
            {"status": Status.ORDERED, "court": "Harbour court", "defendant": ("Lannet", "Quaytel")},
            "Harbour court ordered the blocking of sites by Lannet and Quaytel",
        ),
        (
            "site_blocking",
            {"court": "Harbour court", "defendant": ("Lannet",)},
            "Harbour court ordered Lannet to block sites",
        ),
        (
            "site_blocking",
            {"counts": (Count(n=2, unit=CountUnit.SITES),), "target": ("a.example", "b.example")},
            "a.example and b.example blocked",
        ),
        (
            "site_blocking",
            {"counts": (Count(n=9, unit=CountUnit.SITES),), "target": ("a.example", "b.example", "c.example")},
            "9 sites, among them a.example and 2 others blocked",
        ),
        ("lawsuit_filed", {"complainant": ("Naaldzoek BV",), "defendant": ("Naaldzoek",)}, "Naaldzoek sued"),
        ("fine", {"defendant": ("Acme Hosting", "Acme", "Acme hosting")}, "Acme Hosting fined"),
        ("lawsuit_filed", {"defendant": ("Acme", "Acme's Shop")}, "Acme and Acme's Shop sued"),
        (
            "damages_award",
            {
                "court": "Quay court",
                "complainant": ("Tidal Foundation",),
                "defendant": ("Acme",),
                "money": (Money(amount=65_000, currency="EUR", kind=MoneyKind.DAMAGES),),
                "evidence": "The verdict orders Tidal to pay 65,000 euros.",
            },
            "Quay court decided on damages in the case of Acme: EUR 65,000 damages",
        ),
        (
            "ruling_other",
            {"status": Status.SOUGHT, "defendant": ("Mara Lind",), "target": ("Shoal",)},
            "a ruling in the case of Mara Lind over Shoal asked for",
        ),
        (
            "injunction",
            {
                "court": "Lanport District Court",
                "defendant": ("Acme",),
                "evidence": "The Court of Appeal enjoined Acme.",
            },
            "injunction issued against Acme",
        ),
        ("arrest", {"court": "Quay court", "defendant": ("Mara Lind",)}, "Mara Lind arrested"),
        ("lawsuit_filed", {"court": "Quay court", "defendant": ("Acme",)}, "Acme sued"),
        ("sentence", {"authority": ("Quay Police",), "defendant": ("Mara Lind",)}, "Mara Lind sentenced"),
        ("fine", {"court": "Quay court", "defendant": ("Acme",)}, "Quay court fined Acme"),
        (
            "sentence",
            {"defendant": ("Mara Lind",), "prison_months": 6.0, "evidence": "She got a six-month suspended sentence."},
            "Mara Lind sentenced: 6 months in prison (the quote speaks of a suspended sentence)",
        ),
    ],
)
def test_a_line_says_what_happened_and_no_more(type_: str, fields: dict[str, Any], line: str) -> None:
    assert line_of(event(type_, **fields)) == line


@pytest.mark.parametrize("type_", EventType)
@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.SOUGHT, "asked for"),
        (Status.PLANNED, "planned"),
        (Status.ALLEGED, "alleged"),
        (Status.DENIED, "refused"),
        (Status.HYPOTHETICAL, "possible"),
        (Status.ORDERED, "ordered"),
    ],
)
def test_what_is_not_done_is_never_told_as_done(type_: EventType, status: Status, word: str) -> None:
    names = {"authority": ("Quay police",), "court": "Quay court", "complainant": ("Tidal",), "defendant": ("Acme",)}
    assert word in line_of(event(type_, status=status, **names))
    assert word in line_of(event(type_, status=status))


def update(change: ChangeKind = ChangeKind.OPENED, **fields: Any) -> CaseUpdate:
    arrest = event("arrest", counts=ELEVEN, target=("Shoal",), country="CN", evidence="Police <b>arrested</b> 11.")
    given: dict[str, Any] = {
        "id": "change-1",
        "case": case(
            title="Shoal: arrest",
            sources=("Gazette", "Times"),
            article_ids=("a", "b", "c"),
            parties=(Party(name="Mara <i>Lind</i>", role="defendant", status="arrested"),),
        ),
        "events": (linked(arrest, url="javascript:alert(1)", title="<script>x</script>"),),
    } | fields
    return CaseUpdate(change=change, **given)


SUBSCRIPTION = Subscription(id="s", name="China", channel="stdout", query="country:CN", created_at=DAY)


def said(told: CaseUpdate) -> dict[str, Any]:
    return facts(told, told.events, SUBSCRIPTION, matched=("country:CN",), at=DAY)


def test_the_text_holds_what_a_reader_needs() -> None:
    text = text_of(said(update()))
    assert text.splitlines()[0] == "New case: 11 people arrested over Shoal (China)"
    for needed in (
        '"Police <b>arrested</b> 11."',
        "Harbour Gazette, 2025-03-01: <script>x</script>",
        "What is new: first report of this case",
        "Case: Shoal: arrest (open, case-one)",
        "Reported by: 2 sources, 3 articles",
        "How sure the reading is: high (100%)",
        "2025-03-01 (reported)  11 people arrested over Shoal (China) [Harbour Gazette]",
        "Mara <i>Lind</i>: arrested",
        'You get this because of "China": country:CN',
        "Matched: country:CN",
    ):
        assert needed in text, text


def test_a_sentence_that_states_two_events_is_quoted_once() -> None:
    sentence = "Police arrested two men and seized a server."
    both = tuple(linked(event(name, evidence=sentence)) for name in ("arrest", "seizure"))
    facts_ = said(update(events=both))
    assert len(facts_["events"]) == 2
    assert text_of(facts_).count(sentence) == 1
    assert html_of([facts_]).count(sentence) == 1


def test_the_page_escapes_all_and_links_only_the_web() -> None:
    page = html_of(
        [said(update()), said(update(ChangeKind.UPDATED, fields=("type",)))], unsubscribe="https://u.example/t"
    )
    tree = html.fromstring(page)
    assert not tree.xpath("//script | //i")
    assert [link.get("href") for link in tree.xpath("//a")] == ["https://u.example/t"]
    assert "“Police <b>arrested</b> 11.”" in tree.text_content()
    assert [one.text for one in tree.xpath("//h1")] == [
        "New case: 11 people arrested over Shoal (China)",
        "Update: 11 people arrested over Shoal (China)",
    ]


def test_the_headline_is_of_the_main_news_and_one_line() -> None:
    recap = event("sentence", time_role=TimeRole.BACKGROUND, main=True)
    plain = event("raid", target=("Shoal\r\nBcc: all",))
    main = event("fine", defendant=("Acme",), main=True)
    told = update(events=(linked(recap), linked(plain), linked(main)))
    assert headline(told) == "New case: Acme fined"
    assert headline(update(events=(linked(plain),))) == "New case: Shoal Bcc: all raided"


def test_an_act_that_names_nobody_is_known_by_its_article_or_its_case() -> None:
    arrest = event("arrest", authority=("Quay police",), main=True)
    title = "Quay police arrest a teenager over a breach at the harbour"
    told = update(events=(linked(arrest, title=title),), case=case(title=f"{title[:40]}…"))
    assert headline(told) == f"New case: arrest by Quay police: “{title[:40]}…”"
    appeal = event("appeal", country="NL", main=True)
    parties = (Party(name="Acme", role="defendant", status="sued"),)
    known = case(title="Tidal v. Acme: damages", parties=parties)
    assert headline(update(events=(linked(appeal),), case=known)) == (
        "New case: appeal (Netherlands), in the case Tidal v. Acme: damages"
    )
    assert headline(update(events=(linked(appeal),), case=case(title="Appeal (Netherlands)"))) == (
        "New case: appeal (Netherlands)"
    )


def test_an_edit_without_events_is_told_by_the_title_of_the_case() -> None:
    told = update(ChangeKind.CORRECTED, events=(), reason="merged from case-two")
    assert headline(told) == "Correction: Shoal: arrest (merged from case-two)"


def test_what_changed_is_told_in_words() -> None:
    told = update(ChangeKind.UPDATED, fields=("type", "count", "title"))
    assert "What is new: a new step, another number" in text_of(said(told))


@pytest.mark.parametrize(("confidence", "words"), [(0.95, "high (95%)"), (0.6, "fair (60%)"), (0.2, "low: read")])
def test_how_sure(confidence: float, words: str) -> None:
    told = update(events=(linked(event("raid", confidence=confidence)),))
    assert f"How sure the reading is: {words}" in text_of(said(told))


def test_reports_of_one_act_are_one_step() -> None:
    reports = [
        linked(event("raid", target=("Shoal",), date="2025-01-02", country=country), source=source)
        for source, country in (("Gazette", None), ("Times", "CN"))
    ]
    text = text_of(facts(update(), reports, SUBSCRIPTION, matched=(), at=DAY))
    assert "  2025-01-02  Shoal raided (China) [Gazette, Times]\n" in text
    assert text.count("2025-01-02") == 1


def test_a_long_timeline_says_what_it_leaves_out() -> None:
    steps = [linked(event("raid", target=(f"s{n}",), date=f"2025-01-{n:02}")) for n in range(1, 16)]
    text = text_of(facts(update(), steps, SUBSCRIPTION, matched=(), at=DAY))
    assert "(3 earlier steps)" in text
    assert "s4 raided" in text
    assert "s3 raided" not in text


def test_what_may_be_a_part_of_a_known_case_is_not_told_as_new() -> None:
    doubt = RelatedCase(case_id="case-other", relation=Relation.POSSIBLE_CASE)
    told = update(case=case(related=(doubt,)))
    assert headline(told).startswith("Possibly new case: ")
    assert what_changed(told) == "first report of this case, unless it is a part of case-other"


def test_totals_of_many_cases_are_no_new_case() -> None:
    totals = event("arrest", aggregate=True, counts=(Count(n=400, unit=CountUnit.PEOPLE),))
    assert headline(update(events=(linked(totals),))).startswith("Totals: ")
