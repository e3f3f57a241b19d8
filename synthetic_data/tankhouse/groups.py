"""Groups of cells whose crops are lots: what their copper holds, and the rows of some weeks."""

from __future__ import annotations

import numpy as np

from synthetic_data.engine.plan import PlantEvent
from synthetic_data.tankhouse import contents, instruments
from synthetic_data.tankhouse.circuit import Weeks
from synthetic_data.tankhouse.crops import Values
from synthetic_data.tankhouse.growth import DEFECTS, GrownCrops, Growth
from synthetic_data.tankhouse.parameters import TankhouseParameters

# Hidden states that go to truth.parquet.
_TRUE = ("temperature", "chloride", "polarisation", "solids", "roughness", "squared_error")


class TankhouseGroups(Growth):
    """The groups of a block between two stretches of weeks."""

    def segment(self, weeks: Weeks) -> tuple[Values, Values, list[PlantEvent]]:
        """Table and truth of some weeks, arrays of shape (crops, groups), and the faults that begin."""
        p = TankhouseParameters.in_period(self.plan, weeks.first)
        grown = self.grow(weeks)
        truth = _truth(p, grown)
        return grown.known | grown.crops.setpoints | self._report(p, weeks, grown, truth), truth, grown.events

    def _report(self, p: TankhouseParameters, weeks: Weeks, grown: GrownCrops, truth: Values) -> Values:
        """Reports of instruments, laboratory and inspection."""
        errors, analysis = instruments.split(grown.draws.errors)
        read = instruments.before(weeks.state, grown.anodes)
        read |= instruments.during(p, grown.crops, grown.state, errors)
        result = {
            name: (uniform < truth[name]).astype(np.float64)
            for name, uniform in zip(DEFECTS, grown.draws.defect_chances, strict=True)
        }
        reported = instruments.assays(p, truth, weeks.laboratory, analysis)
        return instruments.lose(p, read, self.limits, grown.draws.losses) | reported | result


def _truth(p: TankhouseParameters, grown: GrownCrops) -> Values:
    """Contents of the lots, probabilities of defects, and hidden states."""
    crops, state = grown.crops, grown.state
    parts = contents.enclosed(p, crops, state)
    return (
        contents.contents(p, crops, state, parts)
        | {name: state[name] for name in DEFECTS}
        | {f"true_{name}": state[name] for name in _TRUE}
        | parts
        | {"bleed": crops.week["bleed"]}
        | {f"{name}_test": test for name, test in grown.setting.tests.items()}
    )
