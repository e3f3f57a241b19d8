"""Laws that every public function of the physics room keeps; the functions are found, not listed."""

import importlib
import inspect
import pkgutil
import re

import numpy as np
import pytest

import models.physics
from models.physics.arrays import FloatArray, Numeric
from seeds.units import is_unit

MODULES = [
    importlib.import_module(f"models.physics.{info.name}") for info in pkgutil.iter_modules(models.physics.__path__)
]
# Modules of a process speak the protocol of columns, not that of quantities; they have tests of their own.
PROCESSES = {module for module in MODULES if hasattr(module, "FEATURES")}
FUNCTIONS = [
    function
    for module in MODULES
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ and not name.startswith("_")
]


def quantities(function):
    """Arguments that are numbers or arrays of them; a pot's dimensions, an element's name, a scanner are none."""
    return {
        name: parameter
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.annotation in ("Numeric", "FloatArray", "float", Numeric, FloatArray, float)
    }


# Equations are functions of quantities alone, each a number a row; functions of spectra and names of elements are not.
EQUATIONS = [
    function
    for function in FUNCTIONS
    if importlib.import_module(function.__module__) not in PROCESSES
    and {parameter.annotation for parameter in quantities(function).values()} <= {"Numeric", Numeric}
    and set(inspect.signature(function).parameters) - set(quantities(function)) <= {"design"}
    and quantities(function)
]

UNITS = set(
    """1 count % wt% kg kg/h kg/d kg/t kg/kg kg/m³ g/mol g/Ah h d min 1/h 1/d °C K K/h V mV V/mm µΩ kA A/cm² S/cm mm cm
    1/cm 1/mV cm² m² kWh/t kW kJ/kg kJ/kg/K MJ/K W/m²/K W/m/K wt%/h kg/t*d/min kgCO2e/kWh tCO2e/t
    %IACS 1/cm³ 1/s Hz cm²/g eV g/cm² g/cm³ keV kV m/s ms nm s ns µm µs count/ms
    ppm t t/h t/kg m³/h 1/min mL/kg kPa mPa*s mm/s count/g
    A/m² g/L g/t kJ/mol L/min mg/L mol²/L² m²/s m³/t m³*d/t""".split()
)

