"""Laws that every public function of the physics room keeps; the functions are found, not listed."""

import ast
import importlib
import inspect
import pkgutil
import re
import tomllib
from pathlib import Path

import numpy as np
import pytest

import physics
from physics.arrays import FloatArray, Numeric
from seeds.format.units import is_unit
from tests.physics.points import NO_PHYSICS


def modules_of(package):
    return [
        importlib.import_module(info.name) for info in pkgutil.walk_packages(package.__path__, f"{package.__name__}.")
    ]


FUNCTIONS = [
    function
    for module in modules_of(physics)
    for name, function in inspect.getmembers(module, inspect.isfunction)
    if function.__module__ == module.__name__ not in NO_PHYSICS and not name.startswith("_")
]


NUMBERS = ("Numeric", "FloatArray", "float", Numeric, FloatArray, float)


def quantities(function):
    """Arguments that are numbers or arrays of them; a pot's dimensions, an element's name, a scanner are none."""
    return {
        name: parameter
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.annotation in NUMBERS
    }


# Equations are functions of quantities alone, each a number a row; functions of spectra and names of elements are not.
EQUATIONS = [
    function
    for function in FUNCTIONS
    if {parameter.annotation for parameter in quantities(function).values()} <= {"Numeric", Numeric}
    and set(inspect.signature(function).parameters) - set(quantities(function)) <= {"design"}
    and quantities(function)
]

FEWEST_FUNCTIONS, FEWEST_EQUATIONS = 151, 129
LISTS = sorted(Path(__file__).parent.rglob("arguments.toml"))


def typical(paths):
    """Two typical values of every argument, by name, from the lists of all topics; one name has one meaning."""
    result, homes = {}, {}
    for path in paths:
        for name, values in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if name in result:
                raise ValueError(f"{name}: stands in {homes[name]} and in {path}, expected one list")
            result[name], homes[name] = values, path
    return result


TYPICAL = typical(LISTS)


def arguments(function):
    return {name: np.array(TYPICAL[name]) for name in quantities(function)}


def outputs(result):
    return result if isinstance(result, tuple) else (result,)


def each(functions):
    return pytest.mark.parametrize("function", functions, ids=lambda function: function.__name__)


def defined(package):
    """Names of the public functions that stand in a package's files, read as text."""
    without = [f"{name.rpartition('.')[2]}.py" for name in NO_PHYSICS]
    files = (path for folder in package.__path__ for path in Path(folder).rglob("*.py") if path.name not in without)
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in files]
    return [
        node.name
        for tree in trees
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and not node.name.startswith("_")
    ]


def test_functions_are_found():
    names = [function.__name__ for function in FUNCTIONS if function.__module__.startswith("physics.")]
    assert sorted(names) == sorted(defined(physics))
    # What the laws below went over when this was written: they may grow, not shrink in silence.
    assert len(FUNCTIONS) >= FEWEST_FUNCTIONS
    assert len(EQUATIONS) >= FEWEST_EQUATIONS


def test_every_topic_lists_arguments_and_every_listed_argument_has_an_equation():
    assert {path.parent.name for path in LISTS} >= {path.name for path in Path(physics.__path__[0]).glob("[a-z]*/")}
    assert set(TYPICAL) == {name for function in EQUATIONS for name in quantities(function)}


def test_a_name_with_two_meanings_is_refused(tmp_path):
    for topic, values in (("melt", "[1.0, 2.0]"), ("bayer", "[10.0, 20.0]")):
        (tmp_path / topic).mkdir()
        (tmp_path / topic / "arguments.toml").write_text(f"soda = {values}\n", encoding="utf-8")
    paths = sorted(tmp_path.rglob("arguments.toml"))
    assert typical(paths[:1]) == {"soda": [10.0, 20.0]}
    with pytest.raises(ValueError, match=r"soda: stands in .*bayer.* and in .*melt.*, expected one list"):
        typical(paths)


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


def unit_of(text):
    """Unit at the end of an entry of a docstring; None where it states none."""
    match = re.search(r"\[([^\[\]]+)\]$", text)
    return None if match is None else match.group(1)


def is_number(annotation):
    """Whether a value is a number, an array or a tuple of such; mappings, designs and names are none."""
    parts = str(annotation).removeprefix("tuple[").removesuffix("]").split(", ")
    return annotation in NUMBERS or {*parts} <= {"Numeric", "FloatArray", "float", "int"}


@each(FUNCTIONS)
def test_every_number_states_its_unit_and_nothing_else_is_called_dimensionless(function):
    docstring, signature = inspect.getdoc(function), inspect.signature(function)
    parameters, returns = section(docstring, "Parameters"), section(docstring, "Returns")
    assert list(parameters) == list(signature.parameters)
    assert returns
    entries = [(name, text, signature.parameters[name].annotation) for name, text in parameters.items()]
    entries += [(name, text, signature.return_annotation) for name, text in returns.items()]
    for name, text, annotation in entries:
        unit = unit_of(text)
        if is_number(annotation):
            assert unit is not None, f"{name}: no unit at the end of {text!r}"
        else:
            assert unit != "1", f"{name}: {annotation} is no number, yet it states the unit 1"
        assert unit is None or is_unit(unit), f"{name}: unit {unit!r} is not one that seeds write"


@each(FUNCTIONS)
def test_every_function_names_its_source(function):
    references = re.search(r"^References\n-+\n(.+)", inspect.getdoc(function), re.MULTILINE | re.DOTALL)
    assert references is not None
    assert len(references.group(1)) > 10


def test_one_name_has_one_unit():
    units = {}
    for function in EQUATIONS:
        for name, text in section(inspect.getdoc(function), "Parameters").items():
            units.setdefault(name, set()).add(unit_of(text))
    assert {name: result for name, result in units.items() if len(result) > 1} == {}
