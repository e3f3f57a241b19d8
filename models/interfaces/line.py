"""Line of cells in series for schedules: voltage, efficiency and balances by current."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

import numpy as np

from physics.arrays import FloatArray
from physics.power_tiers import TieredPrice

Curve = Callable[[FloatArray], FloatArray]
Side = Literal["at_most", "at_least"]


@dataclass(frozen=True)
class Balance:
    """Linear state of the mean cell with hours of lag: dx/dt = rate(I) - decay (x - rest).

    Attributes
    ----------
    name, unit : str
        The constraint that limits it, and its unit.
    start : float
        State when the schedule begins [unit].
    rate : Callable
        Current [kA] to what it adds [unit/h].
    decay : float
        How fast the state is drawn to `rest`, above 0 [1/h].
    rest : FloatArray
        State without the current, one value a step of the schedule [unit].
    floor : float or None
        Below this cooling holds the state up: then the equation says how low it could be, and it is no lower than
        this; None: the equation says what it is.
    spread : float
        Standard deviation of cells, and of what is not foreseen, about it [unit].
    """

    name: str
    unit: str
    start: float
    rate: Curve
    decay: float
    rest: FloatArray
    floor: float | None
    spread: float

    def pull(self, step: float) -> tuple[float, float]:
        """Return retained part of a state after a step of hours [1], and gain from a unit rate [h]."""
        retained = float(np.exp(-self.decay * step))
        return retained, (1.0 - retained) / self.decay

    def course(self, current: FloatArray, step: float) -> FloatArray:
        """State at the end of each step of so many hours [unit]."""
        retained, gain = self.pull(step)
        state, states = self.start, []
        for resting, rate in zip(self.rest.tolist(), self.rate(current).tolist(), strict=True):
            state = retained * state + (1.0 - retained) * resting + gain * rate
            state = state if self.floor is None else max(state, self.floor)
            states.append(state)
        return np.array(states)


@dataclass(frozen=True)
class CurrentResponse:
    """Quantity that responds to the current without lag and rises with it, such as the cell voltage.

    Attributes
    ----------
    name, unit : str
        The constraint that limits it, and its unit.
    value : Callable
        Current [kA] to the mean cell's value [unit].
    spread : float
        Standard deviation of cells about it [unit].
    """

    name: str
    unit: str
    value: Curve
    spread: float


@dataclass(frozen=True)
class CurveUncertainty:
    """Standard deviations of what the curves say.

    Attributes
    ----------
    voltage, efficiency : float
        Of the level, over the hours of a schedule [V, %].
    voltage_slope, efficiency_slope : float
        Of how much they differ from those at the usual current, as a share [1].
    saving : float
        Of the saving, by hours that do not go as scheduled, as a share [1].
    """

    voltage: float
    voltage_slope: float
    efficiency: float
    efficiency_slope: float
    saving: float


@dataclass(frozen=True)
class CellLine:
    """Cells in series at their current state, as a mean cell.

    Attributes
    ----------
    usual : float
        Current at which the cells were observed [kA].
    voltage, efficiency : Callable
        Current [kA] to cell voltage [V] and to current efficiency [%].
    equivalent : float
        Electrochemical equivalent of the metal [g/Ah].
    rectifier : float
        Direct over alternating current power [1].
    auxiliary : float
        Energy of pumps, fans and the like a tonne of metal [kWh/t].
    balances : tuple of Balance
        States that limits are kept on.
    levels : tuple of CurrentResponse
        Quantities that limits are kept on.
    doubts : CurveUncertainty
        Of the curves.
    tiers : TieredPrice or None
        Surcharge by the specific consumption of the plant, which is stated; None without one.
    """

    usual: float
    voltage: Curve
    efficiency: Curve
    equivalent: float
    rectifier: float
    auxiliary: float
    balances: tuple[Balance, ...]
    levels: tuple[CurrentResponse, ...]
    doubts: CurveUncertainty
    tiers: TieredPrice | None = None

    def metal(self, current: FloatArray) -> FloatArray:
        """Metal that a cell makes [kg/h]."""
        return np.asarray(0.01 * self.equivalent * current * self.efficiency(current))

    def power(self, current: FloatArray) -> FloatArray:
        """Power bought for a cell: alternating current, auxiliaries included [kW]."""
        bought = current * self.voltage(current) / self.rectifier + 1e-3 * self.auxiliary * self.metal(current)
        return np.asarray(bought)

    def tiered_consumption(self, current: FloatArray) -> float:
        """Specific consumption over equal steps that a tiered price counts [kWh/t]; NaN without one."""
        if self.tiers is None:
            return float("nan")
        bought = 1e3 * float(self.power(current).sum() / self.metal(current).sum())
        return float(self.tiers.consumption(bought - self.auxiliary, self.auxiliary))

    def surcharge(self, current: FloatArray, step: float) -> float:
        """Cost of a tiered price for a cell over steps of so many hours [$]; 0 without one."""
        if self.tiers is None:
            return 0.0
        tonnes = 1e-3 * step * float(self.metal(current).sum())
        return tonnes * float(self.tiers.cost_of_part(self.tiered_consumption(current)))

    @property
    def marginal_surcharge(self) -> float:
        """Cost of one more kilowatt-hour by a tiered price, on average over its steps [$/kWh]; 0 without one."""
        if self.tiers is None:
            return 0.0
        plant = self.tiers.plant_consumption
        return float(self.tiers.surcharge(plant) + self.tiers.slope(plant) * plant)
