"""The pure parts of linking: keys, what is new in a change, parties and their status, titles."""

from datetime import date, timedelta
from typing import Any

import msgspec
import pytest
from casework import DAY, case, event, linked

from agents.link_case import fold, parties_of, state_of
from agents.link_change import change_of
from agents.link_evidence import worth_of
from agents.link_keys import docket, keys_of, kind_of, operation, party, service, whole_names
from agents.link_score import Candidate, decide
from agents.link_strands import Text, strands_of
from schemas.events import Case, Count, LinkedEvent, Money, Party
from schemas.taxonomy import ChangeKind, CountUnit, EventType, MoneyKind, Relation, Status, TimeRole


@pytest.mark.parametrize(
    ("fold_name", "written", "folded"),
    [
        (party, "Acme Hosting, Inc.", "acme hosting"),
        (party, "Mr. Vladimir Petrovich Kuznetsov", "vladimir kuznetsov"),
        (party, "Zoë’s", "zoe"),
        (party, "Inc.", "inc"),
        (party, "Cox", "cox communications"),
        (service, "www.FastFlix.example", "fastflix.example"),
        (service, "Fast-Flix ransomware group", "fastflix"),
        (service, "The Forum", "theforum"),
        (docket, "1:22-cv-01234", "22cv1234"),
        (docket, "22-CV-1234", "22cv1234"),
        (docket, "2 O 190/20", "2o19020"),
        (operation, "Operation Long Lantern", "long lantern"),
        (operation, "Operation", "operation"),
    ],
)
def test_spellings_fold_together(fold_name: Any, written: str, folded: str) -> None:
    assert fold_name(written) == folded


def test_kinds_of_defendants() -> None:
    assert [kind_of(name) for name in ("Anna Berg", "Google LLC", "Lantern Hosting")] == ["person", "known", "company"]


def test_a_word_of_another_name_is_no_name() -> None:
    assert whole_names(["Anna Berg", "Anna", "Lantern"]) == ["Anna Berg", "Lantern"]


def test_figures_make_keys_that_hold_for_a_month() -> None:
    raid = event(
        "raid",
        authority=("Quay police",),
        country="SE",
        date="2025-03-02",
        counts=(Count(n=17, unit=CountUnit.PREMISES), Count(n=2, unit=CountUnit.PEOPLE)),
        money=(Money(amount=3500, currency="EUR", kind=MoneyKind.SEIZED),),
        prison_months=14.0,
        operation="Operation Lantern",
    )
    assert keys_of([raid], date(2025, 3, 5)) == [
        "operation:lantern",
        "place:quay police|SE|2025-03|investigate",
        "number:17 premises|SE|2025-03",
        "amount:3500 EUR|seized",
        "prison:14|SE|2025-03",
    ]


def test_the_parts_of_a_score_come_in_one_order() -> None:
    keys = {"target:brightcove": 1, "person:ann lee": 1}
    assert [*worth_of(keys)] == [*worth_of(dict(reversed(keys.items())))]


def test_a_provider_under_order_is_no_defendant() -> None:
    block = event("site_blocking", defendant=("Anna Berg",), complainant=("Tidal Films",))
    assert keys_of([block], date(2025, 3, 5)) == ["provider:anna berg", "pair:anna berg|tidal films"]


def test_a_roll_of_everybody_charged_so_far_names_the_people_of_no_case() -> None:
    people = ("Anna Berg", "Peter Lee", "Maria Roe", "James Doe", "Linda Poe")
    four, five = (keys_of([event("charge", defendant=some)], date(2025, 3, 5)) for some in (people[:4], people))
    assert [key for key in four if key.startswith("person:")] == [f"person:{name.lower()}" for name in people[:4]]
    assert five == []
    among = keys_of([event("charge", defendant=(*people, "Flume Ltd"))], date(2025, 3, 5))
    assert [key for key in among if key.startswith("person:")] == []
    assert "company:flume" in among


