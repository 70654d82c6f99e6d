"""What the coder tells of an article: the sure acts, at least the likeliest news, and no news from policy reports."""

from collections.abc import Sequence
from datetime import UTC, datetime

from reading import read

from agents.grammar.acts import Act
from agents.grammar.arguments import Filler
from agents.grammar.candidates import propose
from agents.grammar.coder import LONGEST, REPORTS, steps, told_of
from agents.grammar.decide import Decided
from agents.grammar.groups import Group, groups
from agents.grammar.judge import Judged
from agents.grammar.model import shipped_models
from agents.grammar.report import LONG, is_policy_report
from agents.grammar.writing import write_events
from schemas.events import Article
from schemas.taxonomy import Status

SEEN = datetime(2024, 6, 5, 10, tzinfo=UTC)

FINE = "In 2019, the regulator fined Flume Ltd 400,000 yuan. Police arrested two men on Tuesday. "
ADVICE = "The government should ensure that courts act faster, and it should adopt a new law on this. "


def act(confidence: float, news: float) -> Decided:
    candidate = propose(read("Police arrested two men."))[0]
    return Decided(Act(Judged(candidate, 0.9, 0.9, Status.HAPPENED, 0.9, news), {}), news, confidence)


def kept(acts: list[Decided], threshold: float, reports: float = 1.0) -> list[Decided]:
    return [told.act for told in told_of(acts, threshold, reports=reports)]


def test_acts_from_the_threshold_on_are_told() -> None:
    sure, unsure = act(0.8, 0.9), act(0.1, 0.9)
    assert kept([sure, unsure], 0.5) == [sure]


def test_the_likeliest_news_is_told_where_nothing_is_sure() -> None:
    old, likely, less = act(0.8, 0.1), act(0.25, 0.9), act(0.2, 0.9)
    assert kept([old, less, likely], 0.5) == [old, likely]
    assert kept([old, likely], 0.5, reports=REPORTS - 0.01) == [old]


def test_what_is_sought_stands_beside_what_was_done() -> None:
    done, sought = act(0.8, 0.9), act(0.2, 0.9)
    sought = sought._replace(act=sought.act._replace(judged=sought.act.judged._replace(status=Status.SOUGHT)))
    assert kept([done, sought], 0.5) == [done, sought]
    unsure = sought._replace(act=sought.act._replace(judged=sought.act.judged._replace(likely=0.3)))
    assert kept([done, unsure], 0.5) == [done]
    assert kept([act(0.2, 0.1)], 0.5) == []


def test_small_talk_reports_nothing() -> None:
    assert steps(read("The weather was fine."), shipped_models()).reports < REPORTS
    assert steps(read("# Police arrest two\n\n" + FINE), shipped_models()).reports >= REPORTS


def test_a_long_paper_that_recommends_has_no_news() -> None:
    paper = read((ADVICE + FINE + "\n\n") * (LONG // 100))
    assert is_policy_report(paper)
    assert all(item.news < 0.5 for item in steps(paper, shipped_models()).admitted(paper))


def test_a_long_story_and_a_short_opinion_are_no_reports() -> None:
    assert not is_policy_report(read((FINE + "\n\n") * (LONG // 50)))
    assert not is_policy_report(read(ADVICE * 20))
    assert len(read(FINE).text) < LONGEST


def test_a_total_has_the_sum_that_its_repetition_tells() -> None:
    def held(confidence: float, *, total: bool, money: Sequence[Filler] = (), day: str = "2023") -> Decided:
        item = act(confidence, 0.9)
        slots = {"money": money, "date": [Filler("date", thing("date", day), 0.9)]}
        return item._replace(act=item.act._replace(judged=item.act.judged._replace(aggregate=total), slots=slots))

    worth = [Filler("money", thing("money", 90e6, "EUR"), 0.7)]
    total, again = held(0.9, total=True), held(0.1, total=False, money=worth)
    assert [told.act.slots["money"] for told in kept([total, again], 0.3)] == [worth]
    assert [told.act.slots["money"] for told in kept([held(0.9, total=False), again], 0.3)] == [()]
    other = held(0.1, total=False, money=worth, day="2021")
    assert [told.act.slots["money"] for told in kept([total, other], 0.3)] == [()]


def thing(family: str, *key: str | float) -> Group:
    return Group(family, key, family, (), ())


def test_each_side_asks_for_a_sentence_of_its_own() -> None:
    text = (
        "Alan Boyd waits. Prosecutors asked for a sentence of five years. His lawyer asked for a sentence of one year."
    )
    reading = read(text)
    boyd = Filler("defendant", next(g for g in groups(reading) if g.family == "name"), 0.9)
    found = [c for c in propose(reading) if c.type == "sentence"]
    sides = [
        Decided(Act(Judged(c, 0.9, 0.9, Status.SOUGHT, 0.9, news), {"defendant": [boyd]}), news, 0.9)
        for c, news in zip(found, (0.9, 0.1), strict=True)
    ]
    article = Article(id="a", item_id="i", source="s", version="v", title="t", text=text, language="en", seen_at=SEEN)
    assert [event.defendant for event in write_events(article, reading, sides)] == [("Alan Boyd",), ("Alan Boyd",)]
    again = [side._replace(news=0.9) for side in sides]
    assert len(write_events(article, reading, again)) == 1
