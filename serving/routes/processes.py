"""List of processes: inputs, predicted quantities, and the model in service or the reason for none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Annotated, Any

from fastapi import APIRouter
from pydantic import BaseModel, Field, create_model

from operations.catalogue import CATALOGUE, Offers, predictions_of
from operations.forms.fields import ModelUsed
from operations.predictions.operation import Predictions
from registry.store import Champion
from registry.versions import CHAMPION
from seeds import Seed
from serving.hot_reload.champions import Champions
from serving.hot_reload.status import ModelFacts, Status
from serving.middleware.context import may_ask, may_operate
from serving.responses.process_response import paths, troubles_shown
from serving.shadow.shadows import Shadow

# Predictions of tasks that have a part of their own in the list.
_LISTED = {
    task: (one, one.listed)
    for task, operations in CATALOGUE.items()
    for one in operations
    if isinstance(one, Predictions) and one.listed is not None
}


class InputField(BaseModel):
    """A field of the request."""

    name: str
    description: str
    unit: Annotated[str | None, Field(description="null if it holds texts")]
    role: Annotated[str, Field(description="before: known at the start; set-point: set-point; during: measured")]
    low: Annotated[float | None, Field(description="lowest value that is physically possible; null where unknown")]
    high: Annotated[float | None, Field(description="highest value that is physically possible; null where unknown")]
    values: Annotated[list[str] | None, Field(description="texts in the training rows; null if it holds numbers")]
    width_without: Annotated[
        float | None,
        Field(
            description="width of 90 % intervals, or size of sets of classes, without this input alone over that with "
            "all, by training [1]; "
            "null: not measured"
        ),
    ]


class Predicted(BaseModel):
    """A quantity of the answer."""

    name: str
    description: str
    unit: str


class PeriodOfRow(BaseModel):
    """Length of the period that one row describes."""

    value: float
    unit: str


class Answering(ModelUsed):
    """The model that answers."""

    candidate: str
    info: Annotated[dict[str, Any], Field(description="origin of the model, as training recorded it")]


class InShadow(BaseModel):
    """Version in shadow: it predicts next to the model, and no client sees its predictions."""

    version: int
    digest: Annotated[str | None, Field(description="null: it does not load")]
    reason: Annotated[str | None, Field(description="reason why it does not load or predict; null: no error")]


class ProcessResponse(BaseModel):
    """Description of a process, for any task."""

    name: str
    title: str
    task: str
    period: Annotated[PeriodOfRow | None, Field(description="null if the table has no time")]
    key: Annotated[str | None, Field(description="field that names the unit; null where there is one unit")]
    time: Annotated[str | None, Field(description="field that holds the start of the period; null where there is none")]
    inputs: list[InputField]
    quantities: Annotated[list[Predicted], Field(description="quantities that are predicted with intervals")]
    routes: Annotated[list[str], Field(description="operations of the process, by POST")]


def _answer() -> Any:
    """Type of the list: one optional field for each task with details, null in processes of other tasks."""
    fields: Any = {
        task: (Annotated[kind | None, Field(description=f"null: the process {one.not_listed}")], ...)
        for task, (one, kind) in _LISTED.items()
    }
    model = Annotated[Answering | None, Field(description="null: no model in service")]
    error_type = Annotated[
        str | None, Field(description="reason of no model in service or of a rejected newer version")
    ]
    about = "version in shadow, for the role operate; null: none, or the caller has another role"
    fields |= {
        "model": (model, ...),
        "reason": (error_type, ...),
        "shadow": (Annotated[InShadow | None, Field(description=about)], ...),
    }
    described = create_model("ProcessInfo", __base__=ProcessResponse, __doc__="One process.", **fields)
    return create_model("ProcessesInfo", __doc__="All processes.", processes=(list[described], ...))


def router(champions: Champions, in_shadow: Callable[[], Mapping[str, Shadow]] = dict) -> APIRouter:
    """Route of the list of processes; `in_shadow` gives the versions in shadow."""
    routes = APIRouter(tags=["processes"])

    @routes.head("/v1/processes", include_in_schema=False)
    @routes.get(
        "/v1/processes",
        operation_id="processes",
        summary="Processes, their inputs and their models",
        response_model=_answer(),
    )
    async def processes() -> dict[str, Any]:
        store_error = champions.store_trouble
        statuses = champions.statuses.items()
        known = [(one.offers, one) for name, one in statuses if one.offers is not None and may_ask(name)]
        shadows = in_shadow() if may_operate() else {}
        return {
            "processes": [
                {**_described(offers, one, store_error), "shadow": _shadow(shadows.get(offers.seed.process.name))}
                for offers, one in known
            ]
        }

    return routes


def _described(offers: Offers, status: Status, store_trouble: str | None) -> dict[str, Any]:
    seed = offers.seed
    facts = status.facts
    listed = predictions_of(seed).info(seed, None) if facts is None else facts.listed
    about = {task: listed if task == seed.process.task else None for task in _LISTED}
    return {
        **_process(seed, paths(offers), {} if facts is None else facts.widths_without).model_dump(),
        **about,
        "model": _answering(status.in_service, facts),
        "reason": troubles_shown(status, store_trouble),
    }


def _process(seed: Seed, routes: list[str], widths: Mapping[str, float]) -> ProcessResponse:
    process, key = seed.process, seed.key
    return ProcessResponse(
        name=process.name,
        title=process.title,
        task=process.task,
        period=PeriodOfRow(value=process.period.value, unit=process.period.unit) if process.period else None,
        key=key.name if key else None,
        time=seed.time.name if seed.time else None,
        inputs=[
            InputField(
                name=c.name,
                description=c.description,
                unit=c.unit,
                role=c.role,
                low=c.low,
                high=c.high,
                values=c.values,
                width_without=widths.get(c.name),
            )
            for c in seed.inputs
        ],
        quantities=[
            Predicted(name=name, description=seed.targets[name].description, unit=unit)
            for name, unit in seed.quantities.items()
        ],
        routes=routes,
    )


def _shadow(one: Shadow | None) -> InShadow | None:
    if one is None:
        return None
    digest = None if one.served is None else one.served.digest
    return InShadow(version=one.version.version, digest=digest, reason=one.trouble)


def _answering(version: Champion | None, facts: ModelFacts | None) -> Answering | None:
    if version is None or facts is None:
        return None
    return Answering(
        version=version.version,
        alias=CHAMPION,
        digest=facts.digest,
        baseline=facts.baseline,
        candidate=facts.candidate,
        info=dict(facts.info),
    )
