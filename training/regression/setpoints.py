"""Set-point effects from a table: fitted once for all candidates of a job, with their text."""

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
    """Set-points of units; none without a physical model of the set-points.

    They are fitted on the whole table, the newest rows too: nothing is measured of them there. By MOST_ROWS a
    constant's doubt is far below that of the physics.
    """

    name = SETPOINTS
    refuses_by = SetpointError
    heading = "Set-points"
    none = "None are recommended"

    def is_asked(self, data: Dataset) -> bool:
        """Return whether a physical model covers the set-points."""
        return response_of(data.seed) is not None

    def fit(self, data: Dataset, parts: Split) -> SetpointModel:
        """Learn the set-point model."""
        table = some_units(data.checked, data.seed, MOST_ROWS)
        return learn(table, data.seed, tests=data.tests, advised=data.advised)

    def lines(self, part: SetpointModel, model: Any, data: Dataset, parts: Split) -> list[str]:
        """Return the results of history for the set-points."""
        posterior = part.posterior
        spread = np.sqrt(np.diag(posterior.covariance))
        constants = [
            [one.description, one.unit, f"{one.value:.3g}", f"{one.doubt:.0%}", f"{value:.3g}", f"{doubt:.0%}"]
            for one, value, doubt in zip(
                posterior.constants, posterior.values(posterior.mean).values(), spread, strict=False
            )
        ]
        setpoints = [
            [
                setpoint,
                *(f"{share:.0%}" for share in part.hold[setpoint]),
                *(f"{end:.4g}" for end in part.ranges[setpoint]),
                part.blocked.get(setpoint, ""),
            ]
            for setpoint in part.response.SETPOINTS
        ]
        return [
            f"Fitted on {part.rows} rows, the latest among them. Effects of moves beyond those known to operators "
            "update the physics; a constant with unchanged uncertainty is one that history determines poorly.",
            "",
            *table(["constant", "unit", "before", "sd", "after", "sd"], constants),
            "Operators take back a part of a move: the remaining fraction of a move down and up is the mean over its "
            "outcome period.",
            "",
            *table(["set-point", "left of one down", "left of one up", "from", "to", "not moved, because"], setpoints),
            "",
        ]
