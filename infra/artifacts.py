"""The programs of the real servers: fetched from Maven Central, checked against pinned sums, kept in the cache."""

import fcntl
import hashlib
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

KAFKA = "4.1.1"
ELASTIC = "9.5.0"
"""The newest on Maven Central in its stripped form; the compose file runs the full image of the same line."""

_HERE = Path(__file__).parent
_PLUGIN = "org.apache.maven.plugins:maven-dependency-plugin:3.8.1"
_POM = """<project><modelVersion>4.0.0</modelVersion>
<groupId>crackdown</groupId><artifactId>kafka</artifactId><version>1</version><packaging>pom</packaging><dependencies>
<dependency><groupId>org.apache.kafka</groupId><artifactId>kafka_2.13</artifactId><version>{version}</version></dependency>
<dependency><groupId>org.slf4j</groupId><artifactId>slf4j-simple</artifactId><version>1.7.36</version></dependency>
</dependencies></project>
"""


class NotAvailable(Exception):
    """A real server cannot be had on this machine; the message says what is missing."""


def cache_folder() -> Path:
    """Return where downloads are kept: `CRACKDOWN_CACHE`, else `.cache` of the project, and there `services`."""
    folder = Path(os.environ.get("CRACKDOWN_CACHE") or _HERE.parent / ".cache") / "services"
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@contextmanager
def locked(path: Path) -> Iterator[None]:
    """Hold a lock file, so that of several processes one at a time is inside."""
    with path.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def kafka_jars() -> Path:
    """Return the folder that holds Kafka's jars, fetched at first use. Raises NotAvailable."""
    return _fetched(f"kafka-{KAFKA}", _fetch_kafka)


def elastic_zip() -> Path:
    """Return Elasticsearch's zip, fetched at first use. Raises NotAvailable."""
    return _fetched(f"elasticsearch-{ELASTIC}", _fetch_elastic) / f"elasticsearch-{ELASTIC}.zip"


def _fetched(name: str, fetch: Callable[[Path], None]) -> Path:
    folder = cache_folder() / name
    with locked(folder.with_name(f"{name}.lock")):
        if not folder.is_dir():
            part = folder.with_name(f"{name}.part")
            shutil.rmtree(part, ignore_errors=True)
            part.mkdir()
            fetch(part)
            _check(part, _HERE / f"{name}.sha256")
            part.rename(folder)
    return folder


def _fetch_kafka(folder: Path) -> None:
    pom = folder / "pom.xml"
    pom.write_text(_POM.format(version=KAFKA))
    _maven("-f", str(pom), f"{_PLUGIN}:copy-dependencies", "-DincludeScope=runtime", f"-DoutputDirectory={folder}")


def _fetch_elastic(folder: Path) -> None:
    artifact = f"org.elasticsearch.distribution.integ-test-zip:elasticsearch:{ELASTIC}:zip"
    _maven(f"{_PLUGIN}:copy", f"-Dartifact={artifact}", f"-DoutputDirectory={folder}")


def _maven(*arguments: str) -> None:
    program = shutil.which("mvn")
    if program is None:
        raise NotAvailable("Maven (mvn) is needed to fetch the servers, and is not on the path")
    command = [program, "-B", "-q", "-ntp", *arguments]
    done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 (no shell, no input)
    if done.returncode:
        raise NotAvailable(f"Maven could not fetch the servers: {(done.stdout + done.stderr).strip()[-500:]}")


def _check(folder: Path, sums: Path) -> None:
    """Raise NotAvailable unless `folder` holds exactly the files of `sums` (in the form of sha256sum)."""
    want = {name: digest for digest, name in map(str.split, sums.read_text("ascii").splitlines())}
    have = {file.name: _sha256(file) for file in folder.iterdir() if file.suffix in {".jar", ".zip"}}
    if want != have:
        wrong = sorted(name for name in want.keys() | have.keys() if want.get(name) != have.get(name))
        raise NotAvailable(f"what was fetched differs from {sums.name}: {', '.join(wrong)}")


def _sha256(file: Path) -> str:
    with file.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()
