"""Figures of warnings, worked out by hand, and what may be measured at all."""

from types import SimpleNamespace

import numpy as np
import pytest

from models.warnings.learning import Blocks, learn
from models.warnings.model import EventModel
from tests.models.warnings.conftest import event, remembering, seed_with  # noqa: F401
from training.warnings import evaluate
from training.warnings.evaluate import MONTH, EvaluatedEvent, followed, metrics

ROWS = 8
ALL = np.ones(ROWS, dtype=bool)


@pytest.fixture
def measured(seed_with):  # noqa: F811
    """Metrics of two units over four periods: alarms by probability above a fifth."""
    seed = seed_with(event("at_least = 6"))
    one = EventModel(seed.warnings[0], "linear", SimpleNamespace(), SimpleNamespace(), 100, 25, 1.0)
    probability = np.array([0.1, 0.3, 0.4, 0.9, 0.1, 0.1, 0.5, 0.2])
    y = np.array([0.0, 0, 1, 1, 0, 1, 0, 0])
    units, periods = np.repeat([0, 1], 4), np.tile(np.arange(4), 2)

    def make(rows=ALL):
        message = EvaluatedEvent(units, periods, y, probability, one.alarm(probability), {})
        return metrics(one, message, rows, SimpleNamespace(seed=seed))

    return make


def test_costs_are_of_misses_and_alarms(measured):
    result = measured()
    # Alarms in four rows of 20 $, one miss of 100 $; never alarming misses three.
    assert (result["rows"], result["events"], result["rate"]) == (8, 3, 3 / 8)
    assert result["cost"] == pytest.approx((4 * 20 + 100) / 8)
    assert result["cost_always"] == 20
    assert result["cost_never"] == pytest.approx(300 / 8)
    assert (result["alarms"], result["precision"], result["recall"]) == (4 / 8, 2 / 4, pytest.approx(2 / 3))


def test_false_alarms_are_of_all_units_in_a_month(measured):
    assert measured()["false_alarms_month"] == pytest.approx(2 / (4 * 30 / MONTH))


def test_brier_and_average_precision(measured):
    result = measured()
    assert result["brier"] == pytest.approx((0.01 + 0.09 + 0.36 + 0.01 + 0.01 + 0.81 + 0.25 + 0.04) / 8)
    of_rate = (5 * 0.25**2 + 3 * 0.75**2) / 8  # by the rate that was learnt
    assert result["brier_skill"] == pytest.approx(1 - result["brier"] / of_rate)
    # Ranked: 0.9 (event), 0.5, 0.4 (event), ..., the last event among three of 0.1.
    assert result["average_precision"] == pytest.approx((1 / 1 + 2 / 3 + 3 / 8) / 3)


def test_the_lead_begins_with_the_first_alarm_of_a_run(measured):
    # The data show an event when its period of 30 days ends; alarms stood since one and since two periods before.
    assert measured()["lead_time"] == pytest.approx((2 * 720 + 3 * 720) / 2)
    # Alarms of rows that do not count begin no run.
    late = np.arange(ROWS) >= 2
    assert measured(late)["lead_time"] == pytest.approx((720 + 2 * 720) / 2)


def test_without_an_event_there_is_nothing_to_rank(measured):
    result = measured(np.arange(ROWS) < 2)
    assert result["events"] == 0
    assert np.isnan([result["average_precision"], result["recall"], result["lead_time"]]).all()
    assert result["cost_never"] == 0


def test_units_are_followed_in_parts_as_all_at_once(seed_with, remembering, monkeypatch):  # noqa: F811
    seed = seed_with(event("at_least = 4.3"), event("above_usual = 0.3", name="rising"))
    table = remembering(seed)
    table = table[(np.arange(len(table)) % 17 != 3) | (table["unit"] == table["unit"].iloc[0])]
    starts = np.sort(table["period_start"].unique())
    blocks = Blocks((starts[20], starts[28]), starts[40], tuple(sorted(table["unit"].unique())[3:6]))
    model, data = learn(table, seed, blocks), SimpleNamespace(checked=table)
    assert set(model.events) == {"high_z", "rising"}
    known = []
    monkeypatch.setattr(
        evaluate, "known", lambda grid, seed, of=evaluate.known: known.append(len(grid.units)) or of(grid, seed)
    )
    whole = followed(model, data, blocks)
    monkeypatch.setattr(evaluate, "ROWS_AT_ONCE", 7 * 48 + 5)
    parts = followed(model, data, blocks)
    assert known == [20, 7, 7, 6]
    for name, one in whole.items():
        for field in ("units", "periods", "y", "probability", "alarm"):
            np.testing.assert_array_equal(getattr(parts[name], field), getattr(one, field))
        assert list(parts[name].parts) == ["test", "holdout"]
        for part, rows in one.parts.items():
            assert rows.any()
            np.testing.assert_array_equal(parts[name].parts[part], rows)
