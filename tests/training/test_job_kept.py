"""One training job from a file to the registry."""

import io
import json
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from models.estimators.tuning import SETTINGS
from models.interfaces.answers import COVERAGE, rows_of
from models.regression.model import RegressionModel
from models.table.inputs import matrix
from models.table.sources import TableError
from nonferrous.tables import candidates_table, versions_table
from registry.settings import StoreSettings
from registry.tracking import Tracking
from registry.versions import Version
from training.core.splits import SplitError
from training.jobs.execution import FitExecution
from training.jobs.train import Trained, train
from training.jobs.version_table import compare, compare_address
from training.regression.evaluate import against_label
from training.regression.fit import SELECTED_BY


@dataclass(frozen=True)
class Job:
    """A job that was run, and what the store says of it afterwards."""

    trained: Trained
    settings: StoreSettings
    tracking: Tracking
    version: Version
    model: RegressionModel

    @property
    def files(self) -> list[Path]:
        return [path for path in self.settings.artifact_root.rglob("*") if path.is_file()]

    def artifact(self, run: str, name: str) -> Path:
        (result,) = [path for path in self.files if path.name == name and run in path.parts]
        return result


@pytest.fixture(scope="module")
def job(toy_seed, toy_frame, tmp_path_factory, drawn_pages):
    """A job on the toy plant with one impossible row; run once for all tests of this file."""
    folder = tmp_path_factory.mktemp("job")
    frame = toy_frame()
    frame.loc[7, "z"] = 9.5
    frame.to_csv(folder / "plant.csv", index=False)
    settings = StoreSettings(home=folder / "home")
    trained = train(toy_seed, folder / "plant.csv", settings)
    tracking = Tracking(settings)
    (version,) = tracking.versions("toy_cells")
    return Job(trained, settings, tracking, version, tracking.model(version))


def test_every_candidate_has_a_run_with_the_same_names(job):
    runs = job.tracking.children(job.version)
    assert list(job.trained.learnt.candidates) == ["persistence", "linear", "lightgbm", "lightgbm_physics"]
    assert set(runs) == set(job.trained.learnt.candidates)
    result = {name: job.tracking._client.get_run(run) for name, run in runs.items()}
    assert len({frozenset(run.data.metrics) for run in result.values()}) == 1
    assert len({frozenset(run.data.params) for run in result.values()}) == 1
    for name, run in result.items():
        assert run.info.status == "FINISHED"
        assert run.data.metrics == pytest.approx(dict(job.trained.learnt.candidates[name].metrics))
        assert run.data.params["data_digest"] == job.trained.learnt.data.digest
        assert run.inputs.dataset_inputs[0].dataset.name == "toy_cells"


def test_the_best_is_registered_as_champion(job):
    best = min(job.trained.learnt.candidates.values(), key=lambda candidate: candidate.metrics[SELECTED_BY])
    assert job.trained.learnt.best is best
    assert job.version.candidate == best.name
    assert job.version.number == job.trained.version == 1
    assert job.version.aliases == ("champion",)
    assert job.trained.alias == "champion"
    assert job.version.tags["data_digest"] == job.trained.learnt.data.digest
    assert float(job.version.tags["test_mae"]) == pytest.approx(best.metrics["test_mae"], rel=1e-5)
    (move,) = job.tracking.audit("toy_cells")
    assert (move.action, move.alias, move.before, move.after) == ("first", "champion", None, 1)
    assert move.why == "best candidate of a training job, and there was no champion"


def test_test_figures_come_out_again_from_the_registered_model(job):
    data, rows = job.trained.learnt.data, job.trained.learnt.parts.test
    answer = job.model.fixed(matrix(data.table, job.model.seed), COVERAGE)
    again = against_label(data.y[rows], rows_of(answer, rows))
    for name, value in again.items():
        assert job.version.metrics[f"test_{name}"] == pytest.approx(value, rel=1e-12)


@pytest.mark.filterwarnings("ignore::DeprecationWarning:mlflow")
@pytest.mark.filterwarnings("ignore::DeprecationWarning:sqlalchemy")
def test_mlflows_own_loader_gives_the_same_answers(job):
    import mlflow.pyfunc

    table = job.trained.learnt.data.table.head(40)
    with job.tracking._default_store():
        loaded = mlflow.pyfunc.load_model("models:/toy_cells@champion")
    table = table[[column.name for column in job.model.seed.stated_inputs]]  # MLflow's tools have no unit history
    predictions = loaded.predict(table, {"answer": "all"})
    expected = job.model.answer(matrix(table, job.model.seed), COVERAGE)["y"]
    assert list(predictions.columns) == ["y", "y_low", "y_high"]
    for column, part in zip(predictions.columns, expected, strict=True):
        assert np.array_equal(predictions[column].to_numpy(), part)
    assert np.array_equal(loaded.predict(table).to_numpy(), expected.value)


