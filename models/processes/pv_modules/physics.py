"""Photovoltaic modules: features of flash, dark image, rear bands and X-rays, and type scores.

All of it works on measured columns of a module, in plant units; nothing is trained. Where a station has not seen the
module, what its year of making lets expect stands in: contents are straight lines in these features, and a gap would
count as a usual module.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

import numpy as np

from models.interfaces.feature import PhysicsFeature
from models.interfaces.physics import Equipment, Physics, fact
from physics.arrays import BoolArray, FloatArray
from physics.photovoltaics.ageing import at_temperature, power_left
from physics.photovoltaics.luminescence import dark_area_loss
from physics.photovoltaics.materials import mass_share, silicon_efficiency, silicon_module
from physics.photovoltaics.rear_layers import COATING, PVDF_FILM, PVF_FILM, RATIOS
from physics.photovoltaics.single_diode import fill_factor_green

CLASSES = ("mono", "multi", "cdte", "cigs", "asi", "other")
_BANDS = tuple(f"rear_nir_{band}" for band in range(1, RATIOS.shape[1] + 1))


_SCRIBED = 0.5  # score from which a module counts as thin film
_TODAY = 2024.5  # a, of the years that modules are taken back in
_USUAL_YEAR = 2012.0
_SILICON_COEFFICIENT, _FILM_COEFFICIENT = -0.0041, -0.0028  # 1/K, of power
_CLEAR, _PER_SOIL = 0.05, 8.0  # haze of clean glass, haze for a unit of the light that dirt takes
_THERMAL = 25.69  # mV at 25 °C
_LEAST_LIGHT = 0.02
# Contents are lines in arsinh of a signal over its spread. A power loss of 40 % is no tail of noise, so a feature is
# its sinh: median and half of the distance between quartiles of modules taken back [%].
_USUAL_LOSS, _LOSS_SPREAD = 9.0, 4.5
# Of power for a millivolt of a cell, where voltage takes a seventh of the effect of ageing [%]; weight next to the age.
_PER_MILLIVOLT, _BY_LIGHT, _MOST_AGED = 1.1, 0.65, 60.0
_FILM_EFFICIENCY = 11.0  # %
_VOLTAGE_RATIO = 22.3  # of silicon: V_oc over a
_LOW = np.log(5.0)  # by which the ratio falls at a fifth of the light
_OF_SERIES = 1.1  # of the fill factor, a unit of the series resistance
_FIT = 40.0  # MΩ m², least insulation
_WHOLE = 1000.0  # kg/t
# The X-ray head: scatter in its windows [count/s], rate of a ppm of antimony and of a g/m² of silver behind 3.2 mm.
_SB_BACKGROUND, _BACKGROUND, _PER_ANTIMONY, _PER_SILVER = 400.0, 60.0, 0.6, 12.0
_ROLLED, _FLOAT = 2350.0, 12.0  # ppm of antimony
_ROLLED_YEARS, _ROLLED_SHARES = (2005.0, 2010.0, 2015.0, 2020.0), (0.60, 0.80, 0.90, 0.95)
_SILVER_BY_LINE = 0.55  # weight of the line relative to the year, by their errors of 20-25 %
_FILM_SILVER, _ENOUGH = 4.0, 1000.0  # ppm
# Fluorine of a rear by its outer layer [g/m²]: one or two films, which bands of the outer one do not distinguish.
_FLUORINE = np.array([1.5 * PVF_FILM, 1.5 * PVDF_FILM, COATING, 0.0, 0.0, 0.0])
_BAND_SD = 0.12  # errors of the head, and chalk
# Of each type: scores, decades of cadmium and selenium, current density [A/m²], mass per area [kg/m²]; then errors.
_QUANTITIES = (
    "texture_score",
    "corner_score",
    "scribe_score",
    "cadmium_decades",
    "selenium_decades",
    "current_density",
    "mass_per_area",
)
_MEANS = np.array(
    [
        [0.15, 0.75, 0.08, 0.0, 0.0, 5.4, 11.8],
        [0.72, 0.12, 0.06, 0.0, 0.0, 5.2, 11.8],
        [0.10, 0.06, 0.86, 0.7, 0.0, 1.7, 16.0],
        [0.14, 0.06, 0.82, 0.0, 0.7, 2.6, 16.5],
        [0.08, 0.06, 0.88, 0.0, 0.0, 1.0, 16.5],
        [0.30, 0.10, 0.25, 0.0, 0.0, 5.0, 19.0],
    ]
)
_ERRORS = np.array([0.12, 0.14, 0.12, 0.25, 0.3, 0.5, 0.9])
_MOST = 25.0  # squared errors that one quantity may count


@dataclass(frozen=True)
class HandSpectrometer(Equipment):
    """Facts of the handheld spectrometer next to the line."""

    count_time: float = fact("s", 0.05, 600, "time that the spectrometer counts at a module", until_now=2)


class ModulePhysics(Physics[HandSpectrometer]):
    """Physics of modules, at the facts of the line's instruments."""

    FEATURES = (
        PhysicsFeature("mass_per_area", "kg/m²", 0, (1, 60), "mass over area: one pane, two panes, collectors"),
        PhysicsFeature("label_density", "W/m²", 0, (10, 500), "power on the label over area"),
        PhysicsFeature(
            "year_expected", "a", 0, (1980, 2035), "year on the label, else that of the module's efficiency"
        ),
        PhysicsFeature("power_at_standard", "W", 0, (0, 1500), "power at 25 °C without the haze that the camera sees"),
        PhysicsFeature(
            "loss_expected",
            "%",
            0,
            (-80, 100),
            "power lost by the flash, else by age, light in the dark and dark cells",
        ),
        PhysicsFeature("loss_stretched", "1", 0, (-1e10, 1e9), "the same, tails stretched: a line stays one"),
        PhysicsFeature("dark_loss", "%", 0, (0, 34), "power that dark cells cost"),
        PhysicsFeature("voltage_drop", "mV", 0, (-80, 200), "what a cell's voltage lacks, by its light"),
        PhysicsFeature("series_ratio", "1", 0, (-2, 2), "series resistance over V_oc/I_sc, by both fill factors"),
        PhysicsFeature("shunt_ratio", "1", 0, (-2, 2), "V_oc/I_sc over shunt resistance, by both fill factors"),
        PhysicsFeature("current_density", "A/m²", 0, (0, 60), "short-circuit current over area"),
        PhysicsFeature("insulation_decades", "1", 0, (-3, 6), "decimal logarithm of the insulation over 40 MΩ m²"),
        PhysicsFeature(
            "unfit_by_tests", "kg/t", 0, (0, 1000), "1000 where glass is broken or insulation below 40 MΩ m²"
        ),
        PhysicsFeature("antimony_expected", "ppm", 0, (-200, 9000), "antimony by its line, else by type and year"),
        PhysicsFeature("antimony_significance", "1", 0, (-20, 100), "antimony's line over the error of its background"),
        PhysicsFeature("cadmium_decades", "1", 0, (-3, 5), "decimal logarithm of cadmium's window over its background"),
        PhysicsFeature(
            "selenium_decades", "1", 0, (-3, 5), "decimal logarithm of selenium's window over its background"
        ),
        PhysicsFeature(
            "silver_expected", "ppm", 0, (0, 30000), "silver by year and, where it was looked at, by its line"
        ),
        PhysicsFeature("silver_short_expected", "ppm", 0, (0, 1000), "what the expected silver lacks to 1000 ppm"),
        PhysicsFeature("fluorine_expected", "ppm", 0, (0, 20000), "fluorine of the layers that the bands look like"),
        PhysicsFeature("fluorinated", "1", 0, (0, 1), "how probable a film of PVF or PVDF is by the bands"),
    )
    CAUSES: ClassVar[Mapping[str, tuple[str, ...]]] = {
        "label": ("make_year", "label_power", "label_density", "year_expected"),
        "size and frame": ("mass", "area", "framed", "frame_brightness", "mass_per_area"),
        "look of the front": ("texture_score", "corner_score", "scribe_score", "soiling"),
        "current and voltage": (
            *("isc", "voc", "pmp", "ff", "ff_low", "module_temperature", "power_at_standard"),
            *("loss_expected", "loss_stretched"),
            *("series_ratio", "shunt_ratio", "current_density"),
        ),
        "light in the dark": ("el_dark_share", "el_mean", "el_spread", "dark_loss", "voltage_drop"),
        "glass and insulation": ("glass_breaks", "insulation", "insulation_decades", "unfit_by_tests"),
        "bands of the rear": (*_BANDS, "fluorine_expected", "fluorinated"),
        "X-ray lines": (
            *("xrf_sb", "xrf_cd", "xrf_se", "xrf_ag", "antimony_expected", "antimony_significance"),
            *("cadmium_decades", "selenium_decades", "silver_expected", "silver_short_expected"),
        ),
    }

    equipment_type = HandSpectrometer

    def features(self, columns: Mapping[str, FloatArray]) -> dict[str, FloatArray]:
        """Physics features of modules.

        References
        ----------
        Single diode in Green's closed form (1982); reciprocity of luminescence (Rau 2007); PV_ICE by year of making;
        Poisson statistics.
        """
        area = columns["area"]
        film = columns["scribe_score"] > _SCRIBED
        mass_per_area = 1e-3 * columns["mass"] / area
        power = _power_at_standard(columns, film)
        year = _year(columns, power, film)
        typical = np.where(film, _FILM_EFFICIENCY, silicon_efficiency(year))
        label = np.where(np.isnan(columns["label_power"]), 10.0 * typical * area, columns["label_power"])
        dark = 100.0 * dark_area_loss(np.where(np.isnan(columns["el_dark_share"]), 0.0, columns["el_dark_share"]))
        aged = 100.0 * (1.0 - power_left(0.006, np.maximum(_TODAY - year, 0.0)))
        loss = 100.0 * (1.0 - power / label)
        drop = -_THERMAL * np.log(np.maximum(columns["el_mean"], _LEAST_LIGHT))
        by_light = np.clip(_PER_MILLIVOLT * drop, 0.0, _MOST_AGED)
        aged = np.where(np.isnan(drop), aged, aged + _BY_LIGHT * (by_light - aged))
        loss = np.clip(np.where(np.isnan(loss), aged + dark, loss), -80.0, 100.0)
        series, shunt = _resistances(columns)
        insulation = columns["insulation"]
        unfit = (columns["glass_breaks"] > 0.0) | (insulation < _FIT)
        silver = _silver(columns, year, film, mass_per_area)
        fluorine, fluorinated = _rear(columns, mass_per_area)
        with np.errstate(divide="ignore"):
            decades = np.log10(np.maximum(insulation, 1e-2) / _FIT)
            cadmium, selenium = (np.log10(np.maximum(columns[f"xrf_{e}"], 1.0) / _BACKGROUND) for e in ("cd", "se"))
        features = {
            "mass_per_area": mass_per_area,
            "label_density": columns["label_power"] / area,
            "year_expected": year,
            "power_at_standard": power,
            "loss_expected": loss,
            "loss_stretched": np.sinh((loss - _USUAL_LOSS) / _LOSS_SPREAD),
            "dark_loss": dark,
            "voltage_drop": drop,
            "series_ratio": series,
            "shunt_ratio": shunt,
            "current_density": columns["isc"] / area,
            "insulation_decades": decades,
            "unfit_by_tests": _WHOLE * unfit,
            "antimony_expected": _antimony(columns, year, film),
            "antimony_significance": (columns["xrf_sb"] - _SB_BACKGROUND)
            / np.sqrt(np.maximum(columns["xrf_sb"], 1.0) / self.equipment.count_time),
            "cadmium_decades": cadmium,
            "selenium_decades": selenium,
            "silver_expected": silver,
            "silver_short_expected": np.maximum(_ENOUGH - silver, 0.0),
            "fluorine_expected": fluorine,
            "fluorinated": fluorinated,
        }
        # What is usual stands in for single values, not for a module of which nothing is known.
        unknown = np.all([np.isnan(column) for column in columns.values()], axis=0)
        return {name: np.where(unknown, np.nan, values) for name, values in features.items()}

    def class_scores(self, columns: Mapping[str, FloatArray]) -> FloatArray:
        """Logarithm of the likelihood of each type, up to a constant: squared distances over errors.

        References
        ----------
        Scores of the camera as assumed here; X-ray lines of cadmium and selenium; efficiency and mass of the types.
        What is missing is left out.
        """
        known = self.features(columns) | dict(columns)
        values = np.stack([np.asarray(known[name], dtype=np.float64) for name in _QUANTITIES], axis=1)
        distance = np.square((values[:, None, :] - _MEANS) / _ERRORS)
        scores: FloatArray = -0.5 * np.nansum(np.minimum(distance, _MOST), axis=2)
        return scores


