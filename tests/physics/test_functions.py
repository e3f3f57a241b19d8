"""Laws that every public function of the physics room keeps; the functions are found, not listed."""

import importlib
import inspect
import pkgutil
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import models.processes
import physics
from physics.arrays import FloatArray, Numeric
from seeds.format.units import is_unit


def modules_of(package):
    return [
        importlib.import_module(info.name) for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]


# Modules of a process speak the protocol of columns, not that of quantities; they have tests of their own.
PROCESSES = {module for module in modules_of(models.processes) if hasattr(module, "FEATURES")}
MODULES = [*modules_of(physics), *PROCESSES]
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

# Typical value of every argument, two rows each; arguments of one name have one meaning.
with (Path(__file__).parents[1] / "physics_arguments.toml").open("rb") as file:
    TYPICAL = {name: values for section in tomllib.load(file).values() for name, values in section.items()}


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
