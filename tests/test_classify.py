"""The coder from end to end, on invented stories."""

from datetime import UTC, datetime

from agents.classify import classify
from schemas.events import Article, ArticleEvents, Link
from schemas.ids import text_hash

STORY = """# Two men arrested over pirate streaming service

Police in Leeds have arrested two men suspected of running the illegal streaming service FlumeTV, they said
on Tuesday.

Officers searched three homes and seized laptops, phones and £40,000 in cash.

## Earlier cases

In 2019, a man from Hull was sentenced to three years in prison for selling pirate boxes.

Readers with questions may write to us.
"""


LINKS = (Link(url="https://gazette.example/flumetv", span=(0, 50)),)


def classified(text: str, *, language: str = "en") -> ArticleEvents:
    article = Article(
        id="article-a",
        item_id="item-a",
        source="Test",
        version=text_hash(text),
        title=text.partition("\n")[0].removeprefix("# "),
        text=text,
        language=language,
        published_at=datetime(2024, 6, 5, 9, tzinfo=UTC),
        seen_at=datetime(2024, 6, 5, 10, tzinfo=UTC),
        links=LINKS,
    )
    [message] = classify(article)
    return message


def test_an_arrest_is_news_and_an_old_sentence_is_background() -> None:
    found = {(e.type.value, e.time_role.value) for e in classified(STORY).events}
    assert ("arrest", "news") in found
    assert ("sentence", "background") in found


def test_every_quote_stands_in_the_text_where_the_span_says() -> None:
    events = classified(STORY).events
    assert events
    for event in events:
        start, end = event.span
        assert STORY[start:end] == event.evidence


def test_ids_are_the_same_each_time_and_differ_within_an_article() -> None:
    first, second = classified(STORY), classified(STORY)
    assert first == second
    assert len({event.id for event in first.events}) == len(first.events)


def test_what_has_happened_has_no_day_ahead() -> None:
    def days(when: str) -> set[str | None]:
        events = classified(STORY.replace("In 2019, a man", f"{when}, a man")).events
        return {event.date for event in events if event.type == "sentence"}

    assert days("On 3 May 2024") == {"2024-05-03"}
    assert days("On 3 May 2031") == {None}


def test_another_language_is_marked_and_not_half_read() -> None:
    message = classified(STORY, language="es")
    assert message.events == ()
    assert message.not_classified == "language es"


def test_a_text_without_enforcement_has_no_events() -> None:
    assert classified("# A new phone\n\nThe phone has a large screen and costs 300 euros.\n").events == ()
    assert classified("").events == ()


MIRRORS = """# Police take down FlumeTV

Police in Leeds seized the servers of the pirate streaming site FlumeTV on Tuesday and arrested its two operators.

FlumeTV was reached at flumetv[.]to and at FlumeTV.cx until then, the police said.
"""


def test_a_site_and_its_domains_are_one_target_and_no_domain_is_lost() -> None:
    seized = next(event for event in classified(MIRRORS).events if event.type == "seizure")
    assert seized.target == ("FlumeTV",)
    assert seized.domains == ("flumetv.to", "flumetv.cx")
    assert [MIRRORS[slice(*span)] for span in seized.spans["domains"]] == ["flumetv[.]to", "FlumeTV.cx"]


def test_links_and_the_names_that_the_text_goes_back_to_come_with_the_events() -> None:
    found = classified(STORY + "\nFlumeTV had 900 users. Marlow Media called FlumeTV a threat.\n")
    assert found.events
    assert found.links == LINKS
    assert found.names == ("FlumeTV",)


def test_a_text_without_events_brings_no_links_and_names() -> None:
    found = classified("# A quiet day\n\nFlumeTV grew. FlumeTV has 900 users.\n")
    assert (found.events, found.links, found.names) == ((), (), ())
