"""Data views and dashboards in Kibana, from the JSON beside this page. Installing them again changes nothing."""

import json
from pathlib import Path
from typing import Any

from infra.http import Server

FOLDER = Path(__file__).parent / "kibana"
HEADERS = {"kbn-xsrf": "true", "Elastic-Api-Version": "2023-10-31"}
DEFAULT_VIEW = "crackdown-events"


def data_views() -> list[dict[str, Any]]:
    views: list[dict[str, Any]] = json.loads((FOLDER / "data_views.json").read_text("utf-8"))
    return views


def dashboards() -> dict[str, dict[str, Any]]:
    """Return the dashboards by id."""
    files = sorted((FOLDER / "dashboards").glob("*.json"))
    return {f"crackdown-{file.stem}": json.loads(file.read_text("utf-8")) for file in files}


def install(kibana: Server) -> list[str]:
    """Put the data views, then the dashboards (whose controls need them), and return the ids. Raises Refused."""
    for view in data_views():
        _put_view(kibana, view)
    kibana.call("POST", "/api/data_views/default", {"data_view_id": DEFAULT_VIEW, "force": True})
    for id_, dashboard in dashboards().items():
        kibana.call("PUT", f"/api/dashboards/{id_}", dashboard)
    return [*(view["id"] for view in data_views()), *dashboards()]


def _put_view(kibana: Server, view: dict[str, Any]) -> None:
    """Kibana replaces a view of the same title, but not one of the same id: so look first."""
    path = f"/api/data_views/data_view/{view['id']}"
    if kibana.call("GET", path, missing=True) is None:
        kibana.call("POST", "/api/data_views/data_view", {"override": True, "data_view": view})
    else:
        changed = {name: value for name, value in view.items() if name != "id"}
        kibana.call("POST", path, {"data_view": changed, "refresh_fields": True})
