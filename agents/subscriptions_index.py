"""Which of many subscriptions a change concerns, without trying each of them.

A query can only find a document that has at least one of its required terms, so each query is kept under the terms of
that kind which are the rarest, there under the next rarest, and tried only on documents that have one of both. The
answer is exactly that of trying all. Subscriptions that wish the same are tried once.
"""

import gc
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from datetime import UTC, datetime
from typing import NamedTuple

import structlog

from agents.match import Test, View, condition, exists, terms_in
from schemas.events import Subscription
from schemas.query import Query, QueryError, parse
from schemas.query_fields import FIELDS, Kind
from schemas.query_tree import And, Everything, Match, Node, Not, Or, Prefix, Range, effective, either, every
from schemas.taxonomy import EventType
from schemas.tokens import tokens

Term = tuple[str, str]
"""A field, and in it a token, a value, the first letters of either with a `*`, or `*`: any value."""
Terms = frozenset[Term]
Saved = Callable[[str], tuple[list[Subscription], str]]
"""`Store.subscriptions_since`."""

PREFIX = 3
"""Letters of a prefix that are looked up: no query has a shorter one."""
_SHARES = {"type": 0.15, "status": 0.6, "country": 0.15, "case_id": 0.0001, "event_id": 0.0001, "article_id": 0.0001}
_SHARE_OF_KIND = {Kind.TEXT: 0.01, Kind.KEYWORD: 0.05, Kind.BOOLEAN: 1.0, Kind.NUMBER: 0.3, Kind.DATE: 0.9}
"""Rough guesses of the share of documents that have a term: they decide about speed only."""
_MANY = 10_000
"""So many new subscriptions are millions of objects that stay: the collector need not look through them."""
_PAIRS = 64
"""A query is kept under so many pairs of terms at most; with more, under its rarest terms alone."""
_log = structlog.get_logger()


class Wish(NamedTuple):
    """What some subscriptions ask for."""

    query: str
    types: tuple[EventType, ...]
    min_confidence: float


class Concern(NamedTuple):
    """A subscription, and the document that it is to be told of."""

    subscription: Subscription
    query: Query | None
    view: View

    def matched(self, now: datetime) -> Sequence[str]:
        """Return the parts of the query that the document fulfils."""
        return terms_in(self.query, self.view, now=now) if self.query else ()


class _Asked:
    """A wish, who has it, and what a document must have: one term of each of the `needs`, the rarest first.

    It is kept under the pairs of the first two needs.
    """

    __slots__ = ("_moves", "_test", "_tree", "follows_case", "further", "needs", "query", "subscriptions", "wish")

    def __init__(self, wish: Wish, query: Query | None, needs: list[Terms]) -> None:
        self.wish, self.query = wish, query
        first, second, *further = [*needs, _ANY, _ANY][: max(2, len(needs))]
        if len(first) * len(second) > _PAIRS:
            second, further = _ANY, [second, *further]
        self.needs, self.further = (first, second, *further), tuple(further)
        self.subscriptions: dict[str, Subscription] = {}
        self.follows_case = query is not None and "case_id:" in query.text
        tree = effective(query) if query else Everything()
        self._tree, self._moves = tree, _moves(tree)
        self._test = None if self._moves else condition(tree, _LONG_AGO)

    def test(self, now: datetime) -> Test:
        """Return the test of the query; it is made anew where it asks for dates that move with time."""
        return self._test or condition(self._tree, now)

    def fits(self, view: View, has: set[Term], now: datetime) -> bool:
        """Return whether a document fits that has one of the terms of the first two needs."""
        for need in self.further:
            if need.isdisjoint(has):
                return False
        document, (_, types, least) = view.document, self.wish
        return (not types or document.type in types) and document.confidence >= least and self.test(now)(view)


