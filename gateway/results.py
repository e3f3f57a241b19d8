"""Results of a unit as fields with unit, range and quality."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from gateway.readings import DataQuality, as_number
from seeds import Seed

_EXTRAPOLATED = ("outside training range", "out of distribution", "outside physical range")


@dataclass(frozen=True)
class Field:
    """Field of a result.

    Attributes
    ----------
    kind : type
        float, str or bool.
    unit : str
        Unit of measure of a number.
    low, high : float or None
        Possible range of a number.
    """

    kind: type[float] | type[str] | type[bool]
    unit: str = ""
    low: float | None = None
    high: float | None = None


@dataclass(frozen=True)
class ResultValue:
    """Value of a field.

    Attributes
    ----------
    path : tuple of str
        Unit, group and name.
    field : Field
        Type, unit and range.
    value : float, str, bool or None
        None if there is none; the quality is bad then.
    quality : {"good", "uncertain", "bad"}
        Uncertain if the model extrapolates.
    """

    path: tuple[str, ...]
    field: Field
    value: float | str | bool | None
    quality: DataQuality


Path = tuple[str, ...]
_TEXTS = ("flags", "model_version", "period", "record")


def fields_of(seed: Seed) -> dict[Path, Field]:
    """Fields of the results of one unit, by group and name: the nodes that a server needs for each unit."""
    fields: dict[Path, Field] = {}
    for name, measure in seed.quantities.items():
        low, high = _range(seed, name)
        fields |= {(name, part): Field(float, measure, low, high) for part in ("value", "low", "high")}
    fields |= {(column.name, "value"): Field(str) for column in seed.by_role("target") if column.classes}
    fields |= {("prediction", name): Field(str) for name in _TEXTS}
    for event in seed.warnings:
        fields["warnings", event.name, "probability"] = Field(float, "1", 0.0, 1.0)
        fields["warnings", event.name, "alarm"] = Field(bool)
    for column in seed.by_role("setpoint"):
        if column.bounds is not None:
            low, high = column.settable
            fields["recommendations", column.name] = Field(float, str(column.unit), low, high)
            fields["recommendations", "refusal"] = Field(str)
    return fields


def of_predictions(seed: Seed, response: Mapping[str, Any], record: str) -> dict[str, list[ResultValue]]:
    """Fields of each unit from a response with predictions.

    Parameters
    ----------
    seed : Seed
        The process.
    response : Mapping
        Response of the service.
    record : str
        Id of the record.

    Returns
    -------
    dict of str to list of ResultValue
        By unit.
    """
    fields, version, units = fields_of(seed), str(response["model"]["version"]), {}
    for prediction in response["predictions"]:
        flags = [str(flag) for flag in prediction.get("flags", ())]
        values_by_path: dict[Path, Any] = dict(_predicted(seed, prediction))
        values_by_path["prediction", "flags"] = "; ".join(flags)
        values_by_path["prediction", "model_version"] = version
        values_by_path["prediction", "period"] = str(prediction.get(seed.clock.name, ""))
        values_by_path["prediction", "record"] = record
        unit = _unit(seed, prediction)
        units[unit] = _values(fields, unit, values_by_path, is_extrapolated(flags))
    return units


def without_prediction(seed: Seed, units: Iterable[str], text: str) -> dict[str, list[ResultValue]]:
    """Bad values of each unit in place of a prediction, with a text as its flag."""
    fields = fields_of(seed)
    values_by_path: dict[Path, Any] = {path: None for path in fields if path[0] in seed.targets}
    values_by_path["prediction", "flags"] = text
    return {unit: _values(fields, unit, values_by_path) for unit in units}


def is_extrapolated(flags: Sequence[str]) -> bool:
    """Return whether flags state that a value lies outside the training data."""
    return any(words in flag for flag in flags for words in _EXTRAPOLATED)


def _predicted(seed: Seed, prediction: Mapping[str, Any]) -> Iterator[tuple[Path, Any]]:
    """Value and interval of each predicted quantity, or the class."""
    for name in seed.quantities:
        predicted = prediction.get(name)
        numbers = predicted if isinstance(predicted, Mapping) else {"value": predicted}
        yield from (((name, part), as_number(numbers.get(part))) for part in ("value", "low", "high"))
    for column in seed.by_role("target"):
        if column.classes:
            yield (column.name, "value"), prediction.get(column.name)


def of_warnings(seed: Seed, response: Mapping[str, Any]) -> dict[str, list[ResultValue]]:
    """Fields of each unit from a response with early warnings: probability and alarm of each event."""
    fields, units = fields_of(seed), {}
    for warning in response["warnings"]:
        values_by_path: dict[Path, Any] = {}
        for event, one in warning["events"].items():
            values_by_path["warnings", event, "probability"] = as_number(one.get("probability"))
            values_by_path["warnings", event, "alarm"] = one.get("alarm")
        unit = _unit(seed, warning)
        units[unit] = _values(fields, unit, values_by_path)
    return units


def of_recommendations(seed: Seed, response: Mapping[str, Any]) -> dict[str, list[ResultValue]]:
    """Fields of each unit from a response with recommendations: each set-point, and the refusal."""
    fields, units = fields_of(seed), {}
    for advice in response["recommendations"]:
        values_by_path: dict[Path, Any] = {
            ("recommendations", name): as_number(one.get("recommended"))
            for name, one in (advice.get("setpoints") or {}).items()
        }
        refusal = advice.get("refusal")
        text = refusal.get("reason", "") if isinstance(refusal, Mapping) else refusal
        values_by_path["recommendations", "refusal"] = "" if text is None else str(text)
        unit = _unit(seed, advice)
        units[unit] = _values(fields, unit, values_by_path)
    return units


def _unit(seed: Seed, part: Mapping[str, Any]) -> str:
    return str(part[seed.key.name]) if seed.key is not None else seed.process.name


def _values(
    fields: Mapping[Path, Field], unit: str, values_by_path: Mapping[Path, Any], is_uncertain: bool = False
) -> list[ResultValue]:
    """Values of the fields that a server has nodes for; numbers and classes are uncertain with the model."""
    values = [
        ResultValue((unit, *path), fields[path], value, "bad" if value is None else "good")
        for path, value in values_by_path.items()
        if path in fields
    ]
    if not is_uncertain:
        return values
    return [
        replace(one, quality="uncertain") if one.quality == "good" and one.path[1] != "prediction" else one
        for one in values
    ]


def _range(seed: Seed, name: str) -> tuple[float | None, float | None]:
    try:
        low, high = seed.column(name).limits
    except KeyError:  # a quantity that physics derives
        return None, None
    return (low if math.isfinite(low) else None), (high if math.isfinite(high) else None)
