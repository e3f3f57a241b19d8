"""What a table teaches of its knobs, once for all candidates of a job, and how a person reads it."""

from typing import Any

import numpy as np

from models.interfaces.learning import SETPOINTS
from models.processes.lookup import response_of
from models.setpoints.errors import SetpointError
from models.setpoints.learning import learn
from models.setpoints.model import SetpointModel
from reporting.markdown import table
from training.core.dataset import Dataset
from training.core.learning import MOST_ROWS, PartFit
from training.core.splits import Split, some_units


class UnitSetpointFit(PartFit[SetpointModel]):
    """Set-points of units; none without physics that answers for the knobs.

    They are learnt from the whole table, the newest rows too: nothing is measured of them there. By MOST_ROWS a
    constant's doubt is far below that of the physics.
    """

    name = SETPOINTS
    refuses_by = SetpointError
    heading = "Set-points"
    none = "None are recommended"

    def is_asked(self, data: Dataset) -> bool:
        """Return whether physics answers for the knobs."""
        return response_of(data.seed) is not None

    def fit(self, data: Dataset, parts: Split) -> SetpointModel:
        """Learn the set-point model."""
        return learn(some_units(data.checked, data.seed, MOST_ROWS), data.seed, tests=data.tests)

    def lines(self, learnt: SetpointModel, model: Any, data: Dataset, parts: Split) -> list[str]:
        """Return what history says of the knobs."""
        posterior = learnt.posterior
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
            f"Learnt from {learnt.rows} rows, the newest among them. What moves brought, beyond what operators saw, "
            "sharpens the physics; a constant whose doubt stays is one that history says little of.",
            "",
            *table(["constant", "unit", "before", "doubt", "after", "doubt"], constants),
            "Crews take back a part of a move: what is still there of one down and of one up is the mean over its "
            "outcome.",
            "",
            *table(["knob", "there of one down", "there of one up", "from", "to", "left alone, because"], knobs),
            "",
        ]
