"""Where state is kept: SQLite with FTS5, or Elasticsearch."""
