"""The indices of the store: templates from `schemas/mappings/`, and one index per name behind an alias."""

from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

import msgspec
from elasticsearch import ApiError, Elasticsearch

from streamer.config import ConfigError
from streamer.stores.elastic_client import telling_errors

PRIORITY = 300
"""Of our templates; those that Elasticsearch brings have 100 to 200."""


def mappings() -> dict[str, dict[str, Any]]:
    """Return the settings and mappings of each index by its name."""
    files = resources.files("schemas").joinpath("mappings")
    return {
        file.name.removesuffix(".json"): msgspec.json.decode(file.read_bytes())
        for file in sorted(files.iterdir(), key=lambda file: file.name)
        if file.name.endswith(".json")
    }


def set_up(client: Elasticsearch, prefix: str) -> list[str]:
    """Put the templates, make the indices that are missing, add new fields to the others; return what was made.

    Can be repeated. Raises Unavailable, and ConfigError where a mapping changed so that `rebuild` is needed.
    """
    wanted = mappings()
    with ThreadPoolExecutor(len(wanted)) as side_by_side:
        made = side_by_side.map(lambda name: _set_up(client, f"{prefix}-{name}", wanted[name]), wanted)
    return [name for name, new in zip(wanted, made, strict=True) if new]


def _set_up(client: Elasticsearch, alias: str, wanted: dict[str, Any]) -> bool:
    with telling_errors():
        client.indices.put_index_template(name=alias, **template(alias, wanted))
        if not client.indices.exists_alias(name=alias):
            client.indices.create(index=f"{alias}-v1", aliases={alias: {"is_write_index": True}})
            return True
        if _version(client, alias) < wanted["_meta"]["version"]:
            _add_fields(client, alias, wanted)
            return True
    return False


def remove(client: Elasticsearch, prefix: str) -> None:
    """Remove every index and template of a prefix."""
    names = list(mappings())
    with telling_errors():
        found = client.indices.get(index=[f"{prefix}-{name}-v*" for name in names], filter_path="*.aliases")
        if found.body:
            client.indices.delete(index=list(found.body), ignore_unavailable=True)
        for name in names:
            client.options(ignore_status=404).indices.delete_index_template(name=f"{prefix}-{name}")


def template(alias: str, wanted: dict[str, Any]) -> dict[str, Any]:
    """Return the index template for the indices behind an alias."""
    return {
        "index_patterns": [f"{alias}-v*"],
        "priority": PRIORITY,
        "version": wanted["_meta"]["version"],
        "meta": wanted["_meta"],
        "template": {"settings": wanted["settings"], "mappings": wanted["mappings"]},
    }


def _version(client: Elasticsearch, alias: str) -> int:
    (found,) = client.indices.get_mapping(index=alias).values()
    return int(found["mappings"].get("_meta", {}).get("version", 0))


def _add_fields(client: Elasticsearch, alias: str, wanted: dict[str, Any]) -> None:
    try:
        client.indices.put_mapping(
            index=alias, properties=wanted["mappings"]["properties"], meta=wanted["mappings"]["_meta"]
        )
    except ApiError as error:
        if error.meta.status != 400:
            raise
        raise ConfigError(f"{alias}: a field changed its type; run `python -m infra.setup rebuild {alias}`") from error
