"""Set-point effects on lots: fitted once for all candidates of a job, with their text for a reader."""

from typing import Any

import numpy as np

from models.interfaces.learning import SETPOINTS
from models.quality.setpoints.effects import setpoints_of
from models.quality.setpoints.model import LotSetpoints
from models.setpoints.errors import SetpointError
from reporting.markdown import table
from training.core.dataset import Dataset
from training.core.learning import PartFit
from training.core.splits import Split


class EffectsOnLots(PartFit[LotSetpoints]):
    """Effects of the set-points on lots; none without set-points.

    They are fitted on all lots with an assay, the newest too: nothing is measured of them there.
    """

    name = SETPOINTS
    refuses_by = SetpointError
    heading = "Set-points"
    none = "None are recommended"

    def is_asked(self, data: Dataset) -> bool:
        """Return whether the process has set-points."""
        return bool(setpoints_of(data.seed))

    def fit(self, data: Dataset, parts: Split) -> LotSetpoints:
        """Learn the effects; SetpointError where lots have no order or are too few."""
        seed = data.seed
        if not seed.has_unit_and_time:
            raise SetpointError("lots have no unit or no time: expected columns of role key and time")
        rows = np.argsort(data.periods, kind="stable")
        return LotSetpoints.learn(
            seed, data.X[rows], data.labels[rows], data.units[rows], data.periods.to_numpy()[rows]
        )

    def lines(self, part: LotSetpoints, model: Any, data: Dataset, parts: Split) -> list[str]:
        """Return the results of past lots for the set-points."""
        setpoints = setpoints_of(part.seed)
        rows = [
            [
                f"`{setpoint.name}`",
                str(setpoint.unit),
                f"{low:.4g}",
                f"{high:.4g}",
                f"{setpoint.step:g}",
                f"{cost.value:g}",
                *(f"{part.effects.support(k, way * (setpoint.step or 0.0))}" for way in (-1.0, 1.0)),
            ]
            for k, (setpoint, low, high) in enumerate(zip(setpoints, part.low, part.high, strict=True))
            if (cost := setpoint.move_cost) is not None
        ]
        heads = ["set-point", "unit", "from", "to", "step", "cost [$ a unit]", "lots a step below", "a step above"]
        return [
            f"Fitted on all {part.lots} assayed lots. A move lowers a content only where physics and history both "
            "say so; of a defect, which no physics knows, history alone may say that it rises, and nothing that it "
            "falls. A recommendation moves one set-point by at most a step, between the values below.",
            "",
            *table(heads, rows),
            "The last two columns count lots whose set-point was that far from the operators' typical value in such a "
            "situation: where they are few, history says little of a whole step.",
            "",
        ]
