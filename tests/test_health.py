"""The health page and the check of a container: a worker that does nothing must not look well."""

import json
import logging
import urllib.error
import urllib.request

import pytest

from streamer.contracts import StageHealth
from streamer.runtimes.health import Stillness, check, serve, verdict
from streamer.runtimes.kafka_logs import OncePer


def stage(**changed) -> StageHealth:
    return StageHealth(**changed)


def test_a_stage_that_passes_messages_does_not_stand_still():
    stillness = Stillness()
    assert [stillness.note("link", lag=9, passed=n, at=100.0 * n) for n in range(3)] == [0, 0, 0]


def test_a_stage_that_passes_none_stands_still_from_the_first_look():
    stillness = Stillness()
    assert [stillness.note("link", lag=9, passed=4, at=at) for at in (10, 20, 45)] == [0, 10, 35]
    assert stillness.note("link", lag=9, passed=5, at=50) == 0


def test_an_idle_stage_does_not_stand_still():
    stillness = Stillness()
    assert [stillness.note("link", lag=0, passed=4, at=at) for at in (10, 99)] == [0, 0]
    assert stillness.note("link", lag=1, passed=4, at=120) == 21


def test_time_spent_waiting_for_our_own_side_does_not_count():
    stillness = Stillness()
    stillness.note("index", lag=9, passed=4, at=0)
    assert stillness.note("index", lag=9, passed=4, at=3600, excused=True) == 0
    assert stillness.note("index", lag=9, passed=4, at=3605) == 5


def test_the_verdict_tells_standing_still_from_waiting():
    assert verdict({"link": stage(lag=3, still=30)}, limit=60) == ""
    assert verdict({"link": stage(lag=3, still=90)}, limit=60) == "link: 3 wait, none passed for 90 s"
    assert verdict({"index": stage(lag=3, waiting="search is down")}) == "index waits: search is down"


def test_the_check_follows_the_page():
    stages = {"link": stage(lag=2, outcomes={"published": 7})}
    with serve(lambda: stages, host="127.0.0.1", port=0) as port:
        assert check(f"127.0.0.1:{port}") == ""
        stages["link"] = stage(lag=2, still=900)
        assert check(f"127.0.0.1:{port}") == "link: 2 wait, none passed for 900 s"
    assert "no answer" in check(f"127.0.0.1:{port}")


def test_the_pages_are_for_people_and_for_prometheus():
    stages = {"link": stage(lag=2, outcomes={"published": 7})}
    with serve(lambda: stages, host="127.0.0.1", port=0) as port:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/health") as page:
            assert json.load(page)["stages"]["link"]["lag"] == 2
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/metrics") as page:
            text = page.read().decode()
        assert 'crackdown_lag{stage="link"} 2.0' in text
        assert 'crackdown_messages{outcome="published",stage="link"} 7.0' in text
        with pytest.raises(urllib.error.HTTPError, match="404") as caught:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/elsewhere")
        caught.value.close()


def test_a_message_that_comes_too_often_is_thinned_out():
    now = [100.0]
    once = OncePer(seconds=30, clock=lambda: now[0])
    same = [logging.makeLogRecord({"msg": "no node %s", "args": (n,), "lineno": 7}) for n in range(5)]
    assert [once.filter(one) for one in same[:4]] == [True, False, False, False]
    assert once.filter(logging.makeLogRecord({"msg": "another", "lineno": 8}))
    now[0] += 30
    assert once.filter(same[4])
    assert same[4].getMessage() == "no node 4 (and 3 times more before)"