def test_a_model_says_where_it_comes_from(job):
    info = job.model.info
    assert info["data_digest"] == job.trained.learnt.data.digest
    assert info["seed_digest"] == job.model.seed.digest
    assert pd.Timestamp(info["training_cutoff"]) == job.trained.learnt.parts.test_from
    assert info["held_out_units"] == list(job.trained.learnt.parts.units)


def test_rejected_rows_are_listed_counted_and_kept(job):
    logged = pd.read_csv(job.artifact(job.trained.learnt.run, "rejected.csv"))
    assert logged[["file", "row", "column", "value"]].to_numpy().tolist() == [["plant.csv", 9, "z", 9.5]]
    assert logged["reason"][0].startswith("outside 0 to 8")
    assert pd.read_csv(job.trained.rejected_file).equals(logged)
    assert job.tracking._client.get_run(job.version.run).data.params["rejected_rows"] == "1"


def test_the_table_is_kept_for_retraining(job):
    retained = job.tracking.table(job.version.parent_run, "table.parquet")
    pd.testing.assert_frame_equal(retained, job.trained.learnt.data.checked)


def test_no_file_is_a_pickle(job):
    files = job.files
    assert len(files) > 30
    for file in files:
        assert file.suffix not in (".pkl", ".pickle", ".joblib", ".cloudpickle")
        content = file.read_bytes()
        assert content[:1] != b"\x80", file
        if zipfile.is_zipfile(io.BytesIO(content)):
            with zipfile.ZipFile(io.BytesIO(content)) as archive:
                for name in archive.namelist():
                    assert name.endswith((".json", ".npy")), name
                    if name.endswith(".npy"):
                        np.load(io.BytesIO(archive.read(name)), allow_pickle=False)


def test_a_model_names_its_requirements_and_nothing_of_ours(job):
    (requirements,) = [
        path for path in job.files if path.name == "requirements.txt" and job.version.model in path.parts
    ]
    names = {line.split("==")[0] for line in requirements.read_text().split()}
    assert names == {"mlflow", "lightgbm", "numpy", "pandas", "scikit-learn"}


def test_no_text_that_is_kept_tells_a_path_of_this_machine(job):
    home = str(job.settings.folder)
    for file in job.files:
        if file.name in ("model_card.md", "rejected.csv", "seed.toml", "plots.html", "model.json", "self_test.json"):
            assert home not in file.read_text(encoding="utf-8"), file


def test_the_card_tells_data_candidates_noise_and_limits(job):
    card = job.artifact(job.trained.learnt.run, "model_card.md").read_text()
    for words in (
        "479 labelled rows of 20 units",
        "rejected by the contract: 1 rows",
        job.trained.learnt.data.digest,
        f"**{job.version.candidate}**",
        "stated in the seed: 0.5 %",
        "1 of the seed's 8 stated sources are assumptions and 0 are what plants usually do",
        "| `z` | V | during |",
        "does not say what a set-point does",
    ):
        assert words in card
    assert "simulated" not in card  # this table came without a truth


def test_the_printed_table_shows_the_bar_first_and_marks_the_registered(job, capsys):
    from rich.console import Console

    Console(width=80).print(candidates_table(job.trained))
    lines = capsys.readouterr().out.splitlines()
    names = [line.split()[0] for line in lines if "0.9" in line or "persistence " in line]
    assert names[0] == "persistence"
    assert any(f"{job.version.candidate} *" in line for line in lines)
    assert any("registered as version 1, champion" in line for line in lines)
    assert any("Rejected rows: 1; without label: 0" in line for line in lines)
    assert max(map(len, lines)) <= 80


def test_comparing_one_version_shows_it_under_its_baseline(job, capsys):
    from rich.console import Console

    comparison = compare("toy_cells", job.settings)
    assert [(row.name, row.candidate) for row in comparison.rows] == [
        ("baseline", "persistence"),
        ("1", job.version.candidate),
    ]
    assert comparison.same_table
    assert comparison.rows[0].metrics["test_skill"] == 0.0
    assert comparison.rows[1].metrics == job.version.metrics
    runs = job.tracking.children(job.version)
    expected = [runs["persistence"], job.version.run]
    assert comparison.address == compare_address(job.settings, job.version.experiment, expected)
    Console(width=80).print(versions_table(comparison, job.trained.learnt.data.seed))
    assert "1, champion" in capsys.readouterr().out


