"""How a case belongs to others, seen from either side: each other case once, in the surest words that are said."""

from collections.abc import Iterator

from agents.link_relations import related_key
from agents.link_transfer import leads_to
from schemas.events import Case, Record, RelatedCase
from schemas.taxonomy import Relation
from streamer.contracts import Store

WORDS = {
    Relation.APPEAL_OF: ("appeal of", "appealed in"),
    Relation.CIVIL_PARALLEL: ("civil parallel", "civil parallel"),
    Relation.PART_OF_OPERATION: ("same operation", "same operation"),
    Relation.RELATED_TO: ("related to", "related to"),
    Relation.POSSIBLE_CASE: ("perhaps one with", "perhaps one with"),
}
"""What a case says of another one, and what is said of that one then; the most telling first."""


class Related(Record, frozen=True, kw_only=True):
    case: Case
    relation: Relation
    words: str
    by: str = ""
    """The person who said so; empty if rules found it."""


def related_cases(case: Case, store: Store) -> list[Related]:
    """Return the cases that a case is related to, or that say so of it; none that a person said is not."""
    found: dict[str, tuple[str, RelatedCase]] = {}
    said = [*((0, one.case_id, one) for one in case.related), *((1, who, one) for who, one in _saying(case, store))]
    for side, case_id, one in sorted(said, key=_surest_first):
        found.setdefault(leads_to(store, case_id), (WORDS.get(one.relation, ("", ""))[side], one))
    found.pop(case.id, None)
    known = store.cases(list(found))
    return [
        Related(case=known[case_id], relation=one.relation, words=words, by=one.by)
        for case_id, (words, one) in found.items()
        if case_id in known and one.relation is not Relation.UNRELATED
    ]


def _surest_first(said: tuple[int, str, RelatedCase]) -> tuple[bool, int, int]:
    side, _, one = said
    return not one.by, [*WORDS, Relation.UNRELATED].index(one.relation), side


def _saying(case: Case, store: Store) -> Iterator[tuple[str, RelatedCase]]:
    """Yield the cases that say that they are related to this one, or to one merged into it, and what they say."""
    ids = {case.id, *store.merged_ids(case.id)}
    keys = store.keys(list(map(related_key, sorted(ids))))
    owners = {leads_to(store, one) for key in keys.values() for one in key.ids} - ids
    for owner in store.cases(sorted(owners)).values():
        yield from ((owner.id, one) for one in owner.related if one.case_id in ids)
