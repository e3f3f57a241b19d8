"""Operations as text, and names of operations in the code."""

import ast
from pathlib import Path

import pytest

from nonferrous.operations import lines
from operations.catalogue import CATALOGUE, offered
from seeds import load, names

ROOT = Path(__file__).parents[2]
ELSEWHERE = ("monitoring", "nonferrous", "records", "registry", "reporting", "drafting", "serving", "training")
# Words that are also fields of responses, tables of databases, or kinds of files.
FIELDS = {
    "predictions": "field of a response, column of the records",
    "outcomes": "table of the records, run in MLflow",
    "experiments": "table and argument of MLflow",
    "warnings": "part of a version, see models",
}


def literals(path: Path) -> set[str]:
    return {
        node.value
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }


def test_no_code_but_that_of_operations_names_one():
    known = {one.name for operations in CATALOGUE.values() for one in operations} - FIELDS.keys()
    paths = [path for room in ELSEWHERE for path in sorted((ROOT / room).rglob("*.py"))]
    named = {str(path.relative_to(ROOT)): result for path in paths if (result := literals(path) & known)}
    assert {"recommendations", "what-if", "pareto", "schedules"} <= known
    assert named == {}


@pytest.mark.parametrize("name", names())
def test_a_process_lists_what_it_offers_and_why_not_the_rest(name):
    seed = load(name)
    message = list(lines(seed))
    forms = offered(seed, 10).forms
    assert [line.split(":")[0].split(" ")[0] for line in message if "POST" in line] == list(forms)
    assert [line for line in message if "POST" not in line] == [line for line in message if ": not offered: " in line]


def test_options_of_predictions_are_listed():
    words = "include: missing_inputs, explanation, energy, derived_inputs, model"
    message = list(lines(load("aluminium_reduction")))
    assert message[0] == f"predictions ({words}): POST /v1/aluminium_reduction/predictions"
    message = list(lines(load("aluminium_scrap")))
    assert "pareto: not offered: what sorting emits is not known, so there is nothing to weigh money against" in message