def test_the_compare_address_is_the_one_that_the_ui_reads():
    from urllib.parse import unquote

    address = compare_address(StoreSettings(home=Path()), "4", ["a1", "b2"])
    assert address.startswith("http://127.0.0.1:5000/#/compare-runs?")
    query = dict(part.split("=") for part in unquote(address.split("?")[1]).split("&"))
    assert {name: json.loads(value) for name, value in query.items()} == {"runs": ["a1", "b2"], "experiments": ["4"]}


def test_ctrl_c_leaves_nothing_registered_and_no_run_open(toy_seed, toy_frame, job, tmp_path):
    toy_frame().to_parquet(tmp_path / "plant.parquet")

    def interrupted(description, done, steps):
        if description == "lightgbm: fit":
            raise KeyboardInterrupt

    before = job.tracking.versions("toy_cells")
    known = {run.info.run_id for run in job.tracking._client.search_runs([job.version.experiment])}
    with pytest.raises(KeyboardInterrupt):
        train(toy_seed, tmp_path / "plant.parquet", job.settings, interrupted)
    new = [r for r in job.tracking._client.search_runs([job.version.experiment]) if r.info.run_id not in known]
    status = {run.info.run_name: run.info.status for run in new}
    assert {status.pop("persistence"), status.pop("linear")} == {"FINISHED"}
    assert status.pop("lightgbm") == "KILLED"
    assert list(status.values()) == ["KILLED"]
    assert job.tracking.versions("toy_cells") == before


def test_a_bad_table_writes_nothing(toy_seed, toy_frame, tmp_path):
    frame = toy_frame().drop(columns="z")
    frame.to_csv(tmp_path / "plant.csv", index=False)
    with pytest.raises(TableError, match="a column 'z'"):
        train(toy_seed, tmp_path / "plant.csv", StoreSettings(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()


def test_a_short_table_writes_nothing(toy_seed, toy_frame, tmp_path):
    toy_frame(periods=5).to_csv(tmp_path / "plant.csv", index=False)
    with pytest.raises(SplitError, match="5 labelled periods"):
        train(toy_seed, tmp_path / "plant.csv", StoreSettings(home=tmp_path / "home"))
    assert not (tmp_path / "home").exists()


def test_settings_of_candidates_are_parameters(job):
    """What the trees have learnt with, and nothing where there is nothing to set."""
    runs = job.tracking.children(job.version)
    params = {name: job.tracking._client.get_run(run).data.params for name, run in runs.items()}
    assert {params["persistence"][name] for name in SETTINGS} == {"-"}
    assert float(params["linear"]["penalty"]) > 0
    for name in ("lightgbm", "lightgbm_physics"):
        assert {float(params[name][one]) > 0 for one in SETTINGS if one != "extra_trees"} == {True}
        assert params[name]["extra_trees"] in ("True", "False")


def test_only_candidates_have_metrics(job):
    (experiment,) = job.tracking._client.search_experiments(filter_string="name = 'toy_cells'")
    runs = job.tracking._client.search_runs([experiment.experiment_id])
    assert {run.info.run_name for run in runs if run.data.metrics} == set(job.trained.learnt.candidates)
    (move,) = job.tracking.audit("toy_cells")
    assert move.metrics["test_rmse"] == job.version.metrics["test_rmse"]


@pytest.mark.long("trains with a search")
def test_trials_are_runs_below_their_candidate_and_leave_the_job_as_it_is(toy_seed, toy_frame, tmp_path):
    toy_frame().to_csv(tmp_path / "plant.csv", index=False)
    settings, steps = StoreSettings(home=tmp_path / "home"), []
    trained = train(toy_seed, tmp_path / "plant.csv", settings, lambda *step: steps.append(step), ways=FitExecution(2))
    tracking = Tracking(settings)
    (version,) = tracking.versions("toy_cells")
    assert set(tracking.children(version)) == set(trained.learnt.candidates)
    for name in ("lightgbm", "lightgbm_physics"):
        query = f"tags.`mlflow.parentRunId` = '{trained.learnt.runs[name]}'"
        below = tracking._client.search_runs([trained.learnt.experiment], query)
        assert {run.info.run_name for run in below} == {f"{name} trial 1", f"{name} trial 2"}
        assert {run.info.status for run in below} == {"FINISHED"}
        assert all(run.data.metrics["trial_error"] > 0 for run in below)
    whole = {steps_in_all for _, _, steps_in_all in steps[1:-1]}  # the last one draws pages
    assert whole == {2 * 4 + 2 + 2 * 2}  # of candidates, set-points and warnings, and trials
    assert len(list((settings.folder / "studies").iterdir())) == 2
