"""Advice for a table by the champion of its process, or the reason why there is none."""

from types import SimpleNamespace

import pandas as pd
import pytest

import training.advice.job
from registry.settings import Settings
from tests.training.advice.conftest import without_readings
from training.advice.job import RecommendError, advisers_of, recommend


def advised():
    return SimpleNamespace(unit="A-1")


@pytest.fixture
def champion(monkeypatch):
    """Setter of the champion's model."""

    def make(model):
        tracking = SimpleNamespace(versions=lambda process: [], model=lambda version: model)
        monkeypatch.setattr(training.advice.job, "Tracking", lambda settings: tracking)
        monkeypatch.setattr(training.advice.job, "champion_of", lambda *given: SimpleNamespace(number=3))

    return make


@pytest.mark.parametrize(
    ("model", "why"),
    [
        (SimpleNamespace(learnt={}, refusals={"set-points": "got 90 rows"}), "got 90 rows"),
        (SimpleNamespace(learnt={}, refusals={"warnings": "got 9 rows"}), "nobody knows its knobs, or"),
        (SimpleNamespace(learnt={}, refusals={}), "nobody knows its knobs"),
    ],
)
def test_a_champion_without_set_points_says_why(model, why, champion, potline, tmp_path):
    champion(model)
    with pytest.raises(RecommendError, match=f"version 3 recommends no set-points: {why}"):
        recommend(potline, tmp_path / "absent", Settings(home=tmp_path), {})


def test_the_plan_of_a_period_that_has_not_begun_is_read(champion, table, potline, tmp_path, monkeypatch):
    today = pd.Timestamp.today().normalize()
    starts = [today - pd.Timedelta(days=70), today - pd.Timedelta(days=40), today - pd.Timedelta(days=10)]
    table["period_start"] = [*starts, starts[0], starts[1]]
    planned = without_readings(table, potline, "A-1")
    later = planned["period_start"].where(planned.index != 2, today + pd.Timedelta(days=20)).astype("datetime64[us]")
    planned.assign(period_start=later).to_parquet(tmp_path / "table.parquet")
    asked = []
    model = SimpleNamespace(seed=potline, priced=lambda prices: {"power_price": 0.055} | prices)
    champion(SimpleNamespace(seed=potline, learnt={"set-points": model}))
    monkeypatch.setattr(
        "models.setpoints.line.recommender.recommend_line", lambda *given: asked.append(given) or ([advised()], None)
    )
    found = recommend(potline, tmp_path, Settings(home=tmp_path), {"power_price": 0.09})
    assert (found.advised.goes_on, found.advised.unplanned, found.prices) == (False, 1, {"power_price": 0.09})
    ((_, read, prices),) = asked
    assert (len(read), prices) == (5, {"power_price": 0.09})


def test_a_task_without_set_points_says_so(toy_class_seed, tmp_path):
    with pytest.raises(RecommendError, match="toy_ores: no set-points are recommended for a process of the task clas"):
        recommend(toy_class_seed, tmp_path / "absent", Settings(home=tmp_path), {})


def test_prices_have_the_names_of_their_task(potline, toy_quality_seed, toy_sorting_seed):
    assert "power_price" in advisers_of(potline).prices(potline)
    assert "value.prime" in advisers_of(toy_quality_seed).prices(toy_quality_seed)
    assert advisers_of(toy_sorting_seed).prices(toy_sorting_seed)["bin_a.other"].value == -3.0
