"""What the service knows of each process: inputs, quantities, and the model that answers or why none does."""

from __future__ import annotations

import math
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field

from models.quality.model import QualityModel
from models.sorting.model import SortingModel
from registry.store import ALIAS
from seeds import Grade, Quality, Quantity, Seed, Sorting
from seeds.format.quality import Certainty
from serving.champions import Champions, Status
from serving.payloads import ModelUsed, quantities


class Input(BaseModel):
    """A field of the request."""

    name: str
    meaning: str
    unit: str
    role: Annotated[str, Field(description="before: known at the start; knob: set for the period; during: measured")]
    low: Annotated[float, Field(description="lowest value that is physically possible")]
    high: Annotated[float, Field(description="highest value that is physically possible")]


class Predicted(BaseModel):
    """A quantity of the answer."""

    name: str
    meaning: str
    unit: str


class Limit(BaseModel):
    """Highest mean content of an element in a lot."""

    value: float
    unit: str


class BinTold(BaseModel):
    """Where pieces go."""

    name: str
    title: str
    rest: Annotated[bool, Field(description="what the belt carries on: nothing is ejected there and no limit holds")]
    value: Annotated[dict[str, float], Field(description="value of a kilogram of each class, by the seed")]
    unit: Annotated[str, Field(description="unit of the values")]
    limits: Annotated[dict[str, Limit], Field(description="limits of the bin's lots, by element")]


class SortingTold(BaseModel):
    """What a process that sorts decides by."""

    classes: list[str]
    other: Annotated[str, Field(description="class of what is none of the others")]
    bins: list[BinTold]
    lot_mass: Annotated[Limit, Field(description="mass of feed that makes a lot")]
    confidence: Annotated[float, Field(description="share of lots that shall keep all limits")]
    carried: Annotated[
        list[str] | None, Field(description="elements that the model finds in its inputs; null: no model answers")
    ]


class Amount(BaseModel):
    """A number with its unit, by the seed."""

    value: float
    unit: str


class GradeLimit(BaseModel):
    """Highest content of an element in a grade, or highest sum of some."""

    value: float
    unit: str
    of: Annotated[list[str], Field(description="elements that count")]
    certainty: Annotated[Certainty, Field(description="how sure the number is")]


class GradeTold(BaseModel):
    """What a lot may be let go as."""

    name: str
    title: str
    value: Annotated[Amount, Field(description="value of a tonne beside the intended grade")]
    limits: Annotated[dict[str, GradeLimit], Field(description="limits of contents, by element")]
    sums: Annotated[dict[str, GradeLimit], Field(description="limits of sums of contents, by their names")]


class QualityTold(BaseModel):
    """What a process that grades its lots decides by."""

    elements: Annotated[list[str], Field(description="contents that predictions tell")]
    defects: Annotated[list[str], Field(description="what a lot may be rejected for, whatever it contains")]
    intended: Annotated[str, Field(description="grade that the plant aims for")]
    grades: Annotated[list[GradeTold], Field(description="dearest first; the last takes every lot")]
    lot_mass: Annotated[Amount, Field(description="mass of a lot")]
    assay_cost: Annotated[Amount, Field(description="an assay and the wait for it, one lot")]
    claim_cost: Annotated[Amount, Field(description="a tonne let go in a grade that it breaks")]
    alpha: Annotated[float, Field(description="highest share of lots let go unassayed that may break their grade")]
    confidence: Annotated[float, Field(description="with which that shall hold")]
    threshold: Annotated[
        float | None,
        Field(
            description="the model's highest probability of breaking its grade with which a lot is let go unassayed; "
            "null: it has none, or no model answers"
        ),
    ]


class Period(BaseModel):
    """Length of the period that one row describes."""

    value: float
    unit: str


class Answering(ModelUsed):
    """The model that answers."""

    candidate: str
    info: Annotated[dict[str, Any], Field(description="where the model comes from, as training wrote it down")]


