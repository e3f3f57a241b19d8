"""Requests and answers of processes that grade their lots: costs of the day, contents, decisions, what is promised."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field

from models.quality.decision import ACTIONS
from operations.forms.fields import Record, record, title
from operations.forms.payloads import Payloads, TaskFields, estimate, payloads_of
from operations.predictions.explanations import asked, explanation, optional
from operations.set_points.graded_lots import setpoints
from seeds import Grade, Seed

# Far beyond any cost, and small enough that sums of products stay finite.
HIGHEST_COST = 1e6
DEFINED_ON = "lots that are released without an assay in a grade with limits"
ABOUT = (
    "A row is a lot whose assay is still to come. `costs` replaces values of the seed for one request; what may be let "
    "go unassayed stays bounded by the threshold of `guarantee`, which was calibrated under the seed's costs. With "
    "`explain` each content is cut into what each input contributed, in the content's unit."
)


def payloads(seed: Seed, max_rows: int) -> Payloads:
    """Request and answer of a seed's process; see `operations.forms.payloads.payloads_of`."""
    rules, best, costs = seed.quality_rules, seed.grades[0], _costs(seed)
    given = {
        "assay_cost": rules.assay_cost.value,
        "claim_cost": rules.claim_cost.value,
        "value": {best.name: best.value.value},
    }
    whole = payloads_of(
        seed,
        max_rows,
        TaskFields(
            row="One lot before its assay",
            unit="A-001",
            time="2026-11-01" if seed.is_daily else "2026-11-01T06:00",
            predicted=_predicted(seed),
            request={"costs": costs, "explain": asked()},
            answer={"guarantee": _guarantee(seed)},
            example={"costs": given, "explain": False},
        ),
    )
    return replace(whole, setpoints=setpoints(seed, max_rows, costs, given))


def _predicted(seed: Seed) -> dict[str, Any]:
    contents = record(
        f"{title(seed)}Contents",
        "Likeliest contents. All contents of a lot lie in their intervals together with the coverage asked for.",
        {column.name: estimate(column.name, seed) for column in seed.elements},
    )
    defects = {name: _share(seed.column(name).meaning) for name in seed.defects}
    grades = {grade.name: _share(grade.title) for grade in seed.grades}
    return {
        "contents": Annotated[contents, Field(description="what the laboratory will most likely report")],
        "defect_probabilities": record(f"{title(seed)}Defects", "Calibrated probability of each defect.", defects),
        "grade_probability": record(
            f"{title(seed)}GradeProbability",
            "Probability that the lot's contents keep all limits of each grade; the last takes every lot. Defects are "
            "no part of it: each lot is inspected before it is shipped.",
            grades,
        ),
        "decision": _decision(seed),
        "nearest_limit": _nearest_limit(seed),
        "remedy": _remedy(seed),
        "explanations": _explanations(seed),
    }


def _explanations(seed: Seed) -> Any:
    kind = record(
        f"{title(seed)}Explanations",
        "What each input contributed to each content, in the content's unit.",
        {column.name: explanation(seed) for column in seed.elements},
    )
    return optional(kind, "why the contents are what they are")


def _number(about: str, unit: str) -> Any:
    return Annotated[float, Field(description=f"{about} [{unit}]", json_schema_extra={"x-unit": unit})]


def _share(about: str) -> Any:
    described = Field(ge=0, le=1, description=f"{about}; null: not determined", json_schema_extra={"x-unit": "1"})
    return Annotated[float | None, described]


def _decision(seed: Seed) -> Any:
    about = "what a tonne is worth on average, costs taken off, beside one sold in the intended grade; null: unknown"
    worth = record(
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
            "expected_value": worth,
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
            "value": Annotated[float, Field(description="likeliest content or sum, in `unit`")],
            **_bound(seed),
            "margin": Annotated[float, Field(description="room up to the limit, in `unit`; negative beyond it")],
            "unit": Literal[units],
            "sigma": _number("distance of their logarithms in standard deviations of the model's error", "1"),
        },
    )
    return Annotated[kind | None, Field(description="null: the inputs do not determine it")]


def _bound(seed: Seed) -> dict[str, Any]:
    if not has_least(seed):
        return {"highest": Annotated[float, Field(description="the limit, in `unit`")]}
    return {
        "highest": Annotated[float | None, Field(description="the limit, in `unit`; null where it is the least")],
        "least": Annotated[float | None, Field(description="the limit, in `unit`; null where it is the highest")],
    }


