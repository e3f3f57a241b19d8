"""Type of the latest recorded predictions of a process."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import Field

from operations.forms.fields import Record, record, title
from operations.predictions.payloads import Payloads


def latest_kind(form: Payloads) -> Any:
    """Type of the latest prediction of each unit, as it was answered, with its record."""
    own, process = title(form.seed), form.seed.process
    kind: Any = dict[str, Any]
    fields: Record = {
        "process": Literal[process.name],
        "since": Annotated[str | None, Field(description="time of the oldest request that was read; null without any")],
        "most_requests": Annotated[int, Field(description="most requests that are read, the newest")],
        "most_rows": Annotated[int, Field(description="rows after which no further request is read")],
        "predictions": Annotated[
            list[kind],
            Field(
                description="one for each unit, as it was answered, in the order of units; before it `recorded_at` "
                "[ISO 8601], `record` (id of the request) and `version` of the model"
            ),
        ],
    }
    return record(f"{own}LatestPredictions", f"Latest recorded prediction of each unit. {process.title}.", fields)
