"""The pool of processes: for work that costs processor time and that may have to be killed.

Workers come from a fork server, which has no threads and has the heavy modules loaded, so starting one is cheap and
safe. A worker ignores ctrl-C, has a memory limit and dies with the program. pebble does the moving of tasks; what it
leaves open is closed here: exceptions that cannot be unpickled, a pool that breaks, tasks whose process was killed.
"""

import asyncio
import contextlib
import functools
import gc
import multiprocessing
import os
import pickle
import resource
import signal
import sys
from collections.abc import Callable, Sequence
from concurrent.futures.process import BrokenProcessPool
from pathlib import Path
from typing import Any

import structlog
from pebble import ProcessExpired, ProcessPool

from agents.errors import Rejected, Unavailable

TASK_SECONDS = 10.0
_PATIENCE = 4
"""The second try may take so many times longer: on a machine that is busy, the first may be cut short without guilt."""
TASK_MEMORY = 1024**3
"""Bytes that a worker may take on top of what it starts with."""
_TASKS_A_WORKER = 10_000
"""Then a new one takes its place: parsers leak, if little (8 MB in 5,000 real pages). Workers that began together end
together, so this halts the work for half a second."""
_COLLECT = (100_000, 50, 1000)
"""A text makes many objects and hardly any cycles: looking for these less often saves 6 % of the coder's time."""
_ANSWER_SECONDS = 90.0
"""A pool that is silent for so long is broken: the few tasks ahead in the queue cannot take that long."""
_KILL_SECONDS = 5.0
"""How long stopping a worker takes at most: pebble asks first, then kills."""

_log = structlog.get_logger()


def process_count(configured: int = 0) -> int:
    """Return how many processes to use: as configured, else one per core, at most 8."""
    cores = len(os.sched_getaffinity(0)) if sys.platform == "linux" else os.cpu_count() or 1
    return configured or min(8, cores)


class _TookTooLong(Exception):
    """A function was stopped."""


class Pool:
    """Runs functions in processes. Call it: `await pool(function, *args)`.

    A function that takes longer than `seconds` or kills its process is tried once more, with more time. Raises Rejected
    if it does so again or takes more than `memory` bytes, Unavailable if the pool itself broke (the next call gets a
    new one), else what the function raises.
    """

    def __init__(
        self,
        processes: int = 0,
        *,
        seconds: float = TASK_SECONDS,
        memory: int = TASK_MEMORY,
        preload: Sequence[str] = (),
    ) -> None:
        self.processes = process_count(processes)
        self._seconds, self._memory = seconds, memory
        self._context = multiprocessing.get_context("forkserver")
        self._context.set_forkserver_preload([*preload])
        self._slots = asyncio.Semaphore(2 * self.processes)
        self._starting = asyncio.Lock()
        self._pool: ProcessPool | None = None

    async def __call__(self, function: Callable[..., Any], /, *args: Any) -> Any:
        async with self._slots:
            try:
                return await self._run(function, args, self._seconds)
            except (ProcessExpired, _TookTooLong) as error:
                _log.warning("worker died", function=_name(function), reason=str(error))
            try:  # the machine may have been out of memory or busy on another's account: a second death is its own
                return await self._run(function, args, _PATIENCE * self._seconds)
            except _TookTooLong as error:
                raise Rejected(f"{error} and was stopped") from error
            except ProcessExpired as error:
                raise Rejected(f"{_name(function)} killed its process twice (exit code {error.exitcode})") from error

    async def start(self) -> None:
        """Start the workers now, not at the first call."""
        await self._started()

    def close(self) -> None:
        """Kill the workers."""
        if self._pool is not None:
            _stop(self._pool)
            self._pool = None

    async def _run(self, function: Callable[..., Any], args: Sequence[Any], seconds: float) -> Any:
        pool = await self._started()
        try:
            task = pool.schedule(_guarded, args=[seconds, function, *args], timeout=seconds)
        except RuntimeError as error:  # it broke while it was idle
            raise await self._broken(pool) from error
        try:
            async with asyncio.timeout(_ANSWER_SECONDS):
                return await asyncio.wrap_future(task)
        except TimeoutError as error:
            if error.args[:1] != ("Task timeout",):  # not pebble's but ours
                raise await self._broken(pool) from error
            raise _TookTooLong(f"{_name(function)} took longer than {seconds:g} s") from error
        except BrokenProcessPool as error:
            raise await self._broken(pool) from error

    async def _started(self) -> ProcessPool:
        async with self._starting:
            if self._pool is None:
                self._pool = await asyncio.to_thread(self._start)  # the fork server loads modules first
            return self._pool

    def _start(self) -> ProcessPool:
        pool = ProcessPool(
            self.processes,
            max_tasks=_TASKS_A_WORKER,
            initializer=_set_up,
            initargs=[self._memory],
            context=self._context,
        )
        assert pool.active  # asking starts it
        return pool

    async def _broken(self, pool: ProcessPool) -> Unavailable:
        """Take a pool out of use and return what to raise."""
        if self._pool is pool:
            self._pool = None
            _log.error("pool broken")
            await asyncio.to_thread(_stop, pool)
        return Unavailable("the process pool broke and is started again")


def _stop(pool: ProcessPool) -> None:
    pool.stop()  # type: ignore[no-untyped-call]
    pool.join()


def _name(function: Callable[..., Any]) -> str:
    while isinstance(function, functools.partial):
        function = function.func
    return function.__name__


# --- in the worker --------------------------------------------------------------------------------------------------


def _set_up(memory: int) -> None:
    gc.set_threshold(*_COLLECT)
    if sys.platform == "linux":
        pages = int(Path("/proc/self/statm").read_text("ascii").split()[0])
        limit = pages * resource.getpagesize() + memory
        resource.setrlimit(resource.RLIMIT_AS, (limit, limit))


def _guarded(seconds: float, function: Callable[..., Any], /, *args: Any) -> Any:
    """Call the function; let only such exceptions out as arrive whole on the other side.

    The alarm kills a worker that hangs after the program, which would have stopped it, was itself killed. (An idle one
    sees its pipe end.) A signal handler in Python would not do: it waits for the code that hangs.
    """
    signal.setitimer(signal.ITIMER_REAL, seconds + _KILL_SECONDS)
    try:
        return function(*args)
    except MemoryError:
        raise Rejected(f"{_name(function)} needs more memory than a worker may take") from None
    except Exception as error:
        raise _portable(error) from error
    except (SystemExit, KeyboardInterrupt) as error:
        raise RuntimeError(f"{_name(function)} raised {error!r}") from error
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def _portable(error: Exception) -> Exception:
    with contextlib.suppress(Exception):
        if type(pickle.loads(pickle.dumps(error))) is type(error):  # noqa: S301 (what was just made)
            return error
    return RuntimeError(f"{type(error).__name__}: {error}")