def has_least(seed: Seed) -> bool:
    """Whether a grade of a seed has a least content."""
    return any(limit.least is not None for grade in seed.grades for limit in (*grade.limits.values(), *grade.sums))


def limit_units(grade: Grade) -> dict[str, str]:
    """Unit of each limit of a grade: by element, or by the name of a sum."""
    return {name: limit.unit for name, limit in grade.limits.items()} | {one.name: one.unit for one in grade.sums}


def _remedy(seed: Seed) -> Any:
    knobs = seed.by_role("knob")
    if not knobs:
        return None
    kind = record(
        f"{title(seed)}Remedy",
        "The move of one knob that, by first principles, takes the next lots farthest from the limit.",
        {
            "knob": Literal[tuple(knob.name for knob in knobs)],
            "before": Annotated[float, Field(description="its value in the row, in `unit`")],
            "after": Annotated[float, Field(description="after one move as large as the seed allows, in `unit`")],
            "unit": Literal[tuple(dict.fromkeys(str(knob.unit) for knob in knobs))],
            "sigma": _number("distance of the intended grade's nearest limit afterwards, as `nearest_limit`", "1"),
        },
    )
    described = Field(
        description="null: the lot is released in the intended grade or a more valuable one, or no move helps"
    )
    return Annotated[kind | None, described]


def _costs(seed: Seed) -> Any:
    rules = seed.quality_rules

    def cost(about: str, unit: str, own: float, lowest: float) -> Any:
        described = Field(
            default=None,
            ge=lowest,
            le=HIGHEST_COST,
            description=f"{about} [{unit}]",
            examples=[own],
            json_schema_extra={"x-unit": unit},
        )
        return Annotated[float | None, described]

    values: Any = record(
        f"{title(seed)}Values",
        "What a tonne is worth in each grade beside the intended one, most valuable first.",
        {
            one.name: cost(f"value of a tonne: {one.title}", "$/t", one.value.value, -HIGHEST_COST)
            for one in seed.grades
        },
    )
    ordered = ", ".join(one.name for one in seed.grades)
    kind = record(
        f"{title(seed)}Costs",
        "Values that replace the seed's; what is null or left out stays.",
        {
            "assay_cost": cost("an assay and the wait for it, one lot", "$", rules.assay_cost.value, 0),
            "claim_cost": cost("a tonne released in a grade that it breaks", "$/t", rules.claim_cost.value, 0),
            "value": Annotated[
                values | None,
                AfterValidator(_falling(seed)),
                Field(
                    default=None, description=f"none above the one before, those left out being the seed's: {ordered}"
                ),
            ],
        },
    )
    return Annotated[kind, Field(default={}, description="costs and values for this request")]


def _falling(seed: Seed) -> Callable[[Record | None], Record | None]:
    """Check that given values, with the seed's for what is left out, do not rise from a grade to the next."""

    def checked(given: Record | None) -> Record | None:
        before: tuple[str, float] | None = None
        for name, value in values(seed, given or {}).items():
            if before is not None and value > before[1]:
                described = (
                    f"at most {before[1]:g} $/t for {name}, as for {before[0]}: grades stand most valuable first"
                )
                raise ValueError(f"{described}; got {value:g}")
            before = name, value
        return given

    return checked


def values(seed: Seed, given: Record) -> dict[str, float]:
    """Value of a tonne in each grade [$/t]: the given one, or the seed's where it is null or left out."""
    described = ((grade, given.get(grade.name)) for grade in seed.grades)
    return {grade.name: grade.value.value if value is None else value for grade, value in described}


def _guarantee(seed: Seed) -> Any:
    alpha = Field(ge=0, le=1, description="highest share of these lots that breaks its grade")
    confidence = Field(
        ge=0,
        le=1,
        description="with which that holds; null where the model has no threshold, or costs were given, for which the "
        "threshold was not calibrated",
    )
    threshold = Field(
        ge=0,
        le=1,
        description="highest probability of breaking its grade with which a lot may be released without an assay; "
        "null: none was found, and no lot is released without an assay in a grade with limits",
    )
    fields = {
        "alpha": Annotated[float, alpha],
        "confidence": Annotated[float | None, confidence],
        "threshold": Annotated[float | None, threshold],
        "defined_on": Annotated[Literal[DEFINED_ON], Field(description="the lots that it speaks of")],
    }
    return record(f"{title(seed)}Guarantee", "What holds of lots decided by the seed's costs.", fields)
