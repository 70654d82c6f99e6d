"""The messages of the embedded mode: a table per file, a head per topic, a position per stage."""

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from streamer.pipeline import Output, Stage
from streamer.stores.sqlite_database import Database

_READ = "SELECT position, key, payload, headers FROM log WHERE topic = ? AND position > ? ORDER BY position LIMIT ?"


@dataclass(frozen=True, slots=True)
class Entry:
    """A message where it stands in its topic. Positions begin at 1."""

    position: int
    key: str
    payload: bytes
    headers: dict[str, str]


class MessageLog:
    """Topics in a SQLite file. Times are seconds since 1970."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def append(self, outputs: Sequence[Output], at: float) -> None:
        """Put messages at the ends of their topics, all or none."""
        with self._database.writing() as connection:
            _append(connection, outputs, at)

    def read(self, topic: str, after: int, limit: int) -> list[Entry]:
        rows = self._database.rows(_READ, (topic, after, limit))
        return [Entry(position, key, payload, json.loads(headers)) for position, key, payload, headers in rows]

    def advance(self, stage: str, position: int, outputs: Sequence[Output], at: float) -> None:
        """Put a stage's outputs at the ends of their topics and move its position, as one."""
        with self._database.writing() as connection:
            _append(connection, outputs, at)
            connection.execute("INSERT OR REPLACE INTO positions VALUES (?, ?)", (stage, position))

    def positions(self) -> dict[str, int]:
        """Return by stage the last message that it has passed."""
        return dict(self._database.rows("SELECT stage, position FROM positions"))

    def heads(self) -> dict[str, int]:
        """Return by topic the position of its newest message."""
        return dict(self._database.rows("SELECT topic, head FROM heads"))

    def lag(self, stages: Iterable[Stage]) -> dict[str, int]:
        positions, heads = self.positions(), self.heads()
        return {stage.name: heads.get(stage.source, 0) - positions.get(stage.name, 0) for stage in stages}

    def prune(self, stages: Iterable[Stage], before: float) -> int:
        """Delete the messages older than `before` that every stage of their topic has passed. Return how many."""
        passed = _passed_by_all(stages, self.positions())
        with self._database.writing() as connection:
            return sum(
                connection.execute(
                    "DELETE FROM log WHERE topic = ? AND position <= ? AND at < ?", (topic, position, before)
                ).rowcount
                for topic, position in passed.items()
            )


def _append(connection: sqlite3.Connection, outputs: Sequence[Output], at: float) -> None:
    if not outputs:
        return
    heads = dict(connection.execute("SELECT topic, head FROM heads").fetchall())
    rows = []
    for output in outputs:
        heads[output.topic] = heads.get(output.topic, 0) + 1
        rows.append((output.topic, heads[output.topic], output.key, output.payload, "{}", at))
    connection.executemany("INSERT INTO log VALUES (?, ?, ?, ?, ?, ?)", rows)
    topics = {output.topic for output in outputs}
    connection.executemany("INSERT OR REPLACE INTO heads VALUES (?, ?)", [(topic, heads[topic]) for topic in topics])


def _passed_by_all(stages: Iterable[Stage], positions: Mapping[str, int]) -> dict[str, int]:
    passed: dict[str, int] = {}
    for stage in stages:
        position = positions.get(stage.name, 0)
        passed[stage.source] = min(position, passed.get(stage.source, position))
    return passed
