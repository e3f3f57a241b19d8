"""Parameters that crystallisers need."""

from __future__ import annotations

import itertools
from functools import cached_property
from typing import TYPE_CHECKING, Self

import numpy as np

from physics.arrays import FloatArray
from physics.purification.vacuum import PRESSURES
from synthetic_data.engine.parameters import ABOVE_0, ArrayParameters, PositiveArray, ShareArray
from synthetic_data.plant import fault_strengths

ELEMENTS = tuple(PRESSURES)  # that the laboratory reports
PER_ELEMENT = ("feed", "segregation", "volatility", "added", "limit")

FAULTS = ("sudden", "mould", "leak", "steel", "carry")  # of a crystalliser


class CrystalliserParameters(ArrayParameters):
    """Parameters of crystallisers from [plant.parameters], one value a period; units as there.

    Besides, each of PER_ELEMENT for each of ELEMENTS, such as `feed_copper`.
    """

    others = (
        *fault_strengths.parameters_of(FAULTS),
        *(f"{word}_{element}" for word, element in itertools.product(PER_ELEMENT, ELEMENTS)),
    )

    # electrolysed metal
    house_memory: PositiveArray
    house_part: ShareArray
    lot_part: ShareArray
    feed_sd: FloatArray
    dirty_share: ShareArray
    dirty_least: PositiveArray
    dirty_most: PositiveArray
    dirty_limit: FloatArray
    scrap_usual: ShareArray
    residue_usual: ShareArray
    source_sd: FloatArray
    source_memory: PositiveArray
    scrap_indium: FloatArray
    scrap_tin: FloatArray
    residue_zinc: FloatArray
    residue_lead: FloatArray
    return_usual: ShareArray
    return_sd: FloatArray
    seven_share: ShareArray
    seven_feed: PositiveArray
    charge_mass: FloatArray
    charge_sd: FloatArray
    # vacuum
    melt_depth: PositiveArray
    boundary_rate: FloatArray
    boundary_sd: FloatArray
    pressure_usual: FloatArray
    pressure_sd: FloatArray
    # freezing
    mould_area: PositiveArray
    diffusion: PositiveArray
    still_layer: FloatArray
    layer_sd: FloatArray
    crystalliser_layer_sd: FloatArray
    run_sd: FloatArray
    rate_error: FloatArray
    melt_usual: FloatArray
    melt_sd: FloatArray
    seed_usual: FloatArray
    seed_sd: FloatArray
    critical_usual: PositiveArray
    critical_sd: FloatArray
    chill: FloatArray
    most_trapped: ShareArray
    # handling
    added_sd: FloatArray
    particles_usual: PositiveArray
    particles_sd: FloatArray
    mould_life: PositiveArray
    mould_usual: PositiveArray
    # operators
    test_share: ShareArray
    test_growth_rate: FloatArray
    test_fraction_frozen: FloatArray
    test_stirring: FloatArray
    coolant_usual: FloatArray
    coolant_temperature_sd: FloatArray
    habit_coolant_temperature: FloatArray
    rate_usual: FloatArray
    seven_rate: FloatArray
    rate_per_dirt: FloatArray
    growth_rate_sd: FloatArray
    habit_growth_rate: FloatArray
    fraction_usual: ShareArray
    fraction_per_failure: FloatArray
    fraction_frozen_sd: FloatArray
    habit_fraction_frozen: FloatArray
    stages_usual: FloatArray
    seven_stages: FloatArray
    stages_per_dirt: FloatArray
    stages_sd: FloatArray
    habit_stages: FloatArray
    stirring_usual: FloatArray
    stirring_sd: FloatArray
    habit_stirring: FloatArray
    vacuum_temperature: FloatArray
    vacuum_temperature_sd: FloatArray
    habit_vacuum_temperature: FloatArray
    vacuum_time: FloatArray
    vacuum_time_sd: FloatArray
    habit_vacuum_time: FloatArray
    # inspection
    oxide_odds: FloatArray
    oxide_by_pressure: FloatArray
    oxide_by_air: FloatArray
    inclusion_odds: FloatArray
    inclusion_by_trapped: FloatArray
    inclusion_by_air: FloatArray
    defect_unit_sd: FloatArray
    # faults: how often, how long, how strong
    sudden_least: ShareArray
    sudden_most: ShareArray
    steel_nickel: FloatArray
    # instruments and laboratory
    scale_error: FloatArray
    counter_error: FloatArray
    thermometer_error: FloatArray
    clock_error: FloatArray
    gauge_error: FloatArray
    image_floor: FloatArray
    image_floor_sd: FloatArray
    image_per_trapped: FloatArray
    image_per_sudden: FloatArray
    image_error: FloatArray
    missing_share: ShareArray
    purest_ratio: PositiveArray
    ratio_slope: FloatArray
    ratio_sd: FloatArray
    feed_sampling: FloatArray
    feed_repeatability: FloatArray
    feed_limit: FloatArray
    feed_digit: PositiveArray
    laboratory: FloatArray
    laboratory_sd: FloatArray
    standard_sd: FloatArray
    standard_memory: PositiveArray
    sampling: FloatArray
    repeatability: FloatArray
    digit: PositiveArray

    @classmethod
    def limits(cls) -> dict[str, str]:
        """Bounds of values: every metal holds a trace of each element, no front retains all of one."""
        of_elements = {f"{word}_{element}": ABOVE_0 for word in ("feed", "segregation") for element in ELEMENTS}
        return super().limits() | of_elements

    def by_element(self, word: str) -> FloatArray:
        """A parameter of each element, (elements, periods)."""
        result: FloatArray = self._of_elements[word]
        return result

    @cached_property
    def _of_elements(self) -> dict[str, FloatArray]:
        return {word: np.stack([self[f"{word}_{element}"] for element in ELEMENTS]) for word in PER_ELEMENT}

    def over(self, part: slice) -> Self:
        """Parameters in a part of the periods; each is cut at first access."""
        result = type(self)(self._process, {})
        vars(result).update(_whole=self, _part=part)
        vars(result)["_of_elements"] = {word: values[:, part] for word, values in self._of_elements.items()}
        return result

    if not TYPE_CHECKING:  # a type checker knows the annotated names alone

        def __getattr__(self, name: str) -> FloatArray:
            if name.startswith("_") or "_whole" not in vars(self):
                return super().__getattr__(name)
            result = vars(self)[name] = self._whole[name][self._part]
            return result
