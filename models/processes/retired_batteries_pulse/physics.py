"""Retired batteries by current pulses: resistances, slow polarisation, drift, and state of health.

All of it works on the voltages of one series of pulses, in plant units; nothing is trained. A rate of current is over
the cell's nominal capacity, which is unknown, so that resistances come out times capacity: cells of one make and of
several sizes have nearly one value of it.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics
from physics.arrays import FloatArray
from physics.batteries.open_circuit import open_circuit_voltage
from physics.batteries.pulses import area_free_resistance
from physics.batteries.resistance import charge_factor

# Pulses of 5 s in their order, by the rate of their current, above 0 where it charges [1/h].
PULSES = {"charge_05c": 0.5, "discharge_05c": -0.5, "charge_10c": 1.0, "discharge_10c": -1.0, "charge_15c": 1.5}
_MV = 1000.0  # mV/V
_LEAST = 0.1  # mΩ·Ah, below which a resistance is noise of the voltmeter
_MOST_RATIO = 50.0
_GRID = np.linspace(0.0, 1.0, 401)
_CURVES = {name: np.maximum.accumulate(open_circuit_voltage(name, _GRID)) for name in ("LFP", "LMO", "NMC")}
# Chemistry by first principles: LFP rests below 3.36 V at any charge but full and polarises little; of the others LMO
# polarises with a delay.
_LFP_HIGHEST, _LFP_RATIO, _LMO_RATIO = 3.36, 0.45, 0.9  # V, 1, 1
# Instantaneous resistance times capacity of new cells [mΩ·Ah], and its growth at 20 % capacity loss; assumed.
_NEW, _GROWTH = {"LFP": 85.0, "LMO": 35.0, "NMC": 32.0}, {"LFP": 0.25, "LMO": 0.55, "NMC": 0.40}
_LEAST_HEALTH, _MOST_HEALTH = 0.2, 1.1

_OF_PULSE = {
    "ohmic": ("mΩ·Ah", "resistance at once"),
    "slow": ("mΩ·Ah", "resistance that comes within 5 s"),
    "relaxed": ("mΩ·Ah", "resistance whose voltage goes back in the rest"),
    "drift": ("mV", "rested voltage after less before"),
}


class PulseFeatures(Physics[Equipment]):
    """Features of a series of pulses, which is one row."""

    FEATURES = (
        *(
            PhysicsFeature(f"{pulse}_{part}", unit, 0, (-1000, 5000), f"{description}, {pulse.replace('_', ', ')}")
            for pulse in PULSES
            for part, (unit, description) in _OF_PULSE.items()
        ),
        PhysicsFeature("ohmic", "mΩ·Ah", 0, (0, 5000), "resistance at once, median of the pulses"),
        PhysicsFeature("slow", "mΩ·Ah", 0, (0, 5000), "resistance that comes within 5 s, median of the pulses"),
        PhysicsFeature("relaxed", "mΩ·Ah", 0, (0, 5000), "resistance whose voltage goes back, median of the pulses"),
        PhysicsFeature("slow_over_ohmic", "1", 0, (0, 50), "slow over ohmic resistance: charge transfer and diffusion"),
        PhysicsFeature("relaxed_over_slow", "1", 0, (0, 50), "what goes back over what came"),
        PhysicsFeature("asymmetry", "1", 0, (0, 50), "slow resistance by discharging over that by charging, at 1 C"),
        PhysicsFeature(
            "rate_ratio", "1", 0, (0, 50), "slow resistance at 1.5 C over that at 0.5 C: falls where kinetics limit"
        ),
        PhysicsFeature(
            "drift", "mV", 0, (-2000, 2000), "rested voltage after all pulses less before: charge and slow diffusion"
        ),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "rested voltage": ("rest_voltage",),
        "resistance at once": (*(f"{p}_{part}" for p in PULSES for part in ("on", "ohmic")), "ohmic"),
        "charge transfer and diffusion": (
            *(f"{p}_{part}" for p in PULSES for part in ("end", "slow")),
            *("slow", "slow_over_ohmic", "asymmetry", "rate_ratio"),
        ),
        "what goes back at rest": (
            *(f"{p}_{part}" for p in PULSES for part in ("off", "relaxed")),
            *("relaxed", "relaxed_over_slow"),
        ),
        "charge moved": (*(f"{p}_{part}" for p in PULSES for part in ("rest", "drift")), "drift"),
    }

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of series of pulses.

        References
        ----------
        Ohm's law for steps of voltage; the pulses are those of S. Tao and others (2024), Nature Communications 15,
        s41467-024-54454-0.
        """
        parts = {pulse: dict(_parts(pulse, before, columns)) for pulse, before in _before().items()}
        middle = {
            name: np.maximum(np.median([of_pulse[name] for of_pulse in parts.values()], axis=0), 0.0)
            for name in ("ohmic", "slow", "relaxed")
        }
        features = {f"{pulse}_{name}": values for pulse, of_pulse in parts.items() for name, values in of_pulse.items()}
        return features | {
            **middle,
            "slow_over_ohmic": _ratio(middle["slow"], middle["ohmic"]),
            "relaxed_over_slow": _ratio(middle["relaxed"], middle["slow"]),
            "asymmetry": _ratio(features["discharge_10c_slow"], features["charge_10c_slow"]),
            "rate_ratio": _ratio(features["charge_15c_slow"], features["charge_05c_slow"]),
            "drift": _MV * (columns[f"{[*PULSES][-1]}_rest"] - columns["rest_voltage"]),
        }


class PulsePhysics(PulseFeatures):
    """Features of a series of pulses, and the state of health."""

    def first_principles(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Return the state of health from instantaneous resistance over that of a new cell of its chemistry.

        References
        ----------
        Growth is linear in the capacity lost: J. Drallmeier and others (2022), arXiv 2203.12376. Resistances of new
        cells, their growth and the rise at low charge are assumed.
        """
        features, resting = self.features(columns), columns["rest_voltage"]
        ratio = features["slow_over_ohmic"]
        is_lfp, is_lmo = (resting < _LFP_HIGHEST) & (ratio < _LFP_RATIO), ratio > _LMO_RATIO
        charges = (np.interp(resting, curve, _GRID) for curve in _CURVES.values())
        new, growth, charge = (
            np.where(is_lfp, lfp, np.where(is_lmo, lmo, nmc))
            for lfp, lmo, nmc in (_NEW.values(), _GROWTH.values(), charges)
        )
        lost = 0.2 * (features["ohmic"] / (new * charge_factor(charge)) - 1.0) / growth
        return np.clip(1.0 - lost, _LEAST_HEALTH, _MOST_HEALTH)


def _before() -> dict[str, str]:
    """Column of the rested voltage before each pulse."""
    names = ["rest_voltage", *(f"{pulse}_rest" for pulse in PULSES)]
    return dict(zip(PULSES, names, strict=False))


def _parts(pulse: str, before: str, columns: Mapping[str, FloatArray]) -> Iterator[tuple[str, FloatArray]]:
    """Yield the quantities of a pulse, by the names of _OF_PULSE."""
    resting = columns[before]
    on, end, off, after = (columns[f"{pulse}_{part}"] for part in ("on", "end", "off", "rest"))
    for name, step in (("ohmic", on - resting), ("slow", end - on), ("relaxed", off - after)):
        yield name, area_free_resistance(_MV * step, PULSES[pulse])
    yield "drift", _MV * (after - resting)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Ratio of two resistances, within what a sound cell can show."""
    return np.clip(np.maximum(above, 0.0) / np.maximum(below, _LEAST), 0.0, _MOST_RATIO)
