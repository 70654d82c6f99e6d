"""Real servers for tests and drills: one Kafka node and one Elasticsearch node, on 127.0.0.1 only."""

import shutil
import socket
import struct
import urllib.request
import zipfile
from collections.abc import Sequence
from pathlib import Path

from infra.artifacts import elastic_zip, kafka_jars
from infra.java import find_java
from infra.node import Node, free_ports, give_away, new_folder, quick_data, run_once

_LIGHT = ["-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1"]
"""For short runs: less memory and a quicker start. Not for measurements."""


def kafka_node(sizes: int = 4 * 1024 * 1024) -> Node:
    """Return a new Kafka broker (not started), which takes messages of `sizes` bytes. Raises NotAvailable."""
    java, jars, (port, controller) = find_java(17), kafka_jars(), free_ports(2)
    folder = new_folder("kafka")
    shutil.copytree(jars, folder / "libs", ignore=shutil.ignore_patterns("*.xml"))
    settings = folder / "server.properties"
    settings.write_text(_kafka_settings(quick_data(folder), port, controller, sizes))
    give_away(folder)
    run = [str(java / "bin" / "java"), "-Xmx512m", *_LIGHT, "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn"]
    run += ["-cp", str(folder / "libs" / "*")]
    run_once([*run, "kafka.tools.StorageTool", "format", "-t", "AAAAAAAAAAAAAAAAAAAAAQ", "-c", str(settings)], {}, b"")
    return Node(
        name="Kafka",
        address=f"127.0.0.1:{port}",
        folder=folder,
        command=[*run, "kafka.Kafka", str(settings)],
        answers=lambda: _kafka_answers(port),
    )


def elastic_node(settings: Sequence[str] = (), heap: str = "512m", *, light: bool = True) -> Node:
    """Return a new Elasticsearch node (not started) with more `settings` lines. Raises NotAvailable.

    A `light` one starts sooner and takes less memory, but answers more slowly.
    """
    java, program, (port, transport) = find_java(21), elastic_zip(), free_ports(2)
    folder = new_folder("elasticsearch")
    with zipfile.ZipFile(program) as archive:
        archive.extractall(folder)
    home = next(folder.glob("elasticsearch-*"))
    home.rename(folder / "server")
    _elastic_config(folder, _elastic_settings(folder, port, transport, settings))
    give_away(folder)
    return Node(
        name="Elasticsearch",
        address=f"http://127.0.0.1:{port}",
        folder=folder,
        command=["bash", str(folder / "server" / "bin" / "elasticsearch")],
        answers=lambda: _elastic_answers(port),
        environment={
            "ES_JAVA_HOME": str(java),
            "ES_PATH_CONF": str(folder / "config"),
            "ES_TMPDIR": str(folder / "tmp"),
            "ES_JAVA_OPTS": f"-Xms{heap} -Xmx{heap} -XX:-AlwaysPreTouch {' '.join(_LIGHT if light else ())}",
        },
    )


def _kafka_settings(data: Path, port: int, controller: int, sizes: int) -> str:
    return f"""process.roles=broker,controller
node.id=1
controller.quorum.voters=1@127.0.0.1:{controller}
listeners=PLAINTEXT://127.0.0.1:{port},CONTROLLER://127.0.0.1:{controller}
advertised.listeners=PLAINTEXT://127.0.0.1:{port}
controller.listener.names=CONTROLLER
listener.security.protocol.map=CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT
log.dirs={data}
offsets.topic.replication.factor=1
offsets.topic.num.partitions=4
transaction.state.log.replication.factor=1
transaction.state.log.min.isr=1
share.coordinator.state.topic.replication.factor=1
share.coordinator.state.topic.min.isr=1
group.initial.rebalance.delay.ms=0
auto.create.topics.enable=false
message.max.bytes={sizes}
broker.session.timeout.ms=3000
broker.heartbeat.interval.ms=1000
"""


def _kafka_answers(port: int) -> bool:
    """Ask for the versions of its API (key 18, version 0, no client name) and see whether an answer comes."""
    request = struct.pack(">hhih", 18, 0, 1, -1)
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=2) as connection:
            connection.sendall(struct.pack(">i", len(request)) + request)
            return len(connection.recv(8)) == 8
    except OSError:
        return False


def _elastic_settings(folder: Path, port: int, transport: int, more: Sequence[str]) -> list[str]:
    return [
        "cluster.name: crackdown-test",
        "discovery.type: single-node",
        "network.host: 127.0.0.1",
        f"http.port: {port}",
        f"transport.port: {transport}",
        f"path.data: {quick_data(folder)}",
        f"path.logs: {folder / 'logs'}",
        "xpack.security.enabled: false",
        "cluster.routing.allocation.disk.threshold_enabled: false",
        "action.destructive_requires_name: false",
        "action.auto_create_index: false",
        *more,
    ]


def _elastic_config(folder: Path, settings: Sequence[str]) -> None:
    shipped, config = folder / "server" / "config", folder / "config"
    shutil.copytree(shipped, config)
    (folder / "tmp").mkdir()
    (config / "elasticsearch.yml").write_text("\n".join(settings) + "\n")
    options = (config / "jvm.options").read_text().splitlines()
    (config / "jvm.options").write_text("\n".join(line for line in options if "UseG1GC" not in line) + "\n")


def _elastic_answers(port: int) -> bool:
    address = f"http://127.0.0.1:{port}/_cluster/health?wait_for_status=yellow&timeout=1s"
    try:
        with urllib.request.urlopen(address, timeout=5) as answer:
            return bool(answer.status == 200)
    except OSError:
        return False
