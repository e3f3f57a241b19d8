import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import numpy as np
import pytest

from models.interfaces.answers import COVERAGE, EXAMPLES, Answer
from models.online.received import Interval, Received
from models.processes.lookup import physics_of
from models.regression import model as fitted
from models.regression.calibration import conformalised
from models.regression.model import RegressionModel
from models.table.inputs import input_names
from models.uncertainty.adaptive_intervals import AdaptiveInterval, IntervalLevel
from models.uncertainty.error_scale import ErrorScale
from models.uncertainty.intervals import CoverageError
from seeds import Seed, load, load_all

DERIVING = [seed for name, seed in load_all().items() if seed.derived and physics_of(seed) is not None]


class Stub:
    """Predicts its first column."""

    def predict(self, X: np.ndarray) -> np.ndarray:
        return X[:, 0]


OWN = (
    "transfer",
    "conformal",
    "spread",
    "missing",
    "imputation",
    "missing_costs",
    "adaptive",
    "usual",
    "followed",
    "learnt",
    "refusals",
)


@pytest.fixture
def model(toy_seed: Seed) -> RegressionModel:
    """A toy model with residuals 0.1, 0.2 ... 9.9; x_set was 8 to 12 in training, z 3 to 5 and missing once."""
    X = np.array([[90.0, 8.0, 3.0], [91.0, 12.0, np.nan], [92.0, 10.0, 5.0]])
    y = np.full(99, 90.0)
    predicted = 90.0 + 0.1 * np.arange(1, 100)
    return conformalised(toy_seed, "stub", Stub(), X, y, predicted, {"a": 1})


def test_interval_is_the_value_and_the_calibrated_half_width(model: RegressionModel) -> None:
    X = np.array([[80.0, 10.0, 4.0], [70.0, 10.0, 4.0]])
    answer = model.answer(X, 0.9)["y"]
    np.testing.assert_array_equal(answer.value, [80.0, 70.0])
    np.testing.assert_allclose(answer.low, [71.0, 61.0], rtol=1e-12)
    np.testing.assert_allclose(answer.high, [89.0, 79.0], rtol=1e-12)
    assert (model.answer(X, 0.5)["y"].high < answer.high).all()


def test_a_model_is_made_again_from_its_state_and_its_parts(model: RegressionModel) -> None:
    parts = {name: value for name, value in vars(model).items() if name not in OWN}
    again = RegressionModel.from_state(model.state(), **parts)
    np.testing.assert_array_equal(again.conformal.scores, model.conformal.scores)
    assert again.seed == model.seed


def following(model: RegressionModel) -> RegressionModel:
    """The toy model after 99 outcomes, each 2 above what was predicted, give or take 0.01 to 0.99."""
    scores = np.arange(1, 100) / 100
    adaptive = AdaptiveInterval(IntervalLevel(scores, IntervalLevel.new().missed), ((20, 40.0),))
    return replace(model, adaptive=adaptive, spread=ErrorScale(np.array([70.0, 80.0]), np.array([1.0, 2.0])))


def test_known_outcomes_centre_an_answer_and_give_it_its_width(model: RegressionModel) -> None:
    X = np.array([[80.0, 10.0, 4.0], [75.0, 10.0, 4.0], [70.0, 10.0, 4.0]])
    answer = following(model).with_all_outcomes().answer(X, 0.9)["y"]
    # An outcome has a variance of 0.33; of each mean, first of 250, what lies beyond twice its own variance.
    variance = 100 * 199 / 6 / 100**2
    first = 40 / 250 - 2 * variance / 250 / (40 / 250)
    centre = first + (2 - first) - 2 * variance / 20 / (2 - first)
    assert centre == pytest.approx(1.98, abs=0.01)
    np.testing.assert_allclose(answer.value, X[:, 0] + centre)
    np.testing.assert_allclose(answer.high - answer.value, [1.8, 1.35, 0.9])
    np.testing.assert_allclose(answer.value - answer.low, [1.8, 1.35, 0.9])
    np.testing.assert_array_equal(following(model).predict(X), X[:, 0])