def _power_at_standard(columns: Mapping[str, FloatArray], film: BoolArray) -> FloatArray:
    """Power at 25 °C and without the haze that the camera sees [W]."""
    coefficient = np.where(film, _FILM_COEFFICIENT, _SILICON_COEFFICIENT)
    dirt = np.clip((columns["soiling"] - _CLEAR) / _PER_SOIL, 0.0, 0.1)
    return columns["pmp"] / at_temperature(1.0, coefficient, columns["module_temperature"]) / (1.0 - dirt)


def _year(columns: Mapping[str, FloatArray], power: FloatArray, film: BoolArray) -> FloatArray:
    """Year on the label; else that in which new silicon was as efficient as the module; else the usual."""
    years = np.arange(2000.0, 2024.0)
    new = 0.1 * power / columns["area"] / power_left(0.006, _TODAY - _USUAL_YEAR)
    by_power = np.interp(new, silicon_efficiency(years), years)
    guess = np.where(film | np.isnan(by_power), _USUAL_YEAR, by_power)
    return np.where(np.isnan(columns["make_year"]), guess, columns["make_year"])


def _resistances(columns: Mapping[str, FloatArray]) -> tuple[FloatArray, FloatArray]:
    """Return series and inverse shunt resistance over V_oc/I_sc, from fill factors at 1 and 1/5 sun.

    Two lines in both: at a fifth of the light the series resistance takes a fifth as much and the shunt five times.
    """
    full = columns["ff"] / fill_factor_green(_VOLTAGE_RATIO, 0.0, 1e6)
    low = columns["ff_low"] / fill_factor_green(_VOLTAGE_RATIO - _LOW, 0.0, 1e6)
    lost_full, lost_low = 1.0 - full, 1.0 - low
    # lost_full = 1.1 r + s, lost_low = 1.1 r/5 + 5 s, where s = FF_0 / r_sh is what the shunt takes.
    shunt = (lost_low - 0.2 * lost_full) / 4.8
    return (lost_full - shunt) / _OF_SERIES, shunt


