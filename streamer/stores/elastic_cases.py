"""Cases, their timelines and people's edits in Elasticsearch.

A case, its events and its keys are several documents, and Elasticsearch has no transactions. So each save is first
written whole into one journal document, replacing the one before under the condition that nobody else did so, and then
carried out. A writer that takes over carries out the last save once more before it reads: a crash in between loses
nothing, and of two writers at once one gets Conflict.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime
from threading import Lock
from typing import Any

from agents.errors import Unavailable
from schemas.documents import first_day
from schemas.events import Case, Edit, LinkedEvent, Record
from schemas.taxonomy import Relation
from streamer.contracts import Conflict, by_day
from streamer.stores.elastic_client import Elastic, Found, Source, Write
from streamer.stores.elastic_record import pack, stamp, unpack

JOURNAL = ("journal", "journal")
"""In an index of its own: the searches of other indices need not wait for what link writes all the time."""


class _Save(Record, frozen=True, kw_only=True):
    """What one save writes."""

    case: Case
    timeline: tuple[str, ...]
    """Ids of all events that the case ever had."""
    events: tuple[LinkedEvent, ...]
    articles: dict[str, tuple[str, ...]]
    """By article, the ids of all events ever linked from it."""
    keys: tuple[str, ...]


class Cases:
    """The part of the store that keeps cases. One writer."""

    _elastic: Elastic
    _writing: Lock
    _now: Callable[[], datetime]
    _settled: int = -1
    """Number of the save up to which everything is known to be carried out."""

    def add_keys(self, names: Iterable[str], owner: str) -> None:
        raise NotImplementedError

    def case(self, case_id: str) -> Case | None:
        return self.cases([case_id]).get(case_id)

    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]:
        found = self._elastic.mget(("cases", case_id) for case_id in case_ids)
        return {case_id: unpack(one.source, Case) for (_, case_id), one in found.items()}

    def list_cases(self, *, limit: int = 50, cursor: str | None = None) -> tuple[list[Case], str | None]:
        answer = self._elastic.search(
            "cases",
            query={"bool": {"must_not": {"exists": {"field": "merged_into"}}}},
            sort=[{"updated_at": "desc"}, {"case_id": "asc"}],
            size=limit + 1,
            search_after=_place(cursor),
        )
        hits = answer["hits"]["hits"]
        following = "{}:{}".format(*hits[limit - 1]["sort"]) if len(hits) > limit else None
        return [unpack(hit["_source"], Case) for hit in hits[:limit]], following

    def signposts(self) -> Iterator[tuple[str, str]]:
        found = self._elastic.all(
            "cases", "case_id", query={"exists": {"field": "merged_into"}}, source=["case_id", "merged_into"]
        )
        return ((one["case_id"], one["merged_into"]) for one in found)

    def merged_ids(self, case_id: str) -> list[str]:
        found: set[str] = set()
        wanted = {case_id}
        while wanted:
            query = {"terms": {"merged_into": sorted(wanted)}}
            leading = {one["case_id"] for one in self._elastic.all("cases", "case_id", query=query, source=["case_id"])}
            wanted = leading - found - {case_id}
            found |= wanted
        return sorted(found)

    def doubtful_cases(self, limit: int = 100) -> list[Case]:
        query = {"term": {"doubtful": True}}
        answer = self._elastic.search("cases", query=query, sort=[{"opened_at": "asc"}, {"case_id": "asc"}], size=limit)
        return [unpack(hit["_source"], Case) for hit in answer["hits"]["hits"]]

    def timeline(self, case_id: str) -> list[LinkedEvent]:
        found = self._elastic.get("cases", case_id)
        events = self._events(found.source["timeline"] if found else ())
        return sorted((one for owner, one in events if owner == case_id), key=by_day)

    def linked(self, event_ids: Sequence[str]) -> dict[str, str]:
        self._settle()
        found = self._elastic.mget(("timeline", event_id) for event_id in event_ids)
        return {event_id: one.source["case_id"] for (_, event_id), one in found.items()}

    def article_events(self, article_id: str) -> list[tuple[str, LinkedEvent]]:
        self._settle()
        found = self._elastic.get("timeline", article_id)
        events = self._events(found.source["event_ids"] if found else ())
        return sorted(events, key=lambda pair: (pair[1].event.span[0], pair[1].event.id))

    def save_case(self, case: Case, events: Sequence[LinkedEvent] = (), keys: Iterable[str] = ()) -> None:
        with self._writing:
            head = self._open_head()
            save = self._save(case, tuple(events), tuple(dict.fromkeys(keys)))
            number = _number(head) + 1
            entry = {"number": number, "record": pack(save)}
            if not self._elastic.write([Write(*JOURNAL, entry, found=head)])[0]:
                raise Conflict(f"another writer saved before {case.id}")
            self._carry_out(number, save)

    def save_edit(self, edit: Edit) -> None:
        self._open_head()
        self._elastic.change("edits", edit.id, lambda _old: edit_document(pack(edit)))

    def edits(self, case_id: str | None = None) -> list[Edit]:
        if case_id is None:
            self._settle()
        query = {"term": {"case_ids": case_id}} if case_id else {"match_all": {}}
        found = self._elastic.all("edits", "edit_id", query=query)
        return sorted((unpack(one, Edit) for one in found), key=lambda edit: (edit.at, edit.id))

    def _events(self, event_ids: Iterable[str]) -> list[tuple[str, LinkedEvent]]:
        found = self._elastic.mget(("timeline", event_id) for event_id in event_ids)
        return [(one.source["case_id"], unpack(one.source, LinkedEvent)) for one in found.values()]

    def _settle(self) -> Found | None:
        """Carry out the last save again, unless this process knows that it was; return the head of the journal."""
        head = self._elastic.get(*JOURNAL)
        if head and _number(head) != self._settled and "record" in head.source:
            self._carry_out(_number(head), unpack(head.source, _Save))
        return head

    def _open_head(self) -> Found | None:
        """Return the head of the journal. Raises Unavailable while a replay keeps it, which makes all cases anew."""
        head = self._settle()
        if head and kept_by(head.source, self._now()):
            raise Unavailable("a replay makes the cases anew")
        return head

    def _save(self, case: Case, events: tuple[LinkedEvent, ...], keys: tuple[str, ...]) -> _Save:
        article_ids = {one.article_id for one in events}
        found = self._elastic.mget([("cases", case.id), *(("timeline", article_id) for article_id in article_ids)])
        old = found.get(("cases", case.id))
        if old and old.source["revision"] >= case.revision:
            raise Conflict(f"{case.id} is already at revision {old.source['revision']}")
        new_ids = [one.event.id for one in events]
        articles = {
            article_id: _with(
                found.get(("timeline", article_id)),
                "event_ids",
                [one.event.id for one in events if one.article_id == article_id],
            )
            for article_id in article_ids
        }
        return _Save(case=case, timeline=_with(old, "timeline", new_ids), events=events, articles=articles, keys=keys)

    def _carry_out(self, number: int, save: _Save) -> None:
        """Write what a save says. What is there already, from the same save or a later one, stays."""
        case = save.case
        writes = [Write("cases", case.id, case_document(case, save.timeline), version=case.revision)]
        writes += [Write("timeline", one.event.id, event_document(case.id, one), version=number) for one in save.events]
        writes += [
            Write("timeline", article_id, article_document(article_id, ids), version=number)
            for article_id, ids in save.articles.items()
        ]
        self._elastic.write(writes)
        self.add_keys(save.keys, case.id)
        self._settled = number


def kept_by(head: Source, now: datetime) -> str:
    """Return who keeps the journal from being written at this time; empty if nobody does."""
    until = head.get("until")
    return str(head["owner"]) if until and datetime.fromisoformat(until) > now else ""


def _number(head: Found | None) -> int:
    return int(head.source["number"]) if head else 0


def _with(found: Found | None, field: str, ids: Sequence[str]) -> tuple[str, ...]:
    """Return the ids that a document keeps in `field`, and new ones."""
    return tuple(dict.fromkeys([*(found.source[field] if found else ()), *ids]))


def _place(cursor: str | None) -> list[Any] | None:
    """Return after which (time, id) a page of cases begins. Raises ValueError on what is no cursor."""
    if cursor is None:
        return None
    moved_at, _, case_id = cursor.partition(":")
    if not moved_at.isdigit():
        raise ValueError(f"not a cursor of this list: {cursor!r}")
    return [int(moved_at), case_id]


def case_document(case: Case, timeline: Sequence[str]) -> Source:
    """Return what the index keeps of a case that ever had the events of `timeline`."""
    names: dict[str, list[str]] = {}
    for party in case.parties:
        names.setdefault(party.role, []).append(party.name)
    return {
        "case_id": case.id,
        "title": case.title,
        "revision": case.revision,
        "state": case.state,
        "merged_into": case.merged_into,
        "doubtful": any(one.relation is Relation.POSSIBLE_CASE for one in case.related),
        "types": [type_.value for type_ in case.types],
        "countries": list(case.countries),
        "dockets": list(case.dockets),
        "operations": list(case.operations),
        "sources": list(case.sources),
        **names,
        "events": len(case.event_ids),
        "articles": len(case.article_ids),
        "first_date": first_day(case.first_date),
        "last_date": first_day(case.last_date),
        "opened_at": stamp(case.opened_at),
        "updated_at": stamp(case.updated_at),
        "@timestamp": stamp(case.updated_at),
        "timeline": list(timeline),
        "record": pack(case),
    }


def article_document(article_id: str, event_ids: Iterable[str]) -> Source:
    """Return what the index keeps of an article that these events were ever linked from."""
    return {"article_id": article_id, "event_ids": list(event_ids)}


def edit_document(record: Source) -> Source:
    """Return what the index keeps of an edit, given the record of it."""
    case_ids = [record[name] for name in ("case_id", "into") if record.get(name)]
    return {"edit_id": record["id"], "at": record["at"], "case_ids": case_ids, "record": record}


def event_document(case_id: str, linked: LinkedEvent) -> Source:
    """Return what the index keeps of a linked event."""
    event = linked.event
    return {
        "event_id": event.id,
        "case_id": case_id,
        "article_id": linked.article_id,
        "main": event.main,
        "withdrawn": bool(linked.withdrawn),
        "start": event.span[0],
        "record": pack(linked),
    }
