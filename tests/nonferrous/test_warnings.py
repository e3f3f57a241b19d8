"""What the terminal shows of warnings."""

import io
from types import SimpleNamespace

import pandas as pd
import pytest
from rich.console import Console

from models.warnings.model import EventWarning, UnitWarnings
from nonferrous.table_request import Requested
from nonferrous.warnings import _lines, alarms, warnings_shown
from operations.warnings.answers import AskedWarnings
from operations.warnings.operation import GOES_ON, Warnings
from tests.models.warnings.conftest import event, seed_with  # noqa: F401


@pytest.fixture
def trained(seed_with):  # noqa: F811
    seed = seed_with(event("at_least = 6"))
    (one,) = seed.warnings
    start = pd.Timestamp("2024-01-01")
    message = [("A", 0.9, None), ("B", 0.1, None), ("C", float("nan"), "too young")]
    units = [
        UnitWarnings(unit, start, (EventWarning(one, 6.0, p, p > 0.2, {"heat": 1.0}, reason),))
        for unit, p, reason in message
    ]
    model = SimpleNamespace(seed=seed, warn=lambda table: units, refused={"low": "got 3 events"})
    rows = [{"unit": unit, "period_start": "2024-01-01"} for unit, *_ in message]
    requested = AskedWarnings(rows, [unit for unit, *_ in message], pd.DataFrame())
    operation = Warnings()
    form = operation.form(seed, 10)
    return Requested(operation, form, 4, 90, (GOES_ON,), operation.answer(form, model, requested))


def test_alarms_are_counted_and_the_rest_is_explained(trained):
    assert list(_lines(trained)) == [
        "toy_cells: version 4 on 90 rows, 3 units",
        "Warning: no row plans a period: the last set-points and available values are assumed to stay",
        "high_z: 1 alarms, raised above a probability of 0.2; nothing is said of 1 units",
        "low: no warnings: got 3 events",
    ]


def test_the_table_shows_alarms_alone(trained):
    console = Console(width=80, record=True, file=io.StringIO())
    console.print(alarms(trained))
    text = console.export_text()
    assert "A" in text
    assert "0.90" in text
    assert "heat" in text
    assert "0.10" not in text


def test_train_says_why_a_version_has_none():
    model = SimpleNamespace(learnt={}, refusals={"warnings": "got 3 events"})
    trained = SimpleNamespace(best=SimpleNamespace(model=model))
    assert list(warnings_shown(trained)) == ["early warnings: none: got 3 events"]
    silent = SimpleNamespace(best=SimpleNamespace(model=SimpleNamespace(learnt={}, refusals={})))
    assert list(warnings_shown(silent)) == []
