"""What is plainly asked for is never told as decided."""

import pytest

from agents.grammar.request import settled
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
        ("The parties ask the judge to dismiss the case.", "dismiss", EventType.DISMISSAL),
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


def test_only_what_somebody_else_decides_can_be_asked_for():
    assert status_of("Police sought a man, and arrested him.", "arrested", EventType.ARREST) is Status.HAPPENED


def test_other_statuses_are_left_alone():
    sentence = "The label filed a motion for damages."
    assert status_of(sentence, "damages", EventType.DAMAGES_AWARD, Status.DENIED) is Status.DENIED
