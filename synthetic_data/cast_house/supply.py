"""Shared supply of all furnaces: weather, alumina, anodes, and their impurities in the metal."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from physics.arrays import FloatArray
from physics.atoms import ATOMS
from physics.melt.metal_balance import alumina_contribution, anode_contribution
from synthetic_data.cast_house.parameters import CastHouseParameters
from synthetic_data.engine.counterfactual_streams import known_stream
from synthetic_data.engine.plan import RunPlan
from synthetic_data.plant import segments
from synthetic_data.plant.filters import filtered
from synthetic_data.plant.random_walks import Pool, Walk
from synthetic_data.plant.weather import season_phase

STRETCH = 112  # periods that are stepped as one array: whole lots of alumina and anodes, whole reviews of the operators
ALUMINA_LOT, ANODE_LOT = 28, 14  # periods: two weeks, one week
MINOR = ("ga", "v", "zn", "ni")  # elements that raw materials bring in addition to iron and silicon

# Contents of a lot that have part of their variance in common, by the parameter that states this part.
_ALUMINA = {"alumina_alike": ("fe2o3", "sio2", "ga", "v2o5", "zno")}
_ANODE = {"anode_dirt_alike": ("fe", "si"), "anode_coke_alike": ("v", "ni")}
_OXYGEN = ATOMS["o"][1]


def _share(element: str, atoms: int, oxygen: int) -> float:
    """Mass share of an element in its oxide."""
    metal = atoms * ATOMS[element][1]
    return metal / (metal + oxygen * _OXYGEN)


SHARES = {"fe2o3": _share("fe", 2, 3), "sio2": _share("si", 1, 2), "v2o5": _share("v", 2, 5), "zno": _share("zn", 1, 1)}


@dataclass(frozen=True)
class CastHouseSupply:
    """A stretch of periods of the house; every array has one value a period."""

    first: int  # period, negative in the warm-up
    count: int
    day: FloatArray  # d since the start of the run
    parameters: CastHouseParameters  # every parameter by name, regimes applied
    air_temperature: FloatArray  # °C
    humidity: FloatArray  # %
    assays: dict[str, FloatArray]  # of alumina (wt%, gallium ppm) and anodes (ppm) by column, available
    brought: dict[str, FloatArray]  # content that raw materials bring into the metal by element [ppm]


class CastHouseSupplier(segments.PlantSupplier):
    """The house between two stretches."""

    def __init__(self, plan: RunPlan) -> None:
        super().__init__(plan, STRETCH)
        p = plan.plant
        self._weather = Walk(p.value("weather_memory"), (2,), self.stream)
        self._silo, self._anodes = Pool(1.0 / p.value("silo_time")), Pool(1.0 / p.value("anode_time"))
        again = p.value("scrubber_return")
        self._loops = {name: _Loop(p.value("loop_time"), p.value(f"metal_share_{name}"), again) for name in MINOR}

    def advance(self) -> CastHouseSupply:
        """The next stretch."""
        first, day = self._next_days()
        count = len(day)
        p = CastHouseParameters.on_days(self._plan, day)
        air, humidity = self._air(p, day)
        alumina, alumina_assay = self._lots(p, "alumina", _ALUMINA, ALUMINA_LOT, count)
        anode, anode_assay = self._lots(p, "anode", _ANODE, ANODE_LOT, count)
        fed = dict(zip(alumina, self._silo.advance(np.array(list(alumina.values()))), strict=True))
        burnt = dict(zip(anode, self._anodes.advance(np.array(list(anode.values()))), strict=True))
        assays = {f"alumina_{name}": values for name, values in alumina_assay.items()}
        assays |= {f"anode_{name}": values for name, values in anode_assay.items()}
        return CastHouseSupply(first, count, day, p, air, humidity, assays, self._brought(fed, burnt))

    def _air(self, p: CastHouseParameters, day: FloatArray) -> tuple[FloatArray, FloatArray]:
        """Temperature and relative humidity of the outside air, by season, time of day and weather."""
        date = self._plan.start.timetuple().tm_yday - 1 + day
        # From January 1 as day 0, by the hour, unlike `seasonal_temperature`; the humidity follows it too.
        season = np.cos(season_phase(date, p.warmest_day))
        by_day = np.cos(2.0 * math.pi * (day % 1.0))  # a cast begins at midnight or at noon
        weather = self._weather.advance(known_stream(self.stream).standard_normal((2, len(day))))
        air = p.air_mean + p.air_swing * season - p.air_day_swing * by_day + p.air_sd * weather[0]
        humidity = (
            p.humidity_mean + p.humidity_swing * season + p.humidity_day_swing * by_day + p.humidity_sd * weather[1]
        )
        return air, np.clip(humidity, 15.0, 99.0)

    def _lots(
        self, p: CastHouseParameters, kind: str, alike: Mapping[str, tuple[str, ...]], length: int, count: int
    ) -> tuple[dict[str, FloatArray], dict[str, FloatArray]]:
        """Contents of the lots delivered and their assays, by name; a lot lasts `length` periods.

        `alike` has, by the parameter that states the part of their variance in common, the contents that share it.
        """
        lots, stream = -(-count // length), known_stream(self.stream, length)
        held, assayed = dict[str, FloatArray](), dict[str, FloatArray]()
        for part, names in alike.items():
            common, shared = p[part][0], stream.standard_normal(lots)
            for name in names:
                normal, error = stream.standard_normal((2, lots))
                sd = p[f"{kind}_{name}_sd"][0]
                log = sd * (math.sqrt(common) * shared + math.sqrt(1.0 - common) * normal)
                content = p[f"{kind}_{name}"][::length] * np.exp(log - 0.5 * sd**2)
                assay = content * (1.0 + p[f"{kind}_assay_sd"][0] * error)
                held[name], assayed[name] = (np.repeat(values, length)[:count] for values in (content, assay))
        return held, assayed

    def _brought(self, fed: dict[str, FloatArray], burnt: dict[str, FloatArray]) -> dict[str, FloatArray]:
        """Content that alumina and anodes bring into the metal, element by element [ppm]."""
        minor = {
            "ga": alumina_contribution(1e-4 * fed["ga"], 1.0),
            "v": alumina_contribution(fed["v2o5"], SHARES["v2o5"]) + anode_contribution(burnt["v"]),
            "zn": alumina_contribution(fed["zno"], SHARES["zno"]),
            "ni": anode_contribution(burnt["ni"]),
        }
        return {
            "fe": alumina_contribution(fed["fe2o3"], SHARES["fe2o3"]) + anode_contribution(burnt["fe"]),
            "si": alumina_contribution(fed["sio2"], SHARES["sio2"]) + anode_contribution(burnt["si"]),
            **{name: self._loops[name].advance(values) for name, values in minor.items()},
        }


class _Loop:
    """Dry scrubber: fume adsorbed on alumina returns to the bath some days later.

    In balance the metal gets `physics.melt.metal_balance.closed_loop_recovery` of what is fed.
    """

    def __init__(self, time: float, metal_share: float, scrubber_return: float) -> None:
        self._metal_share = metal_share
        self._lag = math.exp(-1.0 / time)
        self._again = scrubber_return * (1.0 - metal_share)
        self._state: float | None = None

    def advance(self, fed: FloatArray) -> FloatArray:
        """Content brought into the metal from that fed, (periods,) each."""
        lag, again = self._lag, self._again
        retained = lag + (1.0 - lag) * again
        if self._state is None:
            bath = fed[0] / (1.0 - again)
            self._state = float(retained * bath - lag * fed[0])
        values, state = filtered([1.0, -lag], [1.0, -retained], fed, np.array([self._state]))
        self._state = float(state[0])
        return self._metal_share * values
