"""History of a row's unit in a request: its own earlier periods, else recorded outcomes, else its group."""

from dataclasses import replace

import numpy as np
import pytest

from models.regression.unit_errors import UnitErrors
from models.regression.unit_history import REACH, TargetHistory, UnitHistory
from models.uncertainty.missing_patterns import FEW_ROWS
from operations.forms.faults import RequestError
from operations.forms.history import EARLIER, MADE
from operations.forms.unit_history import fill, with_history

NAME = "unit_deviation_y"
STARTS = ["2026-06-01", "2026-07-01", "2026-07-31", "2026-08-30", "2026-09-29", "2026-10-29", "2026-11-28"]


@pytest.fixture(scope="module")
def history(toy_seed):
    """Labels of A-001 are 2 above 90, those of A-002 2 below; none of any other unit."""
    units = np.repeat(np.array(["A-001", "A-002"], dtype=object), 3)
    moments = np.tile([np.datetime64(day, "us").astype(np.int64) for day in STARTS[:3]], 2)
    errors = UnitErrors.of(units, moments, np.repeat([2.0, -2.0], 3))
    return UnitHistory(toy_seed, {"y": TargetHistory(toy_seed, "labels", 90.0, None, 3.0, 4.0, errors)})


def row(unit, start=STARTS[-1], **values):
    return {"unit": unit, "period_start": start, "previous_y": None, "x_set": 10.0, "z": 4.0, MADE: []} | values


def past(unit, labels):
    days = zip(STARTS, labels, strict=False)
    return [{"unit": unit, "period_start": day, "x_set": 10.0, "z": 4.0, "y": y, "tapped": None} for day, y in days]


def test_recorded_outcomes_describe_the_unit(history):
    one, other = with_history([row("A-001"), row(" A-002 ")], history, {})
    assert (one[NAME], other[NAME]) == pytest.approx((3 / 6 * 2.0, 3 / 6 * -2.0))
    assert one[MADE] == other[MADE] == [f"{NAME} from outcomes"]


def test_the_earlier_periods_of_a_request_replace_the_recorded_outcomes_of_their_unit(history):
    request = {EARLIER: past("A-001", [86.0, 86.0])}
    one, other = with_history([row("A-001"), row("A-002")], history, request)
    level = (-4.0 - 2.0) / 2
    assert one[NAME] == pytest.approx(2 / 5 * (-4.0 - level))
    assert one[MADE] == [f"{NAME} from history"]
    assert other[NAME] == pytest.approx(3 / 6 * (-2.0 - level))
    assert other[MADE] == [f"{NAME} from outcomes"]


def test_earlier_periods_without_a_label_replace_nothing(history):
    request = {EARLIER: past("A-001", [None, None])}
    (one,) = with_history([row("A-001")], history, request)
    assert one[NAME] == pytest.approx(3 / 6 * 2.0)
    assert one[MADE] == [f"{NAME} from outcomes"]


def test_a_unit_never_seen_starts_from_its_group(history):
    (one,) = with_history([row("A-009")], history, {})
    assert one[NAME] == pytest.approx(0.0)
    assert one[MADE] == [f"{NAME} from group"]


def test_labels_of_later_periods_move_nothing(history):
    early = row("A-001", STARTS[3])
    (one,) = with_history([early], history, {EARLIER: past("A-001", [91.0, 91.0])})
    (other,) = with_history([early], history, {EARLIER: past("A-001", [91.0, 91.0, None, None, 84.0, 84.0])})
    assert one[NAME] == other[NAME] != 0


def test_without_any_label_the_history_is_missing(history):
    nothing = history.known({"y": UnitErrors()})
    (one,) = with_history([row("A-001")], nothing, {})
    assert np.isnan(one[NAME])
    assert one[MADE] == []


def test_a_label_in_another_unit_of_measure_is_refused_by_its_place(history):
    request = {EARLIER: past("A-001", [91.0, 90.0 - 1.1 * REACH * 4.0])}
    with pytest.raises(RequestError) as raised:
        with_history([row("A-001")], history, request)
    (fault,) = raised.value.faults
    assert (fault.field, fault.value) == ("history.1.y", 76.8)
    assert "[%]" in str(fault.expected)


def test_rows_of_a_model_without_history_stay_as_they_are():
    rows = [row("A-001")]
    assert with_history(rows, None, {}) is rows


def test_many_rows_of_a_request_have_the_history_that_each_has_alone(history):
    request = {EARLIER: past("A-001", [86.0, 86.0])}
    rows = [row(unit, day) for unit in ("A-001", "A-002", "A-009", "", "B-1") for day in STARTS[2:]]
    together = with_history(rows, history, request)
    alone = [with_history([one], history, request)[0] for one in rows]
    assert len(rows) > FEW_ROWS
    np.testing.assert_allclose([one[NAME] for one in together], [one[NAME] for one in alone], rtol=1e-9, atol=1e-12)
    assert [one[MADE] for one in together] == [one[MADE] for one in alone]


def test_many_rows_are_filled_as_those_one_by_one(history):
    units, days = ["A-001", "A-002", "A-009"] * 4, STARTS[3:] * 3
    X = np.full((12, 4), np.nan)
    moments = np.array([np.datetime64(day, "us").astype(np.int64) for day in days])
    made = fill(X, units, moments, history)
    single = with_history([row(unit, day) for unit, day in zip(units, days, strict=True)], history, {})
    np.testing.assert_allclose(X[:, 3], [one[NAME] for one in single], rtol=1e-9, atol=1e-12)
    assert made == [one[MADE] for one in single]
    assert np.isnan(X[:, :3]).all()


def test_a_relined_pot_does_not_keep_the_history_of_its_former_lining(history, toy_seed):
    class Aged(UnitHistory):
        age = ("x_set", 30 * 86_400e6)  # as if x_set were the age in periods

    one = Aged(toy_seed, {"y": replace(history.targets["y"])})
    old, new = with_history([row("A-001", x_set=20.0), row("A-001", x_set=0.0)], one, {})
    assert old[NAME] == pytest.approx(3 / 6 * 2.0)
    assert old[MADE] == [f"{NAME} from outcomes"]
    assert new[NAME] == pytest.approx(0.0)
    assert new[MADE] == [f"{NAME} from group"]
