"""Classify: an article becomes its enforcement events. Pure: no clock, no network; the data files are read once."""

from agents.grammar.coder import code
from agents.grammar.model import shipped_models
from schemas.events import Article, ArticleEvents, Event
from schemas.ids import make_id

CODER = "grammar-1"
LANGUAGES = ("en", "und")


def classify(article: Article) -> list[ArticleEvents]:
    """Return the events of one article, in one message.

    A text in another language than English is not read; the message says so in `not_classified`.
    """
    readable = article.language in LANGUAGES
    events = code(article, models=shipped_models()) if readable else ()
    return [message_of(article, events, "" if readable else f"language {article.language}")]


def message_of(article: Article, events: tuple[Event, ...], not_classified: str = "") -> ArticleEvents:
    """Return the message that tells of an article's events."""
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
        not_classified=not_classified,
        coder=CODER,
        copy_of=article.copy_of,
        fresh=article.fresh,
        muted=article.muted,
    )
