"""What a report tells of a period: shifts are found and explained, quiet lots stay quiet, figures are training's."""

import datetime as dt
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from models.quality.decision import Costs
from models.quality.outcomes import costs_of
from monitoring.charts.capability import lognormal_capability
from monitoring.charts.control import ChartError
from monitoring.report.alarms import LEAST_SIMILARITY, matches
from monitoring.report.page_promise import verdict
from monitoring.report.period import PeriodError, quality_period
from monitoring.report.residual_charts import RUN_LENGTH, decision_interval, lag_correlation, reference_of, residuals
from monitoring.report.sampling import sampling
from registry.settings import StoreSettings
from registry.versions import RegistryError
from reporting.wording import Wording
from seeds import load

SHIFTED = "2024-05-15"


def raised(rises, line=None):
    """What makes contents rise by these logarithms from SHIFTED on, of one line or of all."""

    def change(frame):
        rows = frame["cast_at"] >= SHIFTED
        if line is not None:
            rows &= frame["line"] == line
        for element, rise in rises.items():
            frame.loc[rows & (frame[element] > 0), element] *= np.exp(rise)

    return change


def largest(period, unit):
    return max((event for event in period.events if event.unit == unit), key=lambda event: event.lots)


def test_a_shift_of_the_whole_plant_is_dated_and_its_cause_named_first(toy_period):
    period = toy_period(raised({"p": 0.4, "q": 0.5}))
    event = largest(period, None)
    names = [period.seed.elements[e].name for e in event.elements]
    assert {"p", "q"} == set(names[:2])
    assert abs(period.lots.time[event.since] - np.datetime64(SHIFTED)) <= np.timedelta64(2, "D")
    assert period.lots.time[event.last] == period.lots.time[-1]
    assert event.matches[0].cause.name == "raw_material"
    assert event.matches[0].explained > 0.8
    assert event.matches[0].explained == pytest.approx(event.matches[0].similarity ** 2, rel=1e-9)
    # One line for the event, whichever charts saw it.
    assert {"EWMA", "CUSUM"} <= set(event.charts)
    assert sum(one.unit is None for one in period.events) == 1


def test_the_shift_is_as_large_as_what_was_put_in(toy_period):
    period = toy_period(raised({"p": 0.4}))
    event = largest(period, None)
    rows = np.arange(event.since, event.last + 1)
    quiet = toy_period()
    before = np.nanmean(quiet.charts.scores[rows], axis=0)
    scale = period.reference.sigma * period.model.scatter.spread
    assert (event.shift - before)[0] * scale[0] == pytest.approx(0.4, rel=0.05)
    assert abs(event.shift[2] - before[2]) < 0.05


def test_a_shift_that_no_fingerprint_fits_has_no_known_cause(toy_period):
    event = largest(toy_period(raised({"r": 0.5})), None)
    assert event.matches == ()
    assert event.elements[0] == 2


def test_a_shift_of_one_unit_is_told_of_that_unit(toy_period):
    period = toy_period(raised({"p": 0.8, "q": 0.9}, line="T-04"))
    event = largest(period, "T-04")
    assert event.lots >= 10
    assert event.matches[0].cause.name == "raw_material"
    assert set(period.lots.unit[[event.since, event.at, event.last]]) == {"T-04"}


def test_an_input_that_moved_is_told_with_its_size(toy_period):
    def change(frame):
        rows = frame["cast_at"] >= SHIFTED
        frame.loc[rows, "v"] = 4.0
        raised({"p": 0.4, "q": 0.5})(frame)

    name, size = largest(toy_period(change), None).inputs[0]
    assert name == "v"
    assert size == pytest.approx(4.0, rel=0.15)  # sigma of v is 1


def test_quiet_lots_alarm_no_more_often_than_the_run_length_says(toy_period):
    periods = [toy_period(first="2024-04-16", rng_seed=seed) for seed in range(2, 8)]
    expected = sum(period.charts.kinds * len(period.lots) / RUN_LENGTH for period in periods)
    result = sum(len(period.events) for period in periods)
    assert expected > 30
    assert result <= expected + 3 * np.sqrt(expected)
    assert all(period.charts.width > 3.0 for period in periods)


