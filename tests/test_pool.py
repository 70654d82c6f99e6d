"""The pool: kills what hangs, survives what dies, hands back what is raised."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import toys

from agents.errors import Rejected, Unavailable
from streamer.pool import Pool, process_count

pytestmark = pytest.mark.slow


@contextmanager
def pool_of(processes: int = 1, **options: Any) -> Iterator[Pool]:
    pool = Pool(processes, **options)
    try:
        yield pool
    finally:
        pool.close()


def is_alive(pid: int) -> bool:
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"


def wait_until(condition: Callable[[], bool], seconds: float = 10) -> None:
    ends = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < ends, "waited too long"
        time.sleep(0.02)


def test_results_come_back_each_to_its_caller():
    async def run(pool: Pool) -> list[int]:
        return await asyncio.gather(*(pool(toys.double, n) for n in range(200)))

    with pool_of(2) as pool:
        assert asyncio.run(run(pool)) == [2 * n for n in range(200)]


def test_work_runs_in_another_process():
    with pool_of() as pool:
        assert asyncio.run(pool(toys.process_id)) != os.getpid()


def test_what_hangs_is_killed_and_the_next_call_works():
    async def run(pool: Pool) -> int:
        started = time.monotonic()
        with pytest.raises(Rejected, match=r"hang took longer than 1 s and was stopped"):
            await pool(toys.hang)
        assert time.monotonic() - started < 30
        return await pool(toys.double, 4)

    with pool_of(seconds=0.25) as pool:
        assert asyncio.run(run(pool)) == 8


def test_a_hanging_task_does_not_hold_up_the_others():
    async def run(pool: Pool) -> list[object]:
        return await asyncio.gather(pool(toys.hang), *(pool(toys.double, n) for n in range(20)), return_exceptions=True)

    with pool_of(2, seconds=1) as pool:
        first, *others = asyncio.run(run(pool))
    assert isinstance(first, Rejected)
    assert others == [2 * n for n in range(20)]


@pytest.mark.skipif(sys.platform != "linux", reason="the limit of memory is Linux's")
def test_memory_hog_is_rejected():
    with pool_of() as pool, pytest.raises(Rejected, match="hoard needs more memory than a worker may take"):
        asyncio.run(pool(toys.hoard))


def test_what_kills_its_process_twice_is_rejected_and_the_next_call_works():
    async def run(pool: Pool) -> int:
        with pytest.raises(Rejected, match="die killed its process twice"):
            await pool(toys.die)
        return await pool(toys.double, 4)

    with pool_of() as pool:
        assert asyncio.run(run(pool)) == 8


def test_what_was_killed_once_is_tried_again(tmp_path: Path):
    with pool_of() as pool:
        assert asyncio.run(pool(toys.die_once, str(tmp_path / "died"))) == "second try"


def test_exceptions_come_back_as_raised():
    with pool_of() as pool, pytest.raises(Rejected, match="not a page"):
        asyncio.run(pool(toys.reject))


def test_exceptions_that_do_not_travel_come_back_as_text():
    async def run(pool: Pool) -> int:
        with pytest.raises(RuntimeError, match="Awkward: at 3:7"):
            await pool(toys.fail_awkwardly)
        return await pool(toys.double, 4)

    with pool_of() as pool:
        assert asyncio.run(run(pool)) == 8


def test_a_function_that_exits_does_not_end_the_program():
    with pool_of() as pool, pytest.raises(RuntimeError, match="leave raised SystemExit"):
        asyncio.run(pool(toys.leave))


def test_a_pool_that_breaks_while_idle_is_unavailable_then_replaced():
    async def run(pool: Pool) -> int:
        os.kill(await pool(toys.process_id), signal.SIGKILL)
        await asyncio.sleep(0.5)
        for _ in range(20):
            try:
                return await pool(toys.double, 4)
            except Unavailable:
                await asyncio.sleep(0.05)
        raise AssertionError("stays broken")

    with pool_of() as pool:
        assert asyncio.run(run(pool)) == 8


def test_cancelled_work_is_stopped():
    async def run(pool: Pool) -> int:
        worker = await pool(toys.process_id)
        task = asyncio.create_task(pool(toys.hang))
        await asyncio.sleep(0.5)
        task.cancel()
        await asyncio.to_thread(wait_until, lambda: not is_alive(worker))
        return await pool(toys.double, 4)

    with pool_of() as pool:
        assert asyncio.run(run(pool)) == 8


PARENT = """
import asyncio, sys
from streamer.pool import Pool
import toys

async def main():
    pool = Pool(1, seconds=1)
    print(await pool(toys.process_id), flush=True)
    await (pool(toys.hang) if sys.argv[1] == "busy" else asyncio.sleep(600))

if __name__ == "__main__":
    asyncio.run(main())
"""


@pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")
@pytest.mark.parametrize("state", ["busy", "idle"])
def test_workers_die_after_a_parent_that_was_killed(state: str):
    tests = Path(__file__).parent
    command = [sys.executable, "-c", PARENT, state]
    paths = {"PYTHONPATH": f"{tests}:{tests.parent}"}
    with subprocess.Popen(command, env=os.environ | paths, stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        worker = int(parent.stdout.readline())
        time.sleep(0.3)
        assert is_alive(worker)
        parent.kill()
    wait_until(lambda: not is_alive(worker))


def test_as_many_processes_as_configured_else_one_per_core():
    assert process_count(3) == 3
    assert 1 <= process_count() <= 8


LOADED = """
import asyncio
from contextlib import closing
from streamer.pool import Pool
from streamer.worker import PRELOAD
import toys

if __name__ == "__main__":
    with closing(Pool(1, preload=PRELOAD)) as pool:
        print(asyncio.run(pool(toys.models_loaded)))
"""


def test_a_new_worker_finds_the_models_loaded():
    """In a process of its own: a fork server, once it runs, loads nothing more."""
    tests = Path(__file__).parent
    paths = {"PYTHONPATH": f"{tests}:{tests.parent}"}
    assert subprocess.check_output([sys.executable, "-c", LOADED], env=os.environ | paths, text=True) == "1\n"
