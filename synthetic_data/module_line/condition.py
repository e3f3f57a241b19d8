"""Condition of modules: ageing, cracks, shunts, torn backsheets, broken glass; present output."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from physics.arrays import BoolArray, FloatArray
from physics.photovoltaics import single_diode as diode
from physics.photovoltaics.ageing import power_left
from physics.photovoltaics.luminescence import dark_area_loss
from synthetic_data.module_line import market
from synthetic_data.module_line.lots import ModuleLots
from synthetic_data.module_line.modules import Modules
from synthetic_data.module_line.parameters import ModuleLineParameters

# By type: ideality, resistances over V_oc/I_sc, and voltage of a cell [V]. That of silicon rises with its efficiency.
_IDEALITY = np.array([1.08, 1.08, 1.6, 1.5, 1.9, 1.08])
_SERIES = np.array([0.06, 0.06, 0.10, 0.11, 0.13, 0.06])
_SHUNT = np.array([95.0, 95.0, 25.0, 25.0, 14.0, 95.0])
_CELL_VOLTAGE = np.array([0.600, 0.595, 0.80, 0.62, 0.86, 0.595])
_VOLTAGE_RISE, _FIRST_EFFICIENCY = 0.010, 13.4  # V a per cent of efficiency, above that of 2000
_STANDARD = 25.0  # °C
_LOW_LIGHT = 0.2  # of 1000 W/m²
# What ageing takes: so much of it from the current of the light, from the fill factor and from the voltage.
_OF_LIGHT, _OF_FILL, _OF_VOLTAGE = 0.6, 0.25, 0.15
_PER_RESISTANCE = 1.1  # of the fill factor, a unit of the series resistance over V_oc/I_sc
_BROWNING, _DELAMINATION = (0.02, 0.08), (0.01, 0.07)  # of the light
_BROKEN_DARK = 0.15  # more of a cell that is dark where the glass broke
_STRINGS_LEFT = 2.0 / 3.0  # where a bypass diode of three conducts permanently
MOST_DARK = 0.6


@dataclass(frozen=True)
class ModuleCondition:
    """Present condition of n modules; each array has one value a module."""

    loss_rate: FloatArray  # of power a year
    broken: BoolArray
    torn: BoolArray  # backsheet
    shunted: BoolArray
    bypassed: BoolArray
    dark: FloatArray  # share of the worst cell that is dark
    insulation: FloatArray  # MΩ m²
    unfit: BoolArray
    light: FloatArray  # current of the light [A]
    saturation: FloatArray  # A
    series: FloatArray  # Ω
    shunt: FloatArray  # Ω
    scale: FloatArray  # V
    short_circuit: FloatArray  # A
    open_circuit: FloatArray  # V
    peak_voltage: FloatArray  # V
    peak_current: FloatArray  # A
    low_fill: FloatArray  # fill factor at a fifth of the light
    junction_drop: FloatArray  # what a cell has lost of its voltage [V]
    power_loss: FloatArray  # % of the label

    @property
    def power(self) -> FloatArray:
        """Power under standard light [W]."""
        return self.peak_voltage * self.peak_current


def draw_condition(
    lots: ModuleLots, modules: Modules, p: ModuleLineParameters, rng: np.random.Generator
) -> ModuleCondition:
    """Faults and ageing of a block's modules, and current and voltage that follow."""
    n = len(modules.lot)
    u, z = rng.random((7, n)), rng.standard_normal((2, n))
    climate = np.where(lots.hot, p.hot_factor, 1.0)
    loss_rate = np.minimum(0.01 * p.yearly_loss * np.exp(p.yearly_loss_sd * modules.ageing) * climate[modules.lot], 0.1)
    aged = 1.0 - power_left(loss_rate, modules.age)
    broken = u[0] < (lots.parameters.broken_share * lots.breaking)[modules.lot]
    torn = u[1] < np.where(modules.backsheet == market.POLYAMIDE, p.torn_share_polyamide, p.torn_share)
    torn &= modules.backsheet != market.PANE
    cracked = modules.silicon & (u[2] < p.cracked_share)
    dark = cracked * p.dark_median * np.exp(np.log(p.dark_gsd) * z[0]) + _BROKEN_DARK * broken * u[3]
    dark = np.minimum(dark, MOST_DARK)
    shunted = modules.silicon & (u[4] < (p.shunted_share * lots.shunting)[modules.lot])
    bypassed = u[5] < p.diode_share
    insulation = p.insulation_median * np.exp(np.log(p.insulation_gsd) * z[1])
    insulation = insulation / (1.0 + (p.insulation_torn - 1.0) * torn) / (1.0 + (p.insulation_broken - 1.0) * broken)
    taken = 1.0 - _lost_light(u[6], p)
    light, saturation, series, shunt, scale, voltage = _new(modules)
    light = light * (1.0 - _OF_LIGHT * aged) * taken * (1.0 - dark_area_loss(dark))
    series = series + voltage / light * (_OF_FILL / _PER_RESISTANCE) * aged
    drop = _OF_VOLTAGE * aged * voltage
    saturation = saturation * np.exp(drop / scale)
    of_shunted = p.shunt_low + (p.shunt_high - p.shunt_low) * u[3]
    shunt = np.where(shunted, of_shunted * voltage / light, shunt)
    left = np.where(bypassed, _STRINGS_LEFT, 1.0)
    scale, series, shunt = scale * left, series * left, shunt * left
    open_circuit = diode.open_circuit_voltage(light, saturation, shunt, scale)
    peak_voltage, peak_current = diode.maximum_power(light, saturation, series, shunt, scale)
    return ModuleCondition(
        loss_rate=loss_rate,
        broken=broken,
        torn=torn,
        shunted=shunted,
        bypassed=bypassed,
        dark=dark,
        insulation=insulation,
        unfit=broken | (insulation < p.insulation_least),
        light=light,
        saturation=saturation,
        series=series,
        shunt=shunt,
        scale=scale,
        short_circuit=diode.short_circuit_current(light, series, shunt),
        open_circuit=open_circuit,
        peak_voltage=peak_voltage,
        peak_current=peak_current,
        low_fill=_low_fill(light, saturation, series, shunt, scale),
        junction_drop=drop / modules.cells,
        power_loss=100.0 * (1.0 - peak_voltage * peak_current / modules.label),
    )


