"""Set up the servers of the cluster mode: `python -m infra.setup STEP...`. Every step can be repeated.

    env        write .env with random passwords (before `docker compose up`)
    accounts   Elasticsearch: Kibana's password, the workers' account
    indices    Elasticsearch: templates, indices, aliases
    topics     Kafka: topics
    kibana     Kibana: data views, dashboards
    rebuild N  make the index N anew after its mapping changed; search stays up

Addresses come from the configuration file (`--config`); passwords from the environment: `ELASTIC_PASSWORD` for the
set-up itself, `CRACKDOWN_ELASTIC_PASSWORD` and `KIBANA_PASSWORD` for the accounts that it makes.
"""

import argparse
import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from elasticsearch import Elasticsearch

from agents.errors import Unavailable
from infra import kibana, security
from infra.http import Refused, Server
from infra.secrets import make_env
from streamer.cluster import ADMIN, admin_account
from streamer.config import Cluster, ConfigError, load_config
from streamer.runtimes.kafka_topics import make_topics, topics
from streamer.stores.elastic import connect
from streamer.stores.elastic_rebuild import rebuild
from streamer.stores.elastic_setup import set_up

WAIT_SECONDS = 120
T = TypeVar("T")


def indices(cluster: Cluster) -> str:
    with admin(cluster) as client:
        made = patiently(lambda: set_up(client, cluster.prefix))
    return f"indices made or changed: {', '.join(made) or 'none'}"


def make_all_topics(cluster: Cluster) -> str:
    replicas = int(os.environ.get("KAFKA_REPLICAS", "1"))
    made = patiently(lambda: asyncio.run(make_topics(cluster.kafka, cluster.prefix, topics(), replicas=replicas)))
    return f"topics made: {', '.join(made) or 'none'}"


def accounts(cluster: Cluster) -> str:
    server = Server(cluster.elastic[0], ADMIN, secret("ELASTIC_PASSWORD"))
    security.make_accounts(
        server,
        cluster.prefix,
        worker_password=secret("CRACKDOWN_ELASTIC_PASSWORD"),
        kibana_password=secret("KIBANA_PASSWORD"),
    )
    return f"accounts: kibana_system, {security.USER}"


def dashboards(_cluster: Cluster) -> str:
    address = os.environ.get("KIBANA_URL", "http://127.0.0.1:5601")
    password = os.environ.get("ELASTIC_PASSWORD", "")
    server = Server(address, ADMIN if password else "", password, kibana.HEADERS)
    return f"in Kibana: {', '.join(kibana.install(server))}"


STEPS: dict[str, Callable[[Cluster], str]] = {
    "accounts": accounts,
    "indices": indices,
    "topics": make_all_topics,
    "kibana": dashboards,
}


def admin(cluster: Cluster) -> Elasticsearch:
    """Return a client with the rights to make indices."""
    return connect(cluster.elastic, **admin_account(), ca_certs=cluster.ca_certs)


def secret(name: str) -> str:
    """Return a password from the environment. Raises ConfigError if it is not there."""
    value = os.environ.get(name)
    if not value:
        raise ConfigError(f"the environment has no {name}; `python -m infra.setup env` makes one")
    return value


def patiently(action: Callable[[], T]) -> T:
    """Do what needs a server that may still be starting. Raises Unavailable after two minutes."""
    deadline = time.monotonic() + WAIT_SECONDS
    while True:
        try:
            return action()
        except Unavailable:
            if time.monotonic() > deadline:
                raise
            time.sleep(1)


def main(arguments: list[str]) -> int:
    """Run the steps in their order and return the exit code: 0, or 1 with one line that says what is wrong."""
    parser = argparse.ArgumentParser(
        prog="python -m infra.setup", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--config", type=Path, default=Path("crackdown.toml"), help="the configuration file")
    parser.add_argument("steps", nargs="+", metavar="STEP", help="env, accounts, indices, topics, kibana, rebuild N")
    given = parser.parse_args(arguments)
    try:
        run(given.steps, given.config)
    except (ConfigError, Refused, Unavailable, OSError) as error:
        print(f"set-up: {error}", file=sys.stderr)
        return 1
    return 0


def run(steps: list[str], config: Path) -> None:
    if steps == ["env"]:
        print(f".env: {', '.join(make_env(Path('.env'))) or 'kept as it is'}")
        return
    cluster = load_config(config).cluster or Cluster()
    if steps[0] == "rebuild" and len(steps) == 2:
        with admin(cluster) as client:
            print(f"{steps[1]}: {rebuild(client, cluster.prefix, steps[1])} documents in a new index")
        return
    unknown = [step for step in steps if step not in STEPS]
    if unknown:
        raise ConfigError(f"no step {unknown[0]}; known are env, {', '.join(STEPS)}, rebuild N")
    for step in steps:
        print(STEPS[step](cluster))


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
