"""A subscription is checked as a whole before it is kept."""

from datetime import UTC, datetime

import pytest

from schemas.query import QueryError
from schemas.taxonomy import ChangeKind, EventType
from streamer.commands.state import UserError
from streamer.commands.subscription_form import changed, channel_of, make_subscription, scoped

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
    "to", ["desk", "feeds", "a@b", "a b@c.example", "ftp://x.example", "https://", "x@y.example\nBcc: z@y.example"]
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


def test_a_scope_is_a_query():
    assert scoped("", cases=["case-1"]) == "case_id:case-1"
    assert scoped("type:arrest OR type:raid", cases=["case-1", "case-2"]) == (
        "(case_id:case-1 OR case_id:case-2) AND (type:arrest OR type:raid)"
    )
    party = scoped("", parties=['Tidal "T" Films'])
    assert party.startswith('complainant:"Tidal \\"T\\" Films" OR defendant:')
    assert scoped("", services=["Fastflix.example"]) == "target:Fastflix.example OR domain:fastflix.example"
    assert make_subscription(query=party, now=NOW).query == party


def test_quiet_hours_and_mutes_are_the_subscribers_own():
    made = make_subscription(
        query="arrest", quiet="22:00-07:00", mute_until="2026-08-17", time_zone="Asia/Tokyo", now=NOW
    )
    assert made.quiet == ("22:00", "07:00")
    assert made.muted_until == datetime(2026, 8, 16, 15, tzinfo=UTC)
    ended = changed(made, quiet="", mute_until="")
    assert (ended.quiet, ended.muted_until) == (None, None)


@pytest.mark.parametrize("quiet", ["22-7", "24:00-07:00", "07:00-07:00", "22:00-07:00-09:00", "22:00"])
def test_quiet_hours_that_are_none_are_refused(quiet: str):
    with pytest.raises(UserError, match="--quiet"):
        make_subscription(query="arrest", quiet=quiet, now=NOW)


def test_a_mute_that_ends_never_is_refused():
    with pytest.raises(UserError, match="--mute-until"):
        make_subscription(query="arrest", mute_until="soon", now=NOW)


def test_an_edit_changes_what_is_given_and_nothing_else():
    made = make_subscription(query="arrest", to="https://hooks.example/x", types=["arrest"], rate="daily", now=NOW)
    edited = changed(made, query="raid", types=[], min_confidence=0.5)
    assert (edited.id, edited.secret, edited.rate, edited.created_at) == (made.id, made.secret, "daily", NOW)
    assert (edited.query, edited.types, edited.min_confidence) == ("raid", (), 0.5)
    moved = changed(made, to="desk@paper.example")
    assert (moved.channel, moved.address, moved.secret) == ("email", "desk@paper.example", "")
    with pytest.raises(UserError, match="--all"):
        changed(made, query=" ")
    with pytest.raises(QueryError):
        changed(made, query="type:(arrest OR")


def test_a_feed_gets_an_address_that_nobody_can_guess():
    made = make_subscription(query="arrest", to="feed", now=NOW)
    assert (made.channel, made.address) == ("feed", "")
    assert len(made.secret) >= 32