def _lost_light(uniform: FloatArray, p: ModuleLineParameters) -> FloatArray:
    """Share of the light that browning or delamination takes; one uniform number says which and how much."""
    lost = np.zeros(len(uniform))
    first = 0.0
    for share, (low, high) in ((p.browned_share, _BROWNING), (p.delaminated_share, _DELAMINATION)):
        rows = (uniform >= first) & (uniform < first + share)
        lost[rows] = low + (high - low) * (uniform[rows] - first) / share
        first += share
    return lost


def _new(modules: Modules) -> tuple[FloatArray, FloatArray, FloatArray, FloatArray, FloatArray, FloatArray]:
    """Diode and resistances that give a new module its power, and its open-circuit voltage."""
    kind = modules.kind
    efficiency = 0.1 * modules.power / modules.area
    rise = _VOLTAGE_RISE * np.maximum(efficiency - _FIRST_EFFICIENCY, 0.0) * modules.silicon
    voltage = (_CELL_VOLTAGE[kind] + rise) * modules.cells
    scale = diode.diode_voltage(_IDEALITY[kind], modules.cells, _STANDARD)
    fill = diode.fill_factor_green(voltage / scale, _SERIES[kind], _SHUNT[kind])
    current = modules.power / (voltage * fill)
    series, shunt = _SERIES[kind] * voltage / current, _SHUNT[kind] * voltage / current
    light = current * (1.0 + series / shunt)
    saturation = (light - voltage / shunt) * np.exp(-voltage / scale)
    return light, saturation, series, shunt, scale, voltage


def _low_fill(
    light: FloatArray, saturation: FloatArray, series: FloatArray, shunt: FloatArray, scale: FloatArray
) -> FloatArray:
    """Fill factor at a fifth of the light."""
    low = _LOW_LIGHT * light
    voltage, current = diode.maximum_power(low, saturation, series, shunt, scale)
    short_circuit = diode.short_circuit_current(low, series, shunt)
    open_circuit = diode.open_circuit_voltage(low, saturation, shunt, scale)
    return diode.fill_factor(voltage * current, short_circuit, open_circuit)
