"""Retired batteries on a line: resistances at 25 °C, charge, X-ray features, and class scores.

All of it works on measured columns of a cell, in plant units; nothing is trained. The cathode shows in the rested
voltage, in what X-rays lose, in the filling of a can and on the label; health shows in how far resistance has grown.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics
from physics.arrays import BoolArray, FloatArray
from physics.batteries.open_circuit import CHEMISTRIES, open_circuit_voltage
from physics.batteries.resistance import arrhenius_factor, charge_factor
from physics.sorting.xray import mass_attenuation

_ENERGY = 30.0  # kJ/mol, of the resistance of whole cells; assumed
_GRID = np.linspace(0.0, 1.0, 401)
_CURVES = {name: np.maximum.accumulate(open_circuit_voltage(name, _GRID)) for name in CHEMISTRIES}
_LFP_HIGHEST = 3.36  # V, above which no LFP rests but a full one
# Rise of the resistance when a fifth of the capacity is lost, of LFP and of the others; assumed.
_GROWTH_LFP, _GROWTH, _OF_A_LIFE = 0.25, 0.42, 20.0  # 1, 1, %
# Forms by size, and both walls of their cans [mm]: aluminium, film that counts as thin aluminium, steel.
_ROUND, _FLAT = 1.0, 12.0  # mm: width less thickness of a cylinder, thickness of a pouch
_WALLS = {"prismatic": 1.7, "pouch": 0.3, "cylindrical": 0.52}
_PATH = np.pi / 4.0  # mean path through a cylinder over its diameter
_X_RAYS = np.array([58.0, 95.0])  # keV
_ALUMINIUM = 0.1 * 2.70 * mass_attenuation("al", _X_RAYS)  # 1/mm
_STEEL = 0.1 * 7.87 * mass_attenuation("fe", _X_RAYS)  # 1/mm
_LEAST_PASSED, _LEAST = 1e-6, 1e-3
_MOST_RATIO, _MOST_GROWTH, _MOST_FADE = 50.0, 1000.0, 200.0

_OF_RESISTANCE = {"ohmic": "at once", "transfer": "that comes between 30 and 500 ms", "diffusion": "that comes later"}


# Windows of the cathodes in the order of the seed: X-ray ratio without the can, attenuation [1/mm], label [V], box
# density of what is no cylinder [g/cm³], rested voltage [V].
CLASSES = ("LFP", "NMC", "LMO", "NCA", "LCO", "other")
_WINDOWS = {
    "LFP": ((2.19, 2.24), (0.105, 0.112), (3.2, 3.3), (1.8, 2.25), (2.5, _LFP_HIGHEST)),
    "NMC": ((2.47, 2.53), (0.153, 0.158), (3.6, 3.7), (1.95, 2.45), (3.1, 4.25)),
    "LMO": ((2.40, 2.45), (0.140, 0.146), (3.7, 3.8), (1.75, 2.3), (2.6, 4.25)),
    "NCA": ((2.48, 2.54), (0.156, 0.163), (3.6, 3.65), (2.2, 2.45), (3.1, 4.25)),
    "LCO": ((2.50, 2.56), (0.168, 0.178), (3.65, 3.75), (2.0, 2.35), (3.3, 4.25)),
}
_ERRORS = np.array([0.03, 0.008, 0.03, 0.06, 0.03])
_EMPTY = 1.5  # V, below which the rested voltage says nothing of the cathode
_MOST = 16.0  # squared errors that one quantity may count: a label may lie, a tube may drift
_OTHER = -8.0  # a cell is none of the cathodes where a sign of damage is beyond doubt, or nothing fits
# Signs of damage: bound and what counts as one error beyond it.
_SWELLS = {"prismatic": (4.0, 1.0), "pouch": (6.0, 1.0), "cylindrical": (2.0, 1.0)}  # %
_DAMAGE, _FALL, _DRY, _GAS, _WARM = (0.3, 0.08), (2.0, 1.0), (2.0, 0.7), (4.0, 0.4), (3.0, 0.8)


class RetiredCellPhysics(Physics[Equipment]):
    """Physics of a line's cells."""

    FEATURES = (
        *(
            PhysicsFeature(f"{name}_25", "mΩ", 0, (-200, 3000), f"resistance {part}, at 25 °C")
            for name, part in _OF_RESISTANCE.items()
        ),
        PhysicsFeature(
            "ohmic_by_mass", "mΩ*kg", 0, (0, 100), "resistance at once times mass, which size divides out of"
        ),
        PhysicsFeature("ohmic_by_capacity", "mΩ*Ah", 0, (0, 20000), "resistance at once times the label's capacity"),
        PhysicsFeature("transfer_over_ohmic", "1", 0, (-50, 50), "charge transfer over what comes at once"),
        PhysicsFeature("diffusion_over_ohmic", "1", 0, (-50, 50), "diffusion over what comes at once"),
        PhysicsFeature("arc", "1", 0, (-5, 50), "capacitive part of the impedance at 10 Hz over that at 1 kHz"),
        PhysicsFeature("impedance_ratio", "1", 0, (0, 50), "impedance at 10 Hz over that at 1 kHz"),
        PhysicsFeature(
            "ohmic_growth", "%", 0, (-100, 1000), "impedance at 1 kHz and 25 °C over the data sheet's, less one"
        ),
        PhysicsFeature(
            "whole_growth", "%", 0, (-100, 1000), "resistance at 5 s and 25 °C over the data sheet's, less one"
        ),
        PhysicsFeature("fade_by_growth", "%", 0, (-200, 200), "capacity lost by growth of resistance"),
        PhysicsFeature("charge_of_lfp", "1", 0, (0, 1), "state of charge by the rested voltage, if it is LFP"),
        PhysicsFeature("charge_of_nmc", "1", 0, (0, 1), "state of charge by the rested voltage, if it is NMC"),
        PhysicsFeature("charge_of_lmo", "1", 0, (0, 1), "state of charge by the rested voltage, if it is LMO"),
        PhysicsFeature(
            "low_charge", "1", 0, (1, 3), "resistance at the charge of the likeliest cathode over that in the middle"
        ),
        PhysicsFeature("bare_ratio", "1", 0, (0, 10), "X-ray ratio without the can"),
        PhysicsFeature("bare_attenuation", "1/mm", 0, (-1, 2), "attenuation at 58 keV of what is in the can"),
        PhysicsFeature("box_density", "g/cm³", 0, (0, 10), "mass over the box of the unswollen cell"),
        PhysicsFeature("capacity_density", "Ah/L", 0, (0, 20000), "the label's capacity over that box"),
        PhysicsFeature("voltage_over_label", "V", 0, (-10, 10), "rested voltage less the label's"),
        PhysicsFeature("log_insulation", "1", 0, (-20, 12), "logarithm of the insulation over 1 MΩ"),
        PhysicsFeature("log_gas", "1", 0, (-10, 10), "logarithm of the gas over 1 ppm"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "label": ("label_voltage", "label_capacity", "label_resistance", "capacity_density", "voltage_over_label"),
        "size and mass": ("mass", "length", "width", "thickness", "box_density"),
        "swelling and damage": ("swelling", "surface_grade"),
        "state of charge": ("rest_voltage", "charge_of_lfp", "charge_of_nmc", "charge_of_lmo", "low_charge"),
        "resistance at once": (
            *("pulse_r30ms", "pulse_r100ms", "z_1khz_re", "ohmic_25", "ohmic_by_mass", "ohmic_by_capacity"),
            *("ohmic_growth", "fade_by_growth"),
        ),
        "charge transfer and diffusion": (
            *("pulse_r500ms", "pulse_r1s", "pulse_r3s", "pulse_r5s", "pulse_asymmetry", "z_10hz_re", "z_10hz_im"),
            *("transfer_25", "diffusion_25", "transfer_over_ohmic", "diffusion_over_ohmic", "arc", "impedance_ratio"),
            "whole_growth",
        ),
        "temperature": ("probe_temperature",),
        "X-rays": ("xrt_low", "xrt_ratio", "bare_ratio", "bare_attenuation"),
        "leaks and shorts": (
            *("rest_time", "voltage_fall", "insulation", "gas", "temperature_rise", "log_insulation", "log_gas"),
        ),
        "age": ("declared_age",),
    }

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of cells.

        References
        ----------
        Arrhenius's law; Beer's law for can and contents; growth of resistance linear in the capacity lost: J.
        Drallmeier and others (2022), arXiv 2203.12376. Curves of the rested voltage as `physics.batteries.open_circuit`
        cites them.
        """
        warmth = arrhenius_factor(_ENERGY, columns["probe_temperature"])
        ohmic, half, whole = (columns[f"pulse_r{name}"] / warmth for name in ("30ms", "500ms", "5s"))
        resting, sheet = columns["rest_voltage"], columns["label_resistance"]
        chemistry = np.array(CLASSES)[self.class_scores(columns)[:, :-1].argmax(axis=1)]
        charge = {
            name: np.where(np.isnan(resting), np.nan, np.interp(resting, curve, _GRID))
            for name, curve in _CURVES.items()
        }
        low = charge_factor(np.select([chemistry == name for name in charge], [*charge.values()]))
        grown = _growth(columns["z_1khz_re"] / warmth / np.sqrt(low), sheet)
        ratio, attenuation = _without_can(columns)
        box = _box(columns)
        capacity = columns["label_capacity"]
        return {
            "ohmic_25": ohmic,
            "transfer_25": half - ohmic,
            "diffusion_25": whole - half,
            "ohmic_by_mass": np.clip(1e-3 * ohmic * columns["mass"], 0.0, 100.0),
            "ohmic_by_capacity": np.clip(ohmic * capacity, 0.0, 20000.0),
            "transfer_over_ohmic": _ratio(half - ohmic, ohmic),
            "diffusion_over_ohmic": _ratio(whole - half, ohmic),
            "arc": np.clip(-columns["z_10hz_im"] / np.maximum(columns["z_1khz_re"], _LEAST), -5.0, _MOST_RATIO),
            "impedance_ratio": np.maximum(_ratio(columns["z_10hz_re"], columns["z_1khz_re"]), 0.0),
            "ohmic_growth": grown,
            "whole_growth": _growth(whole / low, sheet),
            "fade_by_growth": np.clip(
                _OF_A_LIFE * 0.01 * grown / np.where(chemistry == "LFP", _GROWTH_LFP, _GROWTH), -_MOST_FADE, _MOST_FADE
            ),
            "charge_of_lfp": charge["LFP"],
            "charge_of_nmc": charge["NMC"],
            "charge_of_lmo": charge["LMO"],
            "low_charge": low,
            "bare_ratio": ratio,
            "bare_attenuation": attenuation,
            "box_density": np.clip(columns["mass"] / box, 0.0, 10.0),
            "capacity_density": np.clip(1000.0 * capacity / box, 0.0, 20000.0),
            "voltage_over_label": resting - columns["label_voltage"],
            "log_insulation": np.log(np.maximum(columns["insulation"], 1e-6)),
            "log_gas": np.log(np.maximum(columns["gas"], _LEAST)),
        }

    def class_scores(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Return the log-likelihood of each class up to a constant: distance of the cell from its windows.

        Half of the sum of squared distances from the windows of X-rays, label, density and rested voltage, each over
        its error; `other` gains what signs of swelling, damage, leaks and shorts are beyond their bounds. A quantity
        that is missing is left out.

        References
        ----------
        Attenuation of whole cells by the tables of Elam, Ravel and Sieber (2002); windows of density, errors: assumed.
        """
        ratio, attenuation = _without_can(columns)
        density = np.where(_form(columns)["cylindrical"], np.nan, columns["mass"] / _box(columns))
        resting = np.where(columns["rest_voltage"] < _EMPTY, np.nan, columns["rest_voltage"])
        read = np.stack([ratio, attenuation, columns["label_voltage"], density, resting])
        scores = np.empty((read.shape[1], len(CLASSES)))
        for k, windows in enumerate(_WINDOWS.values()):
            low, high = np.array(windows).T[:, :, np.newaxis]
            beyond = np.maximum(low - read, 0.0) + np.maximum(read - high, 0.0)
            scores[:, k] = -0.5 * np.nansum(np.minimum(np.square(beyond / _ERRORS[:, np.newaxis]), _MOST), axis=0)
        scores[:, -1] = _OTHER + 0.5 * _damage(columns)
        return scores


def _damage(columns: Mapping[str, FloatArray]) -> FloatArray:
    """Sum of squared distances of the signs of damage beyond their bounds, each over its error [1]."""
    form = _form(columns)
    bound, error = (np.select([*form.values()], [_SWELLS[name][i] for name in form]) for i in (0, 1))
    signs = (
        (columns["swelling"] - bound) / error,
        (columns["surface_grade"] - _DAMAGE[0]) / _DAMAGE[1],
        (columns["voltage_fall"] - _FALL[0]) / _FALL[1],
        (_DRY[0] - np.log(np.maximum(columns["insulation"], 1e-6))) / _DRY[1],
        (np.log(np.maximum(columns["gas"], _LEAST)) - _GAS[0]) / _GAS[1],
        (columns["temperature_rise"] - _WARM[0]) / _WARM[1],
    )
    beyond = np.minimum(np.square(np.maximum(np.stack(signs), 0.0)), 3.0 * _MOST)
    total: FloatArray = np.nansum(beyond, axis=0)
    return total


def _form(columns: Mapping[str, FloatArray]) -> dict[str, BoolArray]:
    """Cells of each form, by their size."""
    cylinder = np.abs(columns["width"] - columns["thickness"]) < np.maximum(_ROUND, 0.1 * columns["width"])
    pouch = ~cylinder & (columns["thickness"] < _FLAT)
    return {"prismatic": ~cylinder & ~pouch, "pouch": pouch, "cylindrical": cylinder}


def _box(columns: Mapping[str, FloatArray]) -> FloatArray:
    """Volume of the box about the unswollen cell [cm³]."""
    thickness = columns["thickness"] / np.maximum(1.0 + 0.01 * columns["swelling"], 0.1)
    return 1e-3 * columns["length"] * columns["width"] * thickness


def _without_can(columns: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """X-ray ratio, and attenuation at 58 keV a millimetre [1/mm], of what is in the can, by Beer's law."""
    form = _form(columns)
    walls = np.select([*form.values()], [_WALLS[name] for name in form])
    can = np.where(form["cylindrical"], _STEEL[:, np.newaxis], _ALUMINIUM[:, np.newaxis]) * walls
    low = -np.log(np.clip(columns["xrt_low"], _LEAST_PASSED, 1.0))
    high = low / np.maximum(columns["xrt_ratio"], _LEAST)
    inside = np.where(form["cylindrical"], _PATH, 1.0) * np.maximum(columns["thickness"] - walls, _LEAST)
    bare = low - can[0]
    return np.clip(bare / np.maximum(high - can[1], _LEAST), 0.0, 10.0), np.clip(bare / inside, -1.0, 2.0)


def _growth(resistance: FloatArray, sheet: FloatArray) -> FloatArray:
    """Resistance over that of a data sheet, less one [%]."""
    return np.clip(100.0 * (resistance / np.maximum(sheet, _LEAST) - 1.0), -100.0, _MOST_GROWTH)


def _ratio(above: FloatArray, below: FloatArray) -> FloatArray:
    """Ratio of two resistances, within what a sound cell can show."""
    return np.clip(above / np.maximum(below, _LEAST), -_MOST_RATIO, _MOST_RATIO)
