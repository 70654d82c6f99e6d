"""A service as one object: names that texts tie, operators, and one history over all cases."""

from datetime import UTC, datetime
from typing import Any

import pytest
from casework import article, event
from rich.console import Console

from agents.index import index
from agents.link import link
from schemas.events import ArticleEvents, CaseUpdate, Edit, Tie
from schemas.query import parse
from schemas.taxonomy import Status, TieKind, TimeRole
from streamer.contracts import Store
from streamer.service_history import Service, service_of
from streamer.show_service import service_page

NOW = datetime(2026, 1, 1, tzinfo=UTC)


def tie(kind: TieKind, name: str, other: str, words: str = "formerly known as") -> Tie:
    return Tie(kind=kind, name=name, other=other, words=words, evidence=f"{name}, {words} {other}, …", span=(0, 9))


def run(store: Store, *messages: ArticleEvents | Edit) -> list[CaseUpdate]:
    updates = [update for message in messages for update in link(message, store=store, now=lambda: NOW)]
    for update in updates:
        index(update, store=store, now=lambda: NOW)
    return updates


def shown(store: Store, name: str) -> Service:
    found = service_of(store, name)
    assert found
    return found


SEIZURE = article(
    event("seizure", target=("Oldflix",), domains=("oldflix.example", "oldflix.test"), date="2023-02-28", country="US")
)
RETURN = article(
    event(
        "site_blocking",
        target=("Newflix",),
        domains=("newflix.example",),
        ties=(
            tie(TieKind.FORMER, "Newflix", "Oldflix"),
            tie(TieKind.ALLEGED_OPERATOR, "Newflix", "Peter Holm", "operator"),
        ),
        date="2025-06-01",
        country="DK",
    ),
    name="return",
    day=90,
)


@pytest.mark.parametrize(
    "asked", ["Oldflix", "oldflix.test", "NEWFLIX", "newflix[.]example", "https://newflix.example/"]
)
def test_a_service_is_found_by_any_name_that_a_text_ties_to_it(store: Store, asked: str) -> None:
    run(store, SEIZURE, RETURN)
    service = shown(store, asked)
    assert [(one.name, one.words, one.other) for one in service.names] == [
        ("Oldflix", "formerly known as", "Newflix"),
        ("oldflix.example", "domain", "Oldflix"),
        ("oldflix.test", "domain", "Oldflix"),
        ("Newflix", "", ""),
        ("newflix.example", "domain", "Newflix"),
    ]
    assert [act.linked.event.type for act in service.acts] == ["seizure", "site_blocking"]
    assert len(service.cases) == 2


def test_a_return_after_a_seizure_under_another_name_links_to_it(store: Store) -> None:
    opened, returned = run(store, SEIZURE, RETURN)
    assert [one.case_id for one in returned.case.related] == [opened.case.id]
    (target,) = (one for one in returned.case.parties if one.role == "target")
    assert (target.name, target.aliases) == ("Newflix", ("newflix.example", "Oldflix"))


def test_the_query_of_a_service_finds_all_its_acts(store: Store) -> None:
    run(store, SEIZURE, RETURN, article(event("raid", target=("Elsewhere",)), name="other"))
    assert store.search(parse(shown(store, "oldflix.test").query)).total == 2


def test_operators_are_said_to_be_so_no_more_surely_than_the_texts_do(store: Store) -> None:
    charge = event(
        "charge",
        defendant=("Peter Holm",),
        target=("Newflix",),
        ties=(tie(TieKind.OPERATOR, "Newflix", "Peter Holm", "the operator of"),),
        country="DK",
    )
    run(store, RETURN)
    (said,) = shown(store, "Newflix").operators
    assert (said.name, said.alleged, said.status) == ("Peter Holm", True, "")
    run(store, article(charge, name="charge", day=100))
    (said,) = shown(store, "Newflix").operators
    assert (said.alleged, said.words, said.status) == (False, "the operator of", "charged")


def test_domains_that_only_look_alike_are_listed_apart(store: Store) -> None:
    run(store, SEIZURE, article(event("seizure", target=("oldflix.org",), country="BR"), name="alike", day=400))
    service = shown(store, "Oldflix")
    assert [one.name for one in service.alike] == ["oldflix.org"]
    assert "oldflix.org" not in [one.name for one in service.names]
    assert len(service.acts) == 1


def test_a_page_at_a_host_is_no_domain_of_the_host(store: Store) -> None:
    run(store, article(event("shutdown", target=("Hosthub",), domains=("mirror.hosthub.example", "hosthub.example"))))
    assert [one.name for one in shown(store, "Hosthub").names] == ["Hosthub", "hosthub.example"]


def test_reports_of_one_act_are_one_act_of_the_history(store: Store) -> None:
    recap: dict[str, Any] = {"time_role": TimeRole.BACKGROUND, "target": ("Oldflix",)}
    run(
        store,
        SEIZURE,
        article(event("seizure", date="2023", **recap), name="year", day=10),
        article(event("seizure", **recap), name="undated", day=20),
        article(event("seizure", date="2024-05", **recap), name="second", day=30),
        article(event("seizure", status=Status.PLANNED, **recap), name="planned", day=40),
        article(event("seizure", date="2023-02", country="BR", **recap), name="elsewhere", day=50),
    )
    acts = shown(store, "Oldflix").acts
    told = {(act.linked.event.date, act.linked.event.country): len(act.others) for act in acts}
    assert told == {("2023-02-28", "US"): 1, ("2024-05", None): 1, (None, None): 0, ("2023-02", "BR"): 0}


def test_what_was_withdrawn_is_no_part_of_it(store: Store) -> None:
    opened, returned = run(store, SEIZURE, RETURN)
    run(store, Edit(id="edit-1", action="withdraw", case_id=returned.case.id, by="ana", at=NOW))
    assert [act.case_id for act in shown(store, "Oldflix").acts] == [opened.case.id]
    assert service_of(store, "Newflix") is None


@pytest.mark.parametrize("asked", ["", "…", "nobody.example", "flix"])
def test_what_no_event_names_is_no_service(store: Store, asked: str) -> None:
    run(store, SEIZURE)
    assert service_of(store, asked) is None


def test_it_is_printed_with_its_quotes_and_as_it_is(store: Store) -> None:
    run(store, SEIZURE, article(event("raid", target=("[red]Oldflix",)), name="markup"), RETURN)
    console = Console(width=250, no_color=True)
    with console.capture() as capture:
        for line in service_page(shown(store, "Newflix")):
            console.print(line)
    text = capture.get()
    assert "known as: Oldflix  “formerly known as” (with Newflix)" in text
    assert "behind it: Peter Holm  “operator” (alleged, with Newflix)" in text
    assert "“Newflix, formerly known as Oldflix, …”" in text
    assert "2023-02-28  seizure" in text
    assert text.strip().splitlines()[-1].startswith("crackdown subscribe 'target:Oldflix OR ")
