"""Generated pages of the reference state what the code has now."""

import ast
import re
from collections import defaultdict
from http import HTTPStatus
from pathlib import Path

import pytest
import typer.main
from prometheus_client.core import HistogramMetricFamily

from benchmarks.reference import api_errors, metrics
from benchmarks.reference.pages import PAGES, REFERENCE
from benchmarks.reference.settings import variable
from gateway.status import Snapshot
from nonferrous.brokers import AUTHORITIES, PASSWORD, USER
from nonferrous.command_line import app
from nonferrous.gateway import KEY
from nonferrous.options import CLUSTER
from serving.settings import ServiceSettings

ROOT = Path(__file__).parents[3]
NUMBERS = defaultdict(float, {kind: {} for kind in ("readings", "connection", "rows", "waiting", "values", "faults")})
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("deploy/**/*")]


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_code_gives(name):
    assert (REFERENCE / name).read_text(encoding="utf-8") == PAGES[name](), "python -m benchmarks.reference"


def test_each_command_has_one_section_with_its_options():
    text = PAGES["cli.md"]()
    sections = re.findall(r"^## nonferrous (.+)$", text, re.MULTILINE)
    groups = {"seeds", "batches", "models", "records", "keys", "jobs", "report", "store", "gateway"}
    assert {name.split()[0] for name in sections} == set(typer.main.get_command(app).commands)
    assert {name.split()[0] for name in sections if " " in name} == groups
    assert len(sections) == len(set(sections))
    assert "`--dry-run`" in text.split("## nonferrous retrain\n")[1].split("\n## ")[0]


def test_each_setting_has_one_line_with_its_default():
    text = PAGES["settings.md"]()
    for name, field in ServiceSettings.model_fields.items():
        assert text.count(f"\n- `{variable(name, field)}` (") == 1
    assert "- `NONFERROUS_MAX_BODY_BYTES` (integer, at least 1,024; default `16777216` (16 MiB)): " in text
    assert "- `MLFLOW_TRACKING_URI` (" in text


def present_names(path):
    """Text of a document; of an upgrade guide without former names."""
    text = path.read_text(encoding="utf-8")
    return re.sub(r"(?m)^- [^→\n]*→", "-", text) if path.name.startswith("upgrade_to_") else text


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_name_settings_that_there_are(path):
    if not path.is_file() or path.suffix in (".png", ".svg") or path.name == "CHANGELOG.md":
        return
    known = {variable(name, field) for name, field in ServiceSettings.model_fields.items()} | {"NONFERROUS_SEEDS"}
    known |= {PASSWORD, KEY, USER, AUTHORITIES, CLUSTER}
    named = set(re.findall(r"\bNONFERROUS_[A-Z_]*[A-Z]\b", present_names(path)))
    assert named <= known


@pytest.mark.parametrize("path", DOCUMENTS, ids=lambda path: path.relative_to(ROOT).as_posix())
def test_documents_name_metrics_that_there_are(path):
    if not path.is_file() or path.suffix in (".png", ".svg") or path.name == "CHANGELOG.md":
        return
    known = {metrics.exposed(family) for family in metrics.families()}
    known |= {metrics.exposed(family) for family in Snapshot("toy", lambda: NUMBERS).collect()}
    known |= {f"{family.name}{end}" for family in metrics.families() for end in ("_bucket", "_sum", "_count")}
    named = set(
        re.findall(r"\bnonferrous_(?:[a-z]+_)*(?:total|seconds|bytes|bucket|count|share)\b", present_names(path))
    )
    assert named <= known


def test_labels_of_a_metric_are_those_of_its_samples():
    with_sample = HistogramMetricFamily("one", "About.", labels=["route", "step"])
    assert metrics._line(with_sample) == "- `one` (histogram; `route`, `step`): About."
    assert metrics._line(HistogramMetricFamily("two", "About.")) == "- `two` (histogram): About."


def statuses(path: Path) -> set[str]:
    """Names of the statuses that a file of code uses for an error; keys of a table of titles are none."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    keys = {id(key) for node in ast.walk(tree) if isinstance(node, ast.Dict) for key in node.keys}
    used = {
        node.attr
        for node in ast.walk(tree)
        if isinstance(node, ast.Attribute) and ast.unparse(node.value) == "HTTPStatus" and id(node) not in keys
    }
    return {name for name in used if HTTPStatus[name] >= 400}


def test_each_status_that_the_service_returns_has_its_cause():
    files = [path for package in ("serving", "operations") for path in (ROOT / package).rglob("*.py")]
    used = set().union(*map(statuses, files))
    assert {"TOO_MANY_REQUESTS", "UNPROCESSABLE_ENTITY"} <= used
    assert {*api_errors.CAUSES} == {HTTPStatus[name] for name in used}  # names of two differ from Python 3.13 on


def test_the_example_is_a_problem_of_one_value():
    (fault,) = api_errors.example().errors
    assert (fault.row, fault.field, fault.value) == (0, "bath_temperature", 96.5)
    assert fault.bound is not None
    assert fault.value < fault.bound
