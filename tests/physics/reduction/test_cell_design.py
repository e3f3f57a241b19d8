"""Dimensions of the 400 kA class: the current densities that they stand for."""

import pytest

from physics.reduction.cell_design import P400, CellDesign


def test_the_400_kiloampere_class():
    assert P400 == CellDesign(
        anode_face=49.4,
        anodes=48,
        cathode_face=56.0,
        fan_out=0.92,
        slot_factor=0.6,
        onset_alumina=1.8,
        anode_drop=0.30,
        nominal_current=400.0,
    )
    # kA/m² to A/cm²
    assert 0.1 * P400.nominal_current / P400.anode_face == pytest.approx(0.81, rel=1e-3)
    assert 0.1 * P400.nominal_current / P400.cathode_face == pytest.approx(0.714, rel=1e-3)
