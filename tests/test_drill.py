"""The drill with few messages: kill -9 of a worker, of the broker and of Elasticsearch under load, restart of all."""

import pytest

from tools.drill import drill, wrong

PAGES = 90


@pytest.mark.service
@pytest.mark.slow
def test_nothing_is_lost_and_nothing_told_twice_whatever_is_killed(mortal):
    result = drill(PAGES, outage=8, grouping=2, nodes=(mortal("kafka"), mortal("elastic")))
    assert wrong(result, PAGES) == {}
