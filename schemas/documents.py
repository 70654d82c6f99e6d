"""What is searched: one flat document per event, with the case and the article that it belongs to.

The three readers of the query language (FTS5, Elasticsearch, the alert matcher) all see an event in this shape, so they
give the same answers.
"""

from datetime import datetime

from schemas.events import Article, Case, LinkedEvent, Record


class Document(Record, frozen=True, kw_only=True):
    """An event as search sees it. Field names are those of the query language."""

    event_id: str
    case_id: str
    case: str
    """The case's title."""
    article_id: str
    title: str
    """The article's title."""
    text: str
    """Title, quote, names (also those that the article ties to a party's): what bare words are looked for in."""
    evidence: str
    type: str
    status: str
    time_role: str
    aggregate: bool = False
    authority: tuple[str, ...] = ()
    court: tuple[str, ...] = ()
    complainant: tuple[str, ...] = ()
    defendant: tuple[str, ...] = ()
    target: tuple[str, ...] = ()
    domain: tuple[str, ...] = ()
    country: str | None = None
    operation: str | None = None
    docket: str | None = None
    event_date: str | None = None
    """First day of the known period, `YYYY-MM-DD`."""
    event_date_precision: str = "unknown"
    """`day`, `month`, `year` or `unknown`."""
    published_at: datetime | None = None
    seen_at: datetime
    indexed_at: datetime
    amount_minor: int | None = None
    """The largest amount, in minor units (cents) of its currency."""
    amount_currency: str | None = None
    amount_kind: str | None = None
    amount_usd: float | None = None
    prison_months: float | None = None
    suspended: bool = False
    counts: dict[str, int] = {}
    """By unit: `people`, `sites`, …"""
    outlet: str
    url: str | None = None
    language: str = "en"
    confidence: float = 1.0
    withdrawn: bool = False
    case_revision: int = 1


_PRECISION = {4: "year", 7: "month", 10: "day"}


def first_day(date: str | None) -> str | None:
    """Return the first day of `YYYY`, `YYYY-MM` or `YYYY-MM-DD`; None stays None."""
    return None if date is None else (date + "-01-01"[len(date) - 4 :] if len(date) < 10 else date)


def _is_domain(name: str) -> bool:
    return "." in name and " " not in name


def document(linked: LinkedEvent, case: Case, indexed_at: datetime) -> Document:
    """Return the search document of an event in a case."""
    event = linked.event
    largest = max(event.money, key=lambda m: m.usd if m.usd is not None else m.amount, default=None)
    tied = [name for tie in event.ties for name in (tie.name, tie.other)]
    names = dict.fromkeys(
        (*event.authority, *event.complainant, *event.defendant, *event.target, *event.domains, *tied)
    )
    parts = (linked.title, event.evidence, *names, event.court, event.operation, event.docket)
    return Document(
        event_id=event.id,
        case_id=case.id,
        case=case.title,
        article_id=linked.article_id,
        title=linked.title,
        text="\n".join(part for part in parts if part),
        evidence=event.evidence,
        type=event.type,
        status=event.status,
        time_role=event.time_role,
        aggregate=event.aggregate,
        authority=event.authority,
        court=(event.court,) if event.court else (),
        complainant=event.complainant,
        defendant=event.defendant,
        target=event.target,
        domain=tuple(dict.fromkeys((*event.domains, *filter(_is_domain, map(str.lower, event.target))))),
        country=event.country,
        operation=event.operation,
        docket=event.docket,
        event_date=first_day(event.date),
        event_date_precision=_PRECISION.get(len(event.date or ""), "unknown"),
        published_at=linked.published_at,
        seen_at=linked.seen_at,
        indexed_at=indexed_at,
        amount_minor=round(largest.amount * 100) if largest else None,
        amount_currency=largest.currency if largest else None,
        amount_kind=largest.kind if largest else None,
        amount_usd=largest.usd if largest else None,
        prison_months=event.prison_months,
        suspended=event.suspended,
        counts={count.unit.value: count.n for count in event.counts},
        outlet=linked.source,
        url=linked.url,
        confidence=event.confidence,
        withdrawn=bool(linked.withdrawn),
        case_revision=case.revision,
    )


def article_document(article: Article, indexed_at: datetime) -> Document:
    """Return the search document of an article as a whole: it has words, times and an outlet, and no event fields."""
    return Document(
        event_id="",
        case_id="",
        case="",
        article_id=article.id,
        title=article.title,
        text=f"{article.title}\n{article.text}",
        evidence=article.text[:300],
        type="",
        status="",
        time_role="",
        published_at=article.published_at,
        seen_at=article.seen_at,
        indexed_at=indexed_at,
        outlet=article.source,
        url=article.url,
        language=article.language,
    )
