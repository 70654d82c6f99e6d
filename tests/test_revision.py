"""An edited article corrects events and doubles none, whatever the coder makes of the words around them."""

from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from casework import DAY, article, event
from msgspec.structs import replace

from agents.classify import classify
from agents.fetch import fresh_since
from agents.link import link
from agents.notice import headline, what_changed
from schemas.events import Article, ArticleEvents, CaseUpdate, Event, Money
from schemas.ids import text_hash
from schemas.taxonomy import ChangeKind, MoneyKind, Status
from streamer.stores.sqlite import SqliteStore

QUOTE = "Police in Malmö arrested Mara Lindqvist over fastflix.example on Friday."
ARREST = event(
    "arrest",
    defendant=("Mara Lindqvist",),
    target=("fastflix.example",),
    country="SE",
    date="2025-02-28",
    evidence=QUOTE,
)
SENTENCE = event("sentence", defendant=("Mara Lindqvist",), country="SE", date="2025-05-02", docket="B 1234-25")
APPEAL = event("appeal", defendant=("Mara Lindqvist",), country="SE", date="2025-06-01", docket="B 1234-25")


@pytest.fixture
def store(tmp_path: Path) -> Iterator[SqliteStore]:
    opened = SqliteStore(tmp_path / "store.db")
    yield opened
    opened.close()


def run(store: SqliteStore, *messages: ArticleEvents, text: str | None = None) -> list[CaseUpdate]:
    given: dict[str, Any] = {"store": store, "now": lambda: DAY, "text_of": lambda _id: text}
    return [update for message in messages for update in link(message, **given)]


def edited(*events: Event, **fields: Any) -> ArticleEvents:
    """Return the same article five hours later."""
    return article(*events, article_version="v5", seen_at=DAY + timedelta(hours=5), **fields)


def standing(store: SqliteStore) -> list[tuple[str, tuple[str, ...]]]:
    linked = store.article_events("article-first")
    return [(one.event.type.value, one.event.defendant) for _, one in linked if not one.withdrawn]


# --- each kind of change ---------------------------------------------------------------------------------------------


def test_each_kind_of_change_is_told_as_what_it_is(store: SqliteStore) -> None:
    opened, echoed, moved, closed, reopened = run(
        store,
        article(ARREST),
        article(ARREST, name="echo", day=1, source="Coast Times"),
        article(event("charge", defendant=("Mara Lindqvist",), country="SE", date="2025-04-02"), name="charge", day=32),
        article(SENTENCE, name="sentence", day=62),
        article(APPEAL, name="appeal", day=92),
    )
    assert len({one.case.id for one in (opened, echoed, moved, closed, reopened)}) == 1
    assert [one.change for one in (opened, echoed, moved)] == [
        ChangeKind.OPENED,
        ChangeKind.CORROBORATED,
        ChangeKind.UPDATED,
    ]
    assert (closed.case.state, closed.fields) == ("closed", ("type", "closed", "title"))
    assert (reopened.case.state, reopened.fields) == ("open", ("type", "reopened"))
    assert what_changed(closed) == "a new step, the case is closed by its outcome"
    assert what_changed(reopened) == "a new step, the case is open again"


def test_a_repeat_of_what_closed_a_case_says_so_again(store: SqliteStore) -> None:
    closing = article(SENTENCE, name="sentence", day=62)
    _, closed, _ = run(
        store,
        article(ARREST),
        closing,
        article(APPEAL, name="appeal", day=92),
    )
    assert [(one.id, one.fields) for one in run(store, closing)] == [(closed.id, ("type", "closed", "title"))]


# --- edited articles -------------------------------------------------------------------------------------------------


def test_a_name_that_is_put_right_is_one_correction_and_no_new_case(store: SqliteStore) -> None:
    right = replace(ARREST, id="event-right", defendant=("Mara Lundqvist",), evidence=QUOTE.replace("Lind", "Lund"))
    opened, corrected = run(store, article(ARREST), edited(right), text=right.evidence)
    assert (corrected.case.id, corrected.change, corrected.muted) == (opened.case.id, ChangeKind.CORRECTED, False)
    assert headline(corrected) == (
        "Correction: Mara Lundqvist arrested over fastflix.example (Sweden), "
        "instead of: Mara Lindqvist arrested over fastflix.example (Sweden) (edited article)"
    )
    assert standing(store) == [("arrest", ("Mara Lundqvist",))]
    assert run(store, edited(right), text=right.evidence) == [corrected]


def test_an_act_whose_quote_still_stands_was_not_taken_back(store: SqliteStore) -> None:
    run(store, article(ARREST))
    assert run(store, edited(), text=f"{QUOTE} A spokesman declined to comment.") == []
    assert standing(store) == [("arrest", ("Mara Lindqvist",))]


