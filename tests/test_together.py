"""Writes of several threads go out as one, and each thread gets its own answer."""

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest

from agents.errors import Unavailable
from streamer.stores.elastic_together import Together


class Server:
    """Answers each write with its double; holds the first bulk back until it is let go."""

    def __init__(self) -> None:
        self.bulks: list[list[int]] = []
        self.arrived, self.free = Event(), Event()
        self.away = False

    def send(self, writes: Sequence[int]) -> list[int]:
        self.bulks.append(list(writes))
        self.arrived.set()
        assert self.free.wait(10)
        if self.away:
            raise Unavailable("away")
        if -1 in writes:
            raise ValueError("cannot be sent")
        return [2 * write for write in writes]


@pytest.fixture
def server() -> Server:
    return Server()


def gathered(server: Server, *parts: Sequence[int]) -> list[object]:
    """Write each part in a thread of its own while the bulk of another is under way; return results and errors."""
    together = Together(server.send)
    with ThreadPoolExecutor(len(parts) + 1) as threads:
        first = threads.submit(together.write, [0])
        assert server.arrived.wait(10)
        others = [threads.submit(together.write, part) for part in parts]
        while len(together._gathered) < len(parts):
            pass
        server.free.set()
        return [one.exception() or one.result() for one in (first, *others)]


def test_what_comes_while_a_bulk_is_under_way_goes_with_the_next(server: Server):
    assert gathered(server, [1], [2, 3], [4]) == [[0], [2], [4, 6], [8]]
    assert [len(bulk) for bulk in server.bulks] == [1, 4]


def test_one_that_writes_alone_does_not_wait(server: Server):
    server.free.set()
    assert Together(server.send).write([5, 6]) == [10, 12]


def test_a_write_that_cannot_be_sent_fails_no_other(server: Server):
    zero, one, bad, two = gathered(server, [1], [-1], [2])
    assert (zero, one, two) == ([0], [2], [4])
    assert isinstance(bad, ValueError)


def test_all_hear_that_the_server_is_away(server: Server):
    server.away = True
    assert {str(error) for error in gathered(server, [1], [2])} == {"away"}
