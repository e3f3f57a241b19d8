"""Parts of predictions: that they sum to them, and are what each input did."""

from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest

from models.estimators.temperature import tempered
from models.explanations import explained, explained_classes, explained_contents
from models.processes.causes import by_cause
from models.processes.lookup import physics_of
from models.regression.trees import BoostedTrees
from models.table.contract import check
from models.table.inputs import input_names, matrix
from models.tasks import build
from seeds import Seed, load, names
from seeds.format.loader import parse

N = 400


def rows(seed: Seed) -> np.ndarray:
    """Rows about normal production, some cells missing."""
    rng = np.random.default_rng(7)
    mean, sd = np.array([(c.typical.mean, c.typical.sd) for c in seed.inputs]).T
    low, high = np.array([column.limits for column in seed.inputs]).T
    X = np.clip(mean + sd * rng.standard_normal((N, len(mean))), low, high)
    X[rng.random(X.shape) < 0.02] = np.nan
    return X


def labels(X: np.ndarray) -> np.ndarray:
    score = np.nan_to_num((X - np.nanmean(X, axis=0)) / np.nanstd(X, axis=0))
    rng = np.random.default_rng(8)
    return 93 + score[:, 0] + score[:, 1] * score[:, 2] + 0.3 * rng.standard_normal(len(X))


@pytest.mark.parametrize("process", ["toy_cells", "aluminium_reduction"])
@pytest.mark.parametrize("name", ["persistence", "linear", "lightgbm", "lightgbm_physics"])
def test_base_and_contributions_sum_to_the_prediction_and_the_base_is_one(
    process: str, name: str, toy_seed: Seed
) -> None:
    seed = toy_seed if process == "toy_cells" else load(process)
    X = rows(seed)
    estimator = build(seed)[name].fit(X, labels(X))
    predicted = estimator.predict(X)
    parts = explained(estimator, X, predicted, seed)
    assert parts is not None
    np.testing.assert_allclose(parts.base + parts.contributions.sum(axis=1), predicted, rtol=1e-9)
    # The base is no rest that hides what is missing: it is the same in every row.
    np.testing.assert_allclose(parts.base, parts.base[0], rtol=1e-9)
    assert parts.names[: X.shape[1]] == input_names(seed)
    assert len(parts.names) == len(parts.units) == parts.contributions.shape[1]


def test_what_is_added_to_all_predictions_enters_the_base(toy_seed: Seed) -> None:
    X = rows(toy_seed)
    estimator = build(toy_seed)["lightgbm"].fit(X, labels(X))
    own = explained(estimator, X, estimator.predict(X), toy_seed)
    raised = explained(estimator, X, estimator.predict(X) + 2.5, toy_seed)
    assert own is not None
    assert raised is not None
    np.testing.assert_allclose(raised.base - own.base, 2.5, rtol=1e-12)
    np.testing.assert_array_equal(raised.contributions, own.contributions)


def test_a_line_gives_slope_times_distance(toy_seed: Seed) -> None:
    rng = np.random.default_rng(3)
    X = rng.normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (4000, 3))
    y = 90 + 0.5 * (X[:, 1] - 10) - 2 * (X[:, 2] - 4)
    parts = explained(build(toy_seed)["linear"].fit(X, y), X, y, toy_seed)
    assert parts is not None
    np.testing.assert_allclose(parts.contributions[:, 1], 0.5 * (X[:, 1] - X[:, 1].mean()), atol=2e-3)
    np.testing.assert_allclose(parts.contributions[:, 2], -2 * (X[:, 2] - X[:, 2].mean()), atol=2e-3)


@pytest.mark.filterwarnings("ignore:The set_:PendingDeprecationWarning")  # of matplotlib, which shap imports
def test_trees_are_cut_as_shap_cuts_them() -> None:
    import shap  # brings numba, whose import takes seconds

    rng = np.random.default_rng(4)
    X = rng.standard_normal((300, 4))
    y = X[:, 0] * X[:, 1] + X[:, 2]
    model = BoostedTrees().fit(X, y)
    result = model.contributions(X[:20])
    assert result is not None
    line, native = model.line_, lightgbm.Booster(model_str=model.booster_.text)
    of_line = (np.clip(X[:20], line.low, line.high) - line.fill) / line.scale * line.slope
    np.testing.assert_allclose(
        result[1][:, :, 0] - of_line, shap.TreeExplainer(native).shap_values(X[:20]), rtol=1e-6, atol=1e-9
    )


def test_what_is_no_sum_over_inputs_has_no_parts() -> None:
    seed = load("aluminium_reduction")
    X = rows(seed)
    estimator = build(seed)["first_principles"].fit(X, labels(X))
    assert explained(estimator, X, estimator.predict(X), seed) is None


