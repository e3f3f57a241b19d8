"""Parameters that the cells of a lead refinery need."""

from __future__ import annotations

from synthetic_data.engine.parameters import CountFloat, PositiveFloat, PositiveShareFloat, ScalarParameters, ShareFloat
from synthetic_data.plant import unit_faults

CIRCUIT_FAULTS = ("glue_pump", "acid_leak")  # of what all sections share
SECTION_FAULTS = ("slough", "rectifier", "cold_cell")  # of a section


class LeadParameters(ScalarParameters):
    """Parameters of circuit, anodes, operators, cells and laboratory; units as in the seed."""

    others = unit_faults.parameters_of((*CIRCUIT_FAULTS, *SECTION_FAULTS))

    # time
    warm_up_periods: float
    plant_memory: PositiveFloat
    section_memory: PositiveFloat
    ambient_mean: float
    ambient_swing: PositiveFloat
    warmest_day: float
    weather_sd: float
    # anodes
    anode_sb: PositiveFloat
    anode_as: float
    anode_bi: PositiveFloat
    anode_cu: float
    anode_ag: float
    cast_sd: float
    lot_sd: float
    lean_lot_share: ShareFloat
    lean_lot_factor: PositiveFloat
    anode_assay_rsd: float
    # electrolyte circuit, for a tonne of lead a day
    electrolyte_volume: PositiveFloat
    lead_wanted: PositiveFloat
    lead_excess: float
    lead_excess_sd: float
    stripping_gain: float
    acid_wanted: float
    acid_sd: float
    assay_pb_rsd: float
    assay_h2sif6_rsd: float
    acid_loss: float
    acid_loss_per_kelvin: float
    # set-points of the plant and of sections
    current_density: float
    order_sd: float
    section_order_sd: float
    habit_order: float
    voltage_high: float
    voltage_step: PositiveFloat
    current_cut: float
    electrolyte_temperature: float
    temperature_sd: float
    habit_temperature: float
    temperature_season: float
    glue_dose: float
    glue_plant_sd: float
    glue_answer: float
    glue_return: ShareFloat
    habit_glue: float
    usual_roughness: float
    judgement_sd: float
    lignin_dose: float
    lignin_plant_sd: float
    section_lignin_sd: float
    habit_lignin: float
    cell_flow: PositiveFloat
    section_flow_sd: float
    habit_flow: float
    test_share: ShareFloat
    test_crops: CountFloat
    test_current_density: float
    test_electrolyte_temperature: float
    test_glue_dose: float
    test_lignin_dose: float
    # cells
    cells: PositiveFloat
    anode_crops: CountFloat
    cathode_area: PositiveFloat
    electrode_gap: float
    gap_section_sd: float
    contact_drop: float
    contact_section_sd: float
    conductivity: PositiveFloat
    temperature_scatter: float
    cold_drop: float
    # slime
    slime_share: ShareFloat
    linear_drop: float
    curved_drop: float
    antimony_usual: PositiveFloat
    holding_usual: PositiveFloat
    usual_shed: PositiveShareFloat
    shed_steepness: float
    shed_scatter: float
    shed_per_flow: float
    slough_shed: ShareFloat
    # deposit
    diffusion_layer: PositiveFloat
    lead_diffusion: PositiveFloat
    usual_polarisation: PositiveFloat
    roughness_per_polarisation: float
    roughness_per_shed: float
    error_weight: float
    glue_best: PositiveFloat
    glue_section_sd: float
    activity_sd: float
    additive_least: float
    lignin_best: PositiveFloat
    lignin_weight: float
    rough_section_sd: float
    rough_walk: float
    rough_scatter: float
    # losses
    short_rate: float
    shorts_per_roughness: float
    short_current_ratio: float
    shorts_section_sd: float
    shorts_scatter: float
    voltage_per_short: float
    stray_loss: float
    stray_section_sd: float
    stray_scatter: float
    dissolution_current: float
    # what the lead holds
    carried_bi: float
    carried_sb: float
    carried_ag: float
    carried_cu: float
    carried_as: float
    dissolving_bi: float
    dissolving_sb: float
    dissolving_ag: float
    dissolving_cu: float
    dissolving_as: float
    transfer: ShareFloat
    transfer_onset: float
    transfer_scale: PositiveFloat
    carried_per_roughness: float
    carried_per_shed: float
    carried_scatter: float
    slime_bi: ShareFloat
    slime_sb: ShareFloat
    slime_ag: ShareFloat
    slime_cu: ShareFloat
    slime_as: ShareFloat
    own_scatter: float
    lot_scatter: PositiveFloat
    # heat
    hall_mean: float
    hall_per_ambient: float
    hall_humidity: ShareFloat
    open_surface: float
    heat_conductance: float
    steam_heat: PositiveFloat
    # faults of the circuit
    glue_pump_depth: ShareFloat
    acid_leak_drop: float
    # faults of a section
    # instruments and laboratory
    missing_share: ShareFloat
    counter_rsd: float
    counter_section_sd: float
    voltage_rsd: float
    patrol_rsd: float
    slime_fall_scale: PositiveFloat
    slime_fall_rsd: float
    thermometer_sd: float
    steam_rsd: float
    scale_rsd: float
    scale_section_sd: float
    scale_offset: float
    sampling_rsd: float
    analysis_rsd: float
    limit_bi: float
    limit_sb: float
    limit_ag: float
    limit_cu: float
    limit_as: float
