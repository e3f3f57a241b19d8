"""What a table teaches of its knobs, once for all candidates of a job, and how a person reads it."""

from typing import Any

import numpy as np

from models.processes.lookup import response_of
from models.regression.model import RegressionModel
from models.setpoints.errors import SetpointError
from models.setpoints.learning import learn
from reporting.markdown import table
from training.core.dataset import Dataset
from training.core.splits import Split, some_units

MOST_ROWS = 50_000


def setpoints(data: Dataset, parts: Split) -> dict[str, Any]:
    """Set-point model of a data set, or why there is none, as arguments of `RegressionModel`; empty without physics.

    It learns from the whole table, the newest rows too: nothing is measured of it there. Of a table of more than
    MOST_ROWS it learns from whole units, drawn by name: by then a constant's doubt is far below that of the physics.
    """
    if response_of(data.seed) is None:
        return {}
    try:
        return {"setpoints": learn(some_units(data.checked, data.seed, MOST_ROWS), data.seed, tests=data.tests)}
    except SetpointError as error:
        return {"setpoints_refusal": str(error)}


def setpoints_section(model: RegressionModel) -> list[str]:
    """Section of the model card on what history says of the knobs; nothing where no physics answers for them."""
    if model.setpoints is None and model.setpoints_refusal is None:
        return []
    lines = ["## Set-points", ""]
    if model.setpoints is None:
        return [*lines, f"None are recommended: {model.setpoints_refusal}.", ""]
    learnt, posterior = model.setpoints, model.setpoints.posterior
    spread = np.sqrt(np.diag(posterior.covariance))
    constants = [
        [one.meaning, one.unit, f"{one.value:.3g}", f"{one.doubt:.0%}", f"{value:.3g}", f"{doubt:.0%}"]
        for one, value, doubt in zip(
            posterior.constants, posterior.values(posterior.mean).values(), spread, strict=False
        )
    ]
    knobs = [
        [
            knob,
            *(f"{share:.0%}" for share in learnt.hold[knob]),
            *(f"{end:.4g}" for end in learnt.ranges[knob]),
            learnt.blocked.get(knob, ""),
        ]
        for knob in learnt.response.KNOBS
    ]
    return [
        *lines,
        f"Learnt from {learnt.rows} rows, the newest among them. What moves brought, beyond what operators saw, "
        "sharpens the physics; a constant whose doubt stays is one that history says little of.",
        "",
        *table(["constant", "unit", "before", "doubt", "after", "doubt"], constants),
        "Crews take back a part of a move: what is still there of one down and of one up is the mean over its outcome.",
        "",
        *table(["knob", "there of one down", "there of one up", "from", "to", "left alone, because"], knobs),
        "",
    ]
