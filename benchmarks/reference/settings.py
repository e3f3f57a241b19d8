"""Reference page of the settings, from the fields of pydantic-settings."""

from __future__ import annotations

import types
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin

import annotated_types
from pydantic.fields import FieldInfo

from registry import settings as registry_settings
from serving.settings import ServiceSettings

SIZES = {2**30: "GiB", 2**20: "MiB"}


def page() -> str:
    """Return the page: settings of all commands, then those of the service alone."""
    shared = registry_settings.StoreSettings.model_fields
    own = {name: field for name, field in ServiceSettings.model_fields.items() if name not in shared}
    lines = [
        "# Settings",
        "",
        "Settings are environment variables. An option of a command takes precedence over its variable. An empty",
        "variable counts as absent. A malformed value stops the program and is named with the expected one.",
        "",
        "## All commands",
        "",
        *_lines(shared),
        "",
        "`NONFERROUS_SEEDS` is the folder of seeds, as the option `--seeds`. `NONFERROUS_CLUSTER` is the cluster of a",
        "command, as its option `--cluster`: see [Use a cluster](../how-to/use_a_cluster.md).",
        "",
        "## Service",
        "",
        *_lines(own),
    ]
    return "\n".join(lines).rstrip() + "\n"


def variable(name: str, field: FieldInfo) -> str:
    """Return the environment variable of a field."""
    own = field.validation_alias
    return own if isinstance(own, str) else f"{ServiceSettings.model_config['env_prefix']}{name.upper()}"


def _lines(fields: dict[str, FieldInfo]) -> Iterator[str]:
    """List of variables with values, default and description."""
    for name, field in fields.items():
        default = _default(field.default)
        yield f"- `{variable(name, field)}` ({_value(field)}; default {default}): {field.description or ''}"


def _value(field: FieldInfo) -> str:
    """Type of a field as text, with its bounds."""
    bounds = [
        *field.metadata,
        *(one for part in get_args(field.annotation) for one in getattr(part, "__metadata__", ())),
    ]
    shown = [
        f"{sign} {_number(getattr(bound, key))}"
        for bound in bounds
        for kind, key, sign in (
            (annotated_types.Gt, "gt", "above"),
            (annotated_types.Ge, "ge", "at least"),
            (annotated_types.Le, "le", "at most"),
        )
        if isinstance(bound, kind)
    ]
    return ", ".join([_type(field.annotation), *shown])


def _type(kind: Any) -> str:
    if get_origin(kind) is Literal:
        return " or ".join(f"`{one}`" for one in get_args(kind))
    if get_origin(kind) in (Union, types.UnionType):
        return _type(next(one for one in get_args(kind) if one is not type(None)))
    if get_origin(kind) is tuple:
        return "names separated by commas"
    return {bool: "`true` or `false`", int: "integer", float: "number", Path: "path", str: "text"}[kind]


def _default(value: object) -> str:
    if value in (None, "", ()):
        return "empty"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value}`" + (_size(value) if isinstance(value, int) else "")


def _size(value: int) -> str:
    """Return a number of bytes in a larger unit, in brackets; nothing without such a unit."""
    return next((f" ({value // unit} {name})" for unit, name in SIZES.items() if value % unit == 0), "")


def _number(value: Any) -> str:
    return f"{value:,}" if isinstance(value, int) else f"{value:g}"
