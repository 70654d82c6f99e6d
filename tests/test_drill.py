"""The drill with few messages: kill -9 of a worker, of the broker and of Elasticsearch under load, restart of all."""

import pytest
from services import or_skip

from infra.artifacts import elastic_zip, kafka_jars
from infra.java import find_java
from tools.drill import drill

PAGES = 90


@pytest.mark.service
@pytest.mark.slow
def test_nothing_is_lost_and_nothing_told_twice_whatever_is_killed():
    or_skip(lambda: (find_java(21), kafka_jars(), elastic_zip()))
    result = drill(PAGES, outage=8)
    assert (result["seen"], result["stored"], result["cases"]) == (PAGES, PAGES, PAGES)
    assert (result["dead"], result["waiting"], result["dead letters"]) == (0, 0, 0)
    assert result["notices"] == PAGES
    assert result["told twice"] == 0
