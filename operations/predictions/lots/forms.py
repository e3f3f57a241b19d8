"""Requests and responses of processes that grade lots: costs, contents, decisions, guarantee."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from models.quality.decision import ACTIONS
from operations.forms.fields import record, title
from operations.forms.include import only_with
from operations.forms.lot_costs import costs_example, lot_costs
from operations.predictions.payloads import TaskFields, estimate
from seeds import Grade, Seed

GRADES, DEFECTS, LIMITS, REMEDIES, GUARANTEE = "grades", "defects", "limits", "remedies", "guarantee"
"""Words of `include`."""
DEFINED_ON = "lots that are released without an assay in a grade with limits"


def fields_of(seed: Seed) -> TaskFields:
    """Fields of requests and responses of a seed's process."""
    return TaskFields(
        row="One lot before its assay",
        unit="A-001",
        time="2026-11-01" if seed.is_daily else "2026-11-01T06:00",
        predicted=_predicted(seed),
        words=_words(seed),
        request={"costs": lot_costs(seed)},
        answer={"guarantee": _guarantee(seed)},
        example={"costs": costs_example(seed)},
    )


def _words(seed: Seed) -> dict[str, str]:
    words = {
        GRADES: "probability that the contents keep the limits of each grade",
        DEFECTS: "probability of each defect",
        LIMITS: "limit that the lot comes nearest to",
        REMEDIES: "move of a set-point that takes the next lots farthest from the limit",
        GUARANTEE: "threshold of the guarantee, and the lots on which it is defined",
    }
    lacking = {*([] if seed.defects else [DEFECTS]), *([] if seed.by_role("setpoint") else [REMEDIES])}
    return {word: about for word, about in words.items() if word not in lacking}


def _predicted(seed: Seed) -> dict[str, Any]:
    contents = record(
        f"{title(seed)}Contents",
        "Most probable contents. All contents of a lot lie in their intervals jointly with the requested coverage.",
        {column.name: estimate(column.name, seed) for column in seed.elements},
    )
    defects = {name: _share(seed.column(name).description) for name in seed.defects}
    grades = {grade.name: _share(grade.title) for grade in seed.grades}
    of_defects = record(f"{title(seed)}Defects", "Calibrated probability of each defect.", defects)
    of_grades = record(
        f"{title(seed)}GradeProbability",
        "Probability that the lot's contents keep all limits of each grade; the last takes every lot. Defects are no "
        "part of it: each lot is inspected before it is shipped.",
        grades,
    )
    return {
        "contents": Annotated[contents, Field(description="what the laboratory will most likely report")],
        "decision": _decision(seed),
        **({"defect_probabilities": only_with(of_defects, DEFECTS)} if seed.defects else {}),
        "grade_probability": only_with(of_grades, GRADES),
        "nearest_limit": only_with(_nearest_limit(seed), LIMITS, "null: the inputs do not determine it"),
        **_remedy(seed),
    }


def _number(about: str, unit: str) -> Any:
    return Annotated[float, Field(description=f"{about} [{unit}]", json_schema_extra={"x-unit": unit})]


def _share(about: str) -> Any:
    described = Field(ge=0, le=1, description=f"{about}; null: not determined", json_schema_extra={"x-unit": "1"})
    return Annotated[float | None, described]


def _decision(seed: Seed) -> Any:
    about = "mean value of a tonne less costs, relative to one sold in the intended grade; null: unknown"
    value_kind = record(
        f"{title(seed)}Worth", "A number in $/t.", {"value": _number(about, "$/t") | None, "unit": Literal["$/t"]}
    )
    action = Field(
        description=f"release: without an assay in {seed.quality_rules.intended} or a more valuable grade; "
        "downgrade: in a lower one; laboratory: the assay shall say"
    )
    grades = tuple(grade.name for grade in seed.grades)
    kind = record(
        f"{title(seed)}Decision",
        "What is done with the lot.",
        {
            "action": Annotated[Literal[ACTIONS], action],
            "grade": Annotated[Literal[grades] | None, Field(description="null where the laboratory shall say")],
            "expected_value": value_kind,
            "on_base_rate": Annotated[
                bool,
                Field(
                    description="true: released without any measurement of the lot, because the share of all lots that "
                    "break the grade is guaranteed"
                ),
            ],
        },
    )
    return Annotated[kind, Field(description="what is worth most on average, among what the guarantee allows")]


