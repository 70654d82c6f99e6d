"""The two ways to move messages: one SQLite file, or Kafka."""
