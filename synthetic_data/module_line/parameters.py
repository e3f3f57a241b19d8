"""Parameters that a line for photovoltaic modules needs."""

from __future__ import annotations

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import (
    ArrayParameters,
    CountFloat,
    PositiveArray,
    PositiveFloat,
    ScalarParameters,
    ShareArray,
    ShareFloat,
)


class LotParameters(ArrayParameters):
    """Parameters that regimes may change, from [plant.parameters], one value a lot; units as there."""

    year_mean: FloatArray
    year_sd: FloatArray
    park_share: ShareArray
    early_share: ShareArray
    cdte_share: ShareArray
    cigs_share: ShareArray
    asi_share: ShareArray
    other_share: ShareArray
    broken_share: ShareArray
    flash_offset: PositiveArray
    flash_sd: FloatArray


class ModuleLineParameters(ScalarParameters):
    """Constant parameters from [plant.parameters]; units as there."""

    # lots and the market
    modules_per_lot: CountFloat
    module_interval: float
    member_share: ShareFloat
    plant_mix_sd: float
    brand_sd: float
    early_age: float
    set_aside_share: ShareFloat
    set_aside_before: float
    # bill of materials
    area_sd: float
    mass_sd: float
    silver_gsd_old: PositiveFloat
    silver_gsd: PositiveFloat
    antimony_mean: float
    antimony_sd: float
    float_antimony: float
    float_antimony_gsd: PositiveFloat
    label_step: PositiveFloat
    label_low: float
    label_high: float
    # condition
    yearly_loss: float
    yearly_loss_sd: PositiveFloat
    brand_loss_sd: float
    hot_share: ShareFloat
    hot_factor: float
    lot_factor_sd: float
    cracked_share: ShareFloat
    dark_median: float
    dark_gsd: PositiveFloat
    shunted_share: ShareFloat
    shunt_low: PositiveFloat
    shunt_high: PositiveFloat
    diode_share: ShareFloat
    browned_share: ShareFloat
    delaminated_share: ShareFloat
    torn_share: ShareFloat
    torn_share_polyamide: ShareFloat
    insulation_median: float
    insulation_gsd: PositiveFloat
    insulation_torn: PositiveFloat
    insulation_broken: PositiveFloat
    insulation_least: float
    # operators
    unlabelled_share: ShareFloat
    relabelled_share: ShareFloat
    light_brand_power: float
    light_brand_skipped: ShareFloat
    broken_skipped: ShareFloat
    skipped_share: ShareFloat
    dark_missed: ShareFloat
    washed_share: ShareFloat
    washed_from: float
    heavy_share: ShareFloat
    checked_share: ShareFloat
    # stations
    lamp_fade: float
    lamp_life: PositiveFloat
    lamp_lot_sd: float
    temperature_mean: float
    temperature_sd: float
    temperature_lot_sd: float
    temperature_error: float
    current_sd: float
    voltage_sd: float
    low_sd: float
    score_sd: float
    glare_share: ShareFloat
    glare_share_dirty: ShareFloat
    band_sd: float
    chalked_share: ShareFloat
    dark_sd: float
    light_rsd: float
    insulation_rsd: float
    wet_share: ShareFloat
    wet_factor: float
    scale_sd: float
    count_time: PositiveFloat
    antimony_rate: float
    antimony_background: float
    cadmium_rate: float
    selenium_rate: float
    silver_rate: float
    silver_rsd: float
    background_rate: float
    edge_missed: ShareFloat
    # faults: how often a year, how long, how strong
    fault_short: float
    fault_long: float
    clamp_rate: float
    clamp_resistance: float
    tile_rate: float
    tile_dimming: float
    stand_off_rate: float
    stand_off_factor: float
    focus_rate: float
    focus_blur: float
    template_rate: float
    template_factor: float
    # laboratory
    power_label_sd: float
    content_label_rsd: float
    antimony_label_sd: float
    fluorine_label_sd: float
    silver_label_sd: float
    damaged_share: ShareFloat
    swapped_share: ShareFloat
    # stacking
    late_share: ShareFloat
    gripper_miss: ShareFloat
    broken_miss_factor: float
    wrong_stack: ShareFloat