def told(type_: str, day: int = 0, **fields: Any) -> LinkedEvent:
    outside = {name: fields.pop(name) for name in ("source", "withdrawn") if name in fields}
    return linked(event(type_, **fields), published_at=DAY + timedelta(days=day), **outside)


ARREST = told("arrest", defendant=("Anna Berg",), date="2025-03-01")


@pytest.mark.parametrize(
    ("new", "change", "fields"),
    [
        (told("arrest", 1, date="2025-03-02", defendant=("A. Berg", "Anna Berg")), ChangeKind.CORROBORATED, ()),
        (told("arrest", 1, source="Times"), ChangeKind.CORROBORATED, ("source",)),
        (told("charge", 9), ChangeKind.UPDATED, ("type",)),
        (told("arrest", 60, date="2025-04-30"), ChangeKind.UPDATED, ("date",)),
        (told("arrest", 60, date="2024-01-30"), ChangeKind.CORROBORATED, ()),
        (told("arrest", 60, date="2025-03"), ChangeKind.CORROBORATED, ()),
        (told("arrest", 1, defendant=("Iven Marlo",)), ChangeKind.UPDATED, ("party",)),
        (told("charge", 1, time_role=TimeRole.BACKGROUND), ChangeKind.CORROBORATED, ()),
    ],
)
def test_what_moves_a_case(new: LinkedEvent, change: ChangeKind, fields: tuple[str, ...]) -> None:
    assert change_of([ARREST], [new]) == (change, fields)


def figures(people: int, euros: float) -> dict[str, Any]:
    return {
        "counts": (Count(n=people, unit=CountUnit.PEOPLE),),
        "money": (Money(amount=euros, currency="EUR", kind=MoneyKind.SEIZED),),
    }


@pytest.mark.parametrize(
    ("people", "euros", "fields"), [(100, 1e6, ()), (104, 1.05e6, ()), (130, 1e6, ("count",)), (100, 2e6, ("amount",))]
)
def test_other_figures_are_news_and_rounded_ones_are_not(people: int, euros: float, fields: tuple[str, ...]) -> None:
    before, new = told("seizure", **figures(100, 1e6)), told("seizure", 1, **figures(people, euros))
    assert change_of([before], [new])[1] == fields


def test_what_was_withdrawn_does_not_count_as_known() -> None:
    charge = told("charge", withdrawn="edited article")
    assert change_of([ARREST, charge], [told("charge", 1)]) == (ChangeKind.UPDATED, ("type",))


@pytest.mark.parametrize(
    ("steps", "status"),
    [
        ([("arrest", Status.HAPPENED, None), ("charge", Status.HAPPENED, None)], "charged"),
        ([("arrest", Status.HAPPENED, None), ("sentence", Status.SOUGHT, None)], "arrested"),
        ([("arrest", Status.ALLEGED, None)], ""),
        ([("sentence", Status.HAPPENED, "2020"), ("release", Status.HAPPENED, "2024")], "released"),
        ([("release", Status.HAPPENED, "2019"), ("sentence", Status.HAPPENED, "2020")], "sentenced"),
    ],
)
def test_a_defendants_status_is_never_more_than_the_text_says(steps: list[Any], status: str) -> None:
    events = [event(type_, status=mode, date=day, defendant=("Anna Berg",)) for type_, mode, day in steps]
    assert [one.status for one in parties_of([linked(one) for one in events])] == [status]


def test_of_several_defendants_only_those_whom_the_quote_names_are_held_to_the_act() -> None:
    quote = "The court jailed Anna Berg for two years."
    sentence = event(
        "sentence",
        evidence=quote,
        span=(100, 100 + len(quote)),
        defendant=("Anna Berg", "Karl Lund"),
        spans={"defendant": ((117, 126), (40, 49))},
    )
    assert {one.name: one.status for one in parties_of([linked(sentence)])} == {
        "Anna Berg": "sentenced",
        "Karl Lund": "",
    }


