"""Information on a process that grades lots: elements, defects, grades, costs, threshold."""

import math
from typing import Annotated

from pydantic import BaseModel, Field

from models.quality.model import QualityModel
from seeds import Grade, Quantity, Seed
from seeds.format.quantity import Verification
from seeds.format.tasks.quality import ContentLimit


class Amount(BaseModel):
    """A number with its unit, by the seed."""

    value: float
    unit: str


class GradeLimit(BaseModel):
    """Highest or least content of an element in a grade, or sum of some; both where a window is kept."""

    value: Annotated[float | None, Field(description="the highest; null: none is stated")]
    least: Annotated[float | None, Field(description="the least; null: none is stated")]
    unit: str
    of: Annotated[list[str], Field(description="elements that count")]
    verification: Annotated[Verification, Field(description="how sure the number is")]


class GradeInfo(BaseModel):
    """A grade."""

    name: str
    title: str
    value: Annotated[Amount, Field(description="value of a tonne relative to the intended grade")]
    limits: Annotated[dict[str, GradeLimit], Field(description="limits of contents, by element")]
    sums: Annotated[dict[str, GradeLimit], Field(description="limits of sums of contents, by their names")]


class QualityInfo(BaseModel):
    """Basis of decisions of a process that grades its lots."""

    elements: Annotated[list[str], Field(description="predicted contents")]
    defects: Annotated[list[str], Field(description="what a lot may be rejected for, whatever it contains")]
    intended: Annotated[str, Field(description="grade that the plant aims for")]
    grades: Annotated[list[GradeInfo], Field(description="most valuable first; the last takes every lot")]
    lot_mass: Annotated[Amount, Field(description="mass of a lot")]
    assay_cost: Annotated[Amount, Field(description="an assay and the wait for it, one lot")]
    claim_cost: Annotated[Amount, Field(description="a tonne released in a grade that it breaks")]
    alpha: Annotated[
        float, Field(description="highest share of lots released without an assay that may break their grade")
    ]
    confidence: Annotated[float, Field(description="with which that shall hold")]
    threshold: Annotated[
        float | None,
        Field(
            description="the model's highest probability of breaking its grade with which a lot is released without an "
            "assay; null: it has none, or no model answers"
        ),
    ]


def info(seed: Seed, model: QualityModel | None) -> QualityInfo:
    """Rules that a process grades its lots by; `model` is the one in service."""
    rules, threshold = seed.quality_rules, model.threshold if model is not None else math.nan
    return QualityInfo(
        elements=[column.name for column in seed.elements],
        defects=rules.defects,
        intended=rules.intended,
        grades=[_grade(grade) for grade in seed.grades],
        lot_mass=_amount(rules.lot_mass),
        assay_cost=_amount(rules.assay_cost),
        claim_cost=_amount(rules.claim_cost),
        alpha=rules.alpha.value,
        confidence=rules.confidence.value,
        threshold=threshold if math.isfinite(threshold) else None,
    )


def _grade(grade: Grade) -> GradeInfo:
    return GradeInfo(
        name=grade.name,
        title=grade.title,
        value=_amount(grade.value),
        limits={name: _limit(limit, [name]) for name, limit in grade.limits.items()},
        sums={one.name: _limit(one, one.of) for one in grade.sums},
    )


def _limit(limit: ContentLimit, of: list[str]) -> GradeLimit:
    return GradeLimit(value=limit.value, least=limit.least, unit=limit.unit, of=of, verification=limit.verification)


def _amount(quantity: Quantity) -> Amount:
    return Amount(value=quantity.value, unit=quantity.unit)
