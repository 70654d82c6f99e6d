"""Random query trees and documents over one small vocabulary, so that queries often match."""

from datetime import UTC, datetime, timedelta
from typing import Any

from hypothesis import strategies as st

from schemas.documents import Document
from schemas.query_fields import FIELDS, Kind
from schemas.query_tree import Everything, Exists, Match, Node, Prefix, Range, either, every, other_than

NOW = datetime(2025, 3, 1, 12, tzinfo=UTC)
WORDS = (
    "harbour",
    "Harbor",
    "harb",
    "tidal",
    "Tidal",
    "Zoë",
    "zoe",
    "z-library",
    "AND",
    "to",
    "it's",
    "東京",
    "é¦",
    "1:22-cv-7",
)
NAMES = {kind: [name for name, one in FIELDS.items() if one.kind is kind] for kind in Kind}
DOMAINS = ("example.to", "example.com", "films.example")
KEYWORDS = {"domain": DOMAINS, "country": ("JP", "SE"), "language": ("en", "ja"), "amount_currency": ("USD", "JPY")}
DATES = ("2024", "2024-02", "2024-02-28", "2024-03-01", "2025-02-22", "now-7d", "now-1M/d", "now", "now-1d/d")
NUMBERS = ("0", "0.5", "1", "10", "10.5", "1000000")


def _values(field: str) -> tuple[str, ...]:
    return KEYWORDS.get(field) or FIELDS[field].words[:4] or ("id-1", "id-2")


def _ranges(bounds: tuple[str, ...], fields: list[str]) -> st.SearchStrategy[Node]:
    def made(field: str, low: str | None, high: str | None, low_open: bool, high_open: bool) -> Node:
        if low is None and high is None:
            return Exists(field=field)
        return Range(
            field=field,
            low=low,
            high=high,
            low_open=low_open and low is not None,
            high_open=high_open and high is not None,
        )

    maybe = st.none() | st.sampled_from(bounds)
    return st.builds(made, st.sampled_from(fields), maybe, maybe, st.booleans(), st.booleans())


def _keyword(field: str) -> st.SearchStrategy[Node]:
    return st.sampled_from([Match(field=field, text=value) for value in _values(field)])


_phrases = st.lists(st.sampled_from(WORDS), min_size=1, max_size=3).map(" ".join)
_texts = st.sampled_from(NAMES[Kind.TEXT])
_leaves: st.SearchStrategy[Node] = st.one_of(
    st.builds(lambda field, text: Match(field=field, text=text), _texts, _phrases),
    st.builds(lambda text: Match(text=text), _phrases),
    st.builds(lambda field, text: Prefix(field=field, text=text), _texts, st.sampled_from(("har", "tid", "tidal har"))),
    st.sampled_from(("exa", "films.e")).map(lambda text: Prefix(field="domain", text=text)),
    st.sampled_from([*NAMES[Kind.KEYWORD], *NAMES[Kind.BOOLEAN]]).flatmap(_keyword),
    st.sampled_from([name for name in FIELDS if name != "text"]).map(lambda field: Exists(field=field)),
    _ranges(NUMBERS, NAMES[Kind.NUMBER]),
    _ranges(DATES, NAMES[Kind.DATE]),
    st.just(Everything()),
)


def trees() -> st.SearchStrategy[Node]:
    """Trees of up to a few dozen leaves."""
    return st.recursive(
        _leaves,
        lambda inner: st.one_of(
            st.lists(inner, min_size=2, max_size=3).map(every),
            st.lists(inner, min_size=2, max_size=3).map(either),
            inner.map(other_than),
        ),
        max_leaves=12,
    )


_days = st.sampled_from(("2024-01-01", "2024-02-28", "2024-02-29", "2025-02-22", "2025-03-01"))
_moments = st.sampled_from([NOW - timedelta(days=n) for n in (0, 1, 7, 8, 31, 400)])
_names = st.lists(_phrases, max_size=2).map(tuple)


def _fields(draw: st.DrawFn) -> dict[str, Any]:
    one_of: dict[str, st.SearchStrategy[Any]] = {
        name: st.none() | st.sampled_from(_values(name)) for name in ("country", "amount_currency", "amount_kind")
    }
    one_of |= {name: st.sampled_from(_values(name)) for name in ("type", "status", "time_role", "language")}
    one_of |= {name: st.booleans() for name in NAMES[Kind.BOOLEAN]}
    one_of |= dict.fromkeys(("authority", "court", "complainant", "defendant", "target"), _names)
    one_of |= {name: st.none() | _phrases for name in ("operation", "docket")}
    one_of |= dict.fromkeys(("text", "title", "evidence", "case", "outlet"), _phrases)
    one_of |= {
        "domain": st.lists(st.sampled_from(DOMAINS), max_size=2, unique=True).map(tuple),
        "event_date": st.none() | _days,
        "published_at": st.none() | _moments,
        "amount_minor": st.none() | st.sampled_from((0, 50, 100, 1050, 100_000_000)),
        "amount_usd": st.none() | st.sampled_from((0.5, 10.0, 1e6)),
        "prison_months": st.none() | st.sampled_from((1.0, 10.5)),
        "confidence": st.sampled_from((0.5, 1.0)),
        "counts": st.dictionaries(st.sampled_from(("people", "sites")), st.sampled_from((1, 10)), max_size=2),
    }
    return {name: draw(strategy) for name, strategy in one_of.items()}


@st.composite
def documents(draw: st.DrawFn) -> list[Document]:
    """Up to four documents with ids of their own."""
    number = draw(st.integers(1, 4))
    return [
        Document(
            event_id=f"id-{place}",
            case_id="id-1",
            article_id=f"id-{place}",
            seen_at=draw(_moments),
            indexed_at=NOW,
            **_fields(draw),
        )
        for place in range(number)
    ]