def _nearest_limit(seed: Seed) -> Any:
    bounded = seed.grades[:-1]
    limits = tuple(dict.fromkeys(name for grade in bounded for name in limit_units(grade)))
    units = tuple(dict.fromkeys(unit for grade in bounded for unit in limit_units(grade).values()))
    kind = record(
        f"{title(seed)}NearestLimit",
        "The limit that the lot comes nearest to, of the grade it is released in, or of the intended one.",
        {
            "limit": Annotated[Literal[limits], Field(description="the element that it bounds, or the name of a sum")],
            "grade": Literal[tuple(grade.name for grade in bounded)],
            "value": Annotated[float, Field(description="most probable content or sum, in `unit`")],
            **_bound(seed),
            "margin": Annotated[float, Field(description="room up to the limit, in `unit`; negative beyond it")],
            "unit": Literal[units],
            "sigma": _number("distance of their logarithms in standard deviations of the model's error", "1"),
        },
    )
    return kind | None


def _bound(seed: Seed) -> dict[str, Any]:
    if not has_least(seed):
        return {"highest": Annotated[float, Field(description="the limit, in `unit`")]}
    return {
        "highest": Annotated[float | None, Field(description="the limit, in `unit`; null where it is the least")],
        "least": Annotated[float | None, Field(description="the limit, in `unit`; null where it is the highest")],
    }


def has_least(seed: Seed) -> bool:
    """Return whether a grade of a seed has a least content."""
    return any(limit.least is not None for grade in seed.grades for limit in (*grade.limits.values(), *grade.sums))


def limit_units(grade: Grade) -> dict[str, str]:
    """Unit of each limit of a grade: by element, or by the name of a sum."""
    return {name: limit.unit for name, limit in grade.limits.items()} | {one.name: one.unit for one in grade.sums}


def _remedy(seed: Seed) -> dict[str, Any]:
    setpoints = seed.by_role("setpoint")
    if not setpoints:
        return {}
    kind = record(
        f"{title(seed)}Remedy",
        "Move of one set-point that, by first principles, takes the next lots farthest from the limit.",
        {
            "setpoint": Literal[tuple(setpoint.name for setpoint in setpoints)],
            "before": Annotated[float, Field(description="its value in the row, in `unit`")],
            "after": Annotated[float, Field(description="after one move as large as the seed allows, in `unit`")],
            "unit": Literal[tuple(dict.fromkeys(str(setpoint.unit) for setpoint in setpoints))],
            "sigma": _number("distance of the intended grade's nearest limit afterwards, as `nearest_limit`", "1"),
        },
    )
    about = "null: the lot is released in the intended grade or a more valuable one, or no move helps"
    return {"remedy": only_with(kind | None, REMEDIES, about)}


def _withdrawn(seed: Seed) -> Any:
    count: Any = Annotated[int, Field(ge=0)]
    return record(
        f"{title(seed)}Evidence",
        "Assays of lots that the threshold of the training would release.",
        {
            "lots": Annotated[count, Field(description="lots with an assay so far")],
            "broken": Annotated[count, Field(description="those of them that break their grade")],
            "next_test": Annotated[count, Field(description="number of lots at which the guarantee is tested next")],
        },
    )


def _guarantee(seed: Seed) -> Any:
    alpha = Field(ge=0, le=1, description="highest share of these lots that breaks its grade")
    confidence = Field(
        ge=0,
        le=1,
        description="with which that holds; null where the model has no threshold, or costs were given, for which the "
        "threshold was not calibrated",
    )
    threshold = (
        "highest probability of breaking its grade with which a lot may be released without an assay; a lot with "
        "missing inputs has one of its own, calibrated for what it misses; null: none was found, and no lot is "
        "released without an assay in a grade with limits"
    )
    withdrawn = Field(
        description="evidence so far, if the guarantee is withdrawn: the model was trained on another plant, and "
        "assays of lots of this one do not show it yet; no lot is released without an assay; null: not withdrawn"
    )
    fields = {
        "alpha": Annotated[float, alpha],
        "confidence": Annotated[float | None, confidence],
        "threshold": only_with(_share(threshold), GUARANTEE, threshold),
        "defined_on": only_with(Literal[DEFINED_ON], GUARANTEE, "the lots that it speaks of"),
        "withdrawn": Annotated[_withdrawn(seed) | None, withdrawn],
    }
    return record(f"{title(seed)}Guarantee", "What holds of lots decided by the seed's costs.", fields)
