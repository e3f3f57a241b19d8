"""Costs of an assay and a claim, and values of grades, that a request may replace."""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Any

from pydantic import AfterValidator, Field

from operations.forms.fields import Record, record, title
from seeds import Seed

# Far beyond any cost, and small enough that sums of products stay finite.
HIGHEST_COST = 1e6


def costs_example(seed: Seed) -> Record:
    """Costs that are accepted: those of the seed."""
    rules, best = seed.quality_rules, seed.grades[0]
    return {
        "assay_cost": rules.assay_cost.value,
        "claim_cost": rules.claim_cost.value,
        "value": {best.name: best.value.value},
    }


def lot_costs(seed: Seed) -> Any:
    """Type of the costs and values that a request may replace."""
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
        "Value of a tonne in each grade relative to the intended one, most valuable first.",
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
        for name, value in grade_values(seed, given or {}).items():
            if before is not None and value > before[1]:
                described = (
                    f"at most {before[1]:g} $/t for {name}, as for {before[0]}: grades stand most valuable first"
                )
                raise ValueError(f"{described}; got {value:g}")
            before = name, value
        return given

    return checked


def grade_values(seed: Seed, given: Record) -> dict[str, float]:
    """Value of a tonne in each grade [$/t]: the given one, or the seed's where it is null or left out."""
    described = ((grade, given.get(grade.name)) for grade in seed.grades)
    return {grade.name: grade.value.value if value is None else value for grade, value in described}