def test_causes_hold_each_contribution_once(toy_seed: Seed) -> None:
    seed = load("aluminium_reduction")
    columns = [*input_names(seed), *(feature.name for feature in physics_of(seed).FEATURES)]
    parts = np.random.default_rng(5).standard_normal((6, len(columns)))
    sums = by_cause(seed, columns, parts)
    assert sums is not None
    np.testing.assert_allclose(sum(sums.values()), parts.sum(axis=1), rtol=1e-12)
    assert by_cause(toy_seed, input_names(toy_seed), parts[:, :3]) is None


@pytest.mark.parametrize("process", [name for name in names() if physics_of(load(name)) is not None])
def test_causes_name_inputs_and_features_that_exist_and_each_once(process: str) -> None:
    physics = physics_of(load(process))
    named = [name for columns in physics.CAUSES.values() for name in columns]
    features = {feature.name for feature in physics.FEATURES}
    assert len(named) == len(set(named))
    assert set(named) <= {*input_names(load(process)), *features}
    assert features <= set(named)


@pytest.mark.parametrize("name", ["persistence", "linear", "lightgbm"])
def test_parts_of_contents_sum_to_the_content_in_its_unit(name: str, toy_quality_seed: Seed, toy_quality_frame) -> None:
    frame, seed = toy_quality_frame(lines=4, lots=80), toy_quality_seed
    table = check(frame, seed).table.sort_values("cast_at", kind="stable")
    X, Y = matrix(table, seed), table[[column.name for column in seed.by_role("target")]].to_numpy()
    estimator = build(seed)[name].fit(X, Y)
    logs = estimator.predict(X)[:, : len(seed.elements)]
    parts = explained_contents(estimator, X, logs, seed)
    assert parts is not None
    for i, part in enumerate(parts):
        np.testing.assert_allclose(part.base + part.contributions.sum(axis=1), np.exp(logs[:, i]), rtol=1e-9)
        np.testing.assert_allclose(part.base, part.base[0], rtol=1e-9)
        assert (part.base > 0).all()


@pytest.mark.parametrize("name", ["linear", "lightgbm"])
@pytest.mark.parametrize("temperature", [1.0, 1.7])
def test_parts_of_a_class_sum_to_how_much_more_probable_it_is(
    name: str, temperature: float, toy_sorting_seed: Seed, toy_sorting_frame
) -> None:
    frame, seed = toy_sorting_frame(lots=12), toy_sorting_seed
    X, y = matrix(frame, seed), pd.Categorical(frame["metal"], seed.classes).codes.astype(np.float64)
    estimator = build(seed)[name].fit(X, y)
    p = tempered(estimator.predict_proba(X), temperature)
    result = explained_classes(estimator, X, p, temperature, seed)
    assert result is not None
    parts, pair = result
    rows = np.arange(len(X))
    best, other = p[rows, pair[:, 0]], p[rows, pair[:, 1]]
    assert (best == p.max(axis=1)).all()
    np.testing.assert_allclose(parts.base + parts.contributions.sum(axis=1), np.log(best / other), rtol=1e-9, atol=1e-9)
    # The base belongs to the two classes and not to the row.
    for one in np.unique(pair, axis=0):
        np.testing.assert_allclose(np.ptp(parts.base[(pair == one).all(axis=1)]), 0, atol=1e-6)


@pytest.mark.parametrize("name", ["linear", "lightgbm"])
def test_a_text_has_one_part_whatever_columns_its_values_become(name: str, toy_seed: Seed, tmp_path: Path) -> None:
    ore = '[[columns]]\nname = "ore"\nrole = "before"\ndescription = "m"\nvalues = ["a", "b", "c"]\n'
    ore += 'source = "assumed: made"\n\n'
    seed = parse(toy_seed.text.replace("[targets.y]", ore + "[targets.y]", 1), tmp_path / "toy_cells.toml")
    rng = np.random.default_rng(6)
    X = np.column_stack([rng.normal([90.0, 10.0, 4.0], [2.0, 1.0, 0.5], (600, 3)), rng.integers(0, 3, 600)])
    X[::50, 3] = np.nan
    y = 90 + 0.5 * (X[:, 1] - 10) + 3.0 * (X[:, 3] == 2)
    estimator = build(seed)[name].fit(X, y)
    predicted = estimator.predict(X)
    parts = explained(estimator, X, predicted, seed)
    assert parts is not None
    assert list(parts.names) == list(input_names(seed))
    np.testing.assert_allclose(parts.base + parts.contributions.sum(axis=1), predicted, rtol=1e-9)
    np.testing.assert_allclose(parts.base, parts.base[0], rtol=1e-9)
    of_ore = parts.contributions[:, list(parts.names).index("ore")]
    assert of_ore[X[:, 3] == 2].mean() - of_ore[X[:, 3] == 0].mean() == pytest.approx(3.0, abs=0.2)