# Typical value of every argument, two pots each; arguments of one name have one meaning.
TYPICAL = {
    "acd": (42.0, 44.0),
    "added_loss": (0.0, 1.0),
    "ae_duration": (2.0, 3.0),
    "ae_frequency": (0.1, 0.2),
    "ae_voltage": (25.0, 30.0),
    "alternating_current_energy": (13300.0, 13500.0),
    "alumina": (2.5, 3.0),
    "alumina_fraction": (0.05, 0.04),
    "alumina_per_metal": (1.92, 1.91),
    "anode_area": (10292.0, 10300.0),
    "area": (25.0, 30.0),
    "auxiliary_energy": (250.0, 300.0),
    "bath_factor": (1.0, 1.1),
    "bath_mass": (9000.0, 9500.0),
    "bath_temperature": (960.0, 955.0),
    "c2f6": (0.003, 0.004),
    "c2f6_to_cf4": (0.121, 0.097),
    "caf2": (5.0, 5.5),
    "caf2_fraction": (0.08, 0.07),
    "cap": (2.0, 3.0),
    "cathode_current_density": (0.71, 0.65),
    "cathode_voltage_drop": (300.0, 340.0),
    "cell_voltage": (4.0, 4.1),
    "cf4": (0.03, 0.02),
    "concentration": (11.0, 5.0),
    "consumption": (236.0, 230.0),
    "conductivity": (2.2, 2.25),
    "coverage": (0.6, 0.62),
    "critical_acd": (38.0, 37.0),
    "critical_density": (1.9, 2.0),
    "cryolite_ratio": (2.2, 2.3),
    "current_density": (0.81, 0.80),
    "current_efficiency": (93.0, 94.0),
    "density_factor": (1.0, 1.1),
    "direct_current_energy": (12800.0, 13000.0),
    "dissolution": (236.0, 240.0),
    "distance_factor": (1.0, 1.1),
    "duration": (24.0, 30.0),
    "electrons": (3.0, 2.0),
    "equivalent": (0.33557, 1.2),
    "eutectic_superheat_change": (2.0, -1.0),
    "excess_alf3": (11.0, 12.0),
    "excess_alf3_change": (0.5, -1.0),
    "fan_out": (0.92, 0.9),
    "feed": (240.0, 230.0),
    "feed_rate": (240.0, 230.0),
    "fines": (12.0, 20.0),
    "frozen_mass": (100.0, -100.0),
    "grid_emission_factor": (0.5306, 0.5366),
    "gwp_c2f6": (11100.0, 12400.0),
    "gwp_cf4": (6630.0, 7380.0),
    "heat_in": (300.0, 320.0),
    "heat_out": (310.0, 300.0),
    "heat_transfer": (800.0, 1000.0),
    "intercept": (1.65, 1.6),
    "kf": (0.2, 0.5),
    "latent_heat": (568.0, 550.0),
    "ledge_conductivity": (1.5, 2.0),
    "ledge_thickness": (8.0, 10.0),
    "level_error": (0.5, 0.7),
    "lif": (0.3, 2.5),
    "lif_change": (0.1, -0.1),
    "line_current": (400.0, 405.0),
    "liquidus": (951.0, 953.0),
    "local_alumina": (2.0, 1.7),
    "local_sd": (0.25, 0.2),
    "loss_on_ignition": (0.9, 0.8),
    "lost_share": (75.0, 50.0),
    "mass": (3000.0, 2990.0),
    "mature": (17.0, 16.0),
    "metal_density": (2300.0, 2310.0),
    "metal_level": (22.0, 24.0),
    "metal_mass": (22000.0, 23000.0),
    "metal_production": (3000.0, 2990.0),
    "mgf2": (0.3, 0.5),
    "mgf2_fraction": (0.005, 0.004),
    "molar_mass": (26.98154, 63.546),
    "net_carbon": (410.0, 420.0),
    "net_heat": (4.0, -4.0),
    "new_anode": (0.0, 1.0),
    "noise_factor": (1.0, 1.1),
    "onset_alumina": (1.8, 1.7),
    "onset_hazard": (0.5, 0.6),
    "onset_width": (0.12, 0.15),
    "penalty": (0.01, 0.012),
    "per_centimetre": (0.03, 0.02),
    "pool_area": (62.0, 60.0),
    "pot_age": (1000.0, 100.0),
    "quiet": (10.0, 11.0),
    "rectifier_efficiency": (0.98, 0.975),
    "reference_acd": (45.0, 44.0),
    "reference_density": (0.81, 0.8),
    "reference_level": (22.0, 21.0),
    "reference_loss": (6.0, 6.5),
    "rise": (15.0, 12.0),
    "saturation": (0.3, 0.6),
    "settled_share": (0.03, 0.04),
    "slope": (0.143, 0.122),
    "slot_factor": (0.6, 0.7),
    "slow_feed": (50.0, 60.0),
    "solubility": (8.0, 8.2),
    "sulphur_and_ash": (0.03, 0.025),
    "superheat": (9.0, 4.0),
    "thermal_mass": (44.0, 45.0),
    "threshold": (15.0, 14.0),
    "time_constant": (1.0, 30.0),
    "undissolved": (5.0, 20.0),
    "velocity_factor": (1.0, 1.1),
    "velocity_ratio": (1.0, 0.9),
    "voltage_noise": (16.0, 30.0),
    "wall_temperature": (500.0, 520.0),
    "width": (2.0, 1.8),
    "window": (30.0, 90.0),
    "young_extra": (7.5, 8.0),
    "young_time": (300.0, 400.0),
}
# The same for the sensors and the belt of a sorter: two pieces, or two lines, each.
TYPICAL |= {
    "across": (30.0, 20.0),
    "air_attenuation": (20.0, 5.0),
    "air_path": (30.0, 10.0),
    "along": (25.0, 30.0),
    "aluminium": (0.9, 0.1),
    "analysis_shots": (10.0, 5.0),
    "atom_weight": (2.0, 4.0),
    "atomic_number": (29.0, 13.0),
    "attenuation": (50.0, 80.0),
    "attenuation_between": (60.0, 70.0),
    "attenuation_in": (40.0, 60.0),
    "attenuation_out": (50.0, 90.0),
    "background": (100.0, 200.0),
    "belt_speed": (3.0, 2.5),
    "brightness": (0.6, 0.8),
    "cleaning_shots": (10.0, 5.0),
    "coil_radius": (15.0, 20.0),
    "content": (4.0, 12.0),
    "copper": (85.0, 60.0),
    "copper_alloy": (0.8, 0.1),
    "cosine": (-0.5, 0.2),
    "counts": (4000.0, 2000.0),
    "crystal": (0.5, 0.45),
    "crystal_attenuation": (50.0, 10.0),
    "dead_time": (0.5, 1.0),
    "defocus": (0.5, -1.0),
    "density": (8.5, 2.7),
    "depth_per_shot": (1.0, 0.5),
    "electron_density": (1e17, 3e16),
    "emission": (20.0, 30.0),
    "energy": (8.05, 6.40),
    "excess": (1.45, 1.2),
    "exponent": (0.1, 0.2),
    "false_positive_rate": (0.03, 0.05),
    "fano": (0.115, 0.12),
    "focal_range": (1.5, 2.0),
    "frequency": (10e3, 20e3),
    "gap": (20.0, 30.0),
    "half_overlap": (0.35, 0.4),
    "half_width": (120.0, 150.0),
    "height": (5.0, 10.0),
    "hit_probability": (0.98, 0.96),
    "hsv_saturation": (0.3, 0.4),
    "hue": (0.1, 0.05),
    "hue_shift": (0.02, -0.01),
    "incidence": (0.7, 0.8),
    "ion_weight": (1.0, 2.0),
    "ionisation_energy": (7.65, 5.99),
    "iron_alloy": (0.1, 0.7),
    "irradiance": (1.2, 0.8),
    "layer": (20.0, 5.0),
    "lead": (0.05, 0.1),
    "length": (40.0, 60.0),
    "lift_off": (2.0, 4.0),
    "line_width": (150.0, 160.0),
    "log_high": (-0.3, -0.5),
    "log_low": (-0.7, -1.1),
    "margin": (7.5, 9.0),
    "metal_conductivity": (35.0, 100.0),
    "neighbour_size": (40.0, 50.0),
    "neighbours": (0.014, 0.05),
    "nickel": (0.5, 10.0),
    "noise": (70.0, 80.0),
    "nozzle_pitch": (12.5, 6.0),
    "occupancy": (0.10, 0.15),
    "offset": (10.0, 30.0),
    "optical_depth": (0.5, 3.0),
    "other_rate": (2e4, 1e4),
    "overlap": (0.3, 0.5),
    "overlap_slope": (0.08, 0.1),
    "pair_time": (0.2, 0.1),
    "patina": (0.5, 0.2),
    "photon_count": (2e4, 1e4),
    "piece_rsd": (0.03, 0.02),
    "plasma_temperature": (9000.0, 10000.0),
    "rate": (1e5, 2e5),
    "reading": (0.5, 0.8),
    "reference_lift_off": (1.0, 2.0),
    "reference_temperature": (9500.0, 9000.0),
    "saturation_content": (0.5, 1.0),
    "shot_rsd": (0.06, 0.05),
    "shots": (10.0, 8.0),
    "side_margin": (6.0, 3.0),
    "sine": (0.7, 0.8),
    "size": (40.0, 60.0),
    "skin": (0.65, 1.1),
    "stage_share": (0.9, 0.5),
    "stage_weight": (2.0, 4.0),
    "strength": (4.0, 2.0),
    "take_off": (0.7, 0.8),
    "target_share": (0.5, 0.3),
    "thickness": (1.0, 2.0),
    "timing_error": (4.0, 3.0),
    "tin": (5.0, 1.0),
    "true_positive_rate": (0.97, 0.9),
    "tube_photons": (1e5, 2e5),
    "upper_energy": (3.82, 5.08),
    "wavelength": (324.75, 288.16),
    "window_attenuation": (2.0, 1.0),
    "window_thickness": (12.5, 8.0),
    "zinc": (10.0, 35.0),
}
# The same for a cast house: two casts each.
TYPICAL |= {
    "added_content": (600.0, 1500.0),
    "added_share": (40.0, 2.0),
    "age_scale": (160.0, 150.0),
    "air_temperature": (16.0, 26.0),
    "alumina_use": (1.93, 1.92),
    "anode_content": (250.0, 300.0),
    "bypass": (0.04, 0.6),
    "carbon_use": (0.41, 0.40),
    "degassing_constant": (1.35, 1.6),
    "element_share": (0.699, 0.467),
    "evaporation_time": (90.0, 60.0),
    "excess_density": (1500.0, 800.0),
    "feed_content": (1100.0, 900.0),
    "filter_age": (40.0, 80.0),
    "filter_held": (0.68, 0.6),
    "flux_dose": (1.0, 0.7),
    "flux_removal": (1.3, 0.25),
    "fresh_efficiency": (0.72, 0.65),
    "gas_flow": (4.0, 5.0),
    "holding_time": (55.0, 70.0),
    "hydrogen_before": (2.5, 3.0),
    "hydrogen_floor": (0.5, 0.6),
    "hydrogen_pressure": (5.0, 6.0),
    "inclusions": (20.0, 10.0),
    "light_share": (0.3, 0.2),
    "main_content": (1000.0, 900.0),
    "melt_content": (950.0, 400.0),
    "melt_loss": (1.0, 1.3),
    "melt_temperature": (720.0, 735.0),
    "metal_flow": (22.0, 25.0),
    "metal_share": (0.6, 0.9),
    "oxide": (0.013, 0.02),
    "particle_size": (30.0, 50.0),
    "pool_before": (900.0, 950.0),
    "pool_exchange": (0.068, 0.1),
    "reference_melt_loss": (0.9, 1.0),
    "relative_humidity": (65.0, 80.0),
    "rotor_speed": (500.0, 450.0),
    "scrubber_return": (0.98, 0.95),
    "settling_time": (30.0, 20.0),
    "sinking_time": (33.0, 40.0),
    "solubility_at_atmosphere": (10.4, 9.1),
    "steel_loss": (0.6, 0.3),
    "transfer_units": (1.35, 1.0),
    "uptake_factor": (3.4, 3.0),
    "vapour_pressure": (1.2, 2.5),
    "viscosity": (1.2, 1.3),
}

