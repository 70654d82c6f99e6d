"""Slots: the things of an article, and which act they belong to."""

import math

import pytest
from reading import named, read, read_with

from agents.grammar.acts import Act, fill, likely_acts, needed, one_person
from agents.grammar.arguments import Filler, chosen, in_reach, slots_of
from agents.grammar.candidates import propose
from agents.grammar.cases import case_numbers
from agents.grammar.decide import Decided
from agents.grammar.groups import Group, groups, one_name
from agents.grammar.judge import Judged, describe, judge
from agents.grammar.mention import Mention, MoneyValue
from agents.grammar.model import shipped_models
from agents.grammar.others import without_kin_and_others
from agents.grammar.pairing import group_features, pair_features
from agents.grammar.reading import Reading
from agents.grammar.values import money_kind, named_once, term_of, text_of
from schemas.taxonomy import EventType, Status

TEXT = """# Flume sues Vane

Flume Ltd has sued John Vane in London. The company wants £2 million.

Vane was fined €5,000 in 2019. Flume said nothing.
"""


def group(reading: Reading, name: str) -> Group:
    return next(g for g in groups(reading) if g.key[0] == name)


def judged(reading: Reading, kind: EventType, status: Status = Status.HAPPENED, news: float = 0.9) -> Judged:
    candidate = next(c for c in propose(reading) if c.type == kind)
    return Judged(candidate, 0.9, 0.9, status, 0.9, news)


def test_mentions_of_one_thing_are_one_group() -> None:
    reading = read_with(TEXT, *named(TEXT, "Flume", canonical="Flume Ltd"), *named(TEXT, "Vane", "person"))
    flume = group(reading, "flume")
    assert flume.family == "name"
    assert flume.sentences == (0, 1, 4)
    assert slots_of(flume) == ["authority", "complainant", "defendant", "target"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Flume", "Flume, Inc."),
        ("Flume Co., Ltd.", "flume"),
        ("swarm.example", "Swarm"),
        ("www.swarm.co.uk", "swarm.to"),
    ],
)
def test_a_legal_form_or_an_ending_makes_no_other_name(one: str, other: str) -> None:
    assert one_name(one) == one_name(other)


@pytest.mark.parametrize(("one", "other"), [("Flume of America", "Flume"), ("Co", "Ltd"), ("tv.to", "tv.is")])
def test_different_names_stay_apart(one: str, other: str) -> None:
    assert one_name(one) != one_name(other)


def test_courts_places_and_values_have_families_of_their_own() -> None:
    reading = read("The District Court of Hamburg fined Vane €500 and jailed him for two years in May 2023.")
    families = {g.family for g in groups(reading)}
    assert {"court", "country", "money", "term", "date"} <= families


def test_groups_say_how_near_they_are() -> None:
    reading = read_with(TEXT, *named(TEXT, "Flume"))
    flume = group(reading, "flume")
    assert flume.around(1) == (1, 1, 3)
    before, here, after = flume.around(4)
    assert (before, here) == (3, 1)
    assert math.isnan(after)
    assert flume.nearest(TEXT.index("The company"), 2) == 1


def test_values_reach_less_far_than_names() -> None:
    text = "Vane was fined €5,000.\n\n" + "Nothing more happened.\n\n" * 12 + "Flume was raided."
    reading = read(text)
    raid = next(c for c in propose(reading) if c.type == "raid")
    money = next(g for g in groups(reading) if g.family == "money")
    assert not in_reach(raid, money)
    fine = next(c for c in propose(reading) if c.type == "fine")
    assert in_reach(fine, money)


def test_pair_features_say_side_and_way() -> None:
    reading = read_with(TEXT, *named(TEXT, "John Vane", "person"), *named(TEXT, "Flume Ltd"))
    suit = next(c for c in propose(reading) if c.type == "lawsuit_filed" and c.sentence == 1)
    found = pair_features(reading, suit, group(reading, "john vane"))
    assert {"where=here", "side=right:person", "path=:right"} <= set(found)
    later = next(c for c in propose(reading) if c.type == "fine")
    assert "where=before2" in pair_features(reading, later, group(reading, "john vane"))
    assert "name=john vane" in group_features(reading, group(reading, "john vane"))


