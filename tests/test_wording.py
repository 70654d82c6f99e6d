"""Events in words: what a line says, and what it must not say."""

from typing import Any

import pytest
from casework import event

from agents.wording import line_of
from schemas.events import Count, Money
from schemas.taxonomy import CountUnit, EventType, MoneyKind, Status

ELEVEN = (Count(n=11, unit=CountUnit.PEOPLE),)
POUNDS = (Money(amount=412_000, currency="GBP", kind=MoneyKind.FORFEITURE),)
YEN = (Money(amount=460_000_000, currency="JPY", kind=MoneyKind.SOUGHT),)


@pytest.mark.parametrize(
    ("type_", "fields", "line"),
    [
        (
            "arrest",
            {"authority": ("Lanport police",), "counts": ELEVEN, "target": ("Shoal Comics",), "country": "CN"},
            "Lanport police arrested 11 people over Shoal Comics (China)",
        ),
        ("arrest", {"counts": ELEVEN, "country": "US"}, "11 people arrested (United States)"),
        ("arrest", {"status": Status.ALLEGED, "defendant": ("Mara Lind",)}, "arrest of Mara Lind alleged"),
        ("raid", {"status": Status.PLANNED, "target": ("Shoal",)}, "raid on Shoal planned"),
        ("guilty_plea", {"defendant": ("Mara Lind",)}, "Mara Lind pleaded guilty"),
        (
            "sentence",
            {"court": "Lanport court", "defendant": ("Mara Lind",), "prison_months": 14.0, "suspended": True},
            "Lanport court sentenced Mara Lind: 14 months in prison, suspended",
        ),
        (
            "sentence",
            {"status": Status.SOUGHT, "authority": ("Lanport prosecutors",), "defendant": ("Mara Lind",)},
            "Lanport prosecutors asked for a sentence for Mara Lind",
        ),
        (
            "lawsuit_filed",
            {"complainant": ("Tidal", "Quay", "Moor"), "defendant": ("Acme",), "money": YEN, "country": "JP"},
            "Tidal and 2 others sued Acme (Japan): JPY 460,000,000 asked for",
        ),
        (
            "site_blocking",
            {"status": Status.ORDERED, "court": "Harbour court", "target": ("a.example", "b.example")},
            "Harbour court ordered the blocking of a.example and b.example",
        ),
        (
            "injunction",
            {"status": Status.DENIED, "court": "Harbour court", "complainant": ("Tidal",), "defendant": ("Acme",)},
            "Harbour court refused an injunction against Acme",
        ),
        (
            "appeal",
            {"status": Status.SOUGHT, "complainant": ("Tidal",), "defendant": ("Acme",)},
            "appeal in the case of Acme asked for",
        ),
        ("damages_award", {}, "damages"),
        (
            "arrest",
            {"authority": ("Lanport police",), "target": ("Shoal",)},
            "arrest by Lanport police over Shoal",
        ),
        (
            "seizure",
            {"counts": (Count(n=55, unit=CountUnit.DOMAINS),), "target": ("a.example",), "authority": ("Customs",)},
            "Customs seized 55 domains of a.example",
        ),
        (
            "raid",
            {"counts": (Count(n=1300, unit=CountUnit.DEVICES),), "target": ("Shoal",)},
            "Shoal raided",
        ),
        (
            "seizure",
            {
                "counts": (Count(n=2, unit=CountUnit.ITEMS),),
                "money": tuple(Money(amount=n, currency="EUR", kind=MoneyKind.SEIZED) for n in (180_000, 2_800)),
            },
            "2 items seized: EUR 180,000 and EUR 2,800 seized",
        ),
        ("seizure", {"defendant": ("Mara Lind",)}, "property of Mara Lind seized"),
        (
            "arrest",
            {
                "authority": ("Quay Bureau (QB)",),
                "defendant": ("Mara Lind",),
                "money": (Money(amount=9, currency="EUR", kind=MoneyKind.OTHER),),
            },
            "Quay Bureau arrested Mara Lind",
        ),
        ("fine", {"authority": ("Quay regulator",)}, "fine by Quay regulator"),
        ("arrest", {"status": Status.ORDERED, "court": "Quay court"}, "Quay court ordered an arrest"),
        ("damages_award", {"status": Status.SOUGHT, "complainant": ("Tidal",)}, "Tidal asked for damages"),
        (
            "forfeiture",
            {"court": "Quay court", "defendant": ("Mara Lind",), "money": POUNDS, "country": "GB"},
            "Quay court ordered Mara Lind to forfeit GBP 412,000 (United Kingdom)",
        ),
        ("forfeiture", {"defendant": ("Mara Lind",)}, "Mara Lind ordered to forfeit assets"),
        (
            "forfeiture",
            {"court": "Quay court", "target": ("a.example",)},
            "Quay court ordered the forfeiture of a.example",
        ),
        (
            "forfeiture",
            {"status": Status.SOUGHT, "authority": ("Prosecutors",), "defendant": ("Mara Lind",), "money": POUNDS},
            "Prosecutors asked for the forfeiture of assets by Mara Lind: GBP 412,000 forfeiture",
        ),
        (
            "arrest",
            {"authority": ("US prosecutors",), "defendant": ("GlassViper",), "country": "PL"},
            "arrest by US prosecutors over GlassViper (Poland)",
        ),
        (
            "site_blocking",
            {"status": Status.ORDERED, "court": "Harbour court", "defendant": ("Lannet", "Quaytel")},
            "Harbour court ordered the blocking of sites by Lannet and Quaytel",
        ),
        (
            "site_blocking",
            {"court": "Harbour court", "defendant": ("Lannet",)},
            "Harbour court ordered Lannet to block sites",
        ),
        (
            "site_blocking",
            {"counts": (Count(n=2, unit=CountUnit.SITES),), "target": ("a.example", "b.example")},
            "a.example and b.example blocked",
        ),
        (
            "site_blocking",
            {"counts": (Count(n=9, unit=CountUnit.SITES),), "target": ("a.example", "b.example", "c.example")},
            "9 sites, among them a.example and 2 others blocked",
        ),
        ("lawsuit_filed", {"complainant": ("Naaldzoek BV",), "defendant": ("Naaldzoek",)}, "Naaldzoek sued"),
        ("fine", {"defendant": ("Acme Hosting", "Acme", "Acme hosting")}, "Acme Hosting fined"),
        ("lawsuit_filed", {"defendant": ("Acme", "Acme's Shop")}, "Acme and Acme's Shop sued"),
        (
            "damages_award",
            {
                "court": "Quay court",
                "complainant": ("Tidal Foundation",),
                "defendant": ("Acme",),
                "money": (Money(amount=65_000, currency="EUR", kind=MoneyKind.DAMAGES),),
                "evidence": "The verdict orders Tidal to pay 65,000 euros.",
            },
            "Quay court decided on damages in the case of Acme: EUR 65,000 damages",
        ),
        (
            "ruling_other",
            {"status": Status.SOUGHT, "defendant": ("Mara Lind",), "target": ("Shoal",)},
            "ruling in the case of Mara Lind asked for over Shoal",
        ),
        (
            "injunction",
            {
                "court": "Lanport District Court",
                "defendant": ("Acme",),
                "evidence": "The Court of Appeal enjoined Acme.",
            },
            "injunction issued against Acme",
        ),
        ("arrest", {"court": "Quay court", "defendant": ("Mara Lind",)}, "Mara Lind arrested"),
        ("lawsuit_filed", {"court": "Quay court", "defendant": ("Acme",)}, "Acme sued"),
        ("sentence", {"authority": ("Quay Police",), "defendant": ("Mara Lind",)}, "Mara Lind sentenced"),
        ("fine", {"court": "Quay court", "defendant": ("Acme",)}, "Quay court fined Acme"),
        (
            "sentence",
            {"defendant": ("Mara Lind",), "prison_months": 6.0, "evidence": "She got a six-month suspended sentence."},
            "Mara Lind sentenced: 6 months in prison (the quote speaks of a suspended sentence)",
        ),
    ],
)
def test_a_line_says_what_happened_and_no_more(type_: str, fields: dict[str, Any], line: str) -> None:
    assert line_of(event(type_, **fields)) == line


