"""Parameters that shredding lines need."""

from __future__ import annotations

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import (
    ArrayParameters,
    PartialShareArray,
    PositiveArray,
    PositiveShareArray,
    ShareArray,
)
from synthetic_data.plant import fault_strengths

FAULTS = ("torn", "leak", "batch", "bag", "pump", "scrubber", "fire")  # of a line


class ShreddingParameters(ArrayParameters):
    """Parameters of shredding lines from [plant.parameters], one value a period; units as there."""

    others = fault_strengths.parameters_of(FAULTS)

    # market and feed
    market_memory: PositiveArray
    campaign_lots: PositiveArray
    nmc111_usual: FloatArray
    nmc532_usual: FloatArray
    nmc622_usual: FloatArray
    nmc811_usual: FloatArray
    mix_sd: FloatArray
    nickel_market: FloatArray
    lco_usual: FloatArray
    lco_sd: FloatArray
    lmo_usual: FloatArray
    lmo_sd: FloatArray
    lfp_usual: FloatArray
    lfp_sd: FloatArray
    lfp_market: FloatArray
    lfp_scatter: FloatArray
    declared_sd: FloatArray
    scrap_usual: ShareArray
    scrap_sd: FloatArray
    scrap_error: FloatArray
    charge_usual: FloatArray
    charge_sd: FloatArray
    feed_moisture: PositiveArray
    feed_moisture_sd: FloatArray
    feed_moisture_error: FloatArray
    moisture_memory: PositiveArray
    # pyrolysis
    thermostat_sd: FloatArray
    furnace_offset: FloatArray
    binder_sd: FloatArray
    binder_memory: PositiveArray
    fluorine_raw: FloatArray
    fluorine_sd: FloatArray
    fluorine_scatter: FloatArray
    fluorine_per_scrap: FloatArray
    oxygen_usual: FloatArray
    oxygen_sd: FloatArray
    oxygen_memory: PositiveArray
    oxygen_per_burnt: FloatArray
    burnt_per_oxygen: FloatArray
    burnt_usual: FloatArray
    # mill, screen, separator
    screen_life: PositiveArray
    screen_wear: FloatArray
    adhesion_sd: FloatArray
    adhesion_memory: PositiveArray
    powder_share: PositiveShareArray
    powder_sd: FloatArray
    powder_scatter: FloatArray
    powder_per_scrap: FloatArray
    foil_per_powder: FloatArray
    scale_error: FloatArray
    over_grinding: FloatArray
    stops_usual: FloatArray
    stops_per_wet: FloatArray
    stops_per_hole: FloatArray
    # operators
    test_share: ShareArray
    test_mill_time: FloatArray
    test_pyrolysis_temperature: FloatArray
    test_air_velocity: FloatArray
    test_wash_ratio: FloatArray
    mill_usual: FloatArray
    mill_time_sd: FloatArray
    mill_per_yield: FloatArray
    yield_wanted: PositiveArray
    habit_mill_time: FloatArray
    pyrolysis_temperature: FloatArray
    pyrolysis_temperature_sd: FloatArray
    habit_pyrolysis_temperature: FloatArray
    pyrolysis_time: FloatArray
    pyrolysis_time_sd: FloatArray
    habit_pyrolysis_time: FloatArray
    screen_usual: FloatArray
    screen_aperture_sd: FloatArray
    screen_per_wet: FloatArray
    wet_from: FloatArray
    habit_screen_aperture: FloatArray
    air_usual: FloatArray
    air_velocity_sd: FloatArray
    habit_air_velocity: FloatArray
    wash_usual: FloatArray
    wash_per_dirt: FloatArray
    wash_ratio_sd: FloatArray
    habit_wash_ratio: FloatArray
    # powder
    cu_usual: PositiveArray
    al_usual: FloatArray
    foil_sd: FloatArray
    copper_sd: FloatArray
    copper_scatter: FloatArray
    aluminium_sd: FloatArray
    al_scatter: FloatArray
    active_usual: ShareArray
    active_per_scrap: FloatArray
    active_sd: FloatArray
    active_scatter: FloatArray
    electrolyte_phosphorus: FloatArray
    phosphorus_scatter: FloatArray
    carbonate_usual: PartialShareArray
    wash_temperature: FloatArray
    wash_saturation: ShareArray
    soluble_share: ShareArray
    soluble_sd: FloatArray
    wash_half: PositiveArray
    steel_iron: FloatArray
    steel_sd: FloatArray
    steel_scatter: FloatArray
    chromium_of_steel: FloatArray
    pb_usual: FloatArray
    pb_sd: FloatArray
    pb_scatter: FloatArray
    cd_usual: FloatArray
    cd_sd: FloatArray
    cd_scatter: FloatArray
    cr_usual: FloatArray
    cr_sd: FloatArray
    cr_scatter: FloatArray
    # silo and bags
    silo_exchange: FloatArray
    blend_per_copper: FloatArray
    blend_from: PositiveArray
    blend_most: ShareArray
    lot_mass: FloatArray
    lot_mass_sd: FloatArray
    # inspection
    specks_odds: FloatArray
    specks_by_copper: FloatArray
    specks_by_screen: FloatArray
    specks_by_tear: FloatArray
    oversize_odds: FloatArray
    oversize_by_screen: FloatArray
    oversize_by_tear: FloatArray
    defect_line_sd: FloatArray
    # faults: how often, how long, how strong
    leak_least: ShareArray
    leak_most: ShareArray
    batch_least: ShareArray
    batch_most: ShareArray
    bag_least: ShareArray
    bag_most: ShareArray
    pump_least: ShareArray
    pump_most: ShareArray
    # instruments and laboratory
    temperature_error: FloatArray
    oxygen_error: FloatArray
    power_sd: FloatArray
    moisture_usual: FloatArray
    moisture_sd: FloatArray
    flow_error: FloatArray
    xrf_bias: FloatArray
    xrf_ni: FloatArray
    xrf_co: FloatArray
    xrf_mn: FloatArray
    xrf_cu: FloatArray
    xrf_fe: FloatArray
    missing_share: ShareArray
    laboratory: FloatArray
    laboratory_share: FloatArray
    standard_sd: FloatArray
    standard_memory: PositiveArray
    sampling_ni: FloatArray
    sampling_co: FloatArray
    sampling_mn: FloatArray
    sampling_li: FloatArray
    sampling_cu: FloatArray
    sampling_al: FloatArray
    sampling_fe: FloatArray
    sampling_f: FloatArray
    sampling_f_water: FloatArray
    sampling_p: FloatArray
    sampling_pb: FloatArray
    sampling_cd: FloatArray
    sampling_cr: FloatArray
    repeatability_ni: FloatArray
    repeatability_co: FloatArray
    repeatability_mn: FloatArray
    repeatability_li: FloatArray
    repeatability_cu: FloatArray
    repeatability_al: FloatArray
    repeatability_fe: FloatArray
    repeatability_f: FloatArray
    repeatability_f_water: FloatArray
    repeatability_p: FloatArray
    repeatability_pb: FloatArray
    repeatability_cd: FloatArray
    repeatability_cr: FloatArray
    limit_ni: FloatArray
    limit_co: FloatArray
    limit_mn: FloatArray
    limit_li: FloatArray
    limit_cu: FloatArray
    limit_al: FloatArray
    limit_fe: FloatArray
    limit_f: FloatArray
    limit_f_water: FloatArray
    limit_p: FloatArray
    limit_pb: FloatArray
    limit_cd: FloatArray
    limit_cr: FloatArray
    digit_ni: PositiveArray
    digit_co: PositiveArray
    digit_mn: PositiveArray
    digit_li: PositiveArray
    digit_cu: PositiveArray
    digit_al: PositiveArray
    digit_fe: PositiveArray
    digit_f: PositiveArray
    digit_f_water: PositiveArray
    digit_p: PositiveArray
    digit_pb: PositiveArray
    digit_cd: PositiveArray
    digit_cr: PositiveArray
