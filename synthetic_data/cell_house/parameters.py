"""Parameters that a cell house needs."""

from __future__ import annotations

from synthetic_data.engine.parameters import (
    CountFloat,
    PartialShareFloat,
    PositiveFloat,
    PositiveShareFloat,
    ScalarParameters,
    ShareFloat,
)
from synthetic_data.plant import unit_faults

TRACES = ("cobalt", "nickel", "antimony", "germanium", "copper")  # in the order of `impurity_logarithm`

HOUSE_FAULTS = ("ingress", "cooling", "curtailment")  # of what all groups share
GROUP_FAULTS = ("blocked_feed", "bad_contact", "sticking")  # of a group


class CellHouseParameters(ScalarParameters):
    """Parameters of a cell house from [plant.parameters]; units as there."""

    others = unit_faults.parameters_of((*HOUSE_FAULTS, *GROUP_FAULTS))

    # time, current and tariff
    warm_up_periods: float
    nominal_current: PositiveFloat
    order_sd: float
    order_memory: PositiveFloat
    current_sd: float
    tariff_swing: PartialShareFloat
    price_swing: float
    holding_share: PositiveShareFloat
    ambient_mean: float
    ambient_swing: float
    warmest_day: float
    weather_sd: float
    forecast_sd: float
    plant_memory: PositiveFloat
    # feed
    feed_zinc: PositiveFloat
    feed_zinc_sd: float
    manganese: PositiveFloat
    manganese_sd: float
    chloride: float
    chloride_sd: float
    feed_cobalt: float
    feed_nickel: float
    feed_antimony: float
    feed_germanium: float
    feed_copper: float
    trace_sd: float
    trace_memory: PositiveFloat
    deposition_cobalt: float
    deposition_nickel: float
    deposition_antimony: float
    deposition_germanium: float
    deposition_copper: float
    # faults of the house
    ingress_heavy: float
    ingress_light: float
    cooling_depth: ShareFloat
    # faults of a group
    blocked_depth: ShareFloat
    bad_contact_voltage: float
    sticking_share: ShareFloat
    # cathode
    cathode_area: PositiveFloat
    limiting_density: PositiveFloat
    clean_density: float
    apparent_activation: float
    sensitivity: float
    sensitivity_sd: float
    deposit_sd: float
    group_memory: PositiveFloat
    clean_time: float
    hole_rate: float
    short_rate: float
    short_growth: float
    short_mud: float
    shorts_sd: float
    shorts_walk: float
    patrol_hours: PositiveFloat
    short_current: float
    iron_share: ShareFloat
    planned_efficiency: PositiveFloat
    # voltage
    electrode_gap: float
    gap_sd: float
    gas_share: PartialShareFloat
    oxygen_overvoltage: float
    tafel_slope: float
    anode_sd: float
    young_anode: float
    anode_conditioning: PositiveFloat
    anode_ageing: float
    anode_life: float
    cleaning_interval: float
    mud_voltage: float
    contact_voltage: float
    contact_sd: float
    wiring_sd: float
    voltage_per_short: float
    # heat, water, contents
    heat_capacity: PositiveFloat
    wet_bulb_mean: float
    wet_bulb_slope: float
    tower_approach: float
    tower_capacity: PositiveFloat
    cooling_sd: float
    temperature: float
    evaporated_share: ShareFloat
    cell_volume: PositiveFloat
    acid_zinc_ratio: PositiveFloat
    start_zinc: PositiveFloat
    feed_gain: float
    feed_return: ShareFloat
    trim_most: float
    # lead
    lead: float
    lead_bare: float
    manganese_needed: float
    lead_young: float
    lead_per_kelvin: float
    lead_per_chloride: float
    # operators
    glue_dose: float
    efficiency_wanted: float
    review_memory: PositiveFloat
    poor_most: float
    shorts_borne: float
    review_temperature: float
    review_acid_zinc: float
    review_glue: float
    review_glue_shorts: float
    review_return: ShareFloat
    habit_temperature: float
    habit_acid_zinc: float
    habit_glue: float
    test_share: ShareFloat
    test_periods: CountFloat
    test_temperature: float
    test_acid_zinc: float
    test_glue: float
    # instruments
    ammeter_sd: float
    voltmeter_sd: float
    meter_bias_sd: float
    thermometer_noise: float
    thermometer_sd: float
    thermometer_bias: float
    zinc_titration_sd: float
    acid_titration_sd: float
    zinc_bias_sd: float
    acid_bias_sd: float
    zinc_sample_sd: float
    acid_sample_sd: float
    flow_sd: float
    flow_meter_sd: float
    shorts_seen: ShareFloat
    shorts_count_rsd: float
    scale_sd: float
    weighing_sd: float
    feed_assay_sd: float
    manganese_assay_rsd: float
    chloride_assay_rsd: float
    assay_cobalt_rsd: float
    assay_nickel_rsd: float
    assay_copper_rsd: float
    assay_antimony_rsd: float
    assay_germanium_rsd: float
    limit_cobalt: PositiveFloat
    limit_nickel: PositiveFloat
    limit_copper: PositiveFloat
    limit_antimony: PositiveFloat
    limit_germanium: PositiveFloat
    lead_assay_rsd: float
    potential_per_rise: float
    potential_sd: float
    missing_share: ShareFloat
    stuck_share: ShareFloat