@pytest.mark.parametrize("type_", EventType)
@pytest.mark.parametrize(
    ("status", "word"),
    [
        (Status.SOUGHT, "asked for"),
        (Status.PLANNED, "planned"),
        (Status.ALLEGED, "alleged"),
        (Status.DENIED, "refused"),
        (Status.HYPOTHETICAL, "possible"),
        (Status.ORDERED, "ordered"),
    ],
)
def test_what_is_not_done_is_never_told_as_done(type_: EventType, status: Status, word: str) -> None:
    names = {"authority": ("Quay police",), "court": "Quay court", "complainant": ("Tidal",), "defendant": ("Acme",)}
    assert word in line_of(event(type_, status=status, **names))
    assert word in line_of(event(type_, status=status))


QUOTE = "Quay police led Mara Lind away."


@pytest.mark.parametrize(
    ("fields", "line"),
    [
        (
            {"authority": ("Quay police",), "defendant": ("Mara Lind", "Ovid Tarn"), "target": ("Shoal",)},
            "Quay police arrested Mara Lind",
        ),
        ({"authority": ("Lanport Bureau",), "defendant": ("Mara Lind",)}, "Mara Lind arrested"),
        ({"defendant": ("Ovid Tarn",), "counts": ELEVEN}, "11 people arrested"),
        ({"defendant": ("Ovid Tarn",)}, "Ovid Tarn arrested"),
        ({"defendant": ("Ovid Tarn", "Una Tarn")}, "arrest"),
    ],
)
def test_a_line_names_only_whom_its_quote_bears_out(fields: dict[str, Any], line: str) -> None:
    names = {role: fields[role] for role in ("authority", "defendant", "target") if role in fields}
    spans = {role: tuple(_place(name) for name in several) for role, several in names.items()}
    assert line_of(event("arrest", evidence=QUOTE, span=(0, len(QUOTE)), spans=spans, **fields)) == line


