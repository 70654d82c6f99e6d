"""Real servers, shared by the processes of a test run: `python -m infra.services up|down|env`.

Each server has a keeper, a process of its own that starts it, watches the process it was started for (the owner), and
takes the server down when the owner is gone, however it went. `up` starts servers without an owner, for the developer;
`down` ends them. Addresses of running servers in `CRACKDOWN_KAFKA` (`host:port`) and `CRACKDOWN_ELASTIC` (a URL) are
used as they are.
"""

import fcntl
import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from infra.artifacts import NotAvailable, cache_folder, locked
from infra.node import Node
from infra.servers import elastic_node, kafka_node

NODES: dict[str, Callable[[], Node]] = {"kafka": kafka_node, "elastic": elastic_node}
_NO_OWNER = 0
_LOOK_SECONDS = 0.5


def address(name: str, owner: int) -> str:
    """Return the address of the server `name` (`kafka` or `elastic`), started for the process `owner` if need be.

    In order: the operator's own by environment, the one that `up` started, the owner's. Raises NotAvailable.
    """
    own = os.environ.get(_variable(name))
    return own or _kept(_state(name, _NO_OWNER)) or started(name, owner)


def up() -> dict[str, str]:
    """Start what does not run yet, to stay until `down`, and return the addresses."""
    return {name: started(name, _NO_OWNER) for name in NODES}


def running() -> dict[str, str]:
    """Return the addresses of what `up` started and still runs."""
    return {name: found for name in NODES if (found := _kept(_state(name, _NO_OWNER)))}


def down() -> list[str]:
    """End what `up` started and return the names."""
    ended = []
    for name in NODES:
        state = _state(name, _NO_OWNER)
        if _kept(state):
            os.kill(json.loads(state.read_text())["keeper"], signal.SIGTERM)
            _wait_until(lambda state=state: not _lives(state))  # type: ignore[misc]
            ended.append(name)
    return ended


def keep(name: str, owner: int) -> None:
    """Be the keeper of one server until the owner is gone or SIGTERM comes."""
    state = _state(name, owner)
    with _lock_of(state).open("a") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        node = NODES[name]()
        try:
            node.start()
            _write(state, {"address": node.address, "keeper": os.getpid(), "server": node.process and node.process.pid})
            _watch(node, owner)
        finally:
            state.unlink(missing_ok=True)
            node.remove()


def _watch(node: Node, owner: int) -> None:
    ended: list[int] = []
    signal.signal(signal.SIGTERM, lambda number, _frame: ended.append(number))
    while not ended and node.process and node.process.poll() is None and (owner == _NO_OWNER or _alive(owner)):
        time.sleep(_LOOK_SECONDS)


def started(name: str, owner: int) -> str:
    """Return the address of the server of one owner (0: nobody), started if need be. Raises NotAvailable."""
    state = _state(name, owner)
    with locked(state.with_suffix(".start")):
        running = _kept(state)
        if running:
            return running
        log = state.with_suffix(".log")
        with log.open("wb") as out:
            keeper = subprocess.Popen(  # noqa: S603 (no shell, no input)
                [sys.executable, "-m", "infra.services", "keep", name, str(owner)],
                cwd=Path(__file__).parent.parent,
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=out,
                start_new_session=True,
            )
        _wait_until(lambda: _kept(state) is not None or keeper.poll() is not None)
        found = _kept(state)
        if found is None:
            raise NotAvailable(log.read_text("utf-8", "replace").strip())
        keeper.returncode = 0  # it is meant to outlive this process: no warning that it still runs
        return found


def _kept(state: Path) -> str | None:
    """Return the address in a state file whose keeper lives."""
    try:
        return str(json.loads(state.read_text())["address"]) if _lives(state) else None
    except FileNotFoundError:
        return None


def _lives(state: Path) -> bool:
    """A keeper holds the lock beside its state file as long as it lives."""
    with _lock_of(state).open("a") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False


def _wait_until(done: Callable[[], bool]) -> None:
    while not done():
        time.sleep(0.1)


def _alive(process: int) -> bool:
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    return True


def _state(name: str, owner: int) -> Path:
    folder = cache_folder() / "run"
    folder.mkdir(exist_ok=True)
    return folder / f"{name}-{owner}.json"


def _lock_of(state: Path) -> Path:
    return state.with_suffix(".lock")


def _write(state: Path, content: dict[str, object]) -> None:
    part = state.with_suffix(".part")
    part.write_text(json.dumps(content))
    part.rename(state)


def _variable(name: str) -> str:
    return f"CRACKDOWN_{name.upper()}"


def _show(addresses: dict[str, str]) -> None:
    for name, found in addresses.items():
        print(f"export {_variable(name)}={found}")


def main(arguments: list[str]) -> int:
    """Run the command and return its exit code."""
    try:
        match arguments:
            case ["up"]:
                _show(up())
            case ["env"]:
                _show(running())
            case ["down"]:
                print("ended:", ", ".join(down()) or "nothing")
            case ["keep", name, owner]:
                keep(name, int(owner))
            case _:
                print("use: python -m infra.services up|down|env", file=sys.stderr)
                return 2
    except NotAvailable as error:
        print(error, file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
