"""Classify: an article becomes its enforcement events. Pure: no clock, no network; the data files are read once."""

from agents.grammar.coder import events_of, read
from agents.grammar.model import shipped_models
from agents.grammar.named import often_named
from schemas.events import Article, ArticleEvents, Event
from schemas.ids import make_id

CODER = "grammar-1"
LANGUAGES = ("en", "und")


def classify(article: Article) -> list[ArticleEvents]:
    """Return the events of one article, in one message.

    A text in another language than English is not read; the message says so in `not_classified`.
    """
    if article.language not in LANGUAGES:
        return [message_of(article, (), not_classified=f"language {article.language}")]
    reading = read(article)
    events = events_of(article, reading, models=shipped_models())
    return [message_of(article, events, names=often_named(reading) if events else ())]


def message_of(
    article: Article, events: tuple[Event, ...], *, names: tuple[str, ...] = (), not_classified: str = ""
) -> ArticleEvents:
    """Return the message that tells of an article's events, and of the names that its text goes back to."""
    return ArticleEvents(
        id=make_id("events", article.id, article.version),
        article_id=article.id,
        article_version=article.version,
        item_id=article.item_id,
        source=article.source,
        url=article.url,
        path=article.path,
        title=article.title,
        language=article.language,
        published_at=article.published_at,
        seen_at=article.seen_at,
        events=events,
        links=article.links if events else (),
        names=names,
        not_classified=not_classified,
        coder=CODER,
        copy_of=article.copy_of,
        fresh=article.fresh,
        muted=article.muted,
    )
