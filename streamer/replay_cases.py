"""Old case ids after a replay: each still leads somewhere, and the report says what became of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import datetime

from msgspec.structs import replace

from agents.link_case import fold
from schemas.events import Case
from streamer.contracts import Store
from streamer.replay_edits import home_of
from streamer.replay_report import Report

NO_LONGER_READ = "no longer read from the text"
"""Why the events of a case are withdrawn of which a replay found none again."""


def settle_cases(old: Store, new: Store, report: Report, now: datetime) -> None:
    """Compare the cases of both, and let every old id lead to where its case is now."""
    for case in all_cases(old):
        report.cases_before += bool(case.article_ids)
        _settle(case, old, new, report, now)
    for case_id, target in old.signposts():
        if new.case(case_id) is None:
            _put_signpost(case_id, target, old, new, now)
    for case in all_cases(new):
        if case.article_ids:
            report.cases_after += 1
            _compare_origin(case, old, report)


def all_cases(store: Store) -> Iterator[Case]:
    """Yield all cases that are no signposts."""
    cursor: str | None = None
    while True:
        found, cursor = store.list_cases(limit=500, cursor=cursor)
        yield from found
        if cursor is None:
            return


def _settle(case: Case, old: Store, new: Store, report: Report, now: datetime) -> None:
    homes = Counter(new.linked(case.event_ids).values())
    today = new.case(case.id)
    if not homes and today is None:
        _keep_withdrawn(case, old, new, now)
        if case.article_ids:
            report.add_case("gone", case)
        return
    if len(homes) > 1:
        report.add_case("split", case, sorted(homes))
    if today is None:
        home = home_of(case.id, case, (), new)
        assert home is not None
        _put_signpost(case.id, home, old, new, now)
        report.add_case("redirected", case, [home])
    elif not today.merged_into:
        if today.title != case.title:
            report.add_case("retitled", today, [case.title])
        if today.revision < case.revision:
            new.save_case(replace(today, revision=case.revision + 1))


def _keep_withdrawn(case: Case, old: Store, new: Store, now: datetime) -> None:
    """Keep a case of which nothing is left, so that links to it tell what happened."""
    timeline = {one.event.id: one for one in old.timeline(case.id)}
    gone = [timeline[one] for one in case.event_ids if one in timeline]
    gone = [one if one.withdrawn else replace(one, withdrawn=NO_LONGER_READ) for one in gone]
    if gone:
        new.save_case(replace(fold(case.id, gone, old=case, at=now), related=()), gone)


def _put_signpost(case_id: str, target: str, old: Store, new: Store, now: datetime) -> None:
    known = old.case(case_id)
    if known and _end(new, target) != case_id:
        sign = Case(id=case_id, title=known.title, opened_at=known.opened_at, updated_at=now)
        new.save_case(replace(sign, merged_into=target, revision=known.revision + 1))


def _end(store: Store, case_id: str) -> str:
    case = store.case(case_id)
    return _end(store, case.merged_into) if case and case.merged_into else case_id


def _compare_origin(case: Case, old: Store, report: Report) -> None:
    """Count a case that was opened by the replay or made of several."""
    origins = sorted(set(old.linked(case.event_ids).values()))
    if not origins:
        report.add_case("opened", case)
    elif len(origins) > 1:
        report.add_case("merged", case, origins)
