"""Stage link: ties the events of an article into cases that live for years. One writer.

Read what is known, decide (`link_score`), fold (`link_case`), write. A message that was linked before changes nothing
and still yields its case, or a crash between saving and publishing would lose the alert.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import chain
from typing import Protocol

import msgspec

from agents.errors import Conflict, Unavailable
from agents.link_case import fold, in_order, state_after
from agents.link_change import change_of
from agents.link_edit import apply_edit
from agents.link_evidence import NAMES
from agents.link_keys import confirmed
from agents.link_merge import may_merge, merge, merges_for
from agents.link_relations import found_by, joined
from agents.link_revision import EDITED, Known, linked, newer, revise
from agents.link_score import COMMON, Candidate, Decision, decide, rough_worth
from agents.link_strands import Strand, Text, strands_of
from agents.link_text import looked_up
from schemas.events import ArticleEvents, Case, CaseUpdate, Edit, Event, LinkedEvent, RelatedCase, Span
from schemas.ids import make_id
from schemas.taxonomy import ChangeKind, Relation, TimeRole

MAX_CANDIDATES = 16
"""Cases read for one strand, those whose keys in common are worth most first."""
MAX_EVENTS = 1000
"""A case with so many takes no more by itself: each new one would be weighed against them all."""
MIN_WORTH = 0.5
"""Less than this cannot become a link, whatever the circumstances."""
_OF_RECORD = (*NAMES, "known", "provider")
"""Kinds of keys that a case's own record can confirm."""
_SAY_NOTHING = ("title:", "provider:", "page:", "cites:")
"""Keys that nominate no case by themselves."""
_TRIES = 3


TextOf = Callable[[str], str | None]


def _no_text(_article_id: str) -> None:
    return None


class KeyDocument(Protocol):
    @property
    def ids(self) -> tuple[str, ...]: ...
    @property
    def total(self) -> int: ...


class CaseStore(Protocol):
    """The part of the store that link reads and writes."""

    def keys(self, names: Sequence[str]) -> Mapping[str, KeyDocument]: ...
    def case(self, case_id: str) -> Case | None: ...
    def cases(self, case_ids: Sequence[str]) -> dict[str, Case]: ...
    def timeline(self, case_id: str) -> list[LinkedEvent]: ...
    def linked(self, event_ids: Sequence[str]) -> dict[str, str]: ...
    def article_events(self, article_id: str) -> list[tuple[str, LinkedEvent]]: ...
    def save_case(self, case: Case, events: Sequence[LinkedEvent] = (), keys: Iterable[str] = ()) -> None: ...
    def save_edit(self, edit: Edit) -> None: ...
    def edits(self, case_id: str | None = None) -> list[Edit]: ...
    def merged_ids(self, case_id: str) -> list[str]: ...
    def record(
        self, item_id: str, source: str, outcome: str, reason: str = "", content_hash: str | None = None
    ) -> None: ...


def link(
    message: ArticleEvents | Edit, *, store: CaseStore, now: Callable[[], datetime], text_of: TextOf = _no_text
) -> list[CaseUpdate]:
    """Return the cases that the message opens or moves, saved. `text_of` gives the newest text of an article by id.

    Raises Unavailable when another writer keeps saving the same cases first.
    """
    for _ in range(_TRIES):
        try:
            if isinstance(message, Edit):
                return apply_edit(message, store=store, at=now())
            return _link_article(message, store, now(), text_of)
        except Conflict:
            continue  # another writer was there: read again, decide again
    raise Unavailable(f"cases of {message.id} are being written elsewhere")


def _link_article(message: ArticleEvents, store: CaseStore, at: datetime, text_of: TextOf) -> list[CaseUpdate]:
    known = {one.event.id: (case_id, one) for case_id, one in store.article_events(message.article_id)}
    text = text_of(message.article_id) if any(newer(message, one) for _, one in known.values()) else None
    corrections, dealt_with = revise(message, known, store, at, text)
    others = [event for event in message.events if event.id not in dealt_with]
    updates = _again(message, others, known, store)
    for one in _to_link(message, others, known):
        updates += _link_strand(message, *one, store, at)
    updates += corrections
    store.record(message.item_id, message.source, "stored", _reason(message))
    return updates


