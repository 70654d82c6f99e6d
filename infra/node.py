"""A server as a process of this machine: started, stopped, killed, started again on the same data.

As root it runs as the user 65534, because Elasticsearch refuses root; so its folder must not lie below one that only
its owner may enter.
"""

import fcntl
import os
import random
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from infra.artifacts import NotAvailable

NOBODY = 65534
START_SECONDS = 240
STOP_SECONDS = 20
_LOCK = "lock"
_MEMORY = Path("/dev/shm")  # noqa: S108 (a file system in memory; what is made there has an unguessable name)
_MEMORY_NEEDED = 4 * 1024**3


@dataclass
class Node:
    """A server that can be started, stopped, killed and started again on the same data."""

    name: str
    address: str
    folder: Path
    command: Sequence[str]
    answers: Callable[[], bool]
    environment: Mapping[str, str] = field(default_factory=dict)
    process: subprocess.Popen[bytes] | None = None

    def start(self) -> "Node":
        """Start it and wait until it answers. Raises NotAvailable with the end of its log if it does not."""
        self.process = self._spawn()
        deadline = time.monotonic() + START_SECONDS
        while not self.answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                self.kill()
                raise NotAvailable(f"{self.name} did not start: {self.log()[-1500:]}")
            time.sleep(0.1)
        return self

    def stop(self) -> None:
        """Ask it to end, and wait."""
        if self.process is None:
            return
        self.process.terminate()
        with suppress(subprocess.TimeoutExpired):
            self.process.wait(STOP_SECONDS)
        self.kill()

    def kill(self) -> None:
        """End it at once, as a crash would."""
        if self.process is not None:
            with suppress(ProcessLookupError):
                os.killpg(self.process.pid, signal.SIGKILL)
            self.process.wait()
            self.process = None

    def remove(self) -> None:
        """Stop it and remove what it kept."""
        self.stop()
        remove_folder(self.folder)

    def log(self) -> str:
        return (self.folder / "out.log").read_text("utf-8", "replace")

    def _spawn(self) -> subprocess.Popen[bytes]:
        with (self.folder / "out.log").open("ab") as out:
            return subprocess.Popen(  # noqa: S603 (no shell, no input)
                [*_dies_with_parent(), *self.command],
                cwd=self.folder,
                env={"PATH": os.environ["PATH"], "HOME": str(self.folder), **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=subprocess.STDOUT,
                start_new_session=True,
                **as_nobody(),
            )


def as_nobody() -> dict[str, Any]:
    """Return what makes `subprocess` run a program without privileges; nothing unless this user is root."""
    return {"user": NOBODY, "group": NOBODY, "extra_groups": []} if os.geteuid() == 0 else {}


def free_ports(number: int) -> list[int]:
    """Return free ports below those that outgoing connections take, so that nothing takes them before the server."""
    found: list[int] = []
    while len(found) < number:
        port = random.randint(20000, 30000)  # noqa: S311 (no secret)
        with socket.socket() as trial:
            if port not in found and trial.connect_ex(("127.0.0.1", port)):
                found.append(port)
    return found


def new_folder(name: str) -> Path:
    """Make a folder that the server's user can reach; remove those of processes that were killed."""
    for place in (tempfile.gettempdir(), "/tmp", "/var/tmp"):  # noqa: S108 (only the first that can be passed)
        path = Path(place)
        if os.geteuid() or all(p.stat().st_mode & 0o001 for p in (path, *path.parents)):
            _remove_orphans(path, f"crackdown-{name}-*")
            folder = Path(tempfile.mkdtemp(prefix=f"crackdown-{name}-", dir=path))
            _lock(folder / "lock.part")
            (folder / "lock.part").rename(folder / _LOCK)
            return folder
    raise NotAvailable("no folder for temporary files that an unprivileged user can reach")


def _remove_orphans(place: Path, pattern: str) -> None:
    """Remove the folders that no living process has locked. One without a lock is being made just now."""
    for folder in place.glob(pattern):
        lock = _lock(folder / _LOCK) if (folder / _LOCK).exists() else None
        if lock is not None:
            remove_folder(folder)
            os.close(lock)


def _lock(path: Path) -> int | None:
    """Lock a file until what is returned is closed, or this process ends; None if another process has locked it."""
    lock = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(lock)
        return None
    return lock


def remove_folder(folder: Path) -> None:
    """Remove a server's folder and its data, which may lie elsewhere."""
    shutil.rmtree((folder / "data").resolve(), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)


def quick_data(folder: Path) -> Path:
    """Return `data` in a server's folder, kept in memory where there is enough: tests need no disk to be waited for."""
    data = folder / "data"
    if _MEMORY.is_dir() and os.access(_MEMORY, os.W_OK) and shutil.disk_usage(_MEMORY).free > _MEMORY_NEEDED:
        data.symlink_to(tempfile.mkdtemp(prefix=f"{folder.name}-", dir=_MEMORY))
    else:
        data.mkdir()
    return data


def give_away(folder: Path) -> None:
    if os.geteuid() == 0:
        for path in (folder, *folder.rglob("*")):
            os.chown(path, NOBODY, NOBODY)


def run_once(command: Sequence[str], environment: Mapping[str, str], data: bytes) -> None:
    done = subprocess.run(  # noqa: S603 (no shell, no input)
        command,
        input=data,
        capture_output=True,
        check=False,
        env={"PATH": os.environ["PATH"], **environment},
        **as_nobody(),
    )
    if done.returncode:
        raise NotAvailable(f"{command[0]} failed: {(done.stdout + done.stderr).decode(errors='replace')[-500:]}")


def _dies_with_parent() -> list[str]:
    """Return what makes the kernel end the server when this process is killed; on Linux only."""
    program = shutil.which("setpriv")
    return [program, "--pdeathsig", "TERM", "--"] if program else []