class ProcessTold(BaseModel):
    """One process."""

    name: str
    title: str
    task: str
    period: Period
    key: Annotated[str | None, Field(description="field that names the unit; null where there is one unit")]
    time: Annotated[str, Field(description="field that holds the start of the period")]
    inputs: list[Input]
    quantities: Annotated[list[Predicted], Field(description="what predictions give with intervals")]
    sorting: Annotated[SortingTold | None, Field(description="null: the process does not sort")]
    quality: Annotated[QualityTold | None, Field(description="null: the process does not grade its lots")]
    model: Annotated[Answering | None, Field(description="null: no model answers")]
    trouble: Annotated[str | None, Field(description="why no model answers, or why a newer one was refused")]


class ProcessesTold(BaseModel):
    """All processes."""

    processes: list[ProcessTold]


def router(seeds: dict[str, Seed], champions: Champions) -> APIRouter:
    """Route of the list of processes."""
    routes = APIRouter(tags=["processes"])

    @routes.head("/v1/processes", include_in_schema=False)
    @routes.get("/v1/processes", operation_id="processes", summary="Processes, their inputs and their models")
    async def processes() -> ProcessesTold:
        statuses = champions.statuses
        trouble = champions.store_trouble
        return ProcessesTold(processes=[_told(seed, statuses[name], trouble) for name, seed in seeds.items()])

    return routes


def _told(seed: Seed, status: Status, store_trouble: str | None) -> ProcessTold:
    process, key = seed.process, seed.key
    return ProcessTold(
        name=process.name,
        title=process.title,
        task=process.task,
        period=Period(value=process.period.value, unit=process.period.unit),
        key=key.name if key else None,
        time=seed.time.name,
        inputs=[
            Input(name=c.name, meaning=c.meaning, unit=str(c.unit), role=c.role, low=c.limits[0], high=c.limits[1])
            for c in seed.inputs
        ],
        quantities=[
            Predicted(name=name, meaning=seed.targets[name].meaning, unit=unit)
            for name, unit in quantities(seed).items()
        ],
        sorting=None if seed.sorting is None else _sorting(seed, seed.sorting, status),
        quality=None if seed.quality is None else _quality(seed, seed.quality, status),
        model=_answering(status),
        trouble=store_trouble or status.trouble,
    )


def _answering(status: Status) -> Answering | None:
    if status.served is None:
        return None
    version, model = status.served.champion.version, status.served.model
    return Answering(
        version=version, alias=ALIAS, digest=status.served.digest, candidate=model.candidate, info=dict(model.info)
    )


def _sorting(seed: Seed, rules: Sorting, status: Status) -> SortingTold:
    model = status.served.model if status.served else None
    carried = None
    if isinstance(model, SortingModel):
        carried = [column.name for column, yes in zip(seed.elements, model.contents.carried, strict=True) if yes]
    return SortingTold(
        classes=list(seed.classes),
        other=rules.other,
        bins=[
            BinTold(
                name=one.name,
                title=one.title,
                rest=one.rest,
                value=one.value,
                unit=one.unit,
                limits={name: Limit(value=limit.value, unit=limit.unit) for name, limit in one.limits.items()},
            )
            for one in seed.bins
        ],
        lot_mass=Limit(value=rules.lot_mass.value, unit=rules.lot_mass.unit),
        confidence=rules.confidence.value,
        carried=carried,
    )


def _quality(seed: Seed, rules: Quality, status: Status) -> QualityTold:
    model = status.served.model if status.served else None
    threshold = model.threshold if isinstance(model, QualityModel) else math.nan
    return QualityTold(
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


def _grade(grade: Grade) -> GradeTold:
    return GradeTold(
        name=grade.name,
        title=grade.title,
        value=_amount(grade.value),
        limits={
            name: GradeLimit(value=limit.value, unit=limit.unit, of=[name], certainty=limit.certainty)
            for name, limit in grade.limits.items()
        },
        sums={
            one.name: GradeLimit(value=one.value, unit=one.unit, of=one.of, certainty=one.certainty)
            for one in grade.sums
        },
    )


def _amount(quantity: Quantity) -> Amount:
    return Amount(value=quantity.value, unit=quantity.unit)