def test_without_outcomes_the_wider_interval_stands_about_the_centred_value(model: RegressionModel) -> None:
    X = np.array([[80.0, 10.0, 4.0], [75.0, 10.0, 4.0], [70.0, 10.0, 4.0]])
    narrow = following(model)  # its newest errors are a fifth of the calibrated ones
    assert narrow.adaptive is not None
    scale = narrow.spread(X[:, 0])
    answer = narrow.answer(X, 0.9)["y"]
    np.testing.assert_allclose(answer.value, X[:, 0] + narrow.adaptive.centre)
    np.testing.assert_allclose(answer.value - answer.low, 9.0 * scale)
    wide = replace(narrow, adaptive=replace(narrow.adaptive, level=IntervalLevel.new().taken(np.full(100, 12.0))))
    answer = wide.answer(X, 0.9)["y"]
    np.testing.assert_allclose(answer.value - answer.low, 12.0 * scale)
    assert (narrow.interval, wide.interval) == (Interval("wider", 0), Interval("wider", 0))
    assert model.interval == Interval("fixed", 0)


def test_enough_outcomes_make_intervals_adaptive_until_none_came_in_for_long(model: RegressionModel) -> None:
    X = np.array([[80.0, 10.0, 4.0]])
    narrow = following(model)
    width = {}
    for received in (Received(49), Received(50), Received(900, is_current=False)):
        one = replace(narrow, received=received)
        (low,), (high,) = one.answer(X, 0.9)["y"][1:]
        width[one.interval] = round(float(high - low), 9)
    fixed = 2 * 9.0 * float(narrow.spread(X[:, 0])[0])
    assert width[Interval("wider", 49)] == width[Interval("wider", 900)] == pytest.approx(fixed)
    assert width[Interval("adaptive", 50)] == pytest.approx(3.6)


def test_fixed_intervals_know_no_outcome(model: RegressionModel) -> None:
    X = np.array([[80.0, 10.0, 4.0], [70.0, 10.0, 4.0]])
    answer = following(model).fixed(X, 0.9)
    np.testing.assert_array_equal(answer.value, [80.0, 70.0])
    np.testing.assert_allclose(answer.high, [98.0, 79.0])
    np.testing.assert_allclose(model.answer(X, 0.9)["y"], model.fixed(X, 0.9))


def test_what_was_followed_comes_back_with_the_state(model: RegressionModel) -> None:
    one = replace(following(model), followed=Answer(*np.zeros((3, 1))))
    parts = {name: value for name, value in vars(one).items() if name in RegressionModel.__match_args__}
    parts = {name: value for name, value in parts.items() if name not in OWN}
    back = RegressionModel.from_state(json.loads(json.dumps(one.state())), **parts)
    X = np.array([[80.0, 10.0, 4.0], [75.0, 10.0, 4.0]])
    np.testing.assert_array_equal(back.answer(X, 0.9)["y"], one.answer(X, 0.9)["y"])
    assert back.followed is None


def test_a_model_of_before_has_fixed_intervals_of_one_width(model: RegressionModel) -> None:
    parts = {name: value for name, value in vars(following(model)).items() if name in RegressionModel.__match_args__}
    old = RegressionModel.from_state(
        {"scores": model.conformal.scores.tolist()}, **{k: v for k, v in parts.items() if k not in OWN}
    )
    X = np.array([[80.0, 10.0, 4.0], [70.0, 10.0, 4.0]])
    np.testing.assert_array_equal(old.answer(X, 0.9)["y"], model.answer(X, 0.9)["y"])


def test_interval_ends_at_the_physical_range(model: RegressionModel) -> None:
    answer = model.answer(np.array([[98.0, 10.0, 4.0], [51.0, 10.0, 4.0]]), 0.9)["y"]
    np.testing.assert_array_equal(answer.high, [100.0, 60.0])
    np.testing.assert_array_equal(answer.low, [89.0, 50.0])


def test_a_value_beyond_the_physical_range_is_kept_and_flagged(model: RegressionModel) -> None:
    X = np.array([[91.0, 10.0, 4.0], [103.0, 10.0, 4.0], [45.0, 10.0, 4.0]])
    answers = model.answer(X, 0.9)
    np.testing.assert_array_equal(answers["y"].value, [91.0, 103.0, 45.0])
    np.testing.assert_array_equal(answers["y"].high, [100.0, 103.0, 54.0])
    np.testing.assert_array_equal(answers["y"].low, [82.0, 94.0, 45.0])
    predictions = [[flag for flag in flags if "predicted" in flag] for flags in model.flags(X, answers)]
    assert predictions == [[], ["y predicted outside physical range"], ["y predicted outside physical range"]]


def test_flags_name_columns_outside_training_or_missing(model: RegressionModel) -> None:
    X = np.array(
        [
            [91.0, 8.0, 5.0],
            [91.0, 7.9, 5.1],
            [91.0, 12.1, np.nan],
            [91.0, np.nan, 4.0],
        ]
    )
    assert model.flags(X) == [
        [],
        ["x_set outside training range", "z outside training range"],
        ["x_set outside training range"],
        ["x_set missing"],
    ]


