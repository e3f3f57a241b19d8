"""Warnings in MLflow: a run an event below the job's, with metrics of the same names for all events."""

import json
from typing import Any

from models.warnings.model import WarningModel
from registry.tracking import Tracking
from training.core.dataset import Dataset
from training.core.splits import Split
from training.warnings.evaluate import evaluated
from training.warnings.learn import blocks_of

EVENT = "event"  # tag of the runs of events


def warnings_of(model: Any) -> WarningModel | None:
    """Warnings that a version carries, whatever its task; None where it has none."""
    found: WarningModel | None = getattr(model, "warnings", None)
    return found


def keep(
    model: Any, data: Dataset, parts: Split, tracking: Tracking, experiment: str, run: str, job: str
) -> dict[str, str]:
    """Keep what was measured of each event in a run below the job's; gives the runs by the event's name."""
    found = warnings_of(model)
    if found is None:
        return {}
    runs = {}
    for name, metrics in evaluated(found, data, blocks_of(data, parts)).items():
        one = found.events[name]
        with tracking.run(experiment, f"warning: {name}", job, run) as child:
            stated = one.event.model_dump(exclude_none=True, exclude={"name"})
            params = {key: json.dumps(value) if isinstance(value, dict) else value for key, value in stated.items()}
            learnt = {"learnt_rows": one.rows, "learnt_events": one.events, "threshold": one.event.threshold}
            tracking.log(
                child, params={"candidate": one.candidate, **learnt, **params}, metrics=metrics, tags={EVENT: name}
            )
        runs[name] = child
    return runs
