"""The set-up command: its steps against real servers where they can be had, against a recorder where not."""

import os
import stat
from pathlib import Path

import pytest
from recorder import recording
from test_compose import OURS, SERVICES

from infra import setup
from infra.http import Refused, Server
from infra.secrets import make_env
from infra.security import USER, make_accounts
from streamer.stores.elastic import connect
from streamer.stores.elastic_setup import mappings, remove


def config(tmp_path: Path, **cluster: object) -> str:
    lines = [f"{name} = {value!r}" for name, value in cluster.items()]
    path = tmp_path / "crackdown.toml"
    path.write_text("[cluster]\n" + "\n".join(lines) + "\n")
    return str(path)


def test_secrets_are_made_once_and_for_the_owner_only(tmp_path):
    example, env = tmp_path / "example", tmp_path / ".env"
    example.write_text("# a word\nFIRST=\nSECOND=\nPORT=5601\n")
    assert make_env(env, example) == ["FIRST", "SECOND"]
    text = env.read_text()
    values = dict(line.split("=", 1) for line in text.splitlines() if "=" in line)
    assert len(values["FIRST"]) >= 32
    assert values["FIRST"] != values["SECOND"]
    assert values["PORT"] == "5601"
    assert stat.S_IMODE(env.stat().st_mode) == 0o600
    assert make_env(env, example) == []
    assert env.read_text() == text


def test_the_example_gets_a_secret_for_each_password(tmp_path):
    made = make_env(tmp_path / ".env")
    assert {"ELASTIC_PASSWORD", "KIBANA_PASSWORD", "KIBANA_ENCRYPTION_KEY", "CRACKDOWN_ELASTIC_PASSWORD"} == set(made)


def test_accounts_reach_no_further_than_they_must():
    with recording() as elastic:
        make_accounts(
            Server(elastic.address, "elastic", "admin"), "crackdown", worker_password="w", kibana_password="k"
        )
    (_, path, body, headers), (_, _, role, _), (_, user_path, user, _) = elastic.asked
    assert (path, body) == ("/_security/user/kibana_system/_password", {"password": "k"})
    assert headers["authorization"].startswith("Basic ")
    assert role["indices"][0]["names"] == ["crackdown-*"]
    assert not {"all", "manage", "delete_index"} & set(role["indices"][0]["privileges"])
    assert role["cluster"] == ["monitor"]
    assert user_path.endswith(USER)
    assert user == {"password": "w", "roles": ["crackdown_worker"]}


def test_the_accounts_step_takes_passwords_from_the_environment(tmp_path, monkeypatch, capsys):
    with recording() as elastic:
        place = config(tmp_path, elastic=[elastic.address])
        assert setup.main(["--config", place, "accounts"]) == 1
        assert "the environment has no ELASTIC_PASSWORD" in capsys.readouterr().err
        for name in ("ELASTIC_PASSWORD", "CRACKDOWN_ELASTIC_PASSWORD", "KIBANA_PASSWORD"):
            monkeypatch.setenv(name, f"{name.lower()}-1")
        assert setup.main(["--config", place, "accounts"]) == 0
    assert len(elastic.asked) == 3
    assert "password-1" not in capsys.readouterr().out


def test_a_refusal_is_one_line_and_exit_code_1(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("ELASTIC_PASSWORD", "admin")
    with recording() as kibana:
        monkeypatch.setenv("KIBANA_URL", kibana.address)
        kibana.answers = lambda method, path, body: (403, {"message": "not allowed"})
        assert setup.main(["--config", config(tmp_path), "kibana"]) == 1
    assert "403" in capsys.readouterr().err


def test_wrong_steps_say_which_there_are(tmp_path, capsys):
    assert setup.main(["--config", config(tmp_path), "sideways"]) == 1
    assert "no step sideways; known are env, accounts" in capsys.readouterr().err
    assert setup.main(["--config", str(tmp_path / "none.toml"), "topics"]) == 1
    assert "no such file" in capsys.readouterr().err


def test_a_server_without_an_answer_is_an_error_of_the_call():
    with pytest.raises(OSError, match="refused"):
        Server("http://127.0.0.1:9").call("GET", "/")
    with recording() as server:
        server.answers = lambda method, path, body: (500, {"error": "broken"})
        with pytest.raises(Refused, match=r"GET /: 500 .*broken"):
            Server(server.address).call("GET", "/")


@pytest.mark.service
def test_indices_and_topics_are_made_and_can_be_made_again(elastic_address, kafka_address, prefix, tmp_path, capsys):
    place = config(tmp_path, elastic=[elastic_address], kafka=kafka_address, prefix=prefix)
    assert setup.main(["--config", place, "indices", "topics"]) == 0
    assert f"topics made: {prefix}-items" in capsys.readouterr().out
    assert setup.main(["--config", place, "indices", "topics"]) == 0
    assert capsys.readouterr().out == "indices made or changed: none\ntopics made: none\n"
    assert setup.main(["--config", place, "rebuild", "cases"]) == 0
    assert setup.main(["--config", place, "rebuild", "nothing"]) == 1
    assert f"no index nothing; known are {next(iter(mappings()))}" in capsys.readouterr().err
    with connect([elastic_address]) as client:
        remove(client, prefix)


def test_every_command_of_our_containers_is_one_that_is_tested():
    """Set-up steps above, the worker in test_cluster.py, the check of its health in test_health.py."""
    commands = {tuple(SERVICES[name]["command"]) for name in OURS}
    steps = [command[5:] for command in commands if command[:3] == ("python", "-m", "infra.setup")]
    assert {step for command in steps for step in command} == set(setup.STEPS)
    workers = [command for command in commands if command[:3] != ("python", "-m", "infra.setup")]
    assert workers == [("crackdown", "--config", "/etc/crackdown/crackdown.toml", "run")]
    assert os.access(setup.__file__, os.R_OK)
