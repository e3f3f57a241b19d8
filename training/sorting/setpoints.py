"""Assayed pieces that a sorter has not learnt from, kept for set-points of its line, and how a person reads it."""

from typing import Any

import numpy as np

from models.sorting.model import SortingModel
from models.sorting.setpoints.assayed import FEWEST_LOTS, Assayed
from models.sorting.setpoints.knobs import line_knobs
from reporting.markdown import table
from training.core.dataset import Dataset
from training.core.splits import Split

MOST_LOTS = 200  # the newest


def setpoints(data: Dataset, parts: Split) -> dict[str, Any]:
    """Newest lots that nothing has learnt from, or why they are too few, as arguments of `SortingModel`."""
    if data.seed.time is None:
        return {"setpoints_refusal": "pieces have no time: expected a column of role time"}
    rows = np.concatenate([parts.test, parts.unseen])
    rows = rows[np.argsort(data.periods[rows], kind="stable")]
    newest = list(dict.fromkeys(data.units[rows]))[-MOST_LOTS:]
    if len(newest) < FEWEST_LOTS:
        return {
            "setpoints_refusal": f"{len(newest)} newest lots that nothing has learnt from, expected {FEWEST_LOTS} or "
            "more to weigh set-points on"
        }
    rows = rows[np.isin(data.units[rows], newest)]
    some = Assayed(data.X[rows], data.y[rows].astype(np.intp), data.contents[rows], data.units[rows])
    return {"assayed": some.as_kept()}


def setpoints_section(model: SortingModel) -> list[str]:
    """Section of the model card on the lots that set-points of the line are weighed on."""
    if model.setpoints is None and model.setpoints_refusal is None:
        return []
    lines = ["## Set-points of the line", ""]
    if model.setpoints is None:
        return [*lines, f"None are recommended: {model.setpoints_refusal}.", ""]
    replay, bounds = model.setpoints.replay(None), model.setpoints.bounds(None)
    rows = [
        [f"`{knob.name}`", knob.meaning, knob.unit, *(f"{end:.4g}" for end in bounds[knob.name])]
        for knob in line_knobs(model.seed)
    ]
    loads = f" Nine tenths of them had loads from {replay.middle[0]:.3g} to {replay.middle[1]:.3g}."
    return [
        *lines,
        f"Weighed on {len(replay.lots)} assayed pieces of the newest {replay.n_lots} lots, which the model has not "
        f"learnt from; they are kept with it.{loads if replay.has_loads else ''} What other least gains would have "
        "earned on them is replayed; of other loads it is inferred from lots that had them.",
        *([""] if replay.trouble is None else ["", f"Nothing is recommended from them: {replay.trouble}.", ""]),
        *table(["knob", "what it is", "unit", "from", "to"], rows),
    ]
