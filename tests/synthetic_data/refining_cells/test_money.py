"""What a section measures of its money beside what is true."""

import numpy as np
import pytest

from models.processes.lookup import needed_physics_of
from seeds import load
from synthetic_data import replay
from synthetic_data.refining_cells.margin import margin
from tests.synthetic_data.stated import typical_plant


def test_measured_money_is_the_true_margin_but_for_the_meters() -> None:
    seed = typical_plant(load("copper_electrorefining"))
    plant = replay(seed, units=30, years=1.5)
    columns = {name: plant.table[name].to_numpy() for name in plant.table if plant.table[name].dtype == np.float64}
    measured = needed_physics_of(seed).money(
        columns, {name: quantity.value for name, quantity in seed.economics.items()}
    )
    true = (margin(plant.truth, seed) + plant.truth["setpoint_moves"]).to_numpy()
    rows = np.isfinite(measured)
    assert rows.mean() > 0.85
    off = (measured - true)[rows]
    # Charge and voltage have 0.2 and 1 %, the scale 0.3 % of 110 $/t; rejects are counted on 275 looks of 2 to 5 %.
    rejects = 260 * 18.5 * np.sqrt(np.mean(plant.truth["reject_share"] / 100.0) / 275.0)
    assert off.std() == pytest.approx(np.hypot(rejects, 0.003 * 110 * 18.5), rel=0.3)
    assert abs(off.mean()) < 5
    assert np.corrcoef(measured[rows], true[rows])[0, 1] > 0.95
