"""Heat of a tankhouse: worked values, and what steam has to bring."""

import pytest

from physics.refining.tank_heat import evaporation_loss, steam_demand, wall_loss


def test_losses_by_hand():
    assert evaporation_loss(130.0, 21.0, 1.0) == pytest.approx(234.0, rel=1e-12)
    assert evaporation_loss(1.0, 19.95, 1.5) == pytest.approx(1.66, abs=0.01)  # 1.5-2 kW/m² at 60 °C
    assert wall_loss(4.0, 64.0, 24.0) == pytest.approx(160.0, rel=1e-12)
    assert wall_loss(4.0, 24.0, 24.0) == 0.0


def test_steam_makes_up_what_the_current_does_not_bring():
    assert steam_demand(400.0, 190.0) == pytest.approx(360.0, rel=1e-12)
    assert steam_demand(400.0, 190.0, 4.2) == pytest.approx(180.0, rel=1e-12)
    assert steam_demand(200.0, 200.0) == 0.0
    assert steam_demand(200.0, 300.0) == 0.0