# The same for a copper tankhouse: two groups of cells each.
TYPICAL |= {
    "activation_energy": (19.2, 26.8),
    "additive_dose": (60.0, 45.0),
    "antimony": (300.0, 800.0),
    "arsenic": (1000.0, 400.0),
    "arsenic_ions": (8.0, 10.0),
    "bath_conductivity": (0.65, 0.6),
    "best_dose": (60.0, 55.0),
    "bismuth": (150.0, 400.0),
    "bleed": (0.096, 0.12),
    "bound": (2.0, 2.2),
    "bulk_content": (46.0, 42.0),
    "cell_flow": (30.0, 25.0),
    "chloride": (55.0, 40.0),
    "contact_drop": (0.05, 0.06),
    "copper_ions": (46.0, 42.0),
    "diffusion": (1.1e-9, 0.9e-9),
    "dissolution_heat": (65.5, 60.0),
    "dissolved_mass": (1350.0, 750.0),
    "elapsed": (7.0, 14.0),
    "electrode_gap": (30.0, 34.0),
    "electrolyte_temperature": (64.0, 60.0),
    "electrolyte_volume": (11.7, 10.0),
    "end_content": (14.0, 8.0),
    "error_weight": (2.0, 1.5),
    "h2so4": (180.0, 170.0),
    "included_slimes": (4.0, 8.0),
    "layer_thickness": (0.15, 0.2),
    "mean_count": (0.02, 0.3),
    "memory": (120.0, 60.0),
    "molar_ratio": (3.6, 1.1),
    "nickel_ions": (14.0, 10.0),
    "occluded_volume": (0.05, 0.1),
    "part_content": (15.0, 2.0),
    "plating_current": (310.0, 280.0),
    "polarisation": (0.3, 0.36),
    "precipitation": (1.15, 1.0),
    "precipitation_onset": (0.22, 0.11),
    "reference_diffusion": (1.0e-9, 1.4e-9),
    "reference_product": (1.6e-9, 1.5e-9),
    "reference_thickness": (0.15, 0.2),
    "roughness": (1.0, 1.6),
    "slimes_elements": (2250.0, 1800.0),
    "slimes_share": (0.98, 0.6),
    "slimes_yield": (4.0, 3.5),
    "smooth_volume": (0.055, 0.05),
    "solubility_product": (1.6e-9, 1.3e-9),
    "squared_error": (0.05, 0.3),
    "start_content": (12.0, 9.0),
    "steepness": (4.0, 3.0),
    "suspended_solids": (2.0, 6.0),
    "trace_content": (1.5, 2.5),
    "usual_nodules": (0.01, 0.02),
}


