"""The query language: what it accepts, what it refuses and where it points, and its canonical spelling."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from queries import trees

from schemas.query import MAX_CLAUSES, MAX_DEPTH, MAX_LENGTH, QueryError, parse
from schemas.query_fields import instants
from schemas.query_tree import And, Everything, Exists, Match, Node, Not, Or, Prefix, Range, query_of


def word(text: str, field: str = "text") -> Match:
    return Match(field=field, text=text)


@pytest.mark.parametrize(
    ("text", "tree"),
    [
        ("arrest", word("arrest")),
        ("arrest police", And(parts=(word("arrest"), word("police")))),
        ("arrest AND police", And(parts=(word("arrest"), word("police")))),
        ("a or b and c", Or(parts=(word("a"), And(parts=(word("b"), word("c")))))),
        ("(a or b) c", And(parts=(Or(parts=(word("a"), word("b"))), word("c")))),
        ('"tidal films"', word("tidal films")),
        (r'"the \"harbour\" case"', word('the "harbour" case')),
        ("tidal*", Prefix(text="tidal")),
        ("z-lib*", Prefix(text="z-lib")),
        ("-a", Not(part=word("a"))),
        ("NOT not a", word("a")),
        ('-"a b"', Not(part=word("a b"))),
        ("- (a b)", Not(part=And(parts=(word("a"), word("b"))))),
        ("*", Everything()),
        ("docket:*", Exists(field="docket")),
        ("type:Arrest", word("arrest", "type")),
        ("Country: jp", word("JP", "country")),
        ("source:gazette", word("gazette", "outlet")),
        ("site:acme", word("acme", "target")),
        ("country:(jp OR cn)", Or(parts=(word("JP", "country"), word("CN", "country")))),
        ("defendant:(mara -iven)", And(parts=(word("mara", "defendant"), Not(part=word("iven", "defendant"))))),
        ("amount_usd:>=1000000", Range(field="amount_usd", low="1000000")),
        ("amount_usd >= 1000000.50", Range(field="amount_usd", low="1000000.5")),
        ("people:<10", Range(field="people", high="10", high_open=True)),
        ("count_people:11", Range(field="people", low="11", high="11")),
        ("amount:{5 TO 9]", Range(field="amount", low="5", high="9", low_open=True)),
        ("amount:[5 TO *]", Range(field="amount", low="5")),
        ("amount:[* TO *]", Exists(field="amount")),
        ("date:[2024-01 TO 2024-06]", Range(field="event_date", low="2024-01", high="2024-06")),
        ("date:>=now-7d", Range(field="event_date", low="now-7d")),
        ("seen:last-30-days", Range(field="seen_at", low="now-30d/d")),
        ("seen:last-6-hours", Range(field="seen_at", low="now-6h")),
        ("published:last-2-months", Range(field="published_at", low="now-2M/d")),
        ("published:yesterday", Range(field="published_at", low="now-1d/d", high="now-1d/d")),
        (r"re\:port", word("re:port")),
        ("aggregate:true", word("true", "aggregate")),
        ("currency:usd", word("USD", "amount_currency")),
        ("status:(sought OR alleged)", Or(parts=(word("sought", "status"), word("alleged", "status")))),
    ],
)
def test_reads(text: str, tree: Node) -> None:
    assert parse(text).tree == tree


@pytest.mark.parametrize(
    ("text", "message", "position", "suggestion"),
    [
        ("", "an empty query", 0, None),
        ("   ", "an empty query", 3, None),
        ("cuntry:JP", "no field `cuntry`", 0, "country:"),
        ("arrest http://x", "no field `http`", 7, None),
        ("type:arest", "`arest` is no type", 5, "type:arrest"),
        ("status:zzz", "`zzz` is no status", 7, None),
        ("(a", "a parenthesis that is never closed", 0, None),
        ("a)", "`)` has nothing to close", 1, None),
        ("a OR", "the query ends too early", 4, None),
        ("OR a", "`OR` where a word was expected", 0, None),
        ("a AND AND b", "`AND` where a word was expected", 6, None),
        ("()", "`)` where a word was expected", 1, None),
        ('"open', "a quote that is never closed", 0, None),
        ("foo*bar", "a `*` may only end a word", 0, None),
        ("*bar", "a `*` may only end a word", 0, None),
        ("ab*", "at least 3 letters before a `*`", 0, None),
        ("pirate~2", "`~`: no fuzzy search", 0, None),
        ("pirate^2", "`^`: no boosts", 0, None),
        ("pir?te", "`?`: no single-letter wildcard", 0, None),
        ("/pirate/", "no regular expressions", 0, None),
        ("+pirate", "`+` is not used", 0, None),
        ("&&", "`&` is not used", 0, None),
        ("%", "nothing to look for in `%`", 0, None),
        ("date:2024-13", "`2024-13` is no date", 5, None),
        ("date:>=soon", "`soon` is no date", 7, None),
        ("amount:lots", "`lots` is no number", 7, None),
        ("amount:-5", "`-5` is no number", 7, None),
        ("amount:[5 9]", "a range is written", 7, None),
        ("amount:[5 TO 9", "a range that is never closed", 7, None),
        ("amount:[", "a range is written", 7, None),
        ("amount:>", "`` is no number", 8, None),
        ("type:>arrest", "`type` has no order", 6, None),
        ("amount:5*", "`amount` takes no `*`", 7, None),
        ("aggregate:maybe", "`maybe` is no true or false", 10, None),
        ("defendant:(mara target:acme)", "a field inside the values of `defendant:`", 16, None),
        ("a ] b", "`]` where a word was expected", 2, None),
        ("a\\", "nothing can begin with", 1, None),
    ],
)
def test_refuses_and_points(text: str, message: str, position: int, suggestion: str | None) -> None:
    with pytest.raises(QueryError) as caught:
        parse(text)
    assert message in str(caught.value)
    assert (caught.value.position, caught.value.suggestion) == (position, suggestion)


def test_error_shows_the_place_and_the_remedy() -> None:
    with pytest.raises(QueryError) as caught:
        parse("police cuntry:JP")
    assert str(caught.value).endswith("(character 8); did you mean `country:`?")
    assert caught.value.pointed() == "police cuntry:JP\n       ^"


def test_limits() -> None:
    deep = "(" * MAX_DEPTH + "a" + ")" * MAX_DEPTH
    for text in ("a" * (MAX_LENGTH + 1), deep, "a " * (MAX_CLAUSES + 1), "(" * 3000):
        with pytest.raises(QueryError):
            parse(text)
    parse("a " * MAX_CLAUSES)


@given(trees())
def test_canonical_spelling_reads_back_as_the_same_tree(tree: Node) -> None:
    query = query_of(tree)
    assert parse(query.text) == query


@given(st.text(max_size=60) | st.text(alphabet='ab:()[]{}"*-<>=~ANDORTtype01\\ ', max_size=60))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        query = parse(text)
    except QueryError as error:
        place = error.position
    else:
        place = 0
        assert parse(query.text) == query
    assert 0 <= place <= len(text)


NOW = datetime(2025, 3, 31, 15, 30, tzinfo=UTC)


@pytest.mark.parametrize(
    ("written", "first", "after"),
    [
        ("2024", "2024-01-01T00:00", "2025-01-01T00:00"),
        ("2024-02", "2024-02-01T00:00", "2024-03-01T00:00"),
        ("2024-02-29", "2024-02-29T00:00", "2024-03-01T00:00"),
        ("now", "2025-03-31T15:30", "2025-03-31T15:30"),
        ("now-1M", "2025-02-28T15:30", "2025-02-28T15:30"),
        ("now+2w", "2025-04-14T15:30", "2025-04-14T15:30"),
        ("now-1d/d", "2025-03-30T00:00", "2025-03-31T00:00"),
        ("now-9999y", "0001-01-01T00:00", "0001-01-01T00:00"),
        ("now+9999y", "9999-12-31T00:00", "9999-12-31T00:00"),
    ],
)
def test_what_a_date_covers(written: str, first: str, after: str) -> None:
    utc = [datetime.fromisoformat(one).replace(tzinfo=UTC) for one in (first, after)]
    assert list(instants(written, NOW)) == utc
