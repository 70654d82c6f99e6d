"""A subscription is checked as a whole before it is kept."""

from datetime import UTC, datetime

import pytest

from schemas.query import QueryError
from schemas.taxonomy import ChangeKind, EventType
from streamer.commands.state import UserError
from streamer.commands.subscribe import channel_of, make_subscription

NOW = datetime(2026, 3, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("to", "channel"),
    [
        ("stdout", "stdout"),
        ("desk@paper.example", "email"),
        ("https://hooks.example/x?y=1", "webhook"),
        ("https://hooks.slack.com/services/T/B/x", "slack"),
    ],
)
def test_the_address_tells_the_channel(to: str, channel: str):
    assert channel_of(to)[0] == channel


@pytest.mark.parametrize(
    "to", ["desk", "a@b", "a b@c.example", "ftp://x.example", "https://", "x@y.example\nBcc: z@y.example"]
)
def test_an_address_that_is_none_is_refused(to: str):
    with pytest.raises(UserError, match="--to"):
        channel_of(to)


def test_everything_must_be_asked_for_aloud():
    with pytest.raises(UserError, match="--all"):
        make_subscription(now=NOW)
    assert make_subscription(everything=True, now=NOW).query == ""


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"rate": "hourly"}, "instant, daily, weekly"),
        ({"changes": ["corroborated"]}, "opened, updated, corrected"),
        ({"types": ["robbery"]}, "the types are"),
        ({"time_zone": "Mars/Olympus"}, "Europe/Paris"),
        ({"time_zone": "../etc/passwd"}, "Europe/Paris"),
    ],
)
def test_a_wrong_part_is_named_with_what_would_be_right(wrong: dict[str, object], said: str):
    with pytest.raises(UserError, match=said):
        make_subscription(query="arrest", now=NOW, **wrong)  # type: ignore[arg-type]


def test_a_query_that_cannot_be_read_is_not_kept():
    with pytest.raises(QueryError):
        make_subscription(query="type:(arrest OR", now=NOW)


def test_the_same_wish_has_the_same_id_and_webhooks_get_a_secret():
    first = make_subscription(query="arrest", to="https://hooks.example/x", types=["arrest"], now=NOW)
    again = make_subscription(query="arrest", to="https://hooks.example/x", types=["arrest"], now=NOW)
    assert first.id == again.id
    assert first.secret.startswith("whsec_")
    assert first.secret != again.secret
    assert first.types == (EventType.ARREST,)
    assert ChangeKind.CORROBORATED not in first.changes
    assert make_subscription(query="arrest", now=NOW).secret == ""