def test_spellings_of_a_party_are_one_party() -> None:
    events = [event("arrest", defendant=("Berg Hosting",)), event("fine", defendant=("Berg Hosting Ltd",))]
    assert list(parties_of([linked(one) for one in events])) == [
        Party(name="Berg Hosting Ltd", role="defendant", status="arrested", aliases=("Berg Hosting",))
    ]


@pytest.mark.parametrize(
    ("steps", "state"),
    [
        ([("lawsuit_filed", "2024-01-01"), ("settlement", "2024-06-01")], "closed"),
        ([("settlement", "2024-06-01"), ("appeal", "2024-07-01")], "open"),
        ([("dismissal", "2024-06-01")], "closed"),
        ([("raid", "2024-06-01")], "open"),
    ],
)
def test_a_case_is_closed_by_its_outcome(steps: list[tuple[str, str]], state: str) -> None:
    timeline = [told(type_, date=day) for type_, day in steps]
    assert state_of(timeline, list(parties_of(timeline))) == state


def test_a_case_with_two_accused_stays_open_until_both_have_their_outcome() -> None:
    charge = told("charge", date="2024-01-01", defendant=("Anna Berg", "Iven Marlo"))
    first = told("sentence", date="2024-06-01", defendant=("Anna Berg",))
    second = told("sentence", date="2024-09-01", defendant=("Iven Marlo",))
    for timeline, state in (([charge, first], "open"), ([charge, first, second], "closed")):
        assert fold("case-1", timeline, old=None, at=DAY).state == state


@pytest.mark.parametrize(
    ("events", "title"),
    [
        (
            [event("lawsuit_filed", complainant=("Tidal Films",), defendant=("Acme",), target=("a.example",))],
            "Tidal Films v. Acme: lawsuit over a.example",
        ),
        (
            [event("seizure", operation="Lantern", target=("Acme",), country="SE")],
            "Operation Lantern: seizure against Acme (Sweden)",
        ),
        ([event("raid", status=Status.PLANNED, target=("Acme",))], "Acme: raid planned"),
        ([event("arrest", defendant=("A B", "C D", "E F"), country="NO")], "A B and 2 others: arrest (Norway)"),
        ([event("site_blocking", defendant=("Acme",), country="FR")], "Acme: blocking of sites (France)"),
        (
            [event("site_blocking", status=Status.SOUGHT, defendant=("Acme",), target=("a.example",))],
            "Acme: blocking of a.example asked for",
        ),
        ([event("site_blocking", target=("a.example",))], "a.example: site blocking"),
        ([event("shutdown", defendant=("Acme",), target=("a.example",))], "a.example: shutdown"),
        ([event("arrest")], "Arrest"),
        ([event("raid", target=("x" * 200,))], "x" * 139 + "…"),
    ],
)
def test_titles_claim_no_more_than_the_texts(events: list[Any], title: str) -> None:
    assert fold("case-1", [linked(one) for one in events], old=None, at=DAY).title == title


def test_a_sentence_of_somebody_is_not_titled_as_the_only_defendants() -> None:
    charge = told("charge", defendant=("Iven Marlo",), target=("Flume",))
    sentence = told("sentence", 9, target=("Flume",))
    case = fold("case-1", [charge, sentence], old=None, at=DAY)
    assert (case.title, [one.status for one in case.parties if one.role == "defendant"]) == (
        "Sentence over Flume",
        ["charged"],
    )
    named = told("sentence", 9, target=("Flume",), defendant=("Iven Marlo",))
    assert fold("case-1", [charge, named], old=None, at=DAY).title == "Iven Marlo: sentence over Flume"


def test_a_body_of_the_lexicon_is_one_party_under_all_its_names() -> None:
    raid = event("raid", authority=("DoJ", "Europol"), complainant=("ACE",))
    charge = event(
        "charge", authority=("U.S. Department of Justice",), complainant=("Alliance for Creativity and Entertainment",)
    )
    names = [(one.name, one.aliases) for one in parties_of([linked(raid), linked(charge)])]
    assert names == [
        ("U.S. Department of Justice", ("DoJ",)),
        ("Europol", ()),
        ("Alliance for Creativity and Entertainment", ("ACE",)),
    ]


