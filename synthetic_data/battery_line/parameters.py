"""Parameters of a line for retired cells, as the seed states them."""

from __future__ import annotations

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import (
    ArrayParameters,
    CountFloat,
    PositiveArray,
    ScalarParameters,
    ShareArray,
    ShareFloat,
)

FAULTS = ("probe_worn", "chamber_off", "tube_low")


class BatteryLineParameters(ArrayParameters):
    """Parameters of deliveries, cells, instruments and bench, one value a lot; units as in the seed."""

    # deliveries, and what the packs have been through
    lot_mix_sd: FloatArray
    lfp_factor: FloatArray
    cell_interval: FloatArray
    age_mean: FloatArray
    age_sd: FloatArray
    declared_age_sd: FloatArray
    young_share: ShareArray
    calendar_rate: PositiveArray
    calendar_charge: PositiveArray
    calendar_energy: FloatArray
    calendar_gsd: PositiveArray
    use_temperature: FloatArray
    use_temperature_sd: FloatArray
    use_severity: FloatArray
    use_rate: FloatArray
    throughput: FloatArray
    throughput_gsd: PositiveArray
    module_fade_sd: FloatArray
    bad_module_share: ShareArray
    bad_module_low: FloatArray
    bad_module_high: FloatArray
    cell_fade_sd: FloatArray
    knee_share: ShareArray
    knee_low: FloatArray
    knee_high: FloatArray
    knee_slow: FloatArray
    knee_fast: FloatArray
    knee_most: FloatArray
    early: FloatArray
    most_fade: FloatArray
    # what that leaves of a cell
    lithium_share: ShareArray
    lithium_share_lfp: ShareArray
    positive_factor: FloatArray
    negative_share: FloatArray
    new_capacity: FloatArray
    new_capacity_sd: FloatArray
    scatter_of_packs: ShareArray
    scatter_in_common: ShareArray
    growth_slow: FloatArray
    resistance_cell_rsd: FloatArray
    parts_cell_rsd: FloatArray
    mass_cell_rsd: FloatArray
    dry_loss: ShareArray
    charge_mean: ShareArray
    charge_sd: FloatArray
    charge_lot_sd: FloatArray
    empty_share: ShareArray
    swollen_pouch: ShareArray
    swollen_prismatic: ShareArray
    crushed_share: ShareArray
    leaking_share: ShareArray
    flooded_share: ShareArray
    shorted_share: ShareArray
    short_low: PositiveArray
    short_high: PositiveArray
    crash_lot_share: ShareArray
    crash_flooded: ShareArray
    crash_charge: ShareArray
    # label, camera, scale, store
    label_unread: ShareArray
    label_wrong: ShareArray
    forged_lot_share: ShareArray
    forged_share: ShareArray
    scale_rsd: FloatArray
    length_sd: FloatArray
    thickness_sd: FloatArray
    swelling_gauge_sd: FloatArray
    dirty_share: ShareArray
    relaxation: FloatArray
    relaxation_left: ShareArray
    voltage_sd: FloatArray
    fall_sound: FloatArray
    rest_low: PositiveArray
    rest_high: PositiveArray
    rest_longer: FloatArray
    gas_usual: FloatArray
    gas_leak: FloatArray
    gas_missed: ShareArray
    rise_sd: FloatArray
    # pulse, impedance, X-rays
    activation_energy: FloatArray
    activation_energy_sd: FloatArray
    hall_mean: FloatArray
    hall_swing: FloatArray
    hall_sd: FloatArray
    probe_sd: FloatArray
    pulse_rate: PositiveArray
    hot_hall: FloatArray
    pulse_voltage_sd: FloatArray
    pulse_gain_rsd: FloatArray
    contact_resistance: FloatArray
    asymmetry: FloatArray
    asymmetry_sd: FloatArray
    phase_exponent: ShareArray
    warburg_share: FloatArray
    impedance_rsd: FloatArray
    tube_drift_sd: FloatArray
    ratio_cell_sd: FloatArray
    photons: PositiveArray
    scatter: FloatArray
    xrt_skipped: ShareArray
    chamber_seen: ShareArray
    # capacity bench
    bench_share: ShareArray
    bench_share_lfp: ShareArray
    bench_random: ShareArray
    bench_growth: FloatArray
    bench_swelling: FloatArray
    bench_surface: FloatArray
    record_sd: FloatArray
    record_bound: FloatArray
    bench_fade_sd: FloatArray
    bench_resistance_rsd: FloatArray
    bench_tags: ShareArray


class PlantParameters(ScalarParameters):
    """Parameters of the whole run: makes on the market, delivery sizes, faults; units as in the seed."""

    market: float
    makes_per_kind: CountFloat
    plant_mix_sd: float
    data_sheet_rsd: float
    packs_per_lot: CountFloat
    modules_per_pack: CountFloat
    cells_per_module: CountFloat
    heads: CountFloat
    probe_worn_rate: float
    probe_worn_low: float
    probe_worn_high: float
    probe_worn_short: float
    probe_worn_long: float
    chamber_off_rate: float
    chamber_off_size: float
    chamber_off_short: float
    chamber_off_long: float
    tube_low_rate: float
    tube_low_size: float
    tube_low_short: float
    tube_low_long: float


class RobotParameters(ScalarParameters):
    """Parameters of the robot that puts cells into bins; units as in the seed."""

    late_share: ShareFloat
    direct_miss: ShareFloat
    heavy_mass: float
    heavy_miss_factor: float