def test_a_name_keeps_its_likeliest_role_and_single_slots_one_value() -> None:
    reading = read_with(TEXT, *named(TEXT, "Flume Ltd"), *named(TEXT, "John Vane", "person"))
    flume, vane = group(reading, "flume"), group(reading, "john vane")
    fillers = [
        Filler("defendant", vane, 0.9),
        Filler("target", vane, 0.6),
        Filler("complainant", flume, 0.7),
        Filler("court", flume, 0.8),
        Filler("court", vane, 0.7),
    ]
    kept = chosen(fillers)
    assert [f.group for f in kept["defendant"]] == [vane]
    assert [f.group for f in kept["court"]] == [flume]
    assert not kept["target"]


def test_a_name_from_afar_must_be_likelier() -> None:
    text = "Flume Ltd met. " + "Nothing happened. " * 6 + "Police raided a house."
    reading = read_with(text, *named(text, "Flume Ltd"))
    flume = Filler("defendant", group(reading, "flume"), 0.45)
    assert needed(flume, 1) < flume.likely < needed(flume, 7)


def test_a_company_is_acted_against_as_a_defendant() -> None:
    text = "Police raided Flume Ltd and Grinder. Flume said nothing."
    reading = read_with(text, *named(text, "Flume Ltd"), *named(text, "Grinder", "service"))
    flume, grinder = group(reading, "flume"), group(reading, "grinder")
    kept = chosen([Filler("target", flume, 0.9), Filler("target", grinder, 0.8)])
    assert [f.group for f in kept["defendant"]] == [flume]
    assert [f.group for f in kept["target"]] == [grinder]


def test_models_fill_the_slots_of_a_plain_sentence() -> None:
    reading = read(TEXT)
    likely = likely_acts(reading, judge(list(describe(reading)), shipped_models()), shipped_models())
    acts = fill(reading, likely, shipped_models().forests)
    suit = next(a for a in acts if a.judged.candidate.type == "lawsuit_filed" and a.judged.candidate.sentence == 1)
    assert ("complainant", "flume") in suit.identity
    assert ("defendant", "john vane") in suit.identity


@pytest.mark.parametrize(
    ("sentence", "kind", "status", "expected"),
    [
        ("He was fined €5,000.", EventType.FINE, Status.HAPPENED, "fine"),
        ("He must forfeit €5,000.", EventType.FORFEITURE, Status.HAPPENED, "forfeiture"),
        ("He must pay €5,000 in restitution.", EventType.FORFEITURE, Status.HAPPENED, "restitution"),
        ("The firm asked for damages of €5,000.", EventType.DAMAGES_AWARD, Status.SOUGHT, "sought"),
        ("They were charged over goods worth €5,000.", EventType.CHARGE, Status.HAPPENED, "other"),
        ("Police seized goods worth €5,000.", EventType.SEIZURE, Status.HAPPENED, "seized"),
        ("He was arrested with €5,000.", EventType.ARREST, Status.HAPPENED, "other"),
    ],
)
def test_the_kind_of_an_amount_is_what_the_sentence_does_with_it(
    sentence: str, kind: EventType, status: Status, expected: str
) -> None:
    start = sentence.index("€")
    value = MoneyValue(amount=5000, currency="EUR")
    reading = read_with(sentence, Mention(start, start + 6, "money", value, "test"))
    money = groups(reading)[0]
    act = Act(judged(reading, kind, status), {})
    assert money_kind(Filler("money", money, 0.9), reading, act) == expected


@pytest.mark.parametrize(
    ("sentence", "status", "months"),
    [
        ("Vane was sentenced to four years in prison.", Status.HAPPENED, 48.0),
        ("Vane was sentenced to time served and 20 years of supervised release.", Status.HAPPENED, None),
        ("Vane was sentenced to three years of probation.", Status.HAPPENED, None),
        ("Vane was sentenced to three years in prison and three years of supervised release.", Status.HAPPENED, 36.0),
        ("Vane was given a two-year suspended sentence.", Status.HAPPENED, 24.0),
        ("Prosecutors want Vane to be sentenced to between 4 and 6 years in prison.", Status.SOUGHT, None),
    ],
)
def test_only_custody_is_a_prison_term(sentence: str, status: Status, months: float | None) -> None:
    reading = read(sentence)
    term = next(g for g in groups(reading) if g.family == "term")
    act = Act(judged(reading, EventType.SENTENCE, status), {})
    assert term_of(Filler("prison", term, 0.9), reading, act) == months


