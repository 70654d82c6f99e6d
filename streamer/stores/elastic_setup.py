"""The indices of the store: templates from `schemas/mappings/`, and one index per name behind an alias."""

from collections.abc import Container
from concurrent.futures import ThreadPoolExecutor
from importlib import resources
from typing import Any

import msgspec
from elasticsearch import ApiError, Elasticsearch

from streamer.config import ConfigError
from streamer.stores.elastic_client import telling_errors
from streamer.stores.elastic_copy import put_all
from streamer.stores.elastic_moved import MOVED

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
    with telling_errors():
        found = client.indices.get_alias(name=f"{prefix}-*")
    known = {alias.removeprefix(f"{prefix}-") for index in found.values() for alias in index["aliases"]}
    with ThreadPoolExecutor(len(wanted)) as side_by_side:
        made = side_by_side.map(lambda name: _set_up(client, prefix, name, wanted[name], known), wanted)
    return [name for name, new in zip(wanted, made, strict=True) if new]


def _set_up(client: Elasticsearch, prefix: str, name: str, wanted: dict[str, Any], known: Container[str]) -> bool:
    alias = f"{prefix}-{name}"
    with telling_errors():
        client.indices.put_index_template(name=alias, **template(alias, wanted))
        if name not in known:
            _make(client, prefix, name, known)
            return True
        if _version(client, alias) < wanted["_meta"]["version"]:
            _add_fields(client, prefix, name, wanted)
            return True
    return False


def _make(client: Elasticsearch, prefix: str, name: str, known: Container[str]) -> None:
    """Make an index, with what an older version kept elsewhere. The alias comes last: then it is whole."""
    alias, index = f"{prefix}-{name}", f"{prefix}-{name}-v1"
    moved = MOVED.get(name)
    if moved is None or moved.source not in known:
        client.indices.create(index=index, aliases={alias: {"is_write_index": True}})
        return
    client.options(ignore_status=404).indices.delete(index=index)  # of an attempt that was cut off
    client.indices.create(index=index)
    put_all(client, index, moved.documents(client, f"{prefix}-{moved.source}"))
    client.indices.put_alias(index=index, name=alias, is_write_index=True)


def remove(client: Elasticsearch, prefix: str) -> None:
    """Remove every index and template of a prefix."""
    names = list(mappings())
    with telling_errors():
        patterns = [f"{prefix}-{name}-v*" for name in names]
        found = client.indices.get(index=[*patterns, f"{prefix}-replay-*"], filter_path="*.aliases")
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


def _add_fields(client: Elasticsearch, prefix: str, name: str, wanted: dict[str, Any]) -> None:
    alias = f"{prefix}-{name}"
    try:
        client.indices.put_mapping(
            index=alias, properties=wanted["mappings"]["properties"], meta=wanted["mappings"]["_meta"]
        )
    except ApiError as error:
        if error.meta.status != 400:
            raise
        raise ConfigError(f"{alias}: a field changed its type; run `python -m infra.setup rebuild {name}`") from error