def _place(name: str) -> tuple[int, int]:
    """Return where a name was read: in the quote, or somewhere behind it."""
    start = QUOTE.find(name)
    return (start, start + len(name)) if start >= 0 else (900, 900 + len(name))


@pytest.mark.parametrize(
    ("evidence", "line"),
    [
        ("Its appeal was dismissed.", "appeal dismissed in the case of Acme"),
        ("The court rejected the company’s appeal.", "appeal dismissed in the case of Acme"),
        ("The Court of Appeal upheld the order.", "decision upheld on appeal in the case of Acme"),
        ("The Court of Appeal overturned the award.", "decision overturned on appeal in the case of Acme"),
        ("Acme filed an appeal on Monday.", "appeal filed in the case of Acme"),
        ("The Court of Appeal heard both sides.", "appeal in the case of Acme"),
    ],
)
def test_an_appeal_is_told_with_the_outcome_that_its_quote_states(evidence: str, line: str) -> None:
    assert line_of(event("appeal", defendant=("Acme",), evidence=evidence)) == line


@pytest.mark.parametrize(
    ("status", "evidence", "line"),
    [
        (Status.PLANNED, "A jury trial is set for May.", "trial in the case of Acme planned"),
        (Status.PLANNED, "The hearing is on Monday.", "hearing in the case of Acme planned"),
        (Status.HAPPENED, "The trial began on Monday.", "trial begun in the case of Acme"),
        (Status.HAPPENED, "The judge stayed the case.", "proceedings stayed in the case of Acme"),
        (Status.HAPPENED, "The judge denied the motion.", "court ruling in the case of Acme"),
    ],
)
def test_a_step_of_a_court_that_rules_on_nothing_is_not_told_as_a_ruling(
    status: Status, evidence: str, line: str
) -> None:
    assert line_of(event("ruling_other", status=status, defendant=("Acme",), evidence=evidence)) == line


def test_terms_of_several_people_are_no_one_s_own() -> None:
    pair = {"defendant": ("Mara Lind", "Ovid Tarn"), "prison_months": 30.0}
    each = event("sentence", evidence="Lind got 30 months and Tarn 21.", **pair)
    assert line_of(each) == "Mara Lind and Ovid Tarn sentenced: up to 2 years and 6 months in prison"
    together = event("sentence", evidence="The two were sentenced to more than five years.", **pair)
    assert line_of(together) == "Mara Lind and Ovid Tarn sentenced"
