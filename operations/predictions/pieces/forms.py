"""Requests and responses of processes that sort pieces: prices, decisions, contents of lots."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from operations.forms.bin_values import bin_values, values_example
from operations.forms.fields import Key, quantity, record, title
from operations.forms.include import only_with
from operations.predictions.payloads import TaskFields, estimate
from operations.predictions.pieces import lots as lot_payloads
from operations.predictions.pieces.lots import LOTS
from operations.predictions.probabilities import ABOUT, PROBABILITIES, probabilities_field
from seeds import Seed

EXPECTED = "expected_value"  # field of a prediction, and word of `include`
EXPECTED_ABOUT = "mean value of a kilogram of the piece in its bin"
GUARANTEE = "guarantee"  # field of responses, and word of `include`
DEFINED_ON = "lots of the plant on which the model was trained, of the same distribution as for calibration"
MOST_LOTS = 1000


def fields_of(seed: Seed) -> TaskFields:
    """Fields of requests and responses of a seed's process.

    Raises
    ------
    ValueError
        The seed has no key, which names the lot.
    """
    if seed.key is None:
        raise ValueError(f"seed {seed.process.name}: process.unit_key is missing: a process that sorts needs lots")
    lots: Any = dict[Key, lot_payloads.lot(seed)]  # type: ignore[misc]
    before: Any = Field(
        default={},
        max_length=MOST_LOTS,
        description="what each lot holds before its first row here, as the last answer gave it",
    )
    after = "what each lot holds after its last row here; lots without a row stay as they came"
    return TaskFields(
        row="One piece that passes the sensors",
        unit="L-00001",
        time="2026-11-01T06:00:00.020",
        predicted=_predicted(seed),
        words={
            LOTS: "what each lot holds, to send back with its next pieces; a lot that is not sent back is empty",
            PROBABILITIES: ABOUT,
            EXPECTED: EXPECTED_ABOUT,
            GUARANTEE: "calibration and risk price of the guarantee, its lots and the pieces counted",
        },
        request={"prices": bin_values(seed), LOTS: Annotated[lots, before]},
        answer={LOTS: only_with(lots, LOTS, after), "guarantee": _guarantee(seed)},
        example={"prices": values_example(seed), LOTS: {"L-00001": lot_payloads.example(seed)}},
    )


def _predicted(seed: Seed) -> dict[str, Any]:
    elements = record(
        f"{title(seed)}Elements",
        "Contents of the elements that the sensors carry, each with its interval; the others are left out.",
        {column.name: Annotated[estimate(column.name, seed), Field(default=None)] for column in seed.elements},
    )
    value_kind = quantity(f"{title(seed)}Value", "$/kg")
    bins = tuple(one.name for one in seed.bins)
    return {
        "class": Annotated[
            Literal[seed.classes], Field(description=f"the most probable class: {seed.target.description}")
        ],
        PROBABILITIES: probabilities_field(seed),
        "elements": Annotated[elements, Field(description="contents of the elements that the sensors carry")],
        "bin": Annotated[Literal[bins], Field(description="where the piece goes")],
        EXPECTED: only_with(value_kind, EXPECTED, EXPECTED_ABOUT),
    }


def _guarantee(seed: Seed) -> Any:
    confidence = Field(
        ge=0,
        le=1,
        description="share of the plant's lots that keep all limits; null where nothing is guaranteed: see `withheld`",
    )
    sure = Field(
        ge=0,
        le=1,
        description="probability with which the plant's one calibration gives that share or more; null where nothing "
        "is guaranteed, and of models calibrated before it was kept, whose share holds on average over calibrations",
    )
    lots = Field(ge=0, description="calibration lots that it rests on; null where no bin has a limit, and as above")
    withheld = Field(description="why nothing is guaranteed; null where something is")
    risk_price = Field(
        description="what a broken limit counts for each kilogram of its lot's feed; null: bins with limits stay "
        "closed, or there are none"
    )
    price = quantity(f"{title(seed)}RiskPrice", "$/kg", 0)
    about = "What holds for lots from their first piece to their last, sorted by the seed's values."
    basis: dict[str, Any] = {
        "calibration_confidence": Annotated[float | None, sure],
        "calibration_lots": Annotated[int | None, lots],
        "risk_price": Annotated[price | None, risk_price],
        "defined_on": Annotated[Literal[DEFINED_ON], Field(description="the lots that it speaks of")],
        "pieces": Annotated[int, Field(ge=0, description="pieces of the request")],
        "incomplete_pieces": Annotated[int, Field(ge=0, description="of these, without an input that counts")],
    }
    fields = {
        "confidence": Annotated[float | None, confidence],
        **{name: only_with(kind, GUARANTEE) for name, kind in basis.items()},
        "withheld": Annotated[str | None, withheld],
    }
    return record(f"{title(seed)}Guarantee", about, fields)