def test_training_rows_bear_no_flag(model: RegressionModel) -> None:
    assert model.flags(model.examples) == [[] for _ in model.examples]


def test_a_column_empty_in_training_is_flagged_where_it_is_sent(toy_seed: Seed) -> None:
    X = np.array([[90.0, np.nan, 4.0]] * 3)
    model = conformalised(toy_seed, "stub", Stub(), X, X[:, 0], Stub().predict(X), {})
    flags = model.flags(np.array([[90.0, 10.0, 4.0], [90.0, np.nan, 4.0]]))
    assert flags == [["x_set missing in all training rows: predicted without it"], []]


def test_examples_span_the_training_rows(toy_seed: Seed) -> None:
    X = np.column_stack([np.linspace(85, 95, 101)] * 3)
    model = conformalised(toy_seed, "stub", Stub(), X, X[:, 0], Stub().predict(X), {})
    np.testing.assert_array_equal(model.examples[:, 0], np.linspace(85, 95, EXAMPLES))


def test_told_is_the_answer_in_flat_columns(model: RegressionModel) -> None:
    X = model.examples
    answer, predictions = model.answer(X, COVERAGE)["y"], model.columns(X)
    assert list(predictions) == ["y", "y_low", "y_high"]
    for got, expected in zip(predictions.values(), answer, strict=True):
        np.testing.assert_array_equal(got, expected)


def test_too_few_calibration_rows_are_told(toy_seed: Seed) -> None:
    X = np.full((5, 3), 90.0)
    model = conformalised(toy_seed, "stub", Stub(), X, X[:, 0], Stub().predict(X), {})
    with pytest.raises(CoverageError, match="needs at least 9 calibration rows, got 5"):
        model.answer(X, 0.9)


def test_derived_targets_without_physics_are_refused(
    model: RegressionModel, toy_folder: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    seed = load(toy_folder("toy_cells") / "toy_cells.toml")
    seed.targets["energy"] = seed.targets["y"].model_copy(update={"derived_from": "y"})
    model = replace(model, seed=seed)
    with pytest.raises(ValueError, match="targets energy: process has no module to derive them by"):
        model.answer(model.examples, 0.5)
    model = replace(model)  # which has not looked for physics yet
    monkeypatch.setattr(
        fitted, "physics_of", lambda process: SimpleNamespace(derived=lambda c, y, e: {"energy": 1000 / y + c["z"]})
    )
    answer = model.answer(np.array([[80.0, 10.0, 4.0]]), 0.9)["energy"]
    np.testing.assert_allclose(np.ravel(answer), [16.5, 1000 / 89 + 4, 1000 / 71 + 4], rtol=1e-12)


@pytest.mark.parametrize("seed", DERIVING, ids=lambda seed: seed.process.name)
def test_derived_targets_follow_from_the_primary_one(seed: Seed) -> None:
    class Constant:
        def predict(self, X: np.ndarray) -> np.ndarray:
            return np.full(len(X), seed.target.typical.mean)  # type: ignore[union-attr]

    X = np.array([[c.typical.mean for c in seed.inputs if c.typical is not None]] * 20)
    y = Constant().predict(X) + np.linspace(-1, 1, 20)
    model = conformalised(seed, "constant", Constant(), X, y, Constant().predict(X), {})
    answers = model.answer(X[:2], 0.8)
    assert list(answers) == [seed.target.name, *seed.derived]
    physics = physics_of(seed)
    assert physics is not None
    economics = {name: quantity.value for name, quantity in seed.economics.items()}
    columns = {name: X[:2, i] for i, name in enumerate(input_names(seed))}
    primary: Answer = answers[seed.target.name]
    ends = [physics.derived(columns, end, economics) for end in (primary.low, primary.high)]
    for name in seed.derived:
        answer = answers[name]
        assert (answer.low < answer.value).all()
        assert (answer.value < answer.high).all()
        np.testing.assert_array_equal(np.sort([ends[0][name], ends[1][name]], axis=0), [answer.low, answer.high])


def test_importing_loads_no_library_of_other_rooms() -> None:
    heavy = ("mlflow", "fastapi", "plotly", "lightgbm", "sklearn", "training", "serving", "synthetic_data")
    code = f"import sys, models.regression.model; print([name for name in {heavy!r} if name in sys.modules])"
    completed = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert completed.stdout.strip() == "[]"
