"""Parameters that a melting house needs."""

from __future__ import annotations

from physics.arrays import FloatArray
from synthetic_data.engine.parameters import ArrayParameters, PositiveArray, PositiveShareArray, ShareArray
from synthetic_data.plant import fault_strengths

FAULTS = ("slip", "trip", "clip", "scraper", "solder")  # of a line


class MeltingHouseParameters(ArrayParameters):
    """Parameters of a melting house from [plant.parameters], one value a period; units as there."""

    others = fault_strengths.parameters_of(FAULTS)

    # season, cells
    warmest_day: FloatArray
    temperature_usual: FloatArray
    temperature_swing: FloatArray
    temperature_sd: FloatArray
    line_temperature_sd: FloatArray
    temperature_error: FloatArray
    current_usual: PositiveArray
    current_sd: FloatArray
    line_current_sd: FloatArray
    current_error: FloatArray
    cell_memory: PositiveArray
    # electrolyte
    chloride_usual: FloatArray
    chloride_sd: FloatArray
    chloride_alike: ShareArray
    fluoride_usual: FloatArray
    fluoride_sd: FloatArray
    fluoride_alike: ShareArray
    manganese_usual: FloatArray
    manganese_sd: FloatArray
    manganese_alike: ShareArray
    salt_memory: PositiveArray
    salt_error: FloatArray
    cd_usual: FloatArray
    cd_sd: FloatArray
    cd_alike: ShareArray
    cu_usual: FloatArray
    cu_sd: FloatArray
    cu_alike: ShareArray
    cu_with_cd: ShareArray
    metal_memory: PositiveArray
    metal_error: FloatArray
    # lead of the anodes
    lead_usual: FloatArray
    layer_sd: FloatArray
    layer_memory: PositiveArray
    line_lead_sd: FloatArray
    cleaning_cycle: PositiveArray
    cleaning_surge: FloatArray
    surge_sd: FloatArray
    surge_time: PositiveArray
    poor_conditioning_share: ShareArray
    poor_surge: FloatArray
    strontium_half: PositiveArray
    # cathodes
    lead_per_trace: PositiveArray
    others_per_trace: FloatArray
    cathode_scatter: FloatArray
    copper_scatter: FloatArray
    occluded_iron: FloatArray
    occluded_sd: FloatArray
    cathode_tin: FloatArray
    sheet_aluminium: FloatArray
    sheet_sd: FloatArray
    deposit_memory: PositiveArray
    strip_usual: FloatArray
    strip_sd: FloatArray
    thin_usual: FloatArray
    thin_sd: FloatArray
    thin_most: ShareArray
    composite_sd: FloatArray
    composite_repeatability: FloatArray
    composite_limit: FloatArray
    composite_digit: PositiveArray
    # stock and returned metal
    stock_pb: FloatArray
    stock_sd: FloatArray
    stock_cd: FloatArray
    stock_fe: FloatArray
    stock_cu: FloatArray
    stock_sn: FloatArray
    stock_al: FloatArray
    scrap_pb: FloatArray
    scrap_cd: FloatArray
    scrap_fe: FloatArray
    scrap_cu: FloatArray
    scrap_sn: FloatArray
    scrap_al: FloatArray
    scrap_sd: FloatArray
    # furnace
    heat_mass: FloatArray
    heat_sd: FloatArray
    bath_exchange: FloatArray
    thermostat_sd: FloatArray
    furnace_offset_sd: FloatArray
    stirring_usual: PositiveArray
    stirring_sd: FloatArray
    furnace_stirring_sd: FloatArray
    tool_iron: FloatArray
    tool_sd: FloatArray
    tool_memory: PositiveArray
    furnace_tool_sd: FloatArray
    tool_scatter: FloatArray
    lining_lead: FloatArray
    knife_aluminium: FloatArray
    clip_copper: FloatArray
    clip_life: PositiveArray
    lining_life: PositiveArray
    lining_loss: ShareArray
    dross_usual: PositiveArray
    dross_sd: FloatArray
    dross_zinc: ShareArray
    evaporated_cadmium: ShareArray
    furnace_efficiency: PositiveShareArray
    power_sd: FloatArray
    # operators
    test_share: ShareArray
    test_srco3_dose: FloatArray
    test_stock_share: FloatArray
    test_furnace_temperature: FloatArray
    test_nh4cl_dose: FloatArray
    lead_wanted: PositiveArray
    dose_usual: FloatArray
    dose_per_lead: FloatArray
    dose_sd: FloatArray
    habit_srco3_dose: FloatArray
    stock_usual: FloatArray
    stock_per_lead: FloatArray
    stock_share_sd: FloatArray
    habit_stock_share: FloatArray
    scrap_usual: FloatArray
    scrap_share_sd: FloatArray
    scrap_per_lead: FloatArray
    habit_scrap_share: FloatArray
    furnace_usual: FloatArray
    furnace_sd: FloatArray
    heat_per_thin: FloatArray
    habit_furnace_temperature: FloatArray
    salt_usual: FloatArray
    salt_dose_sd: FloatArray
    salt_per_thin: FloatArray
    habit_nh4cl_dose: FloatArray
    # casting and inspection
    casting_drop: FloatArray
    casting_sd: FloatArray
    casting_best: FloatArray
    mould_usual: FloatArray
    mould_sd: FloatArray
    mould_memory: PositiveArray
    dross_odds: FloatArray
    dross_by_dross: FloatArray
    dross_by_stirring: FloatArray
    dross_by_cold: FloatArray
    dross_machine_sd: FloatArray
    surface_odds: FloatArray
    surface_by_heat: FloatArray
    surface_machine_sd: FloatArray
    # faults: how often, how long, how strong
    slip_copper: FloatArray
    # instruments and laboratory
    scale_error: FloatArray
    dross_error: FloatArray
    stirring_error: FloatArray
    thermocouple_error: FloatArray
    pyrometer_error: FloatArray
    missing_share: ShareArray
    laboratory_sd: FloatArray
    spectrometer: FloatArray
    standard_sd: FloatArray
    sampling_sd: FloatArray
    repeatability_pb: FloatArray
    repeatability_cd: FloatArray
    repeatability_fe: FloatArray
    repeatability_cu: FloatArray
    repeatability_sn: FloatArray
    repeatability_al: FloatArray
    limit_pb: FloatArray
    limit_cd: FloatArray
    limit_fe: FloatArray
    limit_cu: FloatArray
    limit_sn: FloatArray
    limit_al: FloatArray
    digit: PositiveArray
