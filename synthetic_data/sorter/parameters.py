"""Parameters that a sorting line needs whatever its sensors are."""

from __future__ import annotations

from typing import cast

from physics.arrays import FloatArray
from seeds import Plant, Seed
from synthetic_data.plant.parameters import (
    ABOVE_0,
    ArrayParameters,
    CountArray,
    PositiveArray,
    PositiveFloat,
    ScalarParameters,
)

_OF_EACH_FEED = ("feed_share", "mass_median", "mass_gsd", "size_low", "size_high", "size_scale")
_ABOVE_0_OF_FEEDS = ("mass_median", "mass_gsd", "size_scale")


class SorterParameters(ArrayParameters):
    """What a seed states of lots, pieces, belt and laboratory, one value a lot; units as in [plant.parameters]."""

    pieces_per_lot: CountArray
    piece_interval: PositiveArray
    lot_mix_sd: FloatArray
    size_exponent: PositiveArray
    size_correlation: FloatArray
    fill_low: FloatArray
    fill_high: PositiveArray
    shape_low: FloatArray
    shape_high: PositiveArray
    addition_mode_low: FloatArray
    addition_mode_high: FloatArray
    impurity_median: PositiveArray
    other_share: FloatArray
    composite_share: FloatArray
    second_share_low: FloatArray
    second_share_high: FloatArray
    unknown_absent_share: FloatArray
    new_unknown_share: FloatArray
    occupancy_mean: PositiveArray
    occupancy_sd: FloatArray
    touching_share: FloatArray
    overlap_depth: FloatArray
    merge_gap: FloatArray
    merge_share: FloatArray
    share_anodised: FloatArray
    share_painted: FloatArray
    share_powder_coated: FloatArray
    share_oily: FloatArray
    share_plated: FloatArray
    share_patina: FloatArray
    share_tinned: FloatArray
    layer_anodised_low: FloatArray
    layer_anodised_high: FloatArray
    layer_painted_low: FloatArray
    layer_painted_high: FloatArray
    layer_powder_coated_low: FloatArray
    layer_powder_coated_high: FloatArray
    layer_oily_low: FloatArray
    layer_oily_high: FloatArray
    layer_plated_low: FloatArray
    layer_plated_high: FloatArray
    layer_patina_low: FloatArray
    layer_patina_high: FloatArray
    layer_tinned_low: FloatArray
    layer_tinned_high: FloatArray
    dirt_share_low: FloatArray
    dirt_share_high: FloatArray
    lab_error_relative: FloatArray
    lab_error_absolute: FloatArray
    lab_error_tags: FloatArray


class EjectionParameters(ScalarParameters):
    """What a seed states of the ejection in [plant.parameters]; units as there."""

    belt_speed: PositiveFloat
    late_share: float
    valve_fault_share: float
    direct_miss: float
    heavy_mass: float
    heavy_miss_factor: float
    light_areal_mass: float
    light_miss_factor: float
    timing_sd: float
    ejection_margin: float
    nozzle_pitch: float


def needed(seed: Seed) -> tuple[str, ...]:
    """Names of the parameters that the line and each of its feeds need, without those of its sensors."""
    of_feeds = (f"{name}_{feed}" for name in _OF_EACH_FEED for feed in _feeds(seed))
    return (*SorterParameters.names(), *EjectionParameters.names(), *of_feeds)


def limits(seed: Seed) -> dict[str, str]:
    """What the values of some of these parameters must be."""
    of_feeds = {f"{name}_{feed}": ABOVE_0 for name in _ABOVE_0_OF_FEEDS for feed in _feeds(seed)}
    return SorterParameters.limits() | EjectionParameters.limits() | of_feeds


def _feeds(seed: Seed) -> tuple[str, ...]:
    """Feeds that the seed's materials belong to."""
    materials = cast(Plant, seed.plant).materials
    return tuple(dict.fromkeys(material.feed for material in materials if material.feed is not None))
