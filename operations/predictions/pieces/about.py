"""Information on a process that sorts: classes, bins, limits, and elements with a model."""

from collections.abc import Mapping
from typing import Annotated

from pydantic import BaseModel, Field

from models.sorting.model import SortingModel
from seeds import Quantity, Seed


class BinLimit(BaseModel):
    """Highest mean content of an element in a lot, or highest standard deviation of its pieces' contents."""

    value: float
    unit: str


class BinInfo(BaseModel):
    """Destination of pieces."""

    name: str
    title: str
    rest: Annotated[bool, Field(description="what the belt carries on: nothing is ejected there and no limit holds")]
    value: Annotated[dict[str, float], Field(description="value of a kilogram of each class, by the seed")]
    unit: Annotated[str, Field(description="unit of the values")]
    limits: Annotated[dict[str, BinLimit], Field(description="limits of means of the bin's lots, by element")]
    sd_limits: Annotated[
        dict[str, BinLimit],
        Field(description="limits of standard deviations among the pieces of the bin's lots, by mass, by element"),
    ]


class SortingInfo(BaseModel):
    """Basis of decisions of a process that sorts."""

    classes: list[str]
    other_class: Annotated[str, Field(description="class of what is none of the others")]
    bins: list[BinInfo]
    lot_mass: Annotated[BinLimit, Field(description="mass of feed that makes a lot")]
    confidence: Annotated[float, Field(description="share of lots that shall keep all limits")]
    calibration_confidence: Annotated[
        float, Field(description="how sure it shall be that the plant's one calibration achieves that share")
    ]
    predicted_elements: Annotated[
        list[str] | None, Field(description="elements that the model finds in its inputs; null: no model answers")
    ]


def _limits(given: Mapping[str, Quantity]) -> dict[str, BinLimit]:
    return {name: BinLimit(value=limit.value, unit=limit.unit) for name, limit in given.items()}


def info(seed: Seed, model: SortingModel | None) -> SortingInfo:
    """Rules that a process sorts by; `model` is the one in service."""
    rules = seed.sorting_rules
    carried = None
    if model is not None:
        carried = [column.name for column, yes in zip(seed.elements, model.contents.carried, strict=True) if yes]
    return SortingInfo(
        classes=list(seed.classes),
        other_class=rules.other_class,
        bins=[
            BinInfo(
                name=one.name,
                title=one.title,
                rest=one.rest,
                value=one.value,
                unit=one.unit,
                limits=_limits(one.limits),
                sd_limits=_limits(one.sd_limits),
            )
            for one in seed.bins
        ],
        lot_mass=BinLimit(value=rules.lot_mass.value, unit=rules.lot_mass.unit),
        confidence=rules.confidence.value,
        calibration_confidence=rules.sure,
        predicted_elements=carried,
    )