class SubscriptionIndex:
    """The active subscriptions, ready to be matched. For one thread."""

    def __init__(self, subscriptions: Iterable[Subscription] = ()) -> None:
        self._mark = ""
        self._asked: dict[Wish, _Asked] = {}
        self._under: dict[Term, dict[Term, set[_Asked]]] = defaultdict(lambda: defaultdict(set))
        self._kept: Counter[Term] = Counter()
        self._fields: dict[str, int] = defaultdict(int)
        self._wishes: dict[str, Wish] = {}
        self._followers = 0
        for one in subscriptions:
            self.put(one)

    def __len__(self) -> int:
        return len(self._wishes)

    @property
    def follows_cases(self) -> bool:
        """Whether any query names a case, so that former ids of cases matter."""
        return self._followers > 0

    def catch_up(self, saved: Saved) -> None:
        """Take over what any process has saved since the last time."""
        changed, self._mark = saved(self._mark)
        with _objects_that_stay() if len(changed) > _MANY else nullcontext():
            for one in changed:
                self.put(one)

    def get(self, subscription_id: str) -> Subscription | None:
        """Return an active subscription."""
        wish = self._wishes.get(subscription_id)
        return self._asked[wish].subscriptions[subscription_id] if wish else None

    def put(self, subscription: Subscription) -> None:
        """Add a subscription or replace the one of its id; one that is not active, or cannot be read, goes."""
        self.remove(subscription.id)
        if not subscription.active:
            return
        wish = Wish(subscription.query, subscription.types, subscription.min_confidence)
        asked = self._asked.get(wish) or self._add(wish, subscription.id)
        if asked:
            asked.subscriptions[subscription.id] = subscription
            self._wishes[subscription.id] = wish

    def remove(self, subscription_id: str) -> None:
        wish = self._wishes.pop(subscription_id, None)
        if wish is None:
            return
        asked = self._asked[wish]
        del asked.subscriptions[subscription_id]
        if not asked.subscriptions:
            self._drop(asked)

    def concerned(self, views: Sequence[View], now: datetime) -> list[Concern]:
        """Return the subscriptions that any of the documents fits, each with the first such, sorted by their ids."""
        found: dict[_Asked, View] = {}
        for view in views:
            has = self._terms_of(view)
            for asked in self._candidates(has):
                if asked not in found and asked.fits(view, has, now):
                    found[asked] = view
        told = [
            Concern(one, asked.query, view) for asked, view in found.items() for one in asked.subscriptions.values()
        ]
        return sorted(told, key=lambda concern: concern.subscription.id)

    def _add(self, wish: Wish, subscription_id: str) -> _Asked | None:
        try:
            query = parse(wish.query) if wish.query else None
        except QueryError as error:  # saved queries were checked; one of an older version must not stop the others
            _log.error("subscription cannot be read", subscription=subscription_id, error=str(error))
            return None
        tree = _demands(query, wish.types)
        needs = [one for part in _parts_of(tree) if (one := self._required(part)) is not None]
        asked = self._asked[wish] = _Asked(wish, query, sorted(needs, key=self._cost))
        self._followers += asked.follows_case
        for name in _fields_of(asked.needs):
            self._fields[name] += 1
        for term in asked.needs[0]:
            self._kept[term] += 1
            for other in asked.needs[1]:
                self._under[term][other].add(asked)
        return asked

    def _drop(self, asked: _Asked) -> None:
        del self._asked[asked.wish]
        self._followers -= asked.follows_case
        for name in _fields_of(asked.needs):
            self._fields[name] -= 1
        for term in asked.needs[0]:
            self._kept[term] -= 1
            for other in asked.needs[1]:
                self._under[term][other].discard(asked)
            if not self._kept[term]:
                del self._under[term], self._kept[term]

    def _terms_of(self, view: View) -> set[Term]:
        """Return the terms of a document, in the fields that any query asks about."""
        asked_about = [name for name in FIELDS if self._fields.get(name)]
        return {_ALWAYS} | {(name, value) for name in asked_about for value in _values(view, name)}

    def _candidates(self, has: set[Term]) -> set[_Asked]:
        under = [self._under[term] for term in has if term in self._under]
        return set().union(*(pairs[other] for pairs in under for other in pairs.keys() & has))

    # --- required terms -----------------------------------------------------------------------------------------------

    def _required(self, node: Node) -> Terms | None:
        """Return terms of which a document must have one to be found by the tree; None if it needs none."""
        if isinstance(node, And):
            return self._cheapest(self._required(part) for part in node.parts)
        if isinstance(node, Or):
            parts = [self._required(part) for part in node.parts]
            sure = [part for part in parts if part is not None]
            return frozenset().union(*sure) if len(sure) == len(parts) else None
        if isinstance(node, Not | Everything):
            return None
        if isinstance(node, Match | Prefix):
            return self._cheapest(frozenset([(node.field, value)]) for value in _parts(node))
        return frozenset([(node.field, "*")])

    def _cheapest(self, options: Iterable[Terms | None]) -> Terms | None:
        return min((one for one in options if one is not None), key=self._cost, default=None)

    def _cost(self, terms: Terms) -> float:
        """Return about how often the terms will bring a query up that does not fit."""
        return sum(_share(term) * (1 + self._kept[term]) for term in terms)


_ALWAYS: Term = ("", "")
_ANY = frozenset([_ALWAYS])
"""What is demanded by wishes without a required term, and without a second one."""
_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


@contextmanager
def _objects_that_stay() -> Iterator[None]:
    """Keep the collector away while they are made, and from them ever after."""
    collects = gc.isenabled()
    gc.disable()
    try:
        yield
        gc.freeze()
    finally:
        if collects:
            gc.enable()


def _demands(query: Query | None, types: tuple[EventType, ...]) -> Node:
    """Return the tree of a query and of the event types that a subscription names beside it."""
    tree = effective(query) if query else Everything()
    if not types:
        return tree
    return every([tree, either([Match(field="type", text=one.value) for one in types])])


def _parts_of(node: Node) -> tuple[Node, ...]:
    return node.parts if isinstance(node, And) else (node,)


def _fields_of(needs: Iterable[Terms]) -> set[str]:
    return {name for need in needs for name, _ in need} - {""}


def _parts(node: Match | Prefix) -> list[str]:
    """Return the terms that a leaf demands all of."""
    is_text = FIELDS[node.field].kind is Kind.TEXT
    whole = tokens(node.text) if is_text else [node.text]
    if isinstance(node, Match):
        return whole
    return [*whole[:-1], f"{whole[-1][:PREFIX]}*"]


def _values(view: View, name: str) -> set[str]:
    """Return the terms of a field that a document has."""
    kind = FIELDS[name].kind
    if kind in (Kind.NUMBER, Kind.DATE):
        return {"*"} if exists(view.document, name) else set()
    whole = set(view.line(name).split() if kind is Kind.TEXT else view.keywords(name))
    return whole | {f"{one[:PREFIX]}*" for one in whole} | ({"*"} if whole else set())


def _share(term: Term) -> float:
    name, value = term
    share = _SHARES.get(name, _SHARE_OF_KIND[FIELDS[name].kind])
    return 0.5 if value == "*" else 3 * share if value.endswith("*") or len(value) <= PREFIX else share


def _moves(node: Node) -> bool:
    """Return whether a tree asks for dates that move with time."""
    if isinstance(node, And | Or):
        return any(_moves(part) for part in node.parts)
    if isinstance(node, Not):
        return _moves(node.part)
    return isinstance(node, Range) and FIELDS[node.field].kind is Kind.DATE
