"""kill -9 between match, store, send and mark: each notice arrives, and twice only between send and mark."""

import random
from pathlib import Path

import pytest

from tools.drill_alerts import STEPS, TWICE, drill

pytestmark = [pytest.mark.slow, pytest.mark.timeout(300)]


@pytest.mark.parametrize("step", STEPS)
def test_a_killed_sender_loses_nothing_and_repeats_only_what_was_not_marked(tmp_path: Path, step: str):
    killed, twice = drill(tmp_path / "home", step, random.Random(step))
    assert killed or step == "any"
    assert twice == 0 or step in TWICE
