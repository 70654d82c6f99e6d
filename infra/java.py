"""Which Java runs the servers: Kafka 4 wants 17, Elasticsearch 9 wants 21 or later."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

from infra.artifacts import NotAvailable

_SYSTEM = Path("/usr/lib/jvm")


def find_java(minimum: int, system: Path = _SYSTEM) -> Path:
    """Return the home of a Java of at least `minimum`: `ES_JAVA_HOME`, `JAVA_HOME`, the path, the system's folder.

    Raises NotAvailable.
    """
    for home in _candidates(system):
        if java_major(home) >= minimum and (home / "bin" / "java").exists():
            return home
    raise NotAvailable(f"Java {minimum} or later is needed: set JAVA_HOME or ES_JAVA_HOME to one")


def java_major(home: Path) -> int:
    """Return the major version of the Java in `home`, 0 where there is none."""
    try:
        text = (home / "release").read_text("utf-8")
        return int(text.split('JAVA_VERSION="')[1].split('"')[0].split(".")[0])
    except (OSError, IndexError, ValueError):
        return 0


def _candidates(system: Path) -> Iterator[Path]:
    for name in ("ES_JAVA_HOME", "JAVA_HOME"):
        if os.environ.get(name):
            yield Path(os.environ[name])
    if program := shutil.which("java"):
        yield Path(program).resolve().parent.parent
    yield from sorted(system.glob("*"), key=java_major, reverse=True)
