"""Cases, their timelines and people's edits in SQLite."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence

import msgspec

from schemas.events import Case, Edit, LinkedEvent
from streamer.contracts import Conflict, by_day
from streamer.stores.sqlite_articles import add_keys
from streamer.stores.sqlite_database import Database, as_list

_case = msgspec.json.Decoder(Case)
_edit = msgspec.json.Decoder(Edit)
_linked = msgspec.json.Decoder(LinkedEvent)

_SAVE_CASE = """
    INSERT INTO cases (id, revision, updated_at, merged_into, record) VALUES (?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET revision = excluded.revision, updated_at = excluded.updated_at, merged_into = excluded.merged_into,
        record = excluded.record
    WHERE revision < excluded.revision
"""
_SAVE_EVENT = """
    INSERT INTO events (id, case_id, article_id, main, withdrawn, start, record) VALUES (?, ?, ?, ?, ?, ?, ?)
    ON CONFLICT (id) DO UPDATE
    SET case_id = excluded.case_id, main = excluded.main, withdrawn = excluded.withdrawn, start = excluded.start,
        record = excluded.record
"""
_CASES = "SELECT id, record FROM cases WHERE id IN (SELECT value FROM json_each(?))"
_LINKED = "SELECT id, case_id FROM events WHERE id IN (SELECT value FROM json_each(?))"
_EDITS = "SELECT edit FROM edits WHERE case_id = ?1 OR into_id = ?1 ORDER BY at, id"
_LIST = """
    SELECT updated_at, id, record FROM cases
    WHERE merged_into IS NULL AND (updated_at < ?1 OR (updated_at = ?1 AND id > ?2))
    ORDER BY updated_at DESC, id LIMIT ?3
"""
_SIGNPOSTS = "SELECT id, merged_into FROM cases WHERE merged_into IS NOT NULL ORDER BY id"
_MERGED = """
    WITH RECURSIVE led (id) AS (
        SELECT id FROM cases WHERE merged_into = ?1
        UNION SELECT cases.id FROM cases JOIN led ON cases.merged_into = led.id
    )
    SELECT id FROM led WHERE id <> ?1 ORDER BY id
"""
_DOUBTFUL = """
    SELECT record FROM cases WHERE merged_into IS NULL AND instr(CAST(record AS TEXT), '"possible_case"')
    ORDER BY json_extract(CAST(record AS TEXT), '$.opened_at'), id LIMIT ?
"""


class Cases:
    """The part of the store that keeps cases. One writer."""

    _database: Database

    def case(self, case_id: str) -> Case | None:
        row = self._database.row("SELECT record FROM cases WHERE id = ?", (case_id,))
        return _case.decode(row[0]) if row else None

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]:
        rows = self._database.rows(_CASES, (as_list(case_ids),))
        return {case_id: _case.decode(record) for case_id, record in rows}

    def list_cases(self, *, limit: int = 50, cursor: str | None = None) -> tuple[list[Case], str | None]:
        before, after_id = _place(cursor)
        rows = self._database.rows(_LIST, (before, after_id, limit + 1))
        shown = rows[:limit]
        following = f"{shown[-1][0]!r}:{shown[-1][1]}" if len(rows) > limit else None
        return [_case.decode(record) for _, _, record in shown], following

    def signposts(self) -> Iterator[tuple[str, str]]:
        yield from self._database.rows(_SIGNPOSTS)

    def merged_ids(self, case_id: str) -> list[str]:
        return [one for (one,) in self._database.rows(_MERGED, (case_id,))]

    def doubtful_cases(self, limit: int = 100) -> list[Case]:
        return [_case.decode(record) for (record,) in self._database.rows(_DOUBTFUL, (limit,))]

    def timeline(self, case_id: str) -> list[LinkedEvent]:
        rows = self._database.rows("SELECT record FROM events WHERE case_id = ?", (case_id,))
        return sorted((_linked.decode(record) for (record,) in rows), key=by_day)

    def linked(self, event_ids: Sequence[str]) -> dict[str, str]:
        return dict(self._database.rows(_LINKED, (as_list(event_ids),)))

    def article_events(self, article_id: str) -> list[tuple[str, LinkedEvent]]:
        rows = self._database.rows(
            "SELECT case_id, record FROM events WHERE article_id = ? ORDER BY start, id", (article_id,)
        )
        return [(case_id, _linked.decode(record)) for case_id, record in rows]

    def save_case(self, case: Case, events: Sequence[LinkedEvent] = (), keys: Iterable[str] = ()) -> None:
        with self._database.writing() as connection:
            _save_record(connection, case)
            connection.executemany(_SAVE_EVENT, [_event_row(case.id, linked) for linked in events])
            add_keys(connection, keys, case.id)

    def save_edit(self, edit: Edit) -> None:
        with self._database.writing() as connection:
            connection.execute(
                "INSERT OR REPLACE INTO edits VALUES (?, ?, ?, ?, ?)",
                (edit.id, edit.at.timestamp(), edit.case_id, edit.into, msgspec.json.encode(edit)),
            )

    def edits(self, case_id: str | None = None) -> list[Edit]:
        if case_id is None:
            rows = self._database.rows("SELECT edit FROM edits ORDER BY at, id")
        else:
            rows = self._database.rows(_EDITS, (case_id,))
        return [_edit.decode(edit) for (edit,) in rows]


def _save_record(connection: sqlite3.Connection, case: Case) -> None:
    values = (case.id, case.revision, case.updated_at.timestamp(), case.merged_into, msgspec.json.encode(case))
    if connection.execute(_SAVE_CASE, values).rowcount == 0:
        raise Conflict(f"{case.id} is already at revision {case.revision} or later")


def _event_row(case_id: str, linked: LinkedEvent) -> tuple[str, str, str, bool, bool, int, bytes]:
    event = linked.event
    withdrawn = bool(linked.withdrawn)
    return event.id, case_id, linked.article_id, event.main, withdrawn, event.span[0], msgspec.json.encode(linked)


def _place(cursor: str | None) -> tuple[float, str]:
    """Return after which (time, id) a page of cases begins. Raises ValueError on what is no cursor."""
    if cursor is None:
        return float("inf"), ""
    moved_at, _, case_id = cursor.partition(":")
    try:
        return float(moved_at), case_id
    except ValueError:
        raise ValueError(f"not a cursor of this list: {cursor!r}") from None
