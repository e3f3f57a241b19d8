"""Former names of a seed's keys and values; a seed that has one is rejected with the present name."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

KEYS: Mapping[tuple[str, str], str] = {
    ("columns", "meaning"): "description",
    ("targets", "meaning"): "description",
    ("plant", "meaning"): "description",
    ("norms", "elsewhere"): "outside_boundary",
    ("norms", "certainty"): "verification",
    ("grades", "certainty"): "verification",
    ("causes", "knobs"): "setpoints",
    ("sorting", "other"): "other_class",
    ("economics", "carbon_price"): "carbon_price_direct",
}
"""Present name by the part of the seed and the former name of its key."""

VALUES: Mapping[tuple[str, str], str] = {("role", "knob"): "setpoint", ("verification", "recalled"): "unverified"}


def renamed_prices(economics: Mapping[str, Any]) -> Iterator[str]:
    """Yield the fault of each former name in [economics], whose names are free."""
    for name in economics:
        if present := KEYS.get(("economics", name)):
            yield f"economics.{name}: renamed to '{present}'"


def renamed(detail: Any) -> Iterator[str]:
    """Yield the text of a pydantic error that a former name causes; nothing for other errors."""
    if not detail["loc"]:
        return
    part, key, got = detail["loc"][0], detail["loc"][-1], detail["input"]
    if detail["type"] == "extra_forbidden" and (part, key) in KEYS:
        yield f"renamed to '{KEYS[part, key]}'"
    elif detail["type"] == "literal_error" and isinstance(got, str) and (key, got) in VALUES:
        yield f"got '{got}': renamed to '{VALUES[key, got]}'"
