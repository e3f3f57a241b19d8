"""What past lots teach of the knobs, once for all candidates of a job, and how a person reads it."""

from typing import Any

import numpy as np

from models.interfaces.learning import SETPOINTS
from models.quality.setpoints.effects import knobs_of
from models.quality.setpoints.model import LotSetpoints
from models.setpoints.errors import SetpointError
from reporting.markdown import table
from training.core.dataset import Dataset
from training.core.learning import PartFit
from training.core.splits import Split


class EffectsOnLots(PartFit[LotSetpoints]):
    """Effects of the knobs on lots; none without knobs.

    They are learnt from all lots with an assay, the newest too: nothing is measured of them there.
    """

    name = SETPOINTS
    refuses_by = SetpointError
    heading = "Set-points"
    none = "None are recommended"

    def is_asked(self, data: Dataset) -> bool:
        """Return whether the process has knobs."""
        return bool(knobs_of(data.seed))

    def fit(self, data: Dataset, parts: Split) -> LotSetpoints:
        """Learn the effects; SetpointError where lots have no order or are too few."""
        seed = data.seed
        if seed.key is None or seed.time is None:
            raise SetpointError("lots have no unit or no time: expected columns of role key and time")
        rows = np.argsort(data.periods, kind="stable")
        return LotSetpoints.learn(
            seed, data.X[rows], data.labels[rows], data.units[rows], data.periods.to_numpy()[rows]
        )

    def lines(self, learnt: LotSetpoints, model: Any, data: Dataset, parts: Split) -> list[str]:
        """Return what past lots say of the knobs."""
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
        heads = ["knob", "unit", "from", "to", "step", "cost [$ a unit]", "lots a step below", "a step above"]
        return [
            f"Learnt from all {learnt.lots} assayed lots. A move lowers a content only where physics and history both "
            "say so; of a defect, which no physics knows, history alone may say that it rises, and nothing that it "
            "falls. A recommendation moves one knob by at most a step, between the values below.",
            "",
            *table(heads, rows),
            "The last two columns count lots whose knob stood that far off what operators usually set in such a "
            "situation: where they are few, history says little of a whole step.",
            "",
        ]
