"""The index of subscriptions answers exactly as trying each of them does, whatever was added, changed or ended."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from mailing import subscription
from queries import NOW, documents, trees
from test_match import document

from agents.match import View, matched_terms, matches
from agents.subscriptions_index import SubscriptionIndex
from schemas.documents import Document
from schemas.events import Subscription
from schemas.query import parse
from schemas.query_tree import query_of
from schemas.taxonomy import EventType

_types = st.lists(st.sampled_from(list(EventType)[:4]), max_size=2, unique=True).map(tuple)


@st.composite
def subscriptions(draw: st.DrawFn) -> Subscription:
    query = draw(st.just("") | trees().map(lambda tree: query_of(tree).text).filter(_is_short))
    name = draw(st.sampled_from("abcdef"))
    return subscription(name, query=query, types=draw(_types), min_confidence=draw(st.sampled_from((0.0, 0.8))))


def _is_short(text: str) -> bool:
    return len(text) < 4000


def tried_one_by_one(
    wanted: Sequence[Subscription], found: Sequence[Document]
) -> list[tuple[Subscription, Sequence[str]]]:
    told: list[tuple[Subscription, Sequence[str]]] = []
    for one in sorted(wanted, key=lambda each: each.id):
        query = parse(one.query) if one.query else None
        for each in found:
            fits = (not one.types or each.type in one.types) and each.confidence >= one.min_confidence
            if fits and (query is None or matches(query, each, now=NOW)):
                told.append((one, matched_terms(query, each, now=NOW) if query else ()))
                break
    return told


@settings(deadline=None, max_examples=300)
@given(st.lists(subscriptions(), max_size=12), st.lists(st.sampled_from("abcdef"), max_size=3), documents())
def test_it_answers_as_trying_each_does(saved: list[Subscription], ended: list[str], found: list[Document]) -> None:
    index = SubscriptionIndex(saved)
    for name in ended:
        index.put(subscription(name, active=False))
    left = {one.id: one for one in saved if one.id not in {f"subscription-{name}" for name in ended}}
    assert len(index) == len(left)
    concerned = index.concerned([View(one) for one in found], NOW)
    said = [(one.subscription, one.matched(NOW)) for one in concerned]
    assert said == tried_one_by_one(list(left.values()), found)


def test_a_changed_subscription_is_found_by_its_new_query_only() -> None:
    index = SubscriptionIndex([subscription("ana", query="harbour")])
    changed = subscription("ana", query="type:arrest")
    index.put(changed)
    assert index.concerned([View(document())], NOW) == []
    assert [one.subscription for one in index.concerned([View(document(type="arrest"))], NOW)] == [changed]


def test_dates_that_move_are_judged_by_the_time_of_the_question() -> None:
    index = SubscriptionIndex([subscription("ana", query="police date:>=now-7d/d")])
    view = View(document())
    assert len(index.concerned([view], NOW)) == 1
    assert index.concerned([view], NOW.replace(month=4)) == []


def test_a_query_that_cannot_be_read_stops_nobody_else() -> None:
    index = SubscriptionIndex([subscription("ana", query="cuntry:SE"), subscription("bea", query="country:SE")])
    assert [one.subscription.name for one in index.concerned([View(document())], NOW)] == ["News for bea"]


def test_who_follows_a_case_follows_it_under_its_new_id() -> None:
    follower = subscription("ana", query="case_id:case-old")
    index = SubscriptionIndex([follower])
    assert index.follows_cases
    assert index.concerned([View(document())], NOW) == []
    assert [one.subscription for one in index.concerned([View(document(), ("case-old",))], NOW)] == [follower]
    index.remove(follower.id)
    assert not index.follows_cases


def test_it_takes_over_what_was_saved_since() -> None:
    marks: list[str] = []

    def saved(mark: str) -> tuple[list[Subscription], str]:
        marks.append(mark)
        return ([subscription("ana", query="police")], "1") if not mark else ([], mark)

    index = SubscriptionIndex()
    index.catch_up(saved)
    index.catch_up(saved)
    assert marks == ["", "1"]
    assert index.get("subscription-ana") == subscription("ana", query="police")
    assert index.get("subscription-bea") is None
