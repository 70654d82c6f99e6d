"""The drill with few messages: kill -9 of a worker, of the broker and of Elasticsearch under load, restart of all."""

import pytest
from services import or_skip

from infra.artifacts import elastic_zip, kafka_jars
from infra.java import find_java
from tools.drill import drill, wrong

PAGES = 90


@pytest.mark.service
@pytest.mark.slow
def test_nothing_is_lost_and_nothing_told_twice_whatever_is_killed():
    or_skip(lambda: (find_java(21), kafka_jars(), elastic_zip()))
    result = drill(PAGES, outage=8, grouping=2)
    assert wrong(result, PAGES) == {}
