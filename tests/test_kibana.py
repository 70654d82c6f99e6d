"""Dashboards without a Kibana: their form, their fields against the mappings, their queries on a real Elasticsearch."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from jsonschema import Draft202012Validator
from recorder import Recorder, recording

from infra.http import Refused, Server
from infra.kibana import FOLDER, HEADERS, dashboards, data_views, install
from streamer.stores.elastic import connect
from streamer.stores.elastic_setup import mappings, remove, set_up

DASHBOARDS = dashboards()
VIEWS = {view["id"]: view for view in data_views()}
NUMBERS = {"long", "integer", "double", "float"}
FITTING = {
    "terms": {"keyword", "boolean"},
    "date_histogram": {"date", "date_nanos"},
    "unique_count": {"keyword"},
    **dict.fromkeys(("sum", "average", "median", "percentile", "min", "max"), NUMBERS),
}
AGGREGATIONS = {"unique_count": "cardinality", "median": "percentiles", "percentile": "percentiles", "average": "avg"}
COMPARED = re.compile(r"([\w@.]+) (<=|>=|<|>) (\S+?)(?=\)|\s|\Z)")


def fields(alias: str) -> dict[str, str]:
    """Return the fields of an index and their types."""
    properties = mappings()[alias.removeprefix("crackdown-")]["mappings"]["properties"]
    return {name: str(one.get("type", "object")) for name, one in properties.items() if one.get("index", True)}


def found(node: Any, key: str) -> Iterator[Any]:
    """Yield every value under `key`, wherever it is."""
    if isinstance(node, dict):
        for name, value in node.items():
            if name == key:
                yield value
            yield from found(value, key)
    elif isinstance(node, list):
        for value in node:
            yield from found(value, key)


def parts(panel: dict[str, Any]) -> Iterator[tuple[str, list[dict[str, Any]], str]]:
    """Yield (alias, operations, query) of each part of a panel that asks Elasticsearch something."""
    config = panel["config"]
    for part in config.get("tabs") or config.get("layers") or [config]:
        expression = (part.get("query") or config.get("query") or {"expression": ""})["expression"]
        yield part["data_source"]["index_pattern"], list(operations(part)), expression


def operations(node: Any) -> Iterator[dict[str, Any]]:
    if isinstance(node, dict):
        if "operation" in node:
            yield node
        for value in node.values():
            yield from operations(value)
    elif isinstance(node, list):
        for value in node:
            yield from operations(value)


PANELS = [
    pytest.param(panel, id=f"{name.removeprefix('crackdown-')}/{panel['id']}")
    for name, dashboard in DASHBOARDS.items()
    for panel in dashboard["panels"]
]


def test_there_are_three_dashboards():
    titles = {one["title"] for one in DASHBOARDS.values()}
    assert titles == {"Enforcement overview", "Cases", "Pipeline health"}


@pytest.mark.parametrize("name", DASHBOARDS)
def test_a_dashboard_has_the_form_that_the_api_takes(name: str):
    schema = json.loads((FOLDER / "schema.json").read_text("utf-8"))
    Draft202012Validator.check_schema(schema)
    errors = [error.message for error in Draft202012Validator(schema).iter_errors(DASHBOARDS[name])]
    assert errors == []


@pytest.mark.parametrize("name", DASHBOARDS)
def test_panels_have_names_of_their_own_and_do_not_overlap(name: str):
    panels = DASHBOARDS[name]["panels"]
    assert len({panel["id"] for panel in panels}) == len(panels)
    cells: set[tuple[int, int]] = set()
    for grid in (panel["grid"] for panel in panels):
        assert grid["x"] + grid["w"] <= 48
        own = {(x, y) for x in range(grid["x"], grid["x"] + grid["w"]) for y in range(grid["y"], grid["y"] + grid["h"])}
        assert not own & cells
        cells |= own


@pytest.mark.parametrize("panel", PANELS)
def test_every_field_is_mapped_and_fits_its_use(panel: dict[str, Any]):
    for alias, used, _ in parts(panel):
        known = fields(alias)
        for operation in used:
            names = operation.get("fields") or [operation["field"]] if operation["operation"] != "count" else []
            for name in names:
                assert known[name] in FITTING[operation["operation"]], f"{operation['operation']} of {name}"
    for columns in found(panel, "column_order"):
        assert set(columns) <= set(known)
    for sort in found(panel, "sort"):
        assert sort[0]["name"] in known
    for source in found(panel, "data_source"):
        assert known[source["time_field"]] in FITTING["date_histogram"]


def test_the_map_joins_by_the_field_of_country_codes():
    regions = list(found(list(DASHBOARDS.values()), "region"))
    assert [(region["fields"], region["ems"]["join"]) for region in regions] == [(["country"], "iso2")]


@pytest.mark.parametrize("name", DASHBOARDS)
def test_controls_name_a_data_view_and_a_field_of_it(name: str):
    for control in DASHBOARDS[name]["pinned_panels"]:
        view = VIEWS[control["config"]["data_view_id"]]
        assert fields(view["title"])[control["config"]["field_name"]] in FITTING["terms"]


@pytest.mark.parametrize("view", VIEWS.values(), ids=lambda view: view["id"])
def test_data_views_are_of_our_indices(view: dict[str, Any]):
    known = fields(view["title"])
    assert view["id"] == view["title"]
    assert known[view["timeFieldName"]] in FITTING["date_histogram"]
    assert set(view["fieldFormats"]) <= set(known)


def test_case_ids_lead_to_the_case_page():
    template = VIEWS["crackdown-cases"]["fieldFormats"]["case_id"]["params"]["urlTemplate"]
    assert template.endswith("/case/{{value}}")


# --- on a real Elasticsearch ------------------------------------------------------------------------------------------


def asked(operation: dict[str, Any]) -> dict[str, Any]:
    """Return the aggregation that Kibana makes of an operation."""
    kind = operation["operation"]
    if kind == "terms":
        return {"terms": {"field": operation["fields"][0], "size": operation["limit"]}}
    if kind == "date_histogram":
        return {"date_histogram": {"field": operation["field"], "calendar_interval": "month"}}
    return {AGGREGATIONS.get(kind, kind): {"field": operation["field"]}}


def lucene(expression: str) -> str:
    """Spell the part of KQL that is used here as the server's own query language has it."""
    text = COMPARED.sub(r"\1:\2\3", expression)
    return re.sub(r"\b(and|or|not)\b", lambda word: word[0].upper(), text) or "*"