def test_one_lot_far_off_is_no_lasting_shift(toy_period):
    def change(frame):
        frame.loc[(frame["cast_at"] == SHIFTED) & (frame["line"] == "T-04"), "r"] = 900.0

    period = toy_period(change)
    at = [e for e in period.events if e.unit == "T-04" and period.lots.time[e.at] == np.datetime64(SHIFTED)]
    assert len(at) == 1
    assert at[0].lots == 1
    assert "Shewhart" in at[0].charts
    assert not {"EWMA", "CUSUM"} & set(at[0].charts)


def test_a_fingerprint_fits_itself_and_not_its_opposite(toy_quality_seed):
    shift = toy_quality_seed.causes[0].shift
    scale = np.array([0.2, 0.4, 0.3])
    pattern = np.array([shift["p"], shift["q"], 0.0]) / scale
    (match,) = matches(toy_quality_seed, 3.0 * pattern, scale)
    assert match.similarity == pytest.approx(1.0, rel=1e-9)
    assert matches(toy_quality_seed, -pattern, scale) == []
    # At the least similarity half of the squared shift is explained.
    across = np.array([0.0, 0.0, np.linalg.norm(pattern)])
    assert matches(toy_quality_seed, pattern + 1.03 * across, scale) == []
    assert matches(toy_quality_seed, pattern + 0.97 * across, scale)[0].explained > 0.5
    assert pytest.approx(0.5, rel=0.01) == LEAST_SIMILARITY**2


def test_an_element_without_a_value_counts_on_neither_side(toy_quality_seed):
    scale = np.ones(3)
    (match,) = matches(toy_quality_seed, np.array([0.8, 1.0, np.nan]), scale)
    assert match.similarity == pytest.approx(1.0, rel=1e-9)


@pytest.mark.parametrize(("run_length", "interval"), [(465.0, 5.0), (168.0, 4.0)])
def test_decision_interval_is_that_of_published_run_lengths(run_length, interval):
    # Hawkins and Olwell (1998), allowance 0.5.
    assert decision_interval(run_length) == pytest.approx(interval, rel=0.005)


def test_a_content_below_the_limit_counts_as_no_value(toy_period):
    period = toy_period()
    reported = period.lots.found.reported
    assert (reported < 0).any()
    assert (np.isnan(residuals(period.lots, period.model.scatter.spread)) == (np.nan_to_num(reported) <= 0)).all()


def test_the_reference_is_of_lots_that_were_not_learnt_where_there_are_enough(toy_period):
    late = toy_period()
    assert late.reference.learnt == 0
    assert late.reference.lots.time.min() == np.datetime64("2024-03-16")
    early = toy_period(first="2024-03-18")
    assert early.reference.learnt > 100


def test_without_a_stretch_before_there_are_no_charts_and_the_reason_is_told(toy_period):
    period = toy_period(first="2024-01-01")
    assert period.charts is None
    assert period.events == []
    assert "no lots before the period" in str(period.charts_why)
    with pytest.raises(ChartError, match="expected at least 25 values, got 12"):
        reference_of(toy_period(first="2024-01-02").lots[np.arange(12)], period.model.scatter.spread)


def test_costs_are_those_of_training(toy_period):
    period = toy_period()
    costs = Costs.of(period.seed)
    assert period.costs == pytest.approx(costs_of(period.judged.decided, period.lots.found.kept, costs), nan_ok=True)
    known = [action for action in period.actions.values() if action.known]
    mean = sum(action.cost * action.known for action in known) / sum(action.known for action in known)
    assert mean == pytest.approx(period.costs["cost"], rel=1e-9)


def test_lots_without_an_assay_are_decided_and_counted(toy_period):
    def change(frame):
        frame.loc[frame["cast_at"] == "2024-05-20", ["p", "q", "r"]] = np.nan

    period = toy_period(change)
    assert len(period.lots) == 12 * 29
    assert sum(action.lots for action in period.actions.values()) == len(period.lots)
    assert sum(action.known for action in period.actions.values()) == len(period.lots) - 12
    assert period.covered[1] == len(period.lots) - 12
    assert period.defects["crack"].inspected == len(period.lots)


def test_a_period_without_any_assay_has_no_costs(toy_period):
    def change(frame):
        frame.loc[frame["cast_at"] >= "2024-05-01", ["p", "q", "r"]] = np.nan

    period = toy_period(change)
    assert np.isnan(period.costs["cost"])
    assert "not put to the test" in verdict(period, Wording())
    assert all(one.values == 0 for one in period.indices)


