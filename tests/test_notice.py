"""Notices in words: honest about status, readable as text and as HTML, harmless whatever the source wrote."""

from typing import Any

import pytest
from casework import DAY, case, event, linked
from lxml import html
from msgspec.structs import replace

from agents.notice import addressed, facts, facts_for_all, headline, html_of, text_of, what_changed
from schemas.events import CaseUpdate, Count, Party, RelatedCase, Subscription
from schemas.taxonomy import ChangeKind, CountUnit, Relation, TimeRole

ELEVEN = (Count(n=11, unit=CountUnit.PEOPLE),)


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
        "  “Police <b>arrested</b> 11.”",
        "Harbour Gazette, 2025-03-01: <script>x</script>",
        "What is new: first report of this case",
        "Case: Shoal: arrest (open, case-one)",
        "Reported by: Gazette, Times (3 articles)",
        "How sure the reading is: high (100%)",
        "Mara <i>Lind</i>: arrested",
        "You get this because of “China”: country:CN",
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
    assert "How sure" not in text_of(said(told))
    assert "How sure" not in html_of([said(told)])


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
    reports[1] = replace(reports[1], article_id="article-second")
    later = linked(event("arrest", date="2025-02-01"))
    text = text_of(facts(update(), [*reports, later], SUBSCRIPTION, matched=(), at=DAY))
    assert "  2025-01-02: Shoal raided [Gazette, Times]\n" in text
    assert text.count("2025-01-02") == 1


def test_a_long_timeline_says_what_it_leaves_out() -> None:
    steps = [linked(event("raid", target=(f"s{n}",), date=f"2025-01-{n:02}")) for n in range(1, 16)]
    text = text_of(facts(update(), steps, SUBSCRIPTION, matched=(), at=DAY))
    assert "(3 earlier steps)" in text
    assert "s4 raided" in text
    assert "s3 raided" not in text


def test_a_notice_leads_to_its_case_where_there_is_a_page_of_it() -> None:
    told = update()
    said_ = addressed(facts_for_all(told, told.events, at=DAY, url="https://a.example/c"), SUBSCRIPTION, ())
    assert "Case: Shoal: arrest (open, case-one)\n  https://a.example/c\n" in text_of(said_)
    assert '<a href="https://a.example/c">Shoal: arrest</a>' in html_of([said_])


def test_a_recap_is_told_as_background_and_stands_before_the_news() -> None:
    news = linked(event("sentence", defendant=("Mara Lind",), date="2025-02-20", main=True))
    recap = linked(event("arrest", defendant=("Mara Lind",), time_role=TimeRole.BACKGROUND, evidence="Once arrested."))
    told = update(events=(recap, news))
    text = text_of(facts(told, [news, recap], SUBSCRIPTION, matched=(), at=DAY))
    assert "- Background: Mara Lind arrested\n  “Once arrested.”\n" in text
    assert "  before 2025-03-01: Mara Lind arrested [Harbour Gazette]\n  2025-02-20: Mara Lind sentenced" in text


def test_what_is_told_again_without_a_date_is_no_further_step() -> None:
    first = linked(event("charge", defendant=("Mara Lind",), date="2024-05-02"), source="Gazette")
    past = {"time_role": TimeRole.BACKGROUND}
    again = [
        linked(event("charge", defendant=("Lind",), **past), article_id="a2", source="Times"),
        linked(event("charge", **past), article_id="a3", source="Post"),
        linked(event("charge", defendant=("Ovid Tarn",), **past), article_id="a4", source="Post"),
    ]
    text = text_of(facts(update(), [first, *again], SUBSCRIPTION, matched=(), at=DAY))
    assert "  2024-05-02: Mara Lind charged [Gazette, Times, Post]\n" in text
    assert "  before 2025-03-01: Ovid Tarn charged [Post]\n" in text
    assert text.count(" charged [") == 2


def test_two_acts_of_one_article_are_two_steps_and_new_ones_are_marked() -> None:
    first, second = (linked(event("raid", target=(name,), date="2025-02-20")) for name in ("Shoal", "Tern"))
    told = update(ChangeKind.UPDATED, events=(second,), fields=("party",))
    text = text_of(facts(told, [first, second], SUBSCRIPTION, matched=(), at=DAY))
    assert "Shoal raided [Harbour Gazette]\n  2025-02-20: Tern raided [Harbour Gazette] (new)\n" in text


def test_the_reason_is_told_without_saying_anything_twice() -> None:
    told = update()

    def reason(**fields: Any) -> str:
        one = replace(SUBSCRIPTION, **fields)
        return text_of(facts(told, told.events, one, matched=fields.get("matched", ()), at=DAY)).split("You get ")[1]

    assert reason(name="everything", query="") == "this because you follow everything.\n"
    assert reason(name="Desk", query="") == "this because “Desk” follows everything.\n"
    assert reason(name="country:CN", query="country:CN") == "this because of “country:CN”\n"
    corrected = update(ChangeKind.CORRECTED, reason="edited article")
    assert "You get this correction because “China” told you" in text_of(said(corrected))


def test_what_may_be_a_part_of_a_known_case_is_not_told_as_new() -> None:
    doubt = RelatedCase(case_id="case-other", relation=Relation.POSSIBLE_CASE)
    told = update(case=case(related=(doubt,)))
    assert headline(told).startswith("Possibly new case: ")
    assert what_changed(told) == "first report of this case, unless it is a part of case-other"
    assert what_changed(told, {"case-other": "Tidal v. Acme"}).endswith("a part of “Tidal v. Acme” (case-other)")


def test_totals_of_many_cases_are_no_new_case() -> None:
    totals = event("arrest", aggregate=True, counts=(Count(n=400, unit=CountUnit.PEOPLE),))
    assert headline(update(events=(linked(totals),))).startswith("Several cases: ")
