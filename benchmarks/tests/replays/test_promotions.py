"""What a promotion was worth is measured by the truth, on the rows that came after it and on no others."""

from dataclasses import replace
from types import SimpleNamespace

import numpy as np
import pandas as pd
import pytest

from benchmarks.replays import evaluate
from benchmarks.replays import promotions as replayed
from benchmarks.replays.plant import Plant
from benchmarks.replays.promotions import Promoted, as_trained, promotions
from benchmarks.replays.run import Stepped
from benchmarks.replays.step import Step
from models.interfaces.answers import Answer
from models.uncertainty.adaptive_intervals import AdaptiveInterval
from registry.versions import AliasMove

TRUE = (2.0, 2.0, 0.5)  # contents of a lot of the first grade


@pytest.fixture
def plant(toy_seed, toy_frame):
    """Four steps of 20 rows; the truth is the step's number."""
    table = toy_frame(periods=6)
    begin, length = pd.Timestamp("2022-03-02"), pd.Timedelta(days=30)
    truth = np.asarray((table["period_start"] - begin) // length, dtype=np.float64)
    return Plant(toy_seed, table, truth, begin, length)


def version_of(number, seed):
    """A model that answers its own number for every row."""

    def columns(X):
        return {name: np.full(len(X), float(number)) for name in ("y", "y_low", "y_high")}

    return SimpleNamespace(
        seed=seed,
        columns=columns,
        inputs=lambda table: np.zeros((len(table), 1)),
        estimate=lambda X: np.full(len(X), float(number)),
        scaled=lambda y: y,
        scale=lambda X, raw: np.ones(len(raw)),
        bounded=lambda value, half: Answer(value, value - half, value + half),
        adaptive=AdaptiveInterval.new(),
        usual=None,
        info={"data_end": "2022-03-01"},
    )


def stepped(promoted=None):
    return Stepped("2022-03-02", 1, 20, 20, 0.5, 0.0, 0.9, promoted=promoted)


def test_both_champions_are_asked_for_the_rows_after(plant, tmp_path, monkeypatch, toy_seed):
    moves = [
        AliasMove("2026-01-01", "ann", action, "champion", before, after, "better", {})
        for action, before, after in (("first", None, 1), ("promote", 1, 3), ("promote", 3, 4))
    ]
    store = SimpleNamespace(
        audit=lambda process: moves,
        versions=lambda process: [SimpleNamespace(number=number) for number in (1, 2, 3, 4)],
        model=lambda version: version_of(version.number, toy_seed),
    )
    monkeypatch.setattr(replayed, "Tracking", lambda settings: store)
    monkeypatch.setattr(evaluate, "inputs_for", lambda model, table: np.zeros((len(table), 1)))
    (result,) = promotions(plant, [stepped(), stepped(3), stepped(), stepped(4)], tmp_path)
    answers = {"answers_before": result.answers_before, "answers_after": result.answers_after}
    assert result == Promoted("2022-05-01", 1, 3, 40, error_before=1.5, error_after=0.5, **answers)


def test_of_lots_errors_are_of_logarithms_and_decisions_have_their_cost(monkeypatch, tmp_path, toy_quality_seed):
    """All contents are answered a factor of e too low; of two lots one is released that is of the second grade."""

    def columns(X):
        low = {name: np.full(len(X), value / np.e) for name, value in zip("pqr", TRUE, strict=True)}
        return {
            **low,
            **{f"{name}_{end}": low[name] for name in "pqr" for end in ("low", "high")},
            "decision": "release",
            "grade": "prime",
        }

    monkeypatch.setattr(replayed, "_model", lambda *which: SimpleNamespace(seed=toy_quality_seed, columns=columns))
    monkeypatch.setattr(evaluate, "inputs_for", lambda model, table: np.zeros((len(table), 1)))
    table = pd.DataFrame({"p": [TRUE[0], 7.0], "q": TRUE[1], "r": TRUE[2]})
    step = Step(pd.Timestamp("2022-03-02"), table, table.to_numpy())
    error, lost = as_trained(SimpleNamespace(seed=toy_quality_seed), [step], 1, tmp_path)
    assert error == pytest.approx((5 + 1 + np.log(7.0 / TRUE[0])) / 6)
    assert lost == pytest.approx((300.0 - 40.0) / 2)


def test_answers_follow_the_outcomes_that_came_in_and_no_later_ones(plant, tmp_path, monkeypatch, toy_seed):
    """A model that is 2 too low: a step is answered by the outcomes of those before the one before it."""
    monkeypatch.setattr(replayed, "_model", lambda *which: version_of(1, toy_seed))
    high = replace(plant, table=plant.table.assign(y=3.0), truth=np.full(len(plant.table), 3.0))
    starts = [step.start for step in high.steps()]
    off = np.full(20, 2.0)
    one = AdaptiveInterval.new().taken(off, off)
    errors = [2.0, 2.0, 2.0 - one.centre, 2.0 - one.taken(off, off).centre]
    assert max(errors[2:]) < 0.5
    for number, since in enumerate(starts):
        result = replayed.error_of_answers(high, since, 1, tmp_path)
        assert result == pytest.approx(np.mean(errors[number:]))