def test_a_docket_is_taken_from_the_sentence_or_where_it_is_the_only_one() -> None:
    text = "Flume sued. The case is 1:23-cv-01234. Vane was fined."
    reading = read(text)
    assert text_of(named_once(reading, 1, "docket", news=False)) == "1:23-cv-01234"
    assert named_once(reading, 0, "docket", news=False) is None
    assert text_of(named_once(reading, 0, "docket", news=True)) == "1:23-cv-01234"
    assert text_of(named_once(reading, 0, "operation", news=True)) is None


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("He was fined.", ["doe"]),
        ("She was fined. Vane agreed.", ["doe"]),
        ("They were fined.", ["vane", "doe"]),
        ("He and another man were fined.", ["vane", "doe"]),
        ("He was fined with Doe.", ["vane", "doe"]),
    ],
)
def test_he_is_one_person(sentence: str, told: list[str]) -> None:
    text = f"Vane was arrested. Doe met him. {sentence}"
    reading = read_with(text, *named(text, "Vane", "person"), *named(text, "Doe", "person"))
    both = {"defendant": [Filler("defendant", group(reading, name), 0.9) for name in ("vane", "doe")]}
    kept = one_person(reading, judged(reading, EventType.FINE), both)
    assert [filler.group.key[0] for filler in kept["defendant"]] == told


@pytest.mark.parametrize(
    ("sentence", "told"),
    [
        ("Vane was arrested.", ["vane", "doe"]),
        ("Vane's brother was arrested.", ["doe"]),
        ("Vane's former business partner was arrested.", ["doe"]),
        ("Vane's brother and Vane were arrested.", ["vane", "doe"]),
        ("Another 38 people were arrested.", []),
        ("With Vane, two more men were arrested.", ["vane"]),
        ("Vane's site was arrested.", ["vane", "doe"]),
    ],
)
def test_what_befalls_kin_or_others_befalls_nobody_else(sentence: str, told: list[str]) -> None:
    text = f"Doe met Vane. {sentence}"
    reading = read_with(text, *named(text, "Vane", "person"), *named(text, "Doe", "person"))
    both = [Filler("defendant", group(reading, name), 0.9) for name in ("vane", "doe")]
    kept = without_kin_and_others(reading, judged(reading, EventType.ARREST), both)
    assert [filler.group.key[0] for filler in kept] == told


def test_what_is_taken_from_others_is_no_arrest_of_them() -> None:
    text = "Doe met Vane. Vane's brother was raided."
    reading = read_with(text, *named(text, "Vane", "person"))
    [vane] = [Filler("defendant", group(reading, "vane"), 0.9)]
    assert without_kin_and_others(reading, judged(reading, EventType.RAID), [vane]) == [vane]


def test_acts_against_one_party_are_one_case() -> None:
    text = "Vane was arrested. Vane was charged. Flume was raided. It was a search. He was sentenced."
    reading = read_with(text, *named(text, "Vane", "person"), *named(text, "Flume"))
    vane, flume = group(reading, "vane"), group(reading, "flume")

    def decided(kind: EventType, *parties: Group) -> Decided:
        return Decided(
            Act(judged(reading, kind), {"defendant": [Filler("defendant", p, 0.9) for p in parties]}), 0.9, 0.9
        )

    arrest, charge = decided(EventType.ARREST, vane), decided(EventType.CHARGE, vane)
    raid, unnamed = decided(EventType.RAID, flume), decided(EventType.RAID)
    assert case_numbers([arrest, charge, raid, unnamed]) == [0, 0, 1, 1]
    assert case_numbers([unnamed, arrest]) == [0, 0]
    assert case_numbers([unnamed]) == [0]
    assert case_numbers([]) == []
    both = decided(EventType.SENTENCE, vane, flume)
    assert case_numbers([arrest, raid, both]) == [0, 0, 0]
