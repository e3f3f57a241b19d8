"""Parameters of the cells of a section, in addition to those of its tankhouse."""

from __future__ import annotations

from synthetic_data.engine.parameters import (
    CountFloat,
    PartialShareFloat,
    PositiveFloat,
    ShareFloat,
)
from synthetic_data.plant import unit_faults
from synthetic_data.tankhouse.parameters import GrowthParameters

FAULTS = ("passivation", "flow_loss", "leakage", "rectifier")  # of a section


class SectionParameters(GrowthParameters):
    """Parameters of a tankhouse with scales for sections, from [plant.parameters]; units as there."""

    others = unit_faults.parameters_of(FAULTS)

    # a section
    cells: PositiveFloat
    cathodes: PositiveFloat
    cathode_area: PositiveFloat
    electrode_pitch: float
    anode_thickness: PositiveFloat
    plate_thickness: float
    # shorts
    usual_patrol: float
    missed_share: PartialShareFloat
    blind_patrol: PartialShareFloat
    repair_time: float
    short_current_ratio: PositiveFloat
    short_growth: float
    shorts_per_swing: float
    passive_shorts: float
    starved_shorts: float
    short_section_sd: float
    # other losses
    stray_loss: float
    stray_section_sd: float
    stray_luck: float
    ground_leakage: float
    oxygen_current: float
    iron_weight: float
    # passive anodes
    usual_passive: ShareFloat
    passive_current: PositiveFloat
    saturated_copper: PositiveFloat
    saturation_per_kelvin: float
    saturation_per_acid: float
    layer_diffusion: PositiveFloat
    slimes_slow: float
    passivation_depth: ShareFloat
    passive_drop: float
    # voltage
    slime_drop: float
    contact_wear: float
    # heat
    open_surface: float
    heat_conductance: float
    hall_mean: float
    hall_per_ambient: float
    hall_humidity: ShareFloat
    steam_heat: PositiveFloat
    # operators
    valley_hours: float
    peak_hours: PositiveFloat
    current_swing: float
    swing_season: float
    section_swing_sd: float
    habit_swing: float
    shorts_wanted: PositiveFloat
    patrol_answer: float
    patrol_return: ShareFloat
    habit_patrol: float
    test_current_swing: float
    test_patrol_interval: float
    test_crops: CountFloat
    # additives
    glue_decay: PositiveFloat
    thiourea_decay: PositiveFloat
    # faults of a section
    # instruments
    scale_rsd: float
    scale_section_sd: float
    scale_offset: float
    counter_rsd: float
    counter_section_sd: float
    patrol_rsd: float
    thermometer_sd: float
    steam_rsd: float
    reject_clump: PositiveFloat
