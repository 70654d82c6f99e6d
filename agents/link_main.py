"""Which case an article is mainly about, of all those that its events are in."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence

from agents.link_keys import brand, fold_name
from schemas.events import Case, LinkedEvent
from schemas.taxonomy import ROLES, TimeRole
from schemas.tokens import tokens

Told = tuple[str, LinkedEvent]
"""An event of an article with the id of its case."""


def main_case(told: Sequence[Told], cases: Callable[[Sequence[str]], dict[str, Case]]) -> str | None:
    """Return the case of an article's main event, else of its surest news, else the one that it goes back to.

    That is the case with most of its events, if the headline names a party of theirs, and if another article is about
    that case, too. Events that stand for many cases at once are about none. `told` is in the order of the text.
    """
    counted = [(case_id, one) for case_id, one in told if not one.withdrawn]
    main = [(case_id, one) for case_id, one in counted if one.event.main]
    if main:
        return next((case_id for case_id, one in main if not one.event.aggregate), None)
    counted = [(case_id, one) for case_id, one in counted if not one.event.aggregate]
    news = [(case_id, one) for case_id, one in counted if one.event.time_role is TimeRole.NEWS]
    if news:
        return max(news, key=lambda pair: pair[1].event.confidence)[0]
    return _recalled(counted, cases)


def _recalled(told: Sequence[Told], cases: Callable[[Sequence[str]], dict[str, Case]]) -> str | None:
    for case_id, _ in Counter(case_id for case_id, _ in told).most_common(1):
        mine = [one for home, one in told if home == case_id]
        if names_a_party(mine[0].title, mine) and len(cases([case_id])[case_id].article_ids) > 1:
            return case_id
    return None


def names_a_party(headline: str, told: Iterable[LinkedEvent]) -> bool:
    """Return whether a headline names somebody who acts or is acted against in these events, public bodies aside."""
    words = f" {' '.join(tokens(headline))} "
    names = {
        form
        for one in told
        for role in ROLES
        if role != "authority"
        for name in getattr(one.event, role)
        for form in (name, fold_name(role, name), brand(name) or "")
    }
    return any(len(name) > 2 and f" {' '.join(tokens(name))} " in words for name in names)
