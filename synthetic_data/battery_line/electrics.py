"""Reports of voltmeter, pulse rig and impedance bench at the charge and temperature on arrival."""

from __future__ import annotations

from functools import cache

import numpy as np

from physics.arrays import FloatArray, IntArray
from physics.batteries.impedance import impedance
from physics.batteries.open_circuit import open_circuit_voltage
from physics.batteries.pulses import charge_drift, pulse_response
from physics.batteries.resistance import arrhenius_factor, charge_factor
from synthetic_data.battery_line.cells import BatteryCells
from synthetic_data.battery_line.market import CATHODES, BatteryMarket

WIDTHS = {"30ms": 0.03, "100ms": 0.1, "500ms": 0.5, "1s": 1.0, "3s": 3.0, "5s": 5.0}  # s
_TITANATE = 1.55  # V, of lithium titanate against lithium, where graphite has nearly none
_POINTS = 400
_MILLI = 1000.0
_MOST_EMPTY = 1.0  # V, below which an over-discharged cell rests
_HALVED = 0.5
_FALLS = 0.15  # of the asymmetry, from an empty to a full cell; assumed


def rested(cells: BatteryCells, market: BatteryMarket, rng: np.random.Generator) -> FloatArray:
    """Voltage at rest as the voltmeter shows it [V]; an over-discharged cell rests below a volt."""
    p, lot = cells.lots.p, cells.lot
    normal = rng.standard_normal((2, len(lot)))
    voltage = _looked_up(_curves()[0], cells.cathode, cells.charge) + market.of["voltage_shift"][cells.make]
    voltage += (p.relaxation[lot] * normal[0] + p.voltage_sd[lot] * normal[1]) / _MILLI
    empty = np.flatnonzero(cells.empty)
    voltage[empty] = _MOST_EMPTY * rng.random(len(empty))
    return voltage


def temperatures(cells: BatteryCells, rng: np.random.Generator) -> tuple[FloatArray, FloatArray]:
    """Temperature of each cell's core, and what the probe at its pole shows [°C]."""
    lots, lot = cells.lots, cells.lot
    error = lots.p.probe_sd[lot] * rng.standard_normal(len(lot))
    return lots.core_temperature[lot], lots.pole_temperature[lot] + error


def contact(cells: BatteryCells) -> FloatArray:
    """Resistance of the contacts of each cell's pulse head [mΩ]; heads take turns."""
    heads = cells.lots.contact.shape[1]
    taken: FloatArray = cells.lots.contact[cells.lot, np.arange(len(cells.lot)) % heads]
    return taken


def parts(cells: BatteryCells, core: FloatArray, rng: np.random.Generator) -> tuple[FloatArray, FloatArray, FloatArray]:
    """Ohmic, charge-transfer and diffusion resistance at the cell's temperature and charge [mΩ].

    A low charge shows in charge transfer and diffusion, and by its root in the ohmic part.
    """
    p, lot = cells.lots.p, cells.lot
    energy = p.activation_energy[lot] + p.activation_energy_sd[lot] * rng.standard_normal(len(lot))
    warmth, low = arrhenius_factor(energy, core), charge_factor(cells.charge)
    return warmth * np.sqrt(low) * cells.ohmic, warmth * low * cells.fast, warmth * low * cells.slow


def pulses(
    cells: BatteryCells, market: BatteryMarket, of: tuple[FloatArray, FloatArray, FloatArray], rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Resistance by a pulse after each of WIDTHS [mΩ], and that by charging over that by discharging [1]."""
    p, lot, n = cells.lots.p, cells.lot, len(cells.lot)
    ohmic, fast, slow = of
    fast_time, slow_time = market.of["fast_time"][cells.make], market.of["slow_time"][cells.make]
    at_once = ohmic + contact(cells)
    capacity = cells.capacity * (1.0 - 0.01 * cells.fade)
    slope = _looked_up(_curves()[1], cells.cathode, cells.charge)
    current = cells.capacity * p.pulse_rate[lot] * np.where(cells.lots.hot, _HALVED, 1.0)[lot]
    gain = 1.0 + p.pulse_gain_rsd[lot] * rng.standard_normal(n)
    noise = p.pulse_voltage_sd[lot] / current * rng.standard_normal((len(WIDTHS), n))
    result = {}
    for (name, width), error in zip(WIDTHS.items(), noise, strict=True):
        shown = pulse_response(1.0, width, at_once, fast, fast_time, slow, slow_time)  # of 1 A: mV are mΩ
        result[f"pulse_r{name}"] = gain * (shown + charge_drift(1.0, width, capacity, slope)) + error
    middle = p.asymmetry[lot] - _FALLS * (cells.charge - p.charge_mean[lot])
    return result | {"pulse_asymmetry": middle + p.asymmetry_sd[lot] * rng.standard_normal(n)}


def spectrum(
    cells: BatteryCells, market: BatteryMarket, of: tuple[FloatArray, FloatArray, FloatArray], rng: np.random.Generator
) -> dict[str, FloatArray]:
    """Real part of the impedance at 1 kHz, both parts at 10 Hz [mΩ]."""
    p, lot = cells.lots.p, cells.lot
    ohmic, fast, slow = of
    exponent = p.phase_exponent[lot]
    # The arc's time constant is that of the pulse: R1 Q = τ^a.
    element = market.of["fast_time"][cells.make] ** exponent / (1e-3 * fast)
    warburg = 1e-3 * p.warburg_share[lot] * slow
    at_once, error = ohmic + contact(cells), 1.0 + p.impedance_rsd[lot] * rng.standard_normal((3, len(lot)))
    high = impedance(1000.0, at_once, fast, element, exponent, warburg)[0]
    real, imaginary = impedance(10.0, at_once, fast, element, exponent, warburg)
    return {"z_1khz_re": error[0] * high, "z_10hz_re": error[1] * real, "z_10hz_im": error[2] * imaginary}


def _looked_up(tables: FloatArray, cathode: IntArray, charge: FloatArray) -> FloatArray:
    """Values of tables over the state of charge, (cathodes, points), straight between the points."""
    place = charge * _POINTS
    low = np.minimum(place.astype(np.intp), _POINTS - 1)
    flat = cathode * tables.shape[1] + low
    below, above = tables.ravel()[flat], tables.ravel()[flat + 1]
    values: FloatArray = below + (place - low) * (above - below)
    return values


@cache
def _curves() -> tuple[FloatArray, FloatArray]:
    """Rested voltage of each of CATHODES by state of charge, and its rise from empty to full [V]."""
    charge = np.linspace(0.0, 1.0, _POINTS + 1)
    voltage = np.stack([open_circuit_voltage(name, charge) for name in CATHODES[:-1]])
    voltage = np.vstack([voltage, voltage[CATHODES.index("NMC")] - _TITANATE])
    return voltage, np.gradient(voltage, charge, axis=1)
