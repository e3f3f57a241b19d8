"""Types as schemas of OpenAPI: short unique names, and nothing that repeats a name."""

from __future__ import annotations

import re
from collections.abc import Collection, Hashable, Mapping
from typing import Any, TypeVar

from pydantic import TypeAdapter

from serving.openapi.entries import Json

REFERENCE = "#/components/schemas/"
_BY_NAME = ("properties", "schemas", "$defs")  # keywords whose keys are names and not keywords
_DATA = ("default", "example", "examples", "enum", "const")
_MODULE = re.compile(r"^[a-z0-9_]+__(?=[A-Z])|__\d+$")  # pydantic writes both around a name that several types have
K = TypeVar("K", bound=Hashable)


def schemas_of(types: Mapping[K, Any], prefix: str = "") -> tuple[dict[K, Json], Json]:
    """Schemas of types, and the named schemas that they refer to.

    Parameters
    ----------
    types : Mapping
        Types by any key. Requests and responses share the schemas of their common types.
    prefix : str
        Beginning of names that is left out.
    """
    each: Any = [(key, "validation", TypeAdapter(kind)) for key, kind in types.items()]
    made, whole = TypeAdapter.json_schemas(each, ref_template=f"{REFERENCE}{{model}}")
    named = whole.get("$defs", {})
    names = short_names(named, prefix)
    schemas = {key: _plain(made[key, "validation"], names) for key in types}
    return schemas, {names[name]: _plain(schema, names) for name, schema in named.items()}


def short_names(names: Collection[str], prefix: str) -> dict[str, str]:
    """Names without a prefix and without modules, all different even if upper case counts as lower case.

    Two types of one name have a number behind it: generated clients have one file or one class of each name.
    """
    short: dict[str, str] = {}
    taken: set[str] = set()
    for name in names:
        plain = _MODULE.sub("", name)
        plain = plain.removeprefix(prefix) or plain
        count, own = 1, plain
        while own.lower() in taken:
            count += 1
            own = f"{plain}{count}"
        taken.add(own.lower())
        short[name] = own
    return short


def without_titles(schema: Any) -> Any:
    """A part of a document without titles, which only repeat names."""
    return _plain(schema, {})


def _plain(schema: Any, names: Mapping[str, str]) -> Any:
    if isinstance(schema, list):
        return [_plain(one, names) for one in schema]
    if not isinstance(schema, dict):
        return schema
    made: Json = {}
    for key, value in schema.items():
        if key == "title" and isinstance(value, str):
            continue
        if key == "$ref":
            own = value.removeprefix(REFERENCE)
            made[key] = REFERENCE + names.get(own, own)
        elif key == "const" and isinstance(value, bool):
            made["not"] = {"const": not value}  # generators take a constant truth for a text
        elif key in _BY_NAME:
            made[key] = {name: _plain(one, names) for name, one in value.items()}
        else:
            made[key] = value if key in _DATA else _plain(value, names)
    return made
