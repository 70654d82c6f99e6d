"""Accounts in Elasticsearch: Kibana's own, and one for the workers that reaches our indices and nothing else."""

from infra.http import Server

ROLE = "crackdown_worker"
USER = "crackdown_worker"


def role(prefix: str) -> dict[str, object]:
    """Return what workers may do: read and write our indices, and see whether the cluster is well."""
    index = {"names": [f"{prefix}-*"], "privileges": ["read", "write", "view_index_metadata", "maintenance", "monitor"]}
    return {"cluster": ["monitor"], "indices": [index]}


def make_accounts(elastic: Server, prefix: str, *, worker_password: str, kibana_password: str) -> None:
    """Make the accounts, or give them these passwords if they are there. Raises Refused."""
    elastic.call("POST", "/_security/user/kibana_system/_password", {"password": kibana_password})
    elastic.call("PUT", f"/_security/role/{ROLE}", role(prefix))
    elastic.call("PUT", f"/_security/user/{USER}", {"password": worker_password, "roles": [ROLE]})
