"""What past lots teach of the knobs, once for all candidates of a job, and how a person reads it."""

from typing import Any

import numpy as np

from models.quality.model import QualityModel
from models.quality.setpoints.effects import knobs_of
from models.quality.setpoints.model import SetPoints
from models.setpoints.errors import SetpointError
from reporting.markdown import table
from training.core.dataset import Dataset
from training.core.splits import Split


def setpoints(data: Dataset, parts: Split) -> dict[str, Any]:
    """Set-point model of a data set, or why there is none, as arguments of `QualityModel`; empty without knobs.

    It learns from all lots with an assay, the newest too: nothing is measured of it there.
    """
    seed = data.seed
    if not knobs_of(seed):
        return {}
    if seed.key is None or seed.time is None:
        return {"setpoints_refusal": "lots have no unit or no time: expected columns of role key and time"}
    rows = np.argsort(data.periods, kind="stable")
    try:
        learnt = SetPoints.learn(seed, data.X[rows], data.labels[rows], data.units[rows], data.periods.to_numpy()[rows])
    except SetpointError as error:
        return {"setpoints_refusal": str(error)}
    return {"setpoints": learnt}


def setpoints_section(model: QualityModel) -> list[str]:
    """Section of the model card on what past lots say of the knobs; nothing where the process has none."""
    if model.setpoints is None and model.setpoints_refusal is None:
        return []
    lines = ["## Set-points", ""]
    if model.setpoints is None:
        return [*lines, f"None are recommended: {model.setpoints_refusal}.", ""]
    learnt = model.setpoints
    knobs = knobs_of(learnt.seed)
    rows = [
        [
            f"`{knob.name}`",
            str(knob.unit),
            f"{low:.4g}",
            f"{high:.4g}",
            f"{knob.step:g}",
            f"{cost.value:g}",
            *(f"{learnt.effects.support(k, way * (knob.step or 0.0))}" for way in (-1.0, 1.0)),
        ]
        for k, (knob, low, high) in enumerate(zip(knobs, learnt.low, learnt.high, strict=True))
        if (cost := knob.move_cost) is not None
    ]
    return [
        *lines,
        f"Learnt from all {learnt.lots} assayed lots. A move lowers a content only where physics and history both say "
        "so; of a defect, which no physics knows, history alone may say that it rises, and nothing that it falls. A "
        "recommendation moves one knob by at most a step, between the values below.",
        "",
        *table(["knob", "unit", "from", "to", "step", "cost [$ a unit]", "lots a step below", "a step above"], rows),
        "The last two columns count lots whose knob stood that far off what operators usually set in such a situation: "
        "where they are few, history says little of a whole step.",
        "",
    ]