def _reason(message: ArticleEvents) -> str:
    if message.not_classified:
        return f"not classified: {message.not_classified}"
    return "with events" if message.events else "no events"


def _again(message: ArticleEvents, events: Sequence[Event], known: Known, store: CaseStore) -> list[CaseUpdate]:
    """Return the changes that this very version has made before, as it made them."""
    changes: dict[tuple[str, str], list[str]] = {}
    for event in events:
        case_id, one = known.get(event.id, ("", None))
        if one and one.article_version == message.article_version and one.seen_at >= message.seen_at:
            changes.setdefault((case_id, one.change_id), []).append(event.id)
    updates = [_repeat(message, case_id, change_id, store) for case_id, change_id in changes]
    for update in list(updates):
        updates += merges_for(update.case.id, {update.id}, store, muted=update.muted)
    return updates


def _repeat(message: ArticleEvents, case_id: str, change_id: str, store: CaseStore) -> CaseUpdate:
    case = store.cases([case_id])[case_id]
    timeline = in_order(case, store.timeline(case_id))
    new = [one for one in timeline if one.change_id == change_id]
    before = timeline[: timeline.index(new[0])]
    moved = _moved(state_after(before), state_after([*before, *new]))
    # what it was called then, nobody knows
    return _update(message, case, before, new, change_id, renamed=bool(before), moved=moved)


def _to_link(message: ArticleEvents, events: Sequence[Event], known: Known) -> Iterator[tuple[Strand, str | None]]:
    """Yield strands of events that are not linked yet or came back after an edit, and the case of the rest of it."""
    fresh = [event for event in events if event.id not in known or _is_back(message, known[event.id][1])]
    if not fresh:
        return
    for strand in strands_of(message.events, besides(message)):
        homes = [known[event.id][0] for event in strand.events if event.id in known]
        new = strand.only(fresh)
        if new.events:
            yield new, homes[0] if homes else None


def besides(message: ArticleEvents) -> Text:
    """Return what an article says besides its events."""
    day = (message.published_at or message.seen_at).date()
    return Text(message.title, day, message.url, message.links, message.names)


def _is_back(message: ArticleEvents, one: LinkedEvent) -> bool:
    return one.withdrawn == EDITED and newer(message, one)


def _link_strand(
    message: ArticleEvents, strand: Strand, home: str | None, store: CaseStore, at: datetime
) -> list[CaseUpdate]:
    candidates = [] if home else candidates_for(strand, store)
    decision = Decision("link", store.case(home)) if home else decide(strand, candidates)
    old = decision.case if decision.verdict == "link" else None
    case_id = old.id if old else make_id("case", strand.events[0].id)
    change_id = make_id("change", case_id, *sorted(event.id for event in strand.events))
    joined_now = [one for one in decision.also if old and may_merge(one, old, store)]
    for one in joined_now:
        merge(one, into=case_id, change_id=change_id, store=store, seen=message.seen_at, at=at)
    old = store.case(case_id) if joined_now else old
    score = decision.parts if old else {}
    new = [msgspec.structs.replace(linked(message, event, change_id), score=score) for event in strand.events]
    before = in_order(old, store.timeline(old.id)) if old else []
    case = fold(case_id, [*before, *new], old=old, at=at)
    case = msgspec.structs.replace(case, related=_related(case, decision))
    known = old.related if old else ()
    store.save_case(case, new, [*strand.own_keys, *found_by(one for one in case.related if one not in known)])
    renamed, moved = old is not None and old.title != case.title, _moved(old.state if old else "", case.state)
    update = _update(message, case, before, new, change_id, renamed=renamed, moved=moved)
    was_joined = joined_now or any(one.case.id == case_id and one.merged for one in candidates)
    return [update, *(merges_for(case_id, {change_id}, store, muted=update.muted) if was_joined else ())]


