"""The lines of docs/how-to/mlflow_tools.md, run as they stand there on a champion in a store."""

import json
import re
from pathlib import Path

import lightgbm
import numpy as np
import pandas as pd
import pytest

from models.regression.calibration import conformalised
from models.storage import model_files
from models.table.contract import check
from models.table.inputs import matrix
from models.tasks import build
from registry.settings import StoreSettings
from registry.tracking import Tracking

PAGE = Path(__file__).parents[2] / "docs" / "how-to" / "mlflow_tools.md"
# MLflow, matplotlib and shap warn of each other's ways here.
pytestmark = pytest.mark.filterwarnings("ignore")


def champion(settings, model, table, target):
    """A store in which a model of this table is champion of its process."""
    tracking, process = Tracking(settings, make=True), model.seed.process.name
    experiment, folder = tracking.experiment(process), settings.folder / "scratch"
    folder.mkdir(parents=True)
    table.to_parquet(folder / "table.parquet", index=False)
    with tracking.run(experiment, "job", "train") as job, tracking.run(experiment, "candidate", "train", job) as run:
        tracking.log_files(job, folder)
        logged, _ = tracking.log_model(run, model)
    number = tracking.register(process, "", run, logged, {"candidate": model.candidate})
    tracking.move_alias(process, "champion", number, "first", "first", {})


def lines(settings, process, target):
    """The page's code, block by block, with the names of this store."""
    names = {"sqlite:///.nonferrous/mlflow.db": settings.uri, "aluminium_reduction": process}
    names["current_efficiency"] = target
    text = PAGE.read_text(encoding="utf-8")
    for name, other in names.items():
        assert name in text
        text = text.replace(name, other)
    return re.findall(r"```python\n(.*?)```", text, re.DOTALL)


def unexplained(block):
    """A block with the setting that the page names to leave out explanations by shap, which take most of the time."""
    (setting,) = re.findall(r"`(evaluator_config=\{.*?\})`", PAGE.read_text(encoding="utf-8"))
    return block.replace('model_type="regressor",', f'model_type="regressor", {setting},')


@pytest.fixture(scope="module")
def store(toy_seed, toy_frame, tmp_path_factory):
    """A store whose champion of a toy process is a tree model, and the estimator of that."""
    settings = StoreSettings(home=tmp_path_factory.mktemp("page"))
    table = check(toy_frame(), toy_seed).table.sort_values(toy_seed.time.name, kind="stable").dropna(subset=["y"])
    X, y = matrix(table, toy_seed), table["y"].to_numpy()
    estimator = build(toy_seed)["lightgbm"].fit(X[:300], y[:300])
    predictions = estimator.predict(X[300:])
    champion(settings, conformalised(toy_seed, "lightgbm", estimator, X[:300], y[300:], predictions, {}), table, "y")
    return settings, estimator


@pytest.fixture(scope="module")
def printed_lines(store):
    """What the page's names hold after its lines were run on a toy process."""
    settings, names = store[0], {"estimator": store[1]}
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
        for block in lines(settings, "toy_cells", "y"):
            exec(unexplained(block), names)
    return names


@pytest.mark.long("explains 200 rows with shap, whose code is compiled first")
def test_evaluate_explains_the_champion_where_nothing_is_left_out(store, monkeypatch):
    monkeypatch.setenv("MLFLOW_DISABLE_TELEMETRY", "true")
    names = {}
    exec(lines(store[0], "toy_cells", "y")[0], names)
    assert "shap_summary_plot" in names["result"].artifacts


def test_evaluate_measures_the_champion(printed_lines):
    error = (
        printed_lines["estimator"].predict(matrix(printed_lines["data"], printed_lines["kept"].seed))
        - printed_lines["data"]["y"].to_numpy()
    )
    assert printed_lines["result"].metrics["root_mean_squared_error"] == pytest.approx(
        np.sqrt(np.mean(error**2)), rel=1e-9
    )
    assert printed_lines["result"].metrics["example_count"] == len(printed_lines["data"]) == 180 + 20


def test_the_target_answers_or_everything(printed_lines):
    assert list(printed_lines["everything"]) == ["y", "y_low", "y_high"]
    assert (printed_lines["values"] == printed_lines["everything"]["y"]).all()
    assert (printed_lines["everything"]["y_low"] < printed_lines["values"]).all()


def test_the_trees_are_lightgbms_own_text_and_explain_what_the_line_leaves_over(printed_lines):
    assert isinstance(printed_lines["booster"], lightgbm.Booster)
    estimator, rows = printed_lines["estimator"], printed_lines["rows"]
    left_over = estimator.predict(rows) - estimator.line_.predict(rows)
    whole = printed_lines["effects"].sum(axis=1) + printed_lines["explainer"].expected_value
    np.testing.assert_allclose(whole, left_over, atol=1e-6)


def test_the_line_below_the_trees_stands_where_the_page_says(printed_lines):
    stated = model_files.load(printed_lines["folder"]).estimator.line_.slope
    assert stated.tolist() == printed_lines["estimator"].line_.slope.tolist()
    assert '"slope"' in (printed_lines["folder"] / "model.json").read_text(encoding="utf-8")


def test_classes_are_evaluated_as_classes(save_toy_sorter, toy_sorting_frame, tmp_path):
    import mlflow

    settings, frame = StoreSettings(home=tmp_path / "home"), toy_sorting_frame(rng_seed=3).head(150)
    model = save_toy_sorter(tmp_path / "model")
    champion(settings, model, frame, "metal")
    mlflow.set_tracking_uri(settings.uri)
    data = frame[[*model.names, "metal"]].dropna(subset=["metal"])
    result = mlflow.models.evaluate(
        "models:/toy_scrap@champion",
        data,
        targets="metal",
        model_type="classifier",
        evaluator_config={"log_model_explainability": False},
    )
    predictions = model.columns(matrix(data, model.seed))["metal"]
    assert result.metrics["accuracy_score"] == pytest.approx(
        np.mean(predictions == data["metal"].to_numpy()), rel=1e-12
    )


@pytest.mark.parametrize("kind", ["int64", "Int64", "object"])
def test_a_table_of_whole_numbers_is_scored(printed_lines, kind):
    rows = pd.DataFrame({"previous_y": [90, 91], "x_set": [10, 11], "z": [4, 5]}).astype(kind)
    assert (printed_lines["model"].predict(rows) == printed_lines["model"].predict(rows.astype(float))).all()


def test_json_of_whole_numbers_is_scored_by_the_server(printed_lines):
    from mlflow.pyfunc.scoring_server import _split_data_and_params, infer_and_parse_data

    row = {"columns": ["previous_y", "x_set", "z"], "data": [[90, 10, None], [90.5, 11, 4]]}
    request = json.dumps({"dataframe_split": row, "params": {"answer": "all"}})
    body, params = _split_data_and_params(request)
    table = infer_and_parse_data(body, printed_lines["model"].metadata.get_input_schema())
    predictions = printed_lines["model"].predict(table, params=params)
    expected = printed_lines["kept"].columns(np.array([[90.0, 10.0, np.nan], [90.5, 11.0, 4.0]]))
    for name, column in expected.items():
        assert predictions[name].tolist() == column.tolist()