def _antimony(columns: Mapping[str, FloatArray], year: FloatArray, film: BoolArray) -> FloatArray:
    """Return the antimony in the glass by XRF, or the mean of the year's patterned glass [ppm]."""
    rate = (columns["xrf_sb"] - _SB_BACKGROUND) / _PER_ANTIMONY
    expected = np.where(film, _FLOAT, _ROLLED * np.interp(year, _ROLLED_YEARS, _ROLLED_SHARES))
    return np.clip(np.where(np.isnan(rate), expected, rate), -200.0, 9000.0)


def _silver(
    columns: Mapping[str, FloatArray], year: FloatArray, film: BoolArray, mass_per_area: FloatArray
) -> FloatArray:
    """Return silver by year and, if measured, by XRF: error-weighted mean of logarithms [ppm]."""
    whole = 1e3 * mass_per_area
    by_year = mass_share(silicon_module(year)[-1], whole)
    line = np.maximum(columns["xrf_ag"] - _BACKGROUND, 5.0) / _PER_SILVER
    both = np.log(by_year) + _SILVER_BY_LINE * (np.log(mass_share(line, whole)) - np.log(by_year))
    known = np.where(np.isnan(both), by_year, np.exp(both))
    return np.minimum(np.where(film, _FILM_SILVER, known), 30000.0)


def _rear(columns: Mapping[str, FloatArray], mass_per_area: FloatArray) -> tuple[FloatArray, FloatArray]:
    """Fluorine that the bands of the rear let expect [ppm], and how probable a film of PVF or PVDF is [1]."""
    bands = np.stack([np.asarray(columns[name], dtype=np.float64) for name in _BANDS], axis=1)
    distance = np.sum(np.square((bands[:, None, :] - RATIOS) / _BAND_SD), axis=2)
    weight = np.exp(-0.5 * (distance - distance.min(axis=1, keepdims=True)))
    share = weight / weight.sum(axis=1, keepdims=True)
    return np.minimum(mass_share(share @ _FLUORINE, 1e3 * mass_per_area), 20000.0), share[:, 0] + share[:, 1]
