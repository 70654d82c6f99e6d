"""The next poll comes when publisher, server and the feed's own pace say; feeds that move or fail are not lost."""

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from msgspec.structs import replace

from streamer.config import Feed
from streamer.contracts import FeedState
from streamer.feeds.client import Answer, Hop
from streamer.feeds.health import health
from streamer.feeds.moves import followed
from streamer.feeds.schedule import LONGEST, interval, jittered, pause_after_failure, rest

NOW = datetime(2026, 3, 20, 12, tzinfo=UTC)
FEED = Feed(name="g", url="http://example.org/feed")
STATE = FeedState(url=FEED.url, name="g", etag='"1"')


def items(gap: timedelta, *, count: int = 10, last: datetime = NOW) -> tuple[datetime, ...]:
    return tuple(last - gap * number for number in range(count))


def minutes(state=STATE, feed=FEED, **headers) -> float:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return interval(feed, state, named, NOW).total_seconds() / 60


def test_unknown_pace_is_an_hour():
    assert minutes() == 60


def test_pace_is_half_the_usual_gap_and_doubles_with_each_quiet_week():
    busy = replace(STATE, recent_items=items(timedelta(hours=4)))
    assert minutes(busy) == 120
    quiet = replace(STATE, recent_items=items(timedelta(hours=4), last=NOW - timedelta(days=15)))
    assert minutes(quiet) == 480
    assert minutes(replace(STATE, recent_items=items(timedelta(minutes=2)))) == 10


def test_what_feed_server_and_setting_ask_for_is_heeded_up_to_a_day():
    busy = replace(STATE, recent_items=items(timedelta(minutes=20)))
    assert minutes(busy) == 10
    assert minutes(replace(busy, minutes=90)) == 90
    assert minutes(busy, Cache_Control="public, max-age=1800") == 30
    assert minutes(busy, Cache_Control="no-cache, max-age=1800") == 10
    assert minutes(busy, Date="Fri, 20 Mar 2026 12:00:00 GMT", Expires="Fri, 20 Mar 2026 12:45:00 GMT") == 45
    assert minutes(busy, Expires="0") == 10
    assert minutes(busy, Cache_Control="max-age=99999999") == 1440
    assert minutes(busy, feed=replace(FEED, min_minutes=25)) == 25


def test_server_without_validators_is_asked_once_an_hour_at_most():
    assert minutes(replace(STATE, etag=None, recent_items=items(timedelta(minutes=20)))) == 60


@given(st.floats(0, 100))
def test_pauses_after_failures_grow_and_never_end(failures):
    now, later = (pause_after_failure(FEED, replace(STATE, failures=f)) for f in (failures, failures + 1))
    assert timedelta(minutes=10) <= now <= later <= timedelta(days=7)


def test_jitter_spreads_and_a_rest_is_never_shorter_than_asked():
    pauses = [jittered(timedelta(hours=1), Random(seed)) for seed in range(50)]
    assert min(pauses) >= timedelta(hours=1)
    assert max(pauses) <= timedelta(hours=1.1)
    assert len(set(pauses)) > 40
    assert all(timedelta(seconds=90) <= rest(90, Random(seed)) <= timedelta(seconds=3690) for seed in range(50))


# --- moves ----------------------------------------------------------------------------------------------------------


def moved(target: str, *statuses: int) -> Answer:
    return Answer(target, 200, {}, b"", tuple(Hop(status, target) for status in statuses))


def test_permanent_redirect_is_believed_after_seven_days_and_ten_sightings():
    target = "https://new.example.org/feed"
    state, at = STATE, NOW
    for _ in range(9):
        state, at = followed(state, moved(target, 308), at), at + timedelta(days=1)
    assert state.effective_url is None
    assert followed(state, moved(target, 301), at).effective_url == target
    assert (
        followed(replace(state, redirects_since=at - timedelta(days=6)), moved(target, 301), at).effective_url is None
    )


def test_temporary_redirect_or_another_target_starts_the_count_again():
    once = followed(STATE, moved("https://new.example.org/feed", 301), NOW)
    assert once.redirects_seen == 1
    assert followed(once, moved("https://new.example.org/feed", 301, 302), NOW).redirects_seen == 0
    assert followed(once, moved("https://other.example.org/feed", 301), NOW).redirects_seen == 1
    assert followed(once, Answer(FEED.url, 200, {}, b""), NOW).redirects_since is None


def test_https_on_the_same_host_is_taken_at_once():
    assert followed(STATE, moved("https://example.org/feed", 301), NOW).effective_url == "https://example.org/feed"
    assert followed(STATE, moved("https://example.org/other", 301), NOW).effective_url is None


def test_feed_that_moves_onto_another_is_paused():
    target = "https://example.org/feed"
    state = followed(STATE, moved(target, 301), NOW, taken={target})
    assert target in state.paused
    assert state.effective_url is None


# --- health ---------------------------------------------------------------------------------------------------------


def verdict(**changes) -> tuple[str, str]:
    state = replace(STATE, last_polled_at=NOW, last_ok_at=NOW, items_seen=10, **changes)
    [row] = health({FEED.url: state}, [FEED, replace(FEED, url="x", enabled=False)], NOW)
    return row.health, row.sentence


@pytest.mark.parametrize(
    ("changes", "word", "told"),
    [
        ({"recent_items": items(timedelta(hours=5))}, "ok", "5 hours"),
        ({}, "ok", "10 items"),
        ({"paused": "gone (410) for more than a day"}, "paused", "gone"),
        ({"failures": 0.5, "last_error": "no answer in time"}, "failing", "no answer in time"),
        ({"empty_polls": 3}, "quiet", "no item"),
        ({"recent_items": items(timedelta(days=1), last=NOW - timedelta(days=20))}, "stale", "20 days"),
        (
            {"recent_items": (*items(timedelta(hours=6), last=NOW - timedelta(days=8)), NOW)},
            "quiet",
            "1 items in the last",
        ),
    ],
)
def test_health_says_in_words_how_a_feed_is(changes, word, told):
    health_word, sentence = verdict(**changes)
    assert health_word == word
    assert told in sentence


def test_feed_that_was_never_polled_is_new():
    assert health({}, [FEED], NOW)[0].health == "new"


def test_longest_interval_is_a_day():
    assert timedelta(days=1) == LONGEST
