"""The compose file and the image without a Docker engine: held to rules, read from the text."""

import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from streamer.config import load_config

ROOT = Path(__file__).parent.parent
TEXT = (ROOT / "docker-compose.yml").read_text("utf-8")
COMPOSE: dict[str, Any] = yaml.safe_load(TEXT)
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = [name for name, service in SERVICES.items() if "build" in service]
ONE_SHOT = [name for name, service in SERVICES.items() if service.get("restart") == "no"]
DOCKERFILE = (ROOT / "infra" / "Dockerfile").read_text("utf-8")
SECRET = re.compile(r"PASSWORD|SECRET|KEY|TOKEN")

each_service = pytest.mark.parametrize("name", SERVICES)


@each_service
def test_images_are_pinned(name: str):
    version = SERVICES[name]["image"].rpartition(":")[2]
    assert re.fullmatch(r"\d+\.\d+\.\d+", version)


@each_service
def test_every_service_has_a_health_check_or_ends_by_itself(name: str):
    service = SERVICES[name]
    assert ("healthcheck" in service) != (name in ONE_SHOT)
    assert service["restart"] == ("no" if name in ONE_SHOT else "unless-stopped")


@each_service
def test_services_have_limits_and_few_rights(name: str):
    service = SERVICES[name]
    assert service["mem_limit"]
    assert service["cap_drop"] == ["ALL"]
    assert service["security_opt"] == ["no-new-privileges:true"]
    assert service["init"] is True
    assert service["logging"]["options"]["max-size"]
    assert "privileged" not in service
    assert "container_name" not in service, "a name of its own cannot be scaled"


@each_service
def test_ports_are_open_on_this_machine_only(name: str):
    for port in SERVICES[name].get("ports", []):
        assert port.startswith("127.0.0.1:")
    assert "ports" not in SERVICES["worker"], "a port of the host cannot be shared by several workers"


@each_service
def test_no_secret_is_written_down(name: str):
    for variable, value in SERVICES[name].get("environment", {}).items():
        if SECRET.search(variable):
            assert re.fullmatch(r"\$\{\w+(?::\?[\w .-]+|:-)\}", str(value)), f"{variable} is written down"


def test_every_variable_is_in_the_example():
    example = (ROOT / ".env.example").read_text("utf-8")
    names = set(re.findall(r"(?<!\$)\$\{(\w+)", TEXT))
    assert names == set(re.findall(r"(\w+)=", example))
    assert ".env" in (ROOT / ".gitignore").read_text("utf-8").split()


@each_service
def test_services_start_when_what_they_need_is_ready(name: str):
    for other, how in SERVICES[name].get("depends_on", {}).items():
        wanted = "service_completed_successfully" if other in ONE_SHOT else "service_healthy"
        assert how["condition"] == wanted


def test_workers_wait_for_indices_and_topics():
    assert set(SERVICES["worker"]["depends_on"]) == {"accounts", "topics"}


def test_workers_never_hold_the_password_of_the_administrator():
    assert "ELASTIC_PASSWORD" not in SERVICES["worker"]["environment"]


def test_data_outlives_its_containers():
    for name in ("kafka", "elasticsearch", "kibana"):
        volume = SERVICES[name]["volumes"][0].partition(":")[0]
        assert volume in COMPOSE["volumes"]


def test_kibana_and_elasticsearch_are_of_one_version():
    assert {SERVICES[name]["image"].rpartition(":")[2] for name in ("kibana", "elasticsearch")} == {"9.5.1"}


def test_elasticsearch_asks_who_is_there():
    assert SERVICES["elasticsearch"]["environment"]["xpack.security.enabled"] == "true"


def test_nothing_but_workers_and_kibana_reaches_the_outside():
    assert COMPOSE["networks"]["inside"]["internal"] is True
    outside = {name for name, service in SERVICES.items() if "outside" in service["networks"]}
    assert outside == {"worker", "kibana"}


def test_stopping_leaves_time_to_finish():
    assert SERVICES["worker"]["stop_grace_period"] == "60s"


# --- the image --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OURS)
def test_our_containers_are_read_only_and_not_root(name: str):
    assert SERVICES[name]["read_only"] is True
    assert SERVICES[name]["user"] == "10001:10001"
    assert (ROOT / SERVICES[name]["build"]["dockerfile"]).exists()


def test_the_image_is_built_in_two_steps_from_the_lock_file_and_runs_without_rights():
    assert len(re.findall(r"^FROM python:\d+\.\d+\.\d+-slim-\w+", DOCKERFILE, re.MULTILINE)) == 2
    assert "--require-hashes -r requirements/cluster.lock" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)


def test_what_is_copied_into_the_image_is_there_and_not_ignored():
    kept = (ROOT / ".dockerignore").read_text("utf-8")
    for line in re.findall(r"^COPY (?!--from)(.+) \S+$", DOCKERFILE, re.MULTILINE):
        for path in line.split():
            assert (ROOT / path).exists()
            assert f"!{path}" in kept.split()


def test_the_lock_file_holds_what_cluster_mode_needs():
    lock = (ROOT / "requirements" / "cluster.lock").read_text("utf-8")
    pinned = dict(re.findall(r"^([\w.-]+)==(\S+)", lock, re.MULTILINE))
    assert pinned.keys() >= {"faust-streaming", "mode-streaming", "aiokafka", "elasticsearch", "msgspec", "setuptools"}
    everything = (ROOT / "requirements" / "test.lock").read_text("utf-8")
    assert pinned.items() <= dict(re.findall(r"^([\w.-]+)==(\S+)", everything, re.MULTILINE)).items()


def test_the_workers_configuration_can_be_read_and_fits_the_compose_file():
    cluster = load_config(ROOT / "infra" / "crackdown.toml").cluster
    assert cluster is not None
    assert cluster.kafka == SERVICES["kafka"]["environment"]["KAFKA_ADVERTISED_LISTENERS"].removeprefix("INSIDE://")
    assert cluster.elastic == (SERVICES["kibana"]["environment"]["ELASTICSEARCH_HOSTS"],)
    assert cluster.password_env in SERVICES["worker"]["environment"]
    assert SERVICES["worker"]["healthcheck"]["test"][-1] == cluster.health