def test_capability_is_that_of_the_law_of_the_contents(toy_period):
    # log p = 0.7 + 0.4 u with sd 0.3: in all N(0.7, 0.5).
    (p, *_) = toy_period().indices
    assert (p.limit, p.bound) == ("p", 6.0)
    assert p.percentile.low < (6 / np.exp(0.7) - 1) / (np.exp(1.5) - 1) < p.percentile.high
    assert p.cpk is None
    assert p.below > 0
    assert p.free is None


def test_a_sum_is_judged_as_the_grade_counts_it(toy_period):
    period = toy_period()
    total = period.indices[2]
    added = np.abs(period.lots.found.reported[:, :2]).sum(axis=1)
    assert total.limit == "p_and_q"
    assert total.percentile == lognormal_capability(added, upper=9.0).ppk
    assert total.cpk is not None


def test_a_sampling_plan_is_the_standards(toy_period):
    # 348 lots: code letter H at level II, 50 items; AQL 1.5 accepts with up to 2 bad ones (ISO 2859-1, table 2-A).
    result = toy_period().sampling
    assert result.aql == 1.5
    assert (result.attributes["normal"].size, result.attributes["normal"].accept) == (50, 2)
    # Qualities that H accepts with 95 % and 10 % at AQL 1.5: 1.66 % and 10.3 % (MIL-STD-105E, table X-H-1).
    assert result.good["normal"] == pytest.approx(0.0166, rel=0.01)
    assert result.bad["normal"] == pytest.approx(0.103, rel=0.01)
    assert sampling(1, 0.01) is None


def test_neighbours_that_resemble_each_other_are_told_within_units_alone(toy_period):
    lots = toy_period().lots
    level = {unit: i for i, unit in enumerate(sorted(set(lots.unit)))}
    rising = np.arange(len(lots), dtype=np.float64)
    assert lag_correlation(lots, rising[:, None])[0] == pytest.approx(1.0, rel=0.01)
    of_unit = np.array([[level[unit]] for unit in lots.unit], dtype=np.float64)
    assert lag_correlation(lots, of_unit)[0] == pytest.approx(1.0, rel=0.01)


@pytest.fixture
def report(toy_champion, toy_quality_frame, toy_quality_seed, tmp_path, monkeypatch):
    """Reporter of the toy lots with a store that holds their grader."""
    model, version = toy_champion
    path = tmp_path / "lots.parquet"
    toy_quality_frame().to_parquet(path)
    store = SimpleNamespace(versions=lambda process: [version], model=lambda one: model)
    monkeypatch.setattr("monitoring.report.period.Tracking", lambda settings: store)

    def run(first=None, last=None, seed=toy_quality_seed):
        return quality_period(seed, path, StoreSettings(), first, last)

    return run


def test_the_period_is_the_newest_lots_month_unless_told(report):
    assert (report().first, report().last) == (dt.date(2024, 5, 1), dt.date(2024, 5, 29))
    period = report(last=dt.date(2024, 4, 10))
    assert (period.first, period.last) == (dt.date(2024, 4, 1), dt.date(2024, 4, 10))
    assert pd.DatetimeIndex(period.lots.time).max() == pd.Timestamp("2024-04-10")
    assert len(period.lots) == 120


@pytest.mark.parametrize(
    ("first", "last", "message"),
    [
        (dt.date(2024, 5, 2), dt.date(2024, 5, 1), "got 2024-05-02 to 2024-05-01"),
        (dt.date(2025, 5, 2), None, "got 2025-05-02 to 2024-05-29, the newest lot's day"),
        (dt.date(2023, 5, 1), dt.date(2023, 5, 2), "no lots from 2023-05-01 to 2023-05-02: the table holds 2024-01-01"),
    ],
)
def test_a_period_that_cannot_be_is_told(report, first, last, message):
    with pytest.raises(PeriodError, match=message):
        report(first, last)


def test_a_process_that_grades_no_lots_has_no_report(report):
    with pytest.raises(PeriodError, match=r"zinc_leach_filter: .* its seed has no \[quality\]"):
        report(seed=load("zinc_leach_filter"))


def test_a_champion_of_other_grades_is_told(report, toy_quality_seed):
    other = toy_quality_seed.model_copy(update={"grades": toy_quality_seed.grades[1:]})
    with pytest.raises(RegistryError, match="grades are prime, second, remelt; expected second, remelt"):
        report(seed=other)