@pytest.mark.service
def test_every_query_runs_on_elasticsearch(elastic_address: str, prefix: str):
    with connect([elastic_address]) as client:
        set_up(client, prefix)
        for panel in (one.values[0] for one in PANELS):
            for alias, used, expression in parts(panel):
                answer = client.search(
                    index=alias.replace("crackdown", prefix, 1),
                    query={"query_string": {"query": lucene(expression), "fields": ["*_id"]}},
                    aggs={str(n): asked(one) for n, one in enumerate(used) if one["operation"] != "count"},
                    size=0,
                )
                assert answer["_shards"]["failed"] == 0
        remove(client, prefix)


@pytest.mark.parametrize("panel", PANELS)
def test_queries_name_mapped_fields(panel: dict[str, Any]):
    for alias, _, expression in parts(panel):
        named = re.findall(r"([\w@.]+)\s*(?::|<=|>=|<|>)", expression)
        assert set(named) <= set(fields(alias))


# --- installing -------------------------------------------------------------------------------------------------------


@pytest.fixture
def kibana() -> Iterator[Recorder]:
    with recording() as recorder:
        yield recorder


def test_installing_makes_views_before_dashboards(kibana: Recorder):
    kibana.answers = lambda method, path, body: (404, {}) if method == "GET" else (200, {})
    assert len(install(Server(kibana.address, "elastic", "secret", HEADERS))) == len(VIEWS) + len(DASHBOARDS)
    puts = [path for path in kibana.paths() if path.startswith("PUT")]
    assert puts == [f"PUT /api/dashboards/{name}" for name in DASHBOARDS]
    assert kibana.paths().index("POST /api/data_views/default") < kibana.paths().index(puts[0])
    assert all(headers["kbn-xsrf"] == "true" for *_, headers in kibana.asked)


def test_installing_again_changes_the_same_views(kibana: Recorder):
    install(Server(kibana.address, headers=HEADERS))
    assert "POST /api/data_views/data_view" not in kibana.paths()
    changes = [body for method, path, body, _ in kibana.asked if path.startswith("/api/data_views/data_view/crackdown")]
    assert not any("id" in body["data_view"] for body in changes if body)


def test_a_refusal_says_what_was_refused_and_no_secret(kibana: Recorder):
    kibana.answers = lambda method, path, body: (400, {"message": "bad panel"}) if method == "PUT" else (200, {})
    with pytest.raises(Refused, match=r"PUT /api/dashboards/crackdown-cases: 400 .*bad panel") as caught:
        install(Server(kibana.address, "elastic", "secret", HEADERS))
    assert "secret" not in str(caught.value)
