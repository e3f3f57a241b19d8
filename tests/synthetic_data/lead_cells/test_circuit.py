"""The circuit of a lead refinery: the balance of lead, what is read of it, season, bullion, stretches."""

import numpy as np
import pytest

from seeds import load
from synthetic_data.engine.options import plan_run
from synthetic_data.lead_cells.circuit import ELEMENTS, LeadCircuit
from tests.synthetic_data.stated import typical_plant


@pytest.fixture(scope="module")
def plan():
    return plan_run(typical_plant(load("lead_refining")), units=2, years=3.0, rng_seed=11)


@pytest.fixture(scope="module")
def crops(plan):
    """Stretches of two years, the warm-up first."""
    circuit, result = LeadCircuit(plan), []
    while circuit.first < 240:
        result.append(circuit.advance(40))
    return result


def joined(crops, name):
    return np.concatenate([step.state[name] for step in crops])[:, 0]


def test_lead_in_the_electrolyte_closes_and_is_held_by_the_assay(crops, p):
    start, end = joined(crops, "pb_start"), joined(crops, "pb_end")
    assert start[0] == 85.0
    np.testing.assert_allclose(end[:-1], start[1:], rtol=1e-12)
    stripped, excess = joined(crops, "stripped"), joined(crops, "lead_excess")
    np.testing.assert_allclose(end - start, 3.0 / 5.0 * (excess - stripped), atol=1e-12)
    np.testing.assert_allclose(joined(crops, "pb"), 0.5 * (start + end), rtol=1e-12)
    read = joined(crops, "electrolyte_pb")
    np.testing.assert_allclose(stripped, np.maximum(6.0 + 0.3 * (read - 85.0), 0.0), rtol=1e-12)
    assert (read / start - 1.0).std() == pytest.approx(0.015, rel=0.15)
    assert 1.0 < end.std() < 4.0


def test_winters_are_cold_outside_and_a_little_in_the_cells(crops, p):
    ambient, set_warm = joined(crops, "ambient_temperature"), joined(crops, "temperature")
    assert ambient.max() - ambient.min() > 2.0 * p.ambient_swing
    assert np.corrcoef(ambient, set_warm)[0, 1] > 0.3


def share_of_each_crop(crops, kind):
    """Part of each crop after the warm-up in which a fault is on, by its events."""
    shares = np.zeros(240)
    for event in (event for step in crops for event in step.events if event.kind == kind):
        for crop in range(int(event.onset // 3), min(int(event.end // 3) + 1, 240)):
            shares[crop] += max(0.0, min(event.end, 3.0 * crop + 3.0) - max(event.onset, 3.0 * crop)) / 3.0
    return shares


def test_a_leak_takes_acid_and_a_failed_pump_glue(crops, p):
    leak, pump = (share_of_each_crop(crops, kind) for kind in ("acid_leak", "glue_pump"))
    assert min(leak.max(), pump.max()) > 0.6
    missing = (joined(crops, "electrolyte_h2sif6") - joined(crops, "h2sif6"))[24:264]  # and the error of the assay
    assert np.polyfit(leak, missing, 1)[0] == pytest.approx(p.acid_leak_drop, rel=0.2)
    activity = joined(crops, "glue_activity")[24:264]
    assert np.polyfit(pump, activity, 1)[0] == pytest.approx(-p.glue_pump_depth, rel=0.2)


def test_bullion_scatters_about_its_usual_and_changes_with_the_regime(crops, p):
    cast = np.concatenate([step.cast for step in crops], axis=1)[:, :, 0]
    before = cast[:, : 24 + 110]  # the warm-up and eleven months
    for values, element in zip(before, ELEMENTS, strict=True):
        logarithm = np.log(values / p[f"anode_{element}"])
        assert abs(logarithm.mean()) < 0.08
        assert logarithm.std() == pytest.approx(p.cast_sd, rel=0.35)
    kinds = [event.kind for step in crops for event in step.events]
    assert "regime bismuth_rich" in kinds
    assert {"glue_pump", "acid_leak"} <= set(kinds)
    assert all(event.unit is None for step in crops for event in step.events)
    after = cast[ELEMENTS.index("bi"), 24 + 115 :]
    assert after.mean() / before[ELEMENTS.index("bi")].mean() == pytest.approx(0.31 / 0.25, rel=0.1)


def test_a_stretch_in_pieces_is_the_same(plan):
    whole, pieces = LeadCircuit(plan), LeadCircuit(plan)
    one = [whole.advance(24), whole.advance(12)]
    parts = [pieces.advance(1) for _ in range(36)]
    for name in one[0].state:
        assert np.array_equal(joined(one, name), joined(parts, name)), name