def arguments(function):
    return {name: np.array(TYPICAL[name]) for name in quantities(function)}


def outputs(result):
    return result if isinstance(result, tuple) else (result,)


def each(functions):
    return pytest.mark.parametrize("function", functions, ids=lambda function: function.__name__)


def test_functions_are_found():
    assert len(PROCESSES) >= 1
    assert {function.__name__ for function in EQUATIONS} >= {"liquidus_solheim_1996", "cell_voltage", "current_loss"}


@each(EQUATIONS)
def test_scalar_equals_array_element(function):
    columns = arguments(function)
    together = outputs(function(**columns))
    for pot in range(2):
        alone = outputs(function(**{name: float(values[pot]) for name, values in columns.items()}))
        for one, many in zip(alone, together, strict=True):
            assert many.shape == (2,)
            assert many.dtype == np.float64
            assert isinstance(one, float)
            assert one == pytest.approx(many[pot], rel=1e-13)
            assert np.isfinite(one)


@each(EQUATIONS)
def test_defaults_are_scalars_that_broadcast(function):
    needed = {
        name: values
        for name, values in arguments(function).items()
        if inspect.signature(function).parameters[name].default is inspect.Parameter.empty
    }
    assert all(output.shape == (2,) for output in outputs(function(**needed)))


@each(EQUATIONS)
def test_nan_stays_nan_and_stays_in_its_place(function):
    columns = arguments(function)
    whole = outputs(function(**columns))
    touched = np.zeros(len(whole), dtype=bool)
    for name in columns:
        holed = outputs(function(**(columns | {name: np.array([np.nan, columns[name][1]])})))
        lost = np.array([np.isnan(output[0]) for output in holed])
        assert lost.any(), name
        touched |= lost
        for output, full in zip(holed, whole, strict=True):
            assert output[1] == full[1]
    assert touched.all()