def test_short_forms_are_the_party_of_the_full_name_unless_two_fit() -> None:
    suit = event("lawsuit_filed", defendant=("Anna Berg", "Driftwood Software LLC"))
    ruling = event("damages_award", defendant=("Berg", "Driftwood Software", "Iven Marlo"))
    names = [(one.name, one.aliases) for one in parties_of([linked(suit), linked(ruling)])]
    assert names == [("Anna Berg", ("Berg",)), ("Driftwood Software LLC", ("Driftwood Software",)), ("Iven Marlo", ())]
    two = event("arrest", defendant=("Anna Berg", "Otto Berg", "Berg"))
    assert [one.name for one in parties_of([linked(two)])] == ["Anna Berg", "Otto Berg", "Berg"]


QUASHED = "On Tuesday the appeal judges quashed the conviction of Anna Berg."


def case_of(*steps: tuple[str, int, dict[str, Any]]) -> Case:
    timeline = [told(type_, day, **({"defendant": ("Anna Berg",)} | fields)) for type_, day, fields in steps]
    timeline = [msgspec.structs.replace(one, article_id=f"article-{number}") for number, one in enumerate(timeline)]
    return fold("case-1", timeline, old=None, at=DAY)


@pytest.mark.parametrize(
    ("steps", "title", "status"),
    [
        (
            [("conviction", 0, {}), ("appeal", 300, {"evidence": QUASHED})],
            "Anna Berg: conviction overturned",
            "conviction overturned",
        ),
        ([("conviction", 0, {}), ("acquittal", 300, {})], "Anna Berg: acquittal", "acquitted"),
        (
            [("conviction", 0, {}), ("sentence", 9, {}), ("appeal", 300, {"evidence": "The sentence was set aside."})],
            "Anna Berg: sentence overturned",
            "convicted",
        ),
        (
            [("conviction", 0, {}), ("appeal", 300, {"evidence": "The court refused to quash the conviction."})],
            "Anna Berg: conviction",
            "convicted",
        ),
        (
            [("conviction", 0, {}), ("appeal", 90, {"evidence": QUASHED}), ("conviction", 400, {"date": "2026-04-04"})],
            "Anna Berg: conviction",
            "convicted",
        ),
        (
            [("appeal", 90, {"evidence": QUASHED}), ("conviction", 400, {"time_role": TimeRole.BACKGROUND})],
            "Anna Berg: conviction overturned",
            "conviction overturned",
        ),
        (
            [("arrest", 0, {}), ("extradition", 90, {"status": Status.DENIED}), ("release", 90, {})],
            "Anna Berg: extradition refused",
            "extradition refused",
        ),
        ([("arrest", 0, {}), ("release", 9, {})], "Anna Berg: release", "released"),
        (
            [("charge", 0, {}), ("dismissal", 90, {"evidence": "The judge threw the case out."})],
            "Anna Berg: dismissal",
            "case dismissed",
        ),
        (
            [("charge", 0, {}), ("dismissal", 90, {"evidence": "One count was dropped."})],
            "Anna Berg: charges",
            "charged",
        ),
        (
            [("conviction", 0, {"defendant": ("Iven Marlo",)}), ("acquittal", 0, {})],
            "Iven Marlo: conviction",
            "convicted",
        ),
        (
            [("conviction", 0, {}), ("acquittal", 0, {"defendant": ()})],
            "Anna Berg: conviction",
            "convicted",
        ),
    ],
)
def test_titles_and_statuses_stand_on_no_outcome_that_was_taken_back(
    steps: list[tuple[str, int, dict[str, Any]]], title: str, status: str
) -> None:
    made = case_of(*steps)
    assert (made.title, made.parties[0].status) == (title, status)