def test_an_act_read_with_other_names_from_the_same_words_stays_as_it_was_told(store: SqliteStore) -> None:
    run(store, article(ARREST))
    other = replace(ARREST, id="event-other", target=())
    for _ in range(2):
        assert run(store, edited(other), text=QUOTE) == []
        assert standing(store) == [("arrest", ("Mara Lindqvist",))]


@pytest.mark.parametrize(
    "text",
    [None, "Nobody was arrested, police said.", QUOTE.replace("arrested", "questioned"), QUOTE.replace("fast", "")],
)
def test_an_act_that_the_text_no_longer_tells_is_withdrawn(store: SqliteStore, text: str | None) -> None:
    run(store, article(ARREST))
    (update,) = run(store, edited(), text=text)
    assert (update.change, update.muted) == (ChangeKind.CORRECTED, False)
    assert standing(store) == []


def test_a_figure_that_is_put_right_elsewhere_in_the_text_is_a_correction(store: SqliteStore) -> None:
    money = (Money(amount=412_000, currency="SEK", kind=MoneyKind.SEIZED),)
    right = (replace(money[0], amount=241_000),)
    run(store, article(replace(ARREST, money=money)))
    (update,) = run(store, edited(replace(ARREST, id="event-right", target=(), money=right)), text=QUOTE)
    assert "not SEK 412,000" in headline(update)
    assert len(standing(store)) == 1


def test_a_sum_of_another_worth_in_dollars_is_the_same_sum(store: SqliteStore) -> None:
    money = Money(amount=412_000, currency="SEK", kind=MoneyKind.SEIZED, usd=40_000.0)
    run(store, article(replace(ARREST, money=(money,))))
    changed = replace(ARREST, money=(replace(money, usd=40_100.0),))
    assert run(store, edited(changed)) == []


# --- what an edited article tells late -------------------------------------------------------------------------------


@pytest.mark.parametrize(("fresh", "muted"), [((), True), (((40, 90),), True), (((0, 10),), False), (None, False)])
def test_what_the_version_before_said_too_is_no_news(
    store: SqliteStore, fresh: tuple[tuple[int, int], ...] | None, muted: bool
) -> None:
    run(store, article(ARREST))
    (update,) = run(store, edited(ARREST, replace(SENTENCE, status=Status.HAPPENED), fresh=fresh))
    assert (update.change, update.muted) == (ChangeKind.UPDATED, muted)


def story(text: str, hours: int = 0) -> Article:
    return Article(
        id="article-1",
        item_id="item-1",
        source="Gazette",
        version=text_hash(text),
        title="A story",
        text=text,
        language="en",
        published_at=DAY,
        seen_at=DAY + timedelta(hours=hours),
    )


def test_the_paragraphs_of_a_version_that_are_fresh() -> None:
    old, new = story("# Two held\n\nPolice held two.\n\nThey deny it."), story("# Two held\n\nNew.\n\nThey deny it.", 1)
    fresh = fresh_since(old, new)
    assert fresh
    assert [new.text[slice(*span)].strip() for span in fresh] == ["New."]
    assert fresh_since(None, new) is None
    assert fresh_since(new, old) is None, "an older version that comes late is compared with nothing"
    kept = replace(new, fresh=fresh)
    assert fresh_since(kept, new) == fresh, "brought back by a crash"


# --- with the real coder ---------------------------------------------------------------------------------------------

ARTICLES = Path(__file__).parent / "quality" / "articles"
EDITS: dict[str, Callable[[str], str]] = {
    "a remark on top": lambda text: text.replace("\n\n", "\n\nThis story was corrected after publication.\n\n", 1),
    "a last sentence": lambda text: f"{text.rstrip()}\n\nThe spokesman did not answer further questions.\n",
    "another headline": lambda text: text.replace("\n\n", ", officials say\n\n", 1),
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", EDITS)
def test_an_edit_that_touches_no_act_tells_next_to_nobody(tmp_path: Path, kind: str) -> None:
    """Of two dozen stories of ours, one at most."""
    told = []
    for number, file in enumerate(sorted(ARTICLES.iterdir())[::4]):
        body = "# " + file.read_text("utf-8").split("\n# ")[-1]
        first = story(body)
        second = story(EDITS[kind](body), hours=3)
        second = replace(second, fresh=fresh_since(first, second))
        store = SqliteStore(tmp_path / f"{number}.db")
        for one in (first, second):
            updates = run(store, *classify(one), text=one.text)
        told += [one for one in updates if not one.muted and one.change is not ChangeKind.CORROBORATED]
        store.close()
    assert len(told) <= 1, [headline(one) for one in told]
