"""What is plainly asked for is never told as decided."""

import pytest

from agents.grammar.status_rules import settled
from schemas.taxonomy import EventType, Status


def status_of(sentence: str, trigger: str, kind: EventType, status: Status = Status.HAPPENED) -> Status:
    return settled(status, kind, sentence, sentence.index(trigger))


@pytest.mark.parametrize(
    ("sentence", "trigger", "kind"),
    [
        ("The label filed a motion for damages of $1.1 million.", "damages", EventType.DAMAGES_AWARD),
        ("On Monday Quarry asked the High Court in Dublin for an injunction.", "injunction", EventType.INJUNCTION),
        ("The union is seeking a fine of up to 2 million euros.", "fine", EventType.FINE),
        ("The state lodged an application for the forfeiture of two flats.", "forfeiture", EventType.FORFEITURE),
        ("In all they are demanding 4 million yen in damages.", "damages", EventType.DAMAGES_AWARD),
        ("The parties ask the judge to dismiss the case.", "dismiss", EventType.DISMISSAL),
        ("The Government is seeking forfeiture of 88 bitcoin.", "forfeiture", EventType.FORFEITURE),
    ],
)
def test_what_is_asked_for_is_sought(sentence: str, trigger: str, kind: EventType):
    assert status_of(sentence, trigger, kind) is Status.SOUGHT


@pytest.mark.parametrize(
    ("sentence", "trigger", "kind"),
    [
        ("The judge granted the motion for damages of $1.1 million.", "damages", EventType.DAMAGES_AWARD),
        ("The firm asked the court to overturn the injunction.", "injunction", EventType.INJUNCTION),
        ("The firm that had sought a licence was fined on Monday.", "fined", EventType.FINE),
        ("Sought by police for years, he was handed a sentence of two years.", "sentence", EventType.SENTENCE),
        ("The court issued an injunction.", "injunction", EventType.INJUNCTION),
        ("She wanted to appeal after the judge ordered her to pay damages.", "damages", EventType.DAMAGES_AWARD),
    ],
)
def test_what_was_decided_stays_decided(sentence: str, trigger: str, kind: EventType):
    assert status_of(sentence, trigger, kind) is Status.HAPPENED


SUM = "This brings the total damages amount to $17,500."


@pytest.mark.parametrize(
    ("headline", "sentence", "status"),
    [
        ("Quarry seeks damages from streamer", SUM, Status.SOUGHT),
        ("Court sides with Quarry, which seeks damages", SUM, Status.HAPPENED),
        ("Streamer to pay Quarry", SUM, Status.HAPPENED),
        ("Quarry seeks damages from streamer", "The jury awarded damages of $17,500.", Status.HAPPENED),
    ],
)
def test_a_sum_without_a_decision_is_what_the_headline_says_of_it(headline: str, sentence: str, status: Status):
    at = sentence.index("damages")
    assert settled(Status.HAPPENED, EventType.DAMAGES_AWARD, sentence, at, headline=headline) is status


def test_only_what_somebody_else_decides_can_be_asked_for():
    assert status_of("Police sought a man, and arrested him.", "arrested", EventType.ARREST) is Status.HAPPENED


def test_other_statuses_are_left_alone():
    sentence = "The label filed a motion for damages."
    assert status_of(sentence, "damages", EventType.DAMAGES_AWARD, Status.DENIED) is Status.DENIED


@pytest.mark.parametrize(
    "sentence",
    [
        "Roe has been refused bail in a Sydney court.",
        "His plea for anticipatory bail was rejected by the High Court.",
        "Roe lost his bid for bail on Tuesday.",
    ],
)
def test_who_is_refused_bail_is_not_released(sentence: str):
    assert status_of(sentence, "bail", EventType.RELEASE) is Status.DENIED


@pytest.mark.parametrize(
    "sentence",
    [
        "Roe was granted bail, and his passport was kept.",
        "Roe was released on bail in March and has denied the charges.",
        "Roe denied the charges and is out on bail.",
    ],
)
def test_who_is_granted_bail_is_released(sentence: str):
    assert status_of(sentence, "bail", EventType.RELEASE) is Status.HAPPENED


@pytest.mark.parametrize(
    "sentence",
    [
        "He was granted bail until sentence, which will be passed on 12 September.",
        "Roe pleaded guilty and will be sentenced in May.",
        "Roe is yet to be sentenced.",
        "Roe and Doe await sentencing after their pleas.",
    ],
)
def test_a_sentence_that_is_awaited_is_still_to_come(sentence: str):
    assert status_of(sentence, "sentenc", EventType.SENTENCE) is Status.PLANNED


def test_a_sentence_that_was_passed_stays_passed_beside_one_to_come():
    text = "Roe was sentenced to five years in prison on Monday, and his brother will be sentenced in May."
    assert status_of(text, "sentenced", EventType.SENTENCE) is Status.HAPPENED


def test_a_plea_that_is_agreed_is_still_to_come():
    assert status_of("Roe has agreed to plead guilty.", "plead", EventType.GUILTY_PLEA) is Status.PLANNED
    assert status_of("Roe agreed and pleaded guilty.", "plead", EventType.GUILTY_PLEA) is Status.HAPPENED
