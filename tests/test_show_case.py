"""A case as people read it: parties with where they were seen, acts, figures side by side, why it is one case."""

from datetime import timedelta

from casework import DAY, case, event, linked
from rich.console import Console

from agents.link_evidence import KINDS
from agents.link_score import WEIGHTS
from schemas.events import Count, Edit, LinkedEvent, Money, Party, Tie
from schemas.taxonomy import CountUnit, MoneyKind, Relation, Status, TieKind, TimeRole
from streamer.acts import Told, acts_of, differing_figures
from streamer.related import Related
from streamer.show_case import case_page, edit_lines
from streamer.show_score import WORDS

CASE = case(parties=(Party(name="J. Quay", role="defendant", status="charged"),))


def printed(*lines: object) -> str:
    console = Console(width=300, no_color=True)
    with console.capture() as capture:
        for line in lines:
            console.print(line)
    return capture.get()


def report(
    name: str, day: int = 0, *, type_: str = "seizure", score: dict[str, float] | None = None, **fields: object
) -> LinkedEvent:
    at = DAY + timedelta(days=day)
    return linked(
        event(type_, id=f"event-{name}", **fields),
        article_id=f"article-{name}",
        source=name,
        title=f"Headline of {name}",
        published_at=at,
        seen_at=at,
        change_id=f"change-{name}",
        score=score or {},
    )


def test_text_from_outside_is_shown_as_it_is() -> None:
    quote = report("Post", evidence="Harrow [bold]asked[/bold] for more.")
    other = Related(case=case(title="Quay [red]list[/red]"), relation=Relation.APPEAL_OF, words="appeal of", by="ana")
    text = printed(*case_page(CASE, [quote], [other]))
    assert "Harrow [bold]asked[/bold] for" in text
    assert "Quay [red]list[/red]" in text
    assert "defendant: J. Quay (charged)" in text
    assert "appeal of (said ana): case-one" in text


def test_a_withdrawn_event_stays_and_says_why() -> None:
    gone = linked(event("fine"), withdrawn="edited article")
    assert "withdrawn: edited article" in printed(*case_page(CASE, [gone], []))


def test_an_alias_is_shown_with_where_it_was_seen_first() -> None:
    site = Party(name="Newflix", role="target", aliases=("newflix.example", "Oldflix"))
    tie = Tie(kind=TieKind.FORMER, name="Newflix", other="Oldflix", words="formerly", evidence="…", span=(0, 1))
    reports = [
        report("Post", 9, target=("Newflix",), ties=(tie,)),
        report("Echo", 3, target=("Newflix",), domains=("newflix.example",)),
        report("Times", 5, target=("Newflix",), domains=("newflix.example",)),
    ]
    text = printed(*case_page(case(parties=(site,)), reports, []))
    assert "also newflix.example  Echo, 2025-03-04" in text
    assert "also Oldflix  Post, 2025-03-10" in text


def test_reports_of_one_act_stand_together_or_each_by_itself() -> None:
    reports = [
        report("Post", date="2025-02-27"),
        report("Echo", 1, date="2025-02"),
        report("Times", 2, date="2025-09-01"),
    ]
    text = printed(*case_page(CASE, reports, []))
    assert text.count("A sentence about the seizure.") == 2
    assert "also told by Echo, 2025-03-02" in text
    assert printed(*case_page(CASE, reports, [], reports=True)).count("A sentence about the seizure.") == 3


def test_what_is_asked_for_planned_and_done_are_acts_of_their_own() -> None:
    reports = [
        report(status, status=Status(status)) for status in ("sought", "planned", "denied", "happened", "ordered")
    ]
    acts = acts_of([Told(case_id="case-one", linked=one) for one in reports])
    assert sorted(act.linked.event.status for act in acts if not act.others) == ["denied", "planned", "sought"]
    assert sorted(len(act.others) for act in acts) == [0, 0, 0, 1]


def test_figures_of_one_act_that_differ_stand_side_by_side_with_their_source() -> None:
    def counted(name: str, day: int, people: int, euros: float) -> LinkedEvent:
        counts, money = (
            (Count(n=people, unit=CountUnit.PEOPLE),),
            (Money(amount=euros, currency="EUR", kind=MoneyKind.SEIZED),),
        )
        return report(name, day, counts=counts, money=money)

    reports = [counted("Post", 0, 11, 40_000), counted("Echo", 1, 13, 40_000), counted("Times", 40, 7, 90)]
    (figures,) = differing_figures(reports)
    assert (figures.what, [(figure, one.source) for figure, one in figures.said]) == (
        "people",
        [(11, "Post"), (13, "Echo")],
    )
    text = printed(*case_page(CASE, reports, []))
    assert "figures differ, seizure: 11 people (Post, 2025-03-01); 13 people (Echo, 2025-03-02)" in text


def test_two_figures_of_one_article_do_not_differ() -> None:
    counts = (Count(n=11, unit=CountUnit.PEOPLE), Count(n=2, unit=CountUnit.PEOPLE))
    assert list(differing_figures([report("Post", counts=counts)])) == []


def test_it_says_why_each_article_is_in_the_case() -> None:
    reports = [
        report("Post"),
        report(
            "Echo",
            3,
            type_="charge",
            score={"person": 1.5, "same country": 0.27, "other docket": -1.41, "next step": 0.1},
        ),
    ]
    text = printed(*case_page(CASE, reports, []))
    line = "one person +1.5, other docket -1.4, same country +0.27, next step +0.1"
    assert f"one case with “Headline of Echo” (Echo, 2025-03-04): {line}" in text
    assert "one case with “Headline of Post”" not in text


def test_every_kind_of_key_has_words() -> None:
    assert set(KINDS) <= WORDS.keys()
    assert set(WEIGHTS) >= WORDS.keys()


def test_edits_are_listed_and_a_merge_by_the_linker_says_what_tied_the_two() -> None:
    merge = Edit(
        id="edit-1", action="merge", case_id="case-two", into="case-one", by="linker", at=DAY, note="change-Echo"
    )
    text = printed(*edit_lines([merge], [report("Echo")]))
    assert "merge case-two and case-one  by linker  tied by “Headline of Echo” (Echo, 2025-03-01)  [edit-1]" in text


def test_a_recap_without_a_date_belongs_to_the_act_that_was_known() -> None:
    recap = report("Late", 300, time_role=TimeRole.BACKGROUND)
    early, second = report("Post", date="2025-02-27"), report("Echo", 200, date="2025-09-10")
    acts = acts_of([Told(case_id="c", linked=one) for one in (recap, second, early)])
    assert [[one.linked.source for one in act.others] for act in acts] == [[], ["Late"]]
