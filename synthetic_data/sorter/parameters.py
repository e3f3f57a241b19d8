"""Parameters that a sorting line needs whatever its sensors are."""

from __future__ import annotations

from physics.arrays import FloatArray
from seeds import Seed
from synthetic_data.engine.parameters import (
    ABOVE_0,
    SHARE,
    ArrayParameters,
    CountArray,
    PositiveArray,
    PositiveFloat,
    PositiveShareArray,
    ScalarParameters,
    ShareArray,
    ShareFloat,
)
from synthetic_data.engine.plan import plant_of

_OF_EACH_FEED = {
    "feed_share": SHARE,
    "mass_median": ABOVE_0,
    "mass_gsd": ABOVE_0,
    "size_low": "",
    "size_high": "",
    "size_scale": ABOVE_0,
}


class SorterParameters(ArrayParameters):
    """Parameters of lots, pieces, belt and laboratory, one value a lot; units as in [plant.parameters]."""

    pieces_per_lot: CountArray
    piece_interval: PositiveArray
    lot_mix_sd: FloatArray
    size_exponent: PositiveArray
    size_correlation: ShareArray
    fill_low: ShareArray
    fill_high: PositiveShareArray
    shape_low: ShareArray
    shape_high: PositiveArray
    addition_mode_low: ShareArray
    addition_mode_high: ShareArray
    impurity_median: PositiveShareArray
    other_share: ShareArray
    composite_share: ShareArray
    second_share_low: ShareArray
    second_share_high: ShareArray
    unknown_absent_share: ShareArray
    new_unknown_share: ShareArray
    occupancy_mean: PositiveShareArray
    occupancy_sd: FloatArray
    touching_share: ShareArray
    overlap_depth: ShareArray
    merge_gap: FloatArray
    merge_share: ShareArray
    share_anodised: ShareArray
    share_painted: ShareArray
    share_powder_coated: ShareArray
    share_oily: ShareArray
    share_plated: ShareArray
    share_patina: ShareArray
    share_tinned: ShareArray
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
    dirt_share_low: ShareArray
    dirt_share_high: ShareArray
    lab_error_relative: FloatArray
    lab_error_absolute: FloatArray
    lab_error_tags: ShareArray


class EjectionParameters(ScalarParameters):
    """Parameters of ejection from [plant.parameters]; units as there."""

    belt_speed: PositiveFloat
    late_share: ShareFloat
    valve_fault_share: ShareFloat
    direct_miss: ShareFloat
    heavy_mass: float
    heavy_miss_factor: float
    light_areal_mass: float
    light_miss_factor: float
    timing_sd: float
    ejection_margin: float
    nozzle_pitch: float


def of_feeds(seed: Seed) -> dict[str, str]:
    """Return the parameters that each feed of the seed's materials needs, with what the value must be."""
    materials = plant_of(seed).materials
    feeds = dict.fromkeys(material.feed for material in materials if material.feed is not None)
    return {f"{name}_{feed}": limit for feed in feeds for name, limit in _OF_EACH_FEED.items()}