def test_a_dismissal_that_was_reversed_names_no_case_and_closes_none() -> None:
    suit = {"complainant": ("Tidal Films",)}
    back = {"evidence": "The appeals court reversed the dismissal and sent the case back.", **suit}
    made = case_of(("dismissal", 0, suit), ("appeal", 300, back))
    assert (made.title, made.state) == ("Tidal Films v. Anna Berg: dismissal overturned", "open")


def test_a_criminal_case_is_not_titled_like_a_suit() -> None:
    made = case_of(("charge", 0, {"complainant": ("Tidal Films",)}), ("appeal", 90, {"complainant": ("Tidal Films",)}))
    assert made.title == "Anna Berg: charges"


def test_a_title_names_only_those_whom_its_act_concerns() -> None:
    made = case_of(("charge", 0, {"defendant": ("Anna Berg", "Iven Marlo", "Otto Quist")}), ("sentence", 90, {}))
    assert made.title == "Anna Berg: sentence"


def test_what_an_article_tells_in_passing_does_not_take_its_headline() -> None:
    fine = event("fine", court="Quay court", time_role=TimeRole.BACKGROUND, date="2022", country="SE")
    seizure = event("seizure", authority=("Customs",), counts=(Count(n=12, unit=CountUnit.DEVICES),))
    main = event("seizure", main=True)
    titles = [fold("case-1", [linked(one)], old=None, at=DAY).title for one in (fine, seizure, main)]
    assert titles == ["Fine by Quay court (Sweden, 2022)", "Customs seized 12 devices", "Headline of first"]


def test_nobody_arrests_software() -> None:
    arrest = event("arrest", defendant=("GlassViper",), country="PL")
    assert fold("case-1", [linked(arrest)], old=None, at=DAY).title == "Arrest over GlassViper (Poland)"


def test_an_accused_named_in_passing_in_another_case_does_not_join_them() -> None:
    new = event("charge", defendant=("Otto Quist", "Anna Berg"), target=("a.example",), country="SE", date="2025-03-01")
    (strand,) = strands_of([new], Text("", DAY.date()))
    first = Party(name="Anna Berg", role="defendant")
    known = case(parties=(first,), types=(EventType.ARREST,), countries=("SE",), last_reported=DAY)
    shared = {"person:anna berg": 1, "surname:berg": 1, "target:a.example": 1}
    assert decide(strand, [Candidate(known, shared)]).verdict != "link"


def test_a_suit_over_a_site_meets_a_later_ruling_by_both_sides() -> None:
    suit = event("lawsuit_filed", complainant=("Tidal Films",), target=("Fastflix",))
    ruling = event("damages_award", complainant=("Tidal Films Inc.",), defendant=("Fastflix",))
    keys = [{key for key in keys_of([one], DAY.date()) if key.startswith("pair:")} for one in (suit, ruling)]
    assert keys == [{"pair:fastflix|tidal films"}] * 2


def test_figures_and_places_alone_open_a_new_case() -> None:
    (strand,) = strands_of([event("raid", country="SE")], Text("", DAY.date()))
    known = case(countries=("SE",), types=(EventType.RAID,), last_reported=DAY)
    decision = decide(strand, [Candidate(known, {"place:quay|SE|2025-03|investigate": 1, "prison:14|SE|2025-03": 1})])
    assert (decision.verdict, decision.case) == ("new", None)


def test_a_criminal_case_and_a_civil_suit_on_one_site_stay_two() -> None:
    known = case(types=(EventType.CHARGE,), countries=("SE",), last_date="2025-01-10")
    (strand,) = strands_of([event("lawsuit_filed", target=("a.example",), country="SE")], Text("", DAY.date()))
    decision = decide(strand, [Candidate(known, {"target:a.example": 1})])
    assert decision.verdict == "new"
    assert Relation.POSSIBLE_CASE not in {one.relation for one in known.related}
