"""The query language: one parser, one tree. (The parser is written next.)"""

from schemas.events import Record


class Query(Record, frozen=True, kw_only=True):
    """A parsed query."""
