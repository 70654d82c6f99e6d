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
    return [_message(article, events, "" if readable else f"language {article.language}")]


def _message(article: Article, events: tuple[Event, ...], reason: str) -> ArticleEvents:
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
        not_classified=reason,
        coder=CODER,
        copy_of=article.copy_of,
        muted=article.muted,
    )