def candidates_for(strand: Strand, store: CaseStore) -> list[Candidate]:
    """Return the cases that share a key which is not common, merged ones followed to where they led."""
    counts_as = looked_up(strand.keys)
    documents = store.keys([*counts_as])
    nominated = _nominated(documents)
    shared: dict[str, dict[str, int]] = {case_id: {} for case_id in nominated}
    rough = dict.fromkeys(nominated, 0.0)
    for key, document in documents.items():
        counted, total, worth = counts_as[key], document.total, rough_worth(key, document.total)
        for case_id in nominated.intersection(document.ids):
            shared[case_id][counted] = total
            rough[case_id] += worth
    worthy = [one for one in nominated if rough[one] > MIN_WORTH]
    cases = follow(store, sorted(worthy, key=lambda one: (-rough[one], one))[:MAX_CANDIDATES])
    names = set(filter(_is_name, strand.keys))
    found: dict[str, Candidate] = {}
    for case_id, case in cases.items():
        if len(case.event_ids) >= MAX_EVENTS:
            continue
        keys = shared[case_id]
        if named := names & keys.keys():
            lost = named - confirmed(case, named)
            keys = {key: total for key, total in keys.items() if key not in lost}
        known = found.get(case.id, Candidate(case, {}))
        found[case.id] = Candidate(case, {**known.keys, **keys}, known.merged or case.id != case_id)
    return list(found.values())


def _nominated(documents: Mapping[str, KeyDocument]) -> set[str]:
    """Return the cases that a key nominates which is not common: any but a provider's or a link, or two of words."""
    rare = {key: document.ids for key, document in documents.items() if document.total <= COMMON}
    words: dict[str, set[str]] = {}
    for key, ids in rare.items():
        if key.startswith("title:"):
            words.setdefault(key.partition("|")[0], set()).update(ids)
    several = (case_id for case_id, met in Counter(chain(*words.values())).items() if met > 1)
    return {*several}.union(*(ids for key, ids in rare.items() if not key.startswith(_SAY_NOTHING)))


def _is_name(key: str) -> bool:
    return key.partition(":")[0] in _OF_RECORD


def follow(store: CaseStore, case_ids: Sequence[str]) -> dict[str, Case]:
    """Return for each id the case that it leads to today."""
    found = store.cases(list(case_ids))
    while onward := {case.merged_into for case in found.values() if case.merged_into}:
        targets = store.cases(sorted(onward))
        found = {case_id: targets[case.merged_into] if case.merged_into else case for case_id, case in found.items()}
    return found


def _related(case: Case, decision: Decision) -> tuple[RelatedCase, ...]:
    found = decision.related
    if decision.verdict == "uncertain" and decision.case:
        score = tuple(decision.parts.items())
        found = (RelatedCase(case_id=decision.case.id, relation=Relation.POSSIBLE_CASE, score=score), *found)
    return joined(case.related, found, own=case.id)


def _update(
    message: ArticleEvents,
    case: Case,
    before: Sequence[LinkedEvent],
    new: Sequence[LinkedEvent],
    change_id: str,
    *,
    renamed: bool,
    moved: str,
) -> CaseUpdate:
    """Return a change; `moved` says whether the case was `closed` or `reopened` by it.

    It is muted, too, if the version before of an edited article had all of its quotes: read late, it is no news.
    """
    change, fields = change_of(before, new)
    if change is ChangeKind.UPDATED and moved:
        fields = (*fields, moved)
    background = all(one.event.time_role is TimeRole.BACKGROUND for one in new)
    stood = message.fresh is not None and not any(_overlaps(one.event.span, message.fresh) for one in new)
    return CaseUpdate(
        id=change_id,
        case=case,
        change=change,
        events=tuple(new),
        fields=(*fields, "title") if renamed else fields,
        muted=message.muted or background or stood,
    )


def _overlaps(span: Span, others: Iterable[Span]) -> bool:
    return any(start < span[1] and span[0] < end for start, end in others)


def _moved(was: str, now: str) -> str:
    return "" if was == now else "closed" if now == "closed" else "reopened"
