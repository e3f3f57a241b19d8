"""A process with a text category: every candidate learns it, is stored and answers texts as it did."""

from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.pyfunc import TableModel
from models.regression.calibration import conformalised
from models.storage import model_files
from models.table.inputs import matrix
from models.tasks import build
from registry.signature import example_of, signature_of
from seeds import load

TOYS = Path(__file__).parents[1] / "toys"
CATEGORY = """
[[columns]]
name = "ore"
role = "before"
description = "ore of the period"
values = ["wet", "dry", "burnt"]
source = "law"

[[columns]]
name = "x_set"
"""
EFFECT = {"wet": 0.0, "dry": 4.0, "burnt": -1.0}


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    text = (TOYS / "toy_cells.toml").read_text(encoding="utf-8")
    file = tmp_path_factory.mktemp("seeds") / "toy_cells.toml"
    file.write_text(text.replace('\n[[columns]]\nname = "x_set"\n', CATEGORY, 1), encoding="utf-8")
    return load(file)


@pytest.fixture(scope="module")
def table():
    rng = np.random.default_rng(0)
    ore = rng.choice(list(EFFECT), 400)
    z = rng.normal(4.0, 0.5, 400)
    y = 90.0 - 2.0 * (z - 4.0) + np.array([EFFECT[one] for one in ore]) + 0.1 * rng.normal(size=400)
    rows = pd.DataFrame({"previous_y": np.r_[np.nan, y[:-1]], "ore": ore, "x_set": 10.0, "z": z, "y": y})
    rows["ore"] = rows["ore"].astype(object)
    rows.loc[::23, "ore"] = None
    return rows


@pytest.mark.parametrize("name", ["linear", "lightgbm", "lightgbm_physics"])
def test_a_candidate_learns_the_texts_and_is_stored_with_them(seed, table, tmp_path, name):
    X, y = matrix(table, seed), table["y"].to_numpy()
    estimator = build(seed)[name].fit(X[:300], y[:300])
    model = conformalised(seed, name, estimator, X[:300], y[300:], estimator.predict(X[300:]), {})
    model_files.save(model, tmp_path / "model")
    retained = TableModel(model_files.load(tmp_path / "model"))
    predictions = retained.predict(table, {"answer": "y"})
    assert np.array_equal(predictions, estimator.predict(X))
    known = table["ore"].notna()
    assert np.sqrt(np.mean((predictions - y)[known & (table.index >= 300)] ** 2)) < 0.6
    by_ore = {ore: retained.predict(table.head(5).assign(ore=ore), {"answer": "y"}).mean() for ore in EFFECT}
    assert by_ore["dry"] - by_ore["wet"] == pytest.approx(4.0, abs=0.5)
    assert by_ore["burnt"] - by_ore["wet"] == pytest.approx(-1.0, abs=0.5)
    unknown = retained.predict(table.head(5).assign(ore="of the moon"), {"answer": "y"})
    assert np.array_equal(unknown, retained.predict(table.head(5).assign(ore=None), {"answer": "y"}))


def test_the_example_of_a_model_has_texts(seed, table, tmp_path):
    X, y = matrix(table, seed), table["y"].to_numpy()
    estimator = build(seed)["linear"].fit(X, y)
    model = conformalised(seed, "linear", estimator, X, y, y + 0.1, {})
    example = example_of(model)
    assert set(example["ore"].dropna()) <= set(EFFECT)
    assert example["ore"].notna().any()
    np.testing.assert_array_equal(matrix(example, seed), model.examples)
    assert signature_of(model).inputs.input_names() == list(example)