@each(EQUATIONS)
def test_input_is_not_mutated(function):
    columns = arguments(function)
    for values in columns.values():
        values.flags.writeable = False
    first = outputs(function(**columns))
    second = outputs(function(**columns))
    for one, two in zip(first, second, strict=True):
        assert np.array_equal(one, two)
    for name, values in arguments(function).items():
        assert np.array_equal(values, columns[name])


def section(docstring, title):
    """Entries of a numpydoc section: {name: text}."""
    match = re.search(rf"^{title}\n-+\n(.*?)(?=^\w[^\n]*\n-+\n|\Z)", docstring, re.MULTILINE | re.DOTALL)
    if match is None:
        return {}
    pieces = re.split(r"^(?=\S)", match.group(1), flags=re.MULTILINE)
    pairs = [piece.strip().split("\n", 1) for piece in pieces if piece.strip()]
    return {name: " ".join(text[0].split()) if text else "" for name, *text in pairs}


@each(FUNCTIONS)
def test_every_parameter_and_return_states_its_unit(function):
    docstring = inspect.getdoc(function)
    parameters, returns = section(docstring, "Parameters"), section(docstring, "Returns")
    assert list(parameters) == list(inspect.signature(function).parameters)
    assert returns
    measured = {name: text for name, text in parameters.items() if name in quantities(function)}
    for name, text in (measured | returns).items():
        unit = re.search(r"\[([^\[\]]+)\]$", text)
        assert unit is not None, f"{name}: no unit at the end of {text!r}"
        assert unit.group(1) in UNITS, f"{name}: unit {unit.group(1)!r} is not one of the list"


@each(FUNCTIONS)
def test_every_function_names_its_source(function):
    references = re.search(r"^References\n-+\n(.+)", inspect.getdoc(function), re.MULTILINE | re.DOTALL)
    assert references is not None
    assert len(references.group(1)) > 10


def test_units_are_written_as_seeds_write_them():
    assert {unit for unit in UNITS if not is_unit(unit)} == set()


def test_one_name_has_one_unit():
    units = {}
    for function in EQUATIONS:
        for name, text in section(inspect.getdoc(function), "Parameters").items():
            units.setdefault(name, set()).add(re.search(r"\[([^\[\]]+)\]$", text).group(1))
    assert {name: found for name, found in units.items() if len(found) > 1} == {}
